/** Queries, which change nothing and may be retried. */
import { GRPC_STATUS, grpcErrorIn } from '../temporal/grpc-errors.js';

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
  const answer = grpcErrorIn(error);
  // The server sends exactly this text; a call that the client cancels has another one.
  return answer?.code === GRPC_STATUS.CANCELLED && answer.details === 'context canceled';
}
