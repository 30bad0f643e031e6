/**
 * Common part of every activity that calls Seam. It heartbeats while it runs, so that it receives cancellations and a
 * killed worker is detected within seconds. Its errors are classified for Temporal.
 */
import { CancelledFailure, Context } from '@temporalio/activity';
import { toApplicationFailure } from '../src/seam/index.js';
import { heartbeating } from './heartbeat.js';

const HEARTBEAT_MS = 1_000;

export interface Work {
  /** Fires when the activity is cancelled, or its worker shuts down. */
  readonly signal: AbortSignal;
  /** Sets the heartbeat details for the next attempt. They are sent with the next heartbeat, or on failure. */
  note(details: unknown): void;
}

/** Runs `work` within the current activity. @throws ApplicationFailure; CancelledFailure once cancelled */
export async function atSeam<Result>(work: (at: Work) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const { cancellationSignal: signal } = context;
  let details: unknown = context.info.heartbeatDetails;
  const note = (latest: unknown): void => void (details = latest);
  try {
    return await heartbeating(() => work({ signal, note }), { everyMs: HEARTBEAT_MS, details: () => details });
  } catch (error) {
    context.heartbeat(details);
    if (signal.aborted) throw new CancelledFailure('The activity was cancelled');
    throw toApplicationFailure(error, context.info.attempt);
  }
}

/**
 * Returns true if the workflow requested the cancellation; false for a worker's shutdown: the next attempt continues.
 */
export function isCancelRequested(): boolean {
  return Context.current().cancellationDetails?.cancelRequested === true;
}
