/** What one run of a stay has at hand: its book, the steps in flight, and a bell for everything that happens. */
import type { CancellationScope } from '@temporalio/workflow';
import type { StayBook } from '../../src/domain/stay/state.js';
import type { InFlight } from '../../src/domain/model/key-plan.js';
import { planStay, type StayPlan } from '../../src/domain/stay/reconcile.js';
import { now } from '../clock.js';
import type { Wakeup } from '../wakeup.js';

/** A step that an activity is at work on, with the scope to cancel it by. `key` is absent for groundwork. */
export interface Running {
  readonly stepId: string;
  readonly scope: CancellationScope;
  readonly key?: InFlight;
}

export interface StayDesk extends Wakeup {
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

export function keySteps(desk: StayDesk): readonly InFlight[] {
  return [...desk.running.values()].flatMap((step) => step.key ?? []);
}

export function planNow(desk: StayDesk): StayPlan {
  return planStay(desk.book, keySteps(desk), now());
}
