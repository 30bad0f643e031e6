/** Calls of workflows that may be repeated: queries, which change nothing, and updates that the server has dropped. */
import { setTimeout } from 'node:timers/promises';
import { QueryNotRegisteredError } from '@temporalio/client';
import { GRPC_STATUS, grpcErrorIn, isUpdateDropped } from './grpc-errors.js';
import { isUnfitHistory } from './unfit-history.js';

/** Attempts of a call, and the wait between them in milliseconds. */
const ATTEMPTS = 5;
const WAIT_MS = 100;

/**
 * Returns the query's result. Asks again if the server cancels the query, as it does when a worker dies, and if a worker
 * could not replay the workflow.
 * @param ask a query; one that the caller cancels is not repeated
 */
export function asking<T>(ask: () => Promise<T>): Promise<T> {
  return repeating(ask, (error) => isCalledOffByServer(error) || isReplayFailed(error));
}

/**
 * Returns the update's result. Sends the update again if the server has dropped it.
 * @param update sends the update
 */
export function updating<T>(update: () => Promise<T>): Promise<T> {
  return repeating(update, isUpdateDropped);
}

async function repeating<T>(call: () => Promise<T>, isWorthAnother: (error: unknown) => boolean): Promise<T> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!isWorthAnother(error)) throw error;
    }
    await setTimeout(WAIT_MS);
  }
  return call();
}

function isCalledOffByServer(error: unknown): boolean {
  const answer = grpcErrorIn(error);
  // The server sends exactly this text; a call that the client cancels has another one.
  return answer?.code === GRPC_STATUS.CANCELLED && answer.details === 'context canceled';
}

/**
 * Returns true if a worker could not replay the workflow for a query. It may have executed an earlier query with a
 * history that ended in the middle of a task, and drops the workflow from its cache now.
 */
function isReplayFailed(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError && isUnfitHistory(error.message);
}
