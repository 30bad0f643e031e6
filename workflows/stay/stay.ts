/** Workflow `stay`: one execution per reservation, from its first snapshot until every key is dead. */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  workflowInfo,
} from '@temporalio/workflow';
import { applyMessage, ignoreMessage } from '../../src/domain/stay/desired/apply-message.js';
import { STATE_SCHEMA, isEnded, newStayState, type StayState } from '../../src/domain/stay/state.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import { LEASE_STEP_ID } from '../../src/domain/model/preparation.js';
import { parseStayWorkflowId, type StayName } from '../../src/domain/model/ids.js';
import { reconcile, type StayPlan } from '../../src/domain/stay/reconcile.js';
import { startPreparation, startKeyStep } from './run-steps.js';
import { carryOnAs, isTimeToCarryOn } from '../carry-on.js';
import { now } from '../clock.js';
import { ownName } from '../own-name.js';
import { startArgument } from '../start-argument.js';
import { allMessagesHandled, allSignalsTaken } from '../intake.js';
import { nextChange } from '../wakeup.js';
import { countTurn, hasDoneMuch, keySteps, openRun, type StayRun } from './run.js';
import { currentView, setHandlers, receive } from './handlers.js';
import type { StayStart, StaySummary } from './messages.js';
import { show } from './publish.js';

/**
 * Keeps the keys of one reservation in line with its latest snapshot and messages, until every key is dead.
 * @param argument first snapshot, or the state of the previous run; all optional. An argument that cannot be decoded
 * becomes attention.
 * @returns final phase, and the number of override and joiner keys that were issued
 * @throws ApplicationFailure `InvalidSnapshot`, `StaleRevision` or `StayOver` if `start.snapshot` is refused;
 * `InvalidSnapshot` also if the workflow id is no stay's or has another spelling, or the carried state has another
 * schema
 */
export async function stay(argument: StayStart = {}): Promise<StaySummary> {
  const { start, complaint } = startArgument<StayStart>(argument);
  const name = ownName(parseStayWorkflowId, 'stay/<propertyId>/<reservationId>', ERROR_TYPES.invalidSnapshot);
  const run = openRun(start.carried === undefined ? newState(name) : carriedState(start.carried));
  if (complaint !== undefined) run.state = ignoreMessage(run.state, complaint, now());
  setHandlers(run);
  if (start.snapshot !== undefined && run.state.snapshot === undefined) receive(run, start.snapshot);
  watchForCancel(run);
  // A cancelled stay still has keys to revoke, so nothing below is cancelled with it.
  return CancellationScope.nonCancellable(() => live(run));
}

/** Runs the loop: compares desired and observed state, starts steps, waits for a change. */
async function live(run: StayRun): Promise<StaySummary> {
  for (;;) {
    const seen = run.events;
    const { state, plan } = reconcile(run.state, keySteps(run), now());
    run.state = state;
    run.ending = mustContinueAsNew(run);
    show(run, run.ending ? await leave(run, plan) : startSteps(run, plan));
    countTurn(run);
    if (run.events > seen) continue;
    if (plan.closed && run.running.size === 0 && allSignalsTaken()) return close(run);
    await nextChange(run, seen, plan.wakeAt, () => !run.ending && mustContinueAsNew(run));
  }
}

/**
 * Returns whether the run must continue as new: its history is long, it has done much, the current version is another
 * one, or the stay was reinstated after its workflow was cancelled. Only a new run receives the next cancellation
 * request.
 */
function mustContinueAsNew(run: StayRun): boolean {
  if (!allSignalsTaken()) return false;
  return isTimeToCarryOn() || hasDoneMuch(run) || (run.cancelled === true && !isEnded(run.state));
}

/** Cancels and starts steps. Returns the plan from now on: what was ready is in flight. */
function startSteps(run: StayRun, plan: StayPlan): StayPlan {
  cancelUndesired(run, plan);
  for (const step of plan.keys.ready) startKeyStep(run, step);
  for (const step of plan.preparations) {
    if (!run.running.has(step.stepId)) startPreparation(run, step);
  }
  return { ...plan, keys: { ...plan.keys, ready: [] } };
}

/** Cancels the steps in flight that are no longer desired. */
function cancelUndesired(run: StayRun, plan: StayPlan): void {
  for (const { stepId, scope, key } of run.running.values()) {
    // A lease step is not cancelled: rooms may have received its messages, and the stay needs their answers.
    const preparations = stepId === LEASE_STEP_ID || plan.preparations.some((step) => step.stepId === stepId);
    if (key === undefined ? !preparations : plan.keys.undesired.includes(stepId)) scope.cancel();
  }
}

/**
 * Continues as new once no step is in flight. The next run restarts the steps, so that a stuck step does not delay it.
 * Returns the plan, of which no step has started.
 */
async function leave(run: StayRun, plan: StayPlan): Promise<StayPlan> {
  for (const { scope } of run.running.values()) scope.cancel();
  if (run.running.size === 0) {
    await condition(allMessagesHandled);
    await carryOnAs<typeof stay>({ carried: run.state });
  }
  return plan;
}

async function close(run: StayRun): Promise<StaySummary> {
  run.ending = true;
  await condition(allHandlersFinished);
  const issued = run.state.keyring.keys.filter((key) => key.issuedAt !== undefined);
  return {
    stay: run.state.stayId,
    phase: currentView(run).phase,
    overrides: issued.filter((key) => key.ask.kind === 'override').length,
    joiners: issued.filter((key) => key.ask.kind === 'joiner').length,
  };
}

/**
 * Handles a cancellation of the workflow like the signal `cancel`: keys are revoked, and the stay remains open for a
 * reinstatement.
 */
function watchForCancel(run: StayRun): void {
  CancellationScope.current().cancelRequested.catch(() => {
    run.cancelled = true;
    run.state = applyMessage(run.state, { name: 'cancel', payload: { by: 'workflow-cancellation' } }, now());
    run.events += 1;
  });
}

function newState(name: StayName): StayState {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const state = newStayState({ stayId: workflowId, ...name, chain: firstExecutionRunId }, now());
  return { ...state, earlierRun: { kind: 'due' } };
}

function carriedState(carried: StayState): StayState {
  const schema: number = carried.schema;
  if (schema !== STATE_SCHEMA) {
    throw ApplicationFailure.nonRetryable(`carried state has schema ${schema}`, ERROR_TYPES.invalidSnapshot);
  }
  return carried;
}
