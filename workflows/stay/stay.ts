/** The workflow `stay`: one execution per reservation, from its first snapshot until every key is dead. */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import { applyMessage } from '../../src/domain/stay/desired/apply-message.js';
import {
  BOOK_SCHEMA,
  isEnded,
  mayForgetKeys,
  openBook,
  openLeases,
  type StayBook,
} from '../../src/domain/stay/state.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import { LEASE_STEP_ID } from '../../src/domain/model/preparation.js';
import { parseStayWorkflowId } from '../../src/domain/model/ids.js';
import { takeStock, type StayPlan } from '../../src/domain/stay/reconcile.js';
import { startGroundStep, startKeyStep } from './run-steps.js';
import { now } from '../clock.js';
import { nextChange } from '../wakeup.js';
import { keySteps, openDesk, type StayDesk } from './run.js';
import { currentView, listen, receive } from './handlers.js';
import type { StayStart, StaySummary } from './messages.js';
import { show } from './publish.js';

export async function stay(start: StayStart = {}): Promise<StaySummary> {
  const desk = openDesk(start.carried === undefined ? newBook() : carriedBook(start.carried));
  if (patched('leases')) openLeases(desk.book, workflowInfo().firstExecutionRunId);
  listen(desk);
  if (start.snapshot !== undefined && desk.book.snapshot === undefined) receive(desk, start.snapshot);
  watchForCancel(desk);
  // A cancelled stay still has keys to revoke, so nothing below is cancelled with it.
  return CancellationScope.nonCancellable(() => live(desk));
}

/** The stay's life: compare what is wanted with what is known, act, wait for a change, compare again. */
async function live(desk: StayDesk): Promise<StaySummary> {
  for (;;) {
    const seen = desk.events;
    if (mayForgetKeys(desk.book, keySteps(desk)) && patched('forgotten-keys')) desk.book.endsForgottenKeys = true;
    const plan = takeStock(desk.book, keySteps(desk), now());
    if (isLeaving(desk)) {
      // Whatever is in flight is taken up again by the next run, so that nothing stuck holds up what comes.
      for (const { scope } of desk.running.values()) scope.cancel();
      if (desk.running.size === 0) await carryOn(desk);
    } else {
      callOff(desk, plan);
      begin(desk, plan);
    }
    show(desk);
    if (desk.events > seen) continue;
    if (plan.closed && desk.running.size === 0) return close(desk);
    await nextChange(desk, seen, plan.wakeAt);
  }
}

/** A long history, or a stay that was reinstated after its workflow was cancelled: only a new run hears the next cancellation. */
function isLeaving(desk: StayDesk): boolean {
  return workflowInfo().continueAsNewSuggested || (desk.cancelled === true && !isEnded(desk.book));
}

function begin(desk: StayDesk, plan: StayPlan): void {
  for (const step of plan.keys.ready) startKeyStep(desk, step);
  for (const step of plan.groundwork) {
    if (!desk.running.has(step.stepId)) startGroundStep(desk, step);
  }
}

/** Cancels what is no longer wanted. */
function callOff(desk: StayDesk, plan: StayPlan): void {
  for (const { stepId, scope, key } of desk.running.values()) {
    // What rooms were told is not taken back unheard.
    const groundwork = stepId === LEASE_STEP_ID || plan.groundwork.some((step) => step.stepId === stepId);
    if (key === undefined ? !groundwork : plan.keys.unwanted.includes(stepId)) scope.cancel();
  }
}

async function carryOn(desk: StayDesk): Promise<void> {
  await condition(allHandlersFinished);
  await continueAsNew<typeof stay>({ carried: desk.book });
}

async function close(desk: StayDesk): Promise<StaySummary> {
  await condition(allHandlersFinished);
  const issued = desk.book.keyring.keys.filter((key) => key.issuedAt !== undefined);
  return {
    stay: desk.book.stayId,
    phase: currentView(desk).phase,
    overrides: issued.filter((key) => key.ask.kind === 'override').length,
    joiners: issued.filter((key) => key.ask.kind === 'joiner').length,
  };
}

/** Cancelling the workflow means `cancel`: keys are revoked; the stay stays open for a reinstatement, like any other. */
function watchForCancel(desk: StayDesk): void {
  CancellationScope.current().cancelRequested.catch(() => {
    desk.cancelled = true;
    applyMessage(desk.book, { name: 'cancel', payload: { by: 'workflow-cancellation' } }, now());
    desk.events += 1;
  });
}

function newBook(): StayBook {
  const { workflowId } = workflowInfo();
  const name = parseStayWorkflowId(workflowId);
  if (name === undefined) {
    const message = `workflow id must be stay/<propertyId>/<reservationId>, parts percent-encoded; it is ${workflowId}`;
    throw ApplicationFailure.nonRetryable(message, ERROR_TYPES.invalidSnapshot);
  }
  return openBook(workflowId, name.propertyId, name.reservationId, now());
}

function carriedBook(carried: StayBook): StayBook {
  const schema: number = carried.schema;
  if (schema !== BOOK_SCHEMA) {
    throw ApplicationFailure.nonRetryable(`carried book has schema ${schema}`, ERROR_TYPES.invalidSnapshot);
  }
  return carried;
}
