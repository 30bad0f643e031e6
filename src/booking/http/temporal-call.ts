/**
 * Temporal as a door asks it: whoever is waiting outside is told within two seconds if it is away, and waits longer only for workers
 * that are slow, such as one that replays a long stay.
 */
import { isGrpcServiceError, WorkflowUpdateRPCTimeoutOrCancelledError, type Connection } from '@temporalio/client';
import { HttpProblem } from '../../http/problem.js';

/** Runs calls of Temporal's client. @throws HttpProblem `unavailable` if Temporal, or every worker, is away */
export type AskTemporal = <T>(call: () => Promise<T>) => Promise<T>;

/** A call that takes longer is not waited for. */
const PATIENCE_MS = 10_000;
/** How long a call may take before it is asked whether the server is there at all, and how long that may take. */
const SILENCE_MS = 600;
const PING_MS = 500;

const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const UNAVAILABLE = 14;

export function askingTemporal(connection: Connection): AskTemporal {
  return async (call) => {
    const abort = new AbortController();
    const answer = connection.withDeadline(Date.now() + PATIENCE_MS, () =>
      connection.withAbortSignal(abort.signal, call),
    );
    const watch = watchForSilence(connection, abort.signal);
    try {
      return await Promise.race([answer, watch.silent]);
    } catch (error) {
      throw problemOf(error) ?? error;
    } finally {
      watch.stop();
      // Whatever lost the race is called off, and nobody hears of it any more.
      answer.catch(() => undefined);
      abort.abort();
    }
  };
}

interface Watch {
  /** Rejects once the server does not answer even to the simplest question. */
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
  // Whoever has been answered no longer listens.
  silent.catch(() => undefined);
  return { silent, stop: () => clearTimeout(timer) };
}

function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return unavailable('no worker answers');
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  if (!isGrpcServiceError(cause)) return undefined;
  const code: number = cause.code;
  switch (code) {
    case UNAVAILABLE:
      return unavailable('Temporal does not answer');
    case CANCELLED:
    case DEADLINE_EXCEEDED:
      return unavailable('no worker answers');
    case FAILED_PRECONDITION:
      return /poller/i.test(cause.details) ? unavailable('no worker is at work') : undefined;
    case RESOURCE_EXHAUSTED:
      return unavailable('Temporal is asked too much');
    default:
      return undefined;
  }
}

function unavailable(why: string): HttpProblem {
  const detail = `${why}; send the same request again: what has been done already is not done twice`;
  return new HttpProblem('unavailable', detail, { headers: { 'retry-after': '2' } });
}
