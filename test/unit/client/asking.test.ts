/** Retry of a query whose worker dies during it; no other error is retried. */
import { ServiceError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { asking } from '../../../src/client/asking.js';
import { GRPC_STATUS } from '../../../src/temporal/grpc-errors.js';

const refused = (code: number, details: string): ServiceError => {
  const cause = Object.assign(new Error(details), { code, details, metadata: {} });
  return new ServiceError('Failed to query Workflow', { cause });
};
const calledOffByServer = refused(GRPC_STATUS.CANCELLED, 'context canceled');

/** Fails with each error in turn, then answers. */
function failing(...errors: readonly Error[]): { readonly ask: () => Promise<string>; readonly asked: () => number } {
  let asked = 0;
  const ask = (): Promise<string> => {
    const error = errors[asked++];
    return error === undefined ? Promise.resolve('answer') : Promise.reject(error);
  };
  return { ask, asked: () => asked };
}

test('a query that the server cancelled is retried and answered', async () => {
  await expect(asking(failing(calledOffByServer).ask)).resolves.toBe('answer');
});

test('a query that the server cancels twice fails without a third attempt', async () => {
  const query = failing(calledOffByServer, calledOffByServer);
  await expect(asking(query.ask)).rejects.toBe(calledOffByServer);
  expect(query.asked()).toBe(2);
});

test.each([
  refused(GRPC_STATUS.CANCELLED, 'Cancelled on client'),
  refused(GRPC_STATUS.UNAVAILABLE, 'no connection'),
  new Error('context canceled'),
])('a query fails without a retry on any other error: %s', async (error) => {
  const query = failing(error);
  await expect(asking(query.ask)).rejects.toBe(error);
  expect(query.asked()).toBe(1);
});
