/** What one run of a stay has at hand: its book, the steps in flight, and a bell for everything that happens. */
import { condition, sleep, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { StayBook } from '../src/stay/book.js';
import { instantAt, isBefore, millis, type Instant } from '../src/stay/instants.js';
import type { InFlight } from '../src/stay/plan-keys.js';
import { planStay, type StayPlan } from '../src/stay/plan-stay.js';

/** A step that an activity is at work on, with the scope to cancel it by. `key` is absent for groundwork. */
export interface Running {
  readonly stepId: string;
  readonly scope: CancellationScope;
  readonly key?: InFlight;
}

/** What wakes a run's loop. */
export interface Bell {
  /** Rises with everything that happens: a message, a step's end, the alarm. */
  events: number;
  alarm?: { readonly at: Instant; readonly scope: CancellationScope };
}

export interface StayDesk extends Bell {
  readonly book: StayBook;
  readonly running: Map<string, Running>;
  /** The workflow was cancelled. A run hears that once only. */
  cancelled?: boolean;
  /** The search attributes that were written last, to write them only when they change. */
  shown?: string;
}

export function openDesk(book: StayBook): StayDesk {
  return { book, running: new Map(), events: 0 };
}

/** Temporal's time, cut to the minute. */
export function now(): Instant {
  return instantAt(Date.now());
}

/** Temporal's time to the millisecond. */
export function exactTime(): Date {
  return new Date(Date.now());
}

/** Temporal's time in milliseconds since 1970. */
export function millisNow(): number {
  return Date.now();
}

export function keySteps(desk: StayDesk): readonly InFlight[] {
  return [...desk.running.values()].flatMap((step) => step.key ?? []);
}

export function planNow(desk: StayDesk): StayPlan {
  return planStay(desk.book, keySteps(desk), now());
}

/** Waits for the next thing to happen after `seen`: a message, the end of a step, or the time `wakeAt`. */
export async function nextChange(desk: Bell, seen: number, wakeAt: Instant | undefined): Promise<void> {
  if (wakeAt !== undefined) setAlarm(desk, wakeAt);
  await condition(() => desk.events > seen);
}

/** One timer serves the whole run: a later deadline finds the earlier alarm set, and is looked at again when it rings. */
function setAlarm(desk: Bell, at: Instant): void {
  if (desk.alarm !== undefined && !isBefore(at, desk.alarm.at)) return;
  desk.alarm?.scope.cancel();
  const scope = new CancellationScope();
  const alarm = { at, scope };
  desk.alarm = alarm;
  const ms = Math.max(1, millis(at) - Date.now());
  void scope
    .run(() => sleep(ms, { summary: `next deadline ${at}` }))
    .then(() => {
      if (desk.alarm === alarm) delete desk.alarm;
      desk.events += 1;
    })
    .catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
}
