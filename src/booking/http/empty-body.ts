/** Calls that mostly have nothing to say but their path. */
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** No body is as good as `{}`. A hook `preValidation`. */
export async function emptyBodyIsNone(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}

/** Many clients announce JSON with every request: fastify's own parser would refuse that of an empty body. */
export function parseEmptyJsonAsNone(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null);
    else void parse(request, body, done);
  });
}
