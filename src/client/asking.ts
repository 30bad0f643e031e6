/** Queries, which change nothing and may be asked again. */
import { isGrpcServiceError } from '@temporalio/client';

const CANCELLED = 1;

/**
 * A worker that dies over a query leaves it called off, although nobody did so: it is asked once more.
 * @param ask a query; whoever has called it off himself is not made to wait for a second answer
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
  // The words are the server's own; a call that is called off here says otherwise.
  return isGrpcServiceError(cause) && Number(cause.code) === CANCELLED && cause.details === 'context canceled';
}
