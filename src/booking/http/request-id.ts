/** Identity of a change: an id that a repeat has too, and the answer that returns it. */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LONGEST_ID } from '../../domain/model/ids.js';
import { HttpProblem } from '../../http/problem.js';
import { named } from '../../http/schema-names.js';

/** Answer to a change. */
export const acceptedSchema = named(
  'Accepted',
  z.object({
    stay: z.string().describe('Workflow id'),
    message: z.string().describe('The signal that was sent'),
    requestId: z.string().describe('Idempotency key of the change: a retry with this key is not applied again'),
  }),
);

/** Returns the id that the caller gave the change. @throws HttpProblem if header and body differ */
export function requestIdOf({ headers }: FastifyRequest, content: object): string | undefined {
  const inHeader = headers['idempotency-key'] as string | undefined;
  const { requestId: inBody } = content as { readonly requestId?: string };
  if (inHeader !== undefined && inBody !== undefined && inHeader !== inBody) {
    throw wrong({ path: 'requestId', message: 'must be absent, or the same as the header Idempotency-Key' });
  }
  return inHeader ?? inBody;
}

/**
 * Returns a request id that is unique per key and message. The stay identifies a change by this id alone, and other
 * callers or other messages may use the same one.
 */
export function ownRequestId(keyId: string, message: string, requestId: string): string {
  const scope = `api-key:${keyId}/${message}/`;
  if (scope.length + requestId.length <= LONGEST_ID) return `${scope}${requestId}`;
  return `${scope}sha256:${createHash('sha256').update(requestId).digest('hex')}`;
}

/** Returns the problem of one wrong field. */
export function wrong(problem: { readonly path: string; readonly message: string }): HttpProblem {
  return new HttpProblem('invalid-request', 'the request cannot be used', { errors: [problem] });
}
