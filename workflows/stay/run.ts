/** What one run of a stay has at hand: its state, the steps in flight, and a bell for everything that happens. */
import type { CancellationScope } from '@temporalio/workflow';
import type { StayState } from '../../src/domain/stay/state.js';
import type { InFlight } from '../../src/domain/model/key-plan.js';
import { planStay, type StayPlan } from '../../src/domain/stay/reconcile.js';
import { now } from '../clock.js';
import type { Wakeup } from '../wakeup.js';

/** A step that an activity is at work on, with the scope to cancel it by. `key` is absent for preparations. */
export interface Running {
  readonly stepId: string;
  readonly scope: CancellationScope;
  readonly key?: InFlight;
}

export interface StayRun extends Wakeup {
  readonly state: StayState;
  readonly running: Map<string, Running>;
  /** The workflow was cancelled. A run hears that once only. */
  cancelled?: boolean;
  /** The search attributes that were written last, to write them only when they change. */
  shown?: string;
}

export function openRun(state: StayState): StayRun {
  return { state, running: new Map(), events: 0 };
}

export function keySteps(run: StayRun): readonly InFlight[] {
  return [...run.running.values()].flatMap((step) => step.key ?? []);
}

export function planNow(run: StayRun): StayPlan {
  return planStay(run.state, keySteps(run), now());
}
