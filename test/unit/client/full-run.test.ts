/**
 * Refusals of a run that has had as many messages as Temporal allows. The texts are those of Temporal's server 1.31
 * (`service/history/consts`, `service/history/workflow/update/registry.go`).
 */
import { expect, test } from 'vitest';
import { StayRefused } from '../../../src/client.js';
import { problemOfClient } from '../../../src/booking/http/refusals.js';
import { refusing } from '../../../src/client/refusals.js';
import { GRPC_STATUS } from '../../../src/temporal/grpc-errors.js';
import { refusedByServer } from '../../harness/refused-by-server.js';

async function errorOf(error: Error): Promise<unknown> {
  return refusing(() => Promise.reject(error)).catch((refused: unknown) => refused);
}

test.each([
  refusedByServer(GRPC_STATUS.INVALID_ARGUMENT, 'exceeded workflow execution limit for signal events'),
  refusedByServer(
    GRPC_STATUS.FAILED_PRECONDITION,
    'The limit on the total number of distinct updates in this workflow has been reached (2000). Make sure …',
  ),
])('a message to a full run is refused by a type of its own, which callers may send again', async (error) => {
  const refused = await errorOf(error);
  expect(refused).toBeInstanceOf(StayRefused);
  expect(refused).toMatchObject({ type: 'TooManyMessages', message: expect.stringContaining('again') as string });
  expect(problemOfClient(refused)).toMatchObject({ kind: 'unavailable', extras: { headers: { 'retry-after': '2' } } });
});

test('an argument that Temporal refuses for another reason is no full run', async () => {
  const error = refusedByServer(GRPC_STATUS.INVALID_ARGUMENT, 'WorkflowId is not set on request.');
  expect(await errorOf(error)).toBe(error);
});
