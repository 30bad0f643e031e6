/** Tests of the booking system's answers: temporary failures are retried soon, failures that need a person are retried slowly. */
import fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { asApplicationFailure, BookingSystemError } from '../../../../src/booking/ingress/errors.js';
import { openBookingHttp } from '../../../../src/booking/ingress/http.js';
import { aCall } from '../opened.js';

const app = fastify();
let url: string;
beforeAll(async () => {
  app.get<{ Params: { status: string }; Querystring: { after?: string } }>('/:status', async (request, reply) => {
    const { status } = request.params;
    if (request.query.after !== undefined) reply.header('retry-after', request.query.after);
    if (status === '307') reply.header('location', '/200');
    return reply.code(Number(status)).send({ name: status === '200' ? 'Ada Quill' : 7, secretWord: 'Ada Quill' });
  });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

async function ask(path: string, baseUrl = url): Promise<unknown> {
  const answer = z.object({ name: z.string() });
  const request = { operation: 'GET guest', path, answer, headers: { authorization: 'Bearer s3cret' }, ...aCall() };
  return openBookingHttp({ baseUrl, timeoutMs: 2_000 }).find(request);
}

async function failureOf(path: string, baseUrl = url): Promise<{ readonly type: unknown; readonly delay: unknown }> {
  const error: unknown = await ask(path, baseUrl).catch((thrown: unknown) => thrown);
  if (!(error instanceof BookingSystemError)) throw new Error(`It answered ${JSON.stringify(error)}`);
  const { type, nextRetryDelay, message, nonRetryable } = asApplicationFailure(error, 1);
  expect(JSON.stringify([message, error.failure])).not.toMatch(/Ada Quill|s3cret/);
  expect(nonRetryable).toBe(false);
  return { type, delay: nextRetryDelay };
}

test('an answer is parsed, and a missing resource is not a failure', async () => {
  expect(await ask('/200')).toEqual({ name: 'Ada Quill' });
  expect([await ask('/404'), await ask('/410')]).toEqual([undefined, undefined]);
});

test.each([
  ['/500', { type: 'BookingSystemUnavailable', delay: undefined }],
  ['/429?after=7', { type: 'BookingSystemUnavailable', delay: 7_000 }],
  ['/503?after=86400', { type: 'BookingSystemUnavailable', delay: 60_000 }],
  ['/503?after=0', { type: 'BookingSystemUnavailable', delay: 1_000 }],
  ['/503?after=-5', { type: 'BookingSystemUnavailable', delay: 1_000 }],
  ['/503?after=soon', { type: 'BookingSystemUnavailable', delay: undefined }],
  ['/401', { type: 'BookingSystemRejected', delay: undefined }],
  ['/307', { type: 'BookingSystemRejected', delay: undefined }],
  ['/201', { type: 'BookingSystemUnreadable', delay: undefined }],
])('a failed request for %s is retried as %o', async (path, failure) => {
  expect(await failureOf(path)).toEqual(failure);
});

test('a request to an unreachable server is retried with the default backoff', async () => {
  // A port on which only root may listen.
  expect(await failureOf('/200', 'http://127.0.0.1:1')).toEqual({ type: 'BookingSystemUnavailable', delay: undefined });
});
