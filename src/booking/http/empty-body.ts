import type { FastifyRequest } from 'fastify';

/** For calls that mostly have nothing to say but their path: no body is as good as `{}`. A hook `preValidation`. */
export async function emptyBodyIsNone(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}
