/** Empty request bodies, for calls that mostly need only their path. */
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Replaces a missing body with `{}`; a `preValidation` hook. */
export async function emptyBodyIsNone(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}

/**
 * Accepts an empty JSON body. Many clients announce JSON with every request, and fastify's own parser refuses an empty
 * body.
 */
export function parseEmptyJsonAsNone(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null);
    else void parse(request, body, done);
  });
}
