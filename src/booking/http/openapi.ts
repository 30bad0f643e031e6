/** OpenAPI document (3.1), generated from the zod schemas of the routes, and its interactive page. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { NAME_MARK, withComponents } from './components.js';
import { BODIES, OPTIONAL_PARAMETERS, PARAMETERS } from './examples.js';
import { SCHEMA_NAMES } from '../../http/schema-names.js';
import { PROBLEM_TYPE, PROBLEMS, problemSchema } from '../../http/problem.js';

type Override = NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override'];

/**
 * Allows unknown fields in responses: a later version may add some, and generated clients must accept them. Marks named
 * schemas. A format says what its pattern does, and not every language can read the pattern.
 */
const describeSchema: Override = ({ zodSchema, jsonSchema }) => {
  const { def } = zodSchema._zod;
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties;
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  // Generators take a field with a default for one that is always there, and would make callers send it.
  if (jsonSchema.default !== undefined) {
    jsonSchema.description = [jsonSchema.description, `Default: ${JSON.stringify(jsonSchema.default)}`]
      .filter(Boolean)
      .join('. ');
    delete jsonSchema.default;
  }
  const name = SCHEMA_NAMES.get(zodSchema as unknown as z.ZodType)?.name;
  if (name !== undefined) jsonSchema[NAME_MARK] = name;
};

const transform = createJsonSchemaTransform({ zodToJsonConfig: { override: describeSchema } });

const DESCRIPTION = `Durable guest keys for hotel stays. Every stay is a Temporal workflow. A call returns when its change is
recorded; keys follow. All calls may be retried: a change is not applied twice.`;

/** Registers the plugin that collects the routes. Call it on the server itself, before the routes are added. */
export async function collectRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Stayline', version: '1', description: DESCRIPTION },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
      security: [{ apiKey: [] }],
    },
    // Only routes with a schema are part of the API.
    transform: (route) =>
      route.schema?.params === undefined && route.schema?.querystring === undefined
        ? { schema: { ...route.schema, hide: true }, url: route.url }
        : transform(route),
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      callsOf(document.openapiObject).forEach(letBodyBeEmpty);
      const described = withComponents(document.openapiObject);
      callsOf(described).forEach(addExamples);
      return described;
    },
  });
}

function callsOf({ paths = {} }: { readonly paths?: object }): readonly unknown[] {
  return Object.values<object>(paths as Readonly<Record<string, object>>).flatMap(
    (calls) => Object.values(calls) as unknown[],
  );
}

/**
 * Content security policy of the page. Swagger UI adds style elements as it runs. The plugin's own policy lacks them, and turns requests
 * of a page that was fetched by HTTP into HTTPS, which a server within the hotel does not answer.
 */
const DOCS_POLICY = {
  'default-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'base-uri': ["'self'"],
  'object-src': ["'none'"],
  'frame-ancestors': ["'self'"],
};

/** Adds `GET /openapi.json` and `GET /docs`. */
export async function addDocs(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', async () => app.swagger());
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY });
}

/** Response of a route that streams indefinitely. */
export const STREAM: Readonly<Record<number, object>> = {
  200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
};

/**
 * Marks a body without required fields as optional. Swagger treats every body as required; here a missing body counts
 * as `{}`.
 */
function letBodyBeEmpty(operation: unknown): void {
  const { requestBody } = operation as { readonly requestBody?: RequestBody };
  const { type, required = [] } = requestBody?.content['application/json']?.schema ?? {};
  if (requestBody !== undefined && type === 'object' && required.length === 0) requestBody.required = false;
}

interface RequestBody {
  required: boolean;
  readonly content: Readonly<Record<string, BodyContent>>;
}

interface BodyContent {
  readonly schema?: { readonly type?: string; readonly required?: readonly string[] };
  example?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly required?: boolean;
  readonly schema?: { examples?: readonly unknown[] };
  example?: unknown;
}

/** Adds an example to the body and to each parameter, so that a page can fill them in. */
function addExamples(operation: unknown): void {
  const { operationId, requestBody, parameters } = operation as {
    readonly operationId?: string;
    readonly requestBody?: RequestBody;
    readonly parameters?: readonly Parameter[];
  };
  const content = requestBody?.content['application/json'];
  if (content !== undefined) content.example = BODIES[operationId ?? ''];
  for (const parameter of parameters ?? []) {
    const { name, schema } = parameter;
    if (parameter.required === true) parameter.example = PARAMETERS[name];
    else if (schema !== undefined) schema.examples = OPTIONAL_PARAMETERS[name] ?? [];
  }
}

/** Error statuses that only a call with a body has. */
export const BODY_REFUSALS = [413, 415] as const;

type Refusal = 401 | 403 | 404 | 409 | 422 | 502 | (typeof BODY_REFUSALS)[number];

/** Returns the error responses that every route has, and the given ones. */
export function refusals(...statuses: readonly Refusal[]): Record<number, object> {
  const all = [400, ...statuses, 422, 429, 500, 503] as const;
  return Object.fromEntries(all.map((status) => [status, refusal(status, problemSchema)]));
}

/** Returns an error response with its own schema. */
export function refusal(status: number, schema: z.ZodType): object {
  return { description: titlesOf(status), content: { [PROBLEM_TYPE]: { schema } } };
}

function titlesOf(status: number): string {
  return Object.values(PROBLEMS)
    .filter((problem) => problem.status === status)
    .map(({ title }) => title)
    .join('; ');
}
