/** Heartbeats of activities: without them an activity receives no cancellation, and a killed worker is detected late. */
import { heartbeat } from '@temporalio/activity';

const HEARTBEAT_MS = 3_000;

export interface HeartbeatOptions {
  /** Interval of heartbeats, in milliseconds; 3 s by default. */
  readonly everyMs?: number;
  /** Returns the heartbeat details for the next attempt; none by default. */
  readonly details?: () => unknown;
}

/** Runs `work` within the current activity, and heartbeats until it ends. */
export async function heartbeating<Result>(
  work: () => Promise<Result>,
  { everyMs = HEARTBEAT_MS, details = () => undefined }: HeartbeatOptions = {},
): Promise<Result> {
  const beats = setInterval(() => heartbeat(details()), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(beats);
  }
}
