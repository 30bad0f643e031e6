/** Queries, which change nothing and may be retried. */
import { isGrpcServiceError } from '@temporalio/client';

const CANCELLED = 1;

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

function isCalledOffByServer(error: unknown): boolean {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  // The server sends exactly this text; a call that the client cancels has another one.
  return isGrpcServiceError(cause) && Number(cause.code) === CANCELLED && cause.details === 'context canceled';
}
