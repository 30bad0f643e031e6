/** Calls without a query: whatever stands in one was meant for something, and is refused by name rather than passed over. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

const noQuery = z.strictObject({});

/** For every route of the scope, added after, that says nothing of its query. */
export function refuseUnknownQueries(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.schema = { querystring: noQuery, ...route.schema };
  });
}
