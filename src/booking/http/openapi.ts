/** OpenAPI document (3.1), generated from the zod schemas of the routes, and its interactive page. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PROBLEM_TYPE, PROBLEMS, problemSchema } from '../../http/problem.js';

type Override = NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override'];

/** Allows unknown fields in responses: a later version may add some, and generated clients must accept them. */
const openAnswers: Override = ({ zodSchema, jsonSchema }) => {
  const { def } = zodSchema._zod;
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties;
};

const transform = createJsonSchemaTransform({ zodToJsonConfig: { override: openAnswers } });

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
      const calls = Object.values(document.openapiObject.paths ?? {}).flatMap((methods) =>
        Object.values(methods ?? {}),
      );
      calls.forEach(letBodyBeEmpty);
      return document.openapiObject;
    },
  });
}

/** Adds `GET /openapi.json` and `GET /docs`. */
export async function addDocs(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', async () => app.swagger());
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
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
  readonly content: Readonly<
    Record<string, { readonly schema?: { readonly type?: string; readonly required?: readonly string[] } }>
  >;
}

/** Error statuses that only a call with a body has. */
export const BODY_REFUSALS = [413, 415] as const;

type Refusal = 401 | 403 | 404 | 409 | 422 | (typeof BODY_REFUSALS)[number];

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
