/**
 * Calls without a query. A client sends a query parameter for a purpose, so the server refuses it by name instead of
 * ignoring it.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

const noQuery = z.strictObject({});

/** Refuses every query parameter on routes that the scope adds later and that have no query schema. */
export function refuseUnknownQueries(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.schema = { querystring: noQuery, ...route.schema };
  });
}
