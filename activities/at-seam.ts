/**
 * Common part of every activity that calls Seam. It heartbeats while it runs, so that it receives cancellations and a
 * killed worker is detected within seconds. Its errors are classified for Temporal.
 */
import { CancelledFailure, Context, type Info } from '@temporalio/activity';
import { z } from 'zod';
import { toApplicationFailure } from '../src/seam/index.js';
import { heartbeating } from './heartbeat.js';

const HEARTBEAT_MS = 1_000;

export interface Work {
  /** Fires when the activity is cancelled, or its worker shuts down. */
  readonly signal: AbortSignal;
  /** Progress that an earlier attempt noted last, unchecked; undefined if none arrived. */
  readonly noted: unknown;
  /** Time in milliseconds for which the previous attempt has certainly sent no request; 0 if that is not known. */
  readonly silentMs: number;
  /** Sets the progress for the next attempt. It is sent with the next heartbeat, or on failure. */
  note(progress: unknown): void;
}

/** Heartbeat details of an attempt. */
const detailsSchema = z.object({
  progress: z.unknown().optional(),
  /** Time since the start of the attempt. */
  ranMs: z.number(),
  /** True if the attempt failed: these are its last details. */
  ended: z.boolean(),
});

type Details = z.infer<typeof detailsSchema>;

/** Runs `work` within the current activity. @throws ApplicationFailure; CancelledFailure once cancelled */
export async function atSeam<Result>(work: (at: Work) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const { cancellationSignal: signal, info } = context;
  const startedAt = performance.now();
  const before = detailsBefore(info);
  let progress = before?.progress;
  const details = (ended: boolean): Details => ({ progress, ranMs: performance.now() - startedAt, ended });
  const at: Work = {
    signal,
    noted: progress,
    silentMs: silenceBefore(info, before),
    note: (latest) => void (progress = latest),
  };
  try {
    return await heartbeating(() => work(at), { everyMs: HEARTBEAT_MS, details: () => details(false) });
  } catch (error) {
    context.heartbeat(details(true));
    if (signal.aborted) throw new CancelledFailure('The activity was cancelled');
    throw toApplicationFailure(error, info.attempt);
  }
}

function detailsBefore({ heartbeatDetails }: Info): Details | undefined {
  return detailsSchema.safeParse(heartbeatDetails).data;
}

/**
 * Returns the silence of the previous attempt in milliseconds. An attempt whose worker died leaves no last details.
 * Temporal gives it up once its heartbeats have been missing for the heartbeat timeout, and starts the next attempt after
 * the retry interval. The attempt can have lived until its next heartbeat was due, and the SDK can have held one back
 * for as long.
 */
function silenceBefore(info: Info, before: Details | undefined): number {
  const { attempt, heartbeatTimeoutMs, startToCloseTimeoutMs = Number.POSITIVE_INFINITY } = info;
  if (attempt === 1 || heartbeatTimeoutMs === undefined) return 0;
  const isUnreadable = before === undefined && info.heartbeatDetails !== undefined;
  if (isUnreadable || before?.ended === true) return 0;
  // An attempt that ran for its whole time may have been alive when Temporal gave it up.
  if ((before?.ranMs ?? 0) + heartbeatTimeoutMs >= startToCloseTimeoutMs) return 0;
  // The SDK gives an attempt its intervals in milliseconds.
  const interval: unknown = info.retryPolicy?.initialInterval;
  const retryMs = typeof interval === 'number' ? interval : 0;
  return Math.max(0, heartbeatTimeoutMs + retryMs - 2 * HEARTBEAT_MS);
}

/**
 * Returns true if the workflow requested the cancellation; false for a worker's shutdown: the next attempt continues.
 */
export function isCancelRequested(): boolean {
  return Context.current().cancellationDetails?.cancelRequested === true;
}
