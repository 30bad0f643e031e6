/** A query whose worker dies over it is asked again; nothing else is. */
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

test('a query that the server called off is answered', async () => {
  await expect(asking(failing(calledOffByServer).ask)).resolves.toBe('answer');
});

test('it is asked twice, not for ever', async () => {
  const query = failing(calledOffByServer, calledOffByServer);
  await expect(asking(query.ask)).rejects.toBe(calledOffByServer);
  expect(query.asked()).toBe(2);
});

test.each([
  refused(GRPC_STATUS.CANCELLED, 'Cancelled on client'),
  refused(GRPC_STATUS.UNAVAILABLE, 'no connection'),
  new Error('context canceled'),
])('%s comes back as it is', async (error) => {
  const query = failing(error);
  await expect(asking(query.ask)).rejects.toBe(error);
  expect(query.asked()).toBe(1);
});
