/** The OpenAPI document (3.1), made from the zod schemas of the routes, and its interactive page. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PROBLEM_TYPE, PROBLEMS, problemSchema } from '../../http/problem.js';

type Override = NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override'];

/** An answer may have fields that a later version adds; a generated client has to bear with them. */
const openAnswers: Override = ({ zodSchema, jsonSchema }) => {
  const { def } = zodSchema._zod;
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties;
};

const transform = createJsonSchemaTransform({ zodToJsonConfig: { override: openAnswers } });

const DESCRIPTION = `Durable guest keys for hotel stays. Every stay is a Temporal workflow; a call answers when what it asks for is
recorded, and keys follow. All calls may be sent again: what has been done is not done twice.`;

/** Registers what collects the routes: before them, on the server itself. */
export async function collectRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Stayline', version: '1', description: DESCRIPTION },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
      security: [{ apiKey: [] }],
    },
    // Only what has a schema is part of the API.
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

/** `GET /openapi.json` and `GET /docs`. */
export async function addDocs(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', async () => app.swagger());
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}

/** The answer of a route that goes on for ever. */
export const STREAM: Readonly<Record<number, object>> = {
  200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
};

/** Swagger takes every body for required; here none is as good as `{}`, and may stay away where nothing has to be in it. */
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

/** Of a call that has a body. */
export const BODY_REFUSALS = [413, 415] as const;

type Refusal = 401 | 403 | 404 | 409 | 422 | (typeof BODY_REFUSALS)[number];

/** The answers that every route has, and those that are named. */
export function refusals(...statuses: readonly Refusal[]): Record<number, object> {
  const all = [400, ...statuses, 422, 429, 500, 503] as const;
  return Object.fromEntries(all.map((status) => [status, refusal(status, problemSchema)]));
}

/** A refusal that says more than others. */
export function refusal(status: number, schema: z.ZodType): object {
  return { description: titlesOf(status), content: { [PROBLEM_TYPE]: { schema } } };
}

function titlesOf(status: number): string {
  return Object.values(PROBLEMS)
    .filter((problem) => problem.status === status)
    .map(({ title }) => title)
    .join('; ');
}
