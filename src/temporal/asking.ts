/** Calls of workflows that may be repeated: queries, which change nothing, and updates that the server has dropped. */
import { setTimeout } from 'node:timers/promises';
import { GRPC_STATUS, grpcErrorIn, isUpdateDropped } from '../temporal/grpc-errors.js';

/**
 * Returns the query's result. Retries once if the server cancels the query, as it does when a worker dies.
 * @param ask a query; one that the caller cancels is not retried
 */
export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isCalledOffByServer(error)) throw error;
    return await ask();
  }
}

/** Attempts of an update, and the wait between them in milliseconds. */
const UPDATE_ATTEMPTS = 5;
const UPDATE_WAIT_MS = 100;

/**
 * Returns the update's result. Sends the update again if the server has dropped it.
 * @param update sends the update
 */
export async function updating<T>(update: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt < UPDATE_ATTEMPTS; attempt++) {
    try {
      return await update();
    } catch (error) {
      if (!isUpdateDropped(error)) throw error;
    }
    await setTimeout(UPDATE_WAIT_MS);
  }
  return update();
}

function isCalledOffByServer(error: unknown): boolean {
  const answer = grpcErrorIn(error);
  // The server sends exactly this text; a call that the client cancels has another one.
  return answer?.code === GRPC_STATUS.CANCELLED && answer.details === 'context canceled';
}
