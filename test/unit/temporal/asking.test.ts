/** Retry of a query whose worker dies during it, and of an update that the server drops; no other error is retried. */
import { ServiceError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { asking, updating } from '../../../src/client/asking.js';
import { GRPC_STATUS } from '../../../src/temporal/grpc-errors.js';

const refused = (code: number, details: string, message = `${code} ${details}`): ServiceError => {
  const cause = Object.assign(new Error(message), { code, details, metadata: {} });
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

const dropped = refused(
  GRPC_STATUS.FAILED_PRECONDITION,
  'Unable to perform workflow execution update due to unexpected workflow task failure.',
);

test('an update that the server dropped is sent again and answered', async () => {
  const update = failing(dropped, dropped);
  await expect(updating(update.ask)).resolves.toBe('answer');
  expect(update.asked()).toBe(3);
});

test('an update with start that the server dropped is sent again', async () => {
  // The form in which the client throws it: the text of the operation that failed is the message, the details are those of the whole call.
  const withStart = refused(
    GRPC_STATUS.FAILED_PRECONDITION,
    'Update-with-Start could not be executed.',
    'Unable to perform workflow execution update due to unexpected workflow task failure.',
  );
  await expect(updating(failing(withStart).ask)).resolves.toBe('answer');
});

test('an update that the server drops each time fails in the end', async () => {
  const update = failing(...Array.from({ length: 9 }, () => dropped));
  await expect(updating(update.ask)).rejects.toBe(dropped);
  expect(update.asked()).toBe(5);
});

test.each([
  refused(GRPC_STATUS.FAILED_PRECONDITION, 'no poller seen for task queue recently'),
  refused(GRPC_STATUS.UNAVAILABLE, 'no connection'),
])('an update fails without another attempt on any other error: %s', async (error) => {
  const update = failing(error);
  await expect(updating(update.ask)).rejects.toBe(error);
  expect(update.asked()).toBe(1);
});
