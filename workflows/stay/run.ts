/** Context of one run of a stay: its state, the steps in flight, and the event counter that wakes its loop. */
import type { CancellationScope } from '@temporalio/workflow';
import type { StayState } from '../../src/domain/stay/state.js';
import type { InFlight } from '../../src/domain/model/key-plan.js';
import { planStay, type StayPlan } from '../../src/domain/stay/reconcile.js';
import { now } from '../clock.js';
import type { Wakeup } from '../wakeup.js';

/** Step that an activity is executing, with the scope that cancels it. `key` is absent for preparations. */
export interface Running {
  readonly stepId: string;
  readonly scope: CancellationScope;
  readonly key?: InFlight;
}

export interface StayRun extends Wakeup {
  /** Current state. Read it again after every await: a message may have changed it. */
  state: StayState;
  readonly running: Map<string, Running>;
  /** Number of completed turns of the loop. */
  turns: number;
  /** Measure of what a replay of the run costs: the guests and keys that its plans looked at. */
  work: number;
  /** True while the run is about to complete or to continue as new: waiting updates answer at once. */
  ending: boolean;
  /** Set when the workflow was cancelled. A run receives a cancellation request only once. */
  cancelled?: boolean;
  /** Search attributes of the last write; they are written only when they change. */
  shown?: string;
}

/** Returns a run of the given state, with no steps in flight. */
export function openRun(state: StayState): StayRun {
  return { state, running: new Map(), events: 0, turns: 0, work: 0, ending: false };
}

/** Most work of one run, far above the largest party's check-in. */
const MOST_WORK = 500_000;

/** Counts one turn of the loop. A plan's cost grows with guests and keys. */
export function countTurn(run: StayRun): void {
  run.turns += 1;
  run.work += 1 + run.state.desired.party.length + run.state.keyring.keys.length;
}

/**
 * Returns true if a replay of the run would be slow. The server's suggestion to continue as new counts events and bytes
 * only, and an event of a large party costs more.
 */
export function hasDoneMuch(run: StayRun): boolean {
  return run.work > MOST_WORK;
}

/** Returns the key steps in flight. */
export function keySteps(run: StayRun): readonly InFlight[] {
  return [...run.running.values()].flatMap((step) => step.key ?? []);
}

/** Returns the plan for the current state and time. */
export function planNow(run: StayRun): StayPlan {
  return planStay(run.state, keySteps(run), now());
}
