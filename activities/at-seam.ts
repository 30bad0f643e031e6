/**
 * What every activity that speaks to Seam has in common: it heartbeats while it works, so that cancellation reaches it and a
 * killed worker is noticed within seconds, and its errors are classified for Temporal.
 */
import { CancelledFailure, Context } from '@temporalio/activity';
import { toApplicationFailure } from '../src/seam/index.js';

const HEARTBEAT_MS = 1_000;

export interface Work {
  /** Fires when the activity is cancelled, or its worker shuts down. */
  readonly signal: AbortSignal;
  /** Sets what the next attempt finds as heartbeat details, once they are sent: with the next beat, or on failure. */
  note(details: unknown): void;
}

/** Runs `work` within the current activity. Throws an ApplicationFailure, or a CancelledFailure once cancelled. */
export async function atSeam<Result>(work: (at: Work) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const { cancellationSignal: signal } = context;
  let details: unknown = context.info.heartbeatDetails;
  const beat = (): void => context.heartbeat(details);
  const heart = setInterval(beat, HEARTBEAT_MS);
  try {
    return await work({ signal, note: (latest) => void (details = latest) });
  } catch (error) {
    beat();
    if (signal.aborted) throw new CancelledFailure('The activity was cancelled');
    throw toApplicationFailure(error);
  } finally {
    clearInterval(heart);
  }
}

/** True if the workflow asked for the cancellation, and not a worker that shuts down: then the next attempt goes on. */
export function isCancelRequested(): boolean {
  return Context.current().cancellationDetails?.cancelRequested === true;
}
