/** Wakes the loop of a workflow: a counter of events, and one timer for the next deadline. */
import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import { isBefore, millis, type Instant } from '../src/domain/model/instants.js';
import { millisNow } from './clock.js';
import { timeHasPassed } from './tracing.js';

/** Counter and timer that wake the loop of one run. */
export interface Wakeup {
  /** Counts every event: a message, the end of a step, the timer. */
  events: number;
  alarm?: { readonly at: Instant; readonly scope: CancellationScope };
}

/**
 * Waits for the next event after `seen`: a message, the end of a step, or the time `wakeAt` (UTC). Also returns once
 * `isToLeave` is true, which may become true at any workflow task.
 */
export function nextChange(
  wakeup: Wakeup,
  seen: number,
  wakeAt: Instant | undefined,
  isToLeave: () => boolean,
): Promise<void> {
  if (wakeAt !== undefined) setAlarm(wakeup, wakeAt);
  return condition(() => wakeup.events > seen || isToLeave());
}

/** Sets the one timer of the run. A later deadline keeps the earlier timer and is checked again when that fires. */
function setAlarm(wakeup: Wakeup, at: Instant): void {
  if (wakeup.alarm !== undefined && !isBefore(at, wakeup.alarm.at)) return;
  wakeup.alarm?.scope.cancel();
  const scope = new CancellationScope();
  const alarm = { at, scope };
  wakeup.alarm = alarm;
  const ms = Math.max(1, millis(at) - millisNow());
  void scope
    .run(() => sleep(ms, { summary: `next deadline ${at}` }))
    .then(() => {
      if (wakeup.alarm === alarm) delete wakeup.alarm;
      timeHasPassed();
      wakeup.events += 1;
    })
    .catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
}
