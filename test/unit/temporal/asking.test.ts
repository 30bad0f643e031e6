/** Repetition of a query whose worker dies or fails to replay, and of an update that the server drops; no other error is repeated. */
import { QueryNotRegisteredError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { asking, updating } from '../../../src/temporal/asking.js';
import { GRPC_STATUS } from '../../../src/temporal/grpc-errors.js';
import { refusedByServer as refused } from '../../harness/refused-by-server.js';

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

const notReplayed = [
  'Fatal error in workflow machines: ActivityMachine in state ScheduledActivityCancelCommandCreated says the transition is invalid',
  '[TMPRL1100] Nondeterminism error: Continue as new workflow machine does not handle this event: HistoryEvent(id: 36)',
].map((message) => new QueryNotRegisteredError(message, GRPC_STATUS.INVALID_ARGUMENT));

test('a query is sent again after the server cancelled it and workers failed to replay its workflow', async () => {
  const query = failing(calledOffByServer, ...notReplayed);
  await expect(asking(query.ask)).resolves.toBe('answer');
  expect(query.asked()).toBe(4);
});

test.each([calledOffByServer, ...notReplayed])('a query fails in the end if it fails each time: %s', async (error) => {
  const query = failing(...Array.from({ length: 9 }, () => error));
  await expect(asking(query.ask)).rejects.toBe(error);
  expect(query.asked()).toBe(5);
});

test.each([
  refused(GRPC_STATUS.CANCELLED, 'Cancelled on client'),
  refused(GRPC_STATUS.UNAVAILABLE, 'no connection'),
  new Error('context canceled'),
  new QueryNotRegisteredError('the query stay is not registered', GRPC_STATUS.INVALID_ARGUMENT),
])('a query fails without another attempt on any other error: %s', async (error) => {
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
