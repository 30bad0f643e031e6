/**
 * Temporal calls on behalf of HTTP callers. A caller receives an error within two seconds if Temporal is down. It waits
 * longer only for slow workers, such as one that replays a long stay.
 */
import { WorkflowUpdateRPCTimeoutOrCancelledError, type Connection } from '@temporalio/client';
import { HttpProblem } from '../../http/problem.js';
import { GRPC_STATUS, grpcErrorIn, isUpdateDropped, isWithoutWorker } from '../../temporal/grpc-errors.js';

/** Runs calls of Temporal's client. @throws HttpProblem `unavailable` if Temporal, or every worker, is down */
export type AskTemporal = <T>(call: () => Promise<T>) => Promise<T>;

/** Timeout of a call. */
const TIMEOUT_MS = 10_000;
/** Wait before each ping that checks the server during a call, and timeout of the ping. */
const SILENCE_MS = 600;
const PING_MS = 1_200;

/** Returns a function that runs calls on the connection and maps their errors to problems. */
export function askingTemporal(connection: Connection): AskTemporal {
  return async (call) => {
    const abort = new AbortController();
    const answer = connection.withDeadline(Date.now() + TIMEOUT_MS, () =>
      connection.withAbortSignal(abort.signal, call),
    );
    const watch = watchForSilence(connection, abort.signal);
    try {
      return await Promise.race([answer, watch.silent]);
    } catch (error) {
      throw problemOf(error) ?? error;
    } finally {
      watch.stop();
      // Cancels the call that lost the race; its result is ignored.
      answer.catch(() => undefined);
      abort.abort();
    }
  };
}

interface Watch {
  /** Rejects once the server does not answer even the simplest call. */
  readonly silent: Promise<never>;
  readonly stop: () => void;
}

function watchForSilence(connection: Connection, signal: AbortSignal): Watch {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_resolve, reject) => {
    const look = (): void => {
      connection
        .withDeadline(Date.now() + PING_MS, () => connection.workflowService.getSystemInfo({}))
        .then(
          () => {
            if (!signal.aborted) timer = setTimeout(look, SILENCE_MS);
          },
          () => reject(unavailable('Temporal does not answer')),
        );
    };
    timer = setTimeout(look, SILENCE_MS);
  });
  // After a response, this promise has no listener.
  silent.catch(() => undefined);
  return { silent, stop: () => clearTimeout(timer) };
}

function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return unavailable('no worker answers');
  const answer = grpcErrorIn(error);
  switch (answer?.code) {
    case GRPC_STATUS.UNAVAILABLE:
      return unavailable('Temporal does not answer');
    case GRPC_STATUS.CANCELLED:
    case GRPC_STATUS.DEADLINE_EXCEEDED:
      return unavailable('no worker answers');
    case GRPC_STATUS.FAILED_PRECONDITION:
      if (isUpdateDropped(error)) return unavailable('Temporal has dropped the change');
      return isWithoutWorker(answer) ? unavailable('no worker is running') : undefined;
    case GRPC_STATUS.RESOURCE_EXHAUSTED:
      return unavailable('Temporal limits the request rate');
    default:
      return undefined;
  }
}

function unavailable(why: string): HttpProblem {
  const detail = `${why}; retry the same request: a change is not applied twice`;
  return new HttpProblem('unavailable', detail, { headers: { 'retry-after': '2' } });
}
