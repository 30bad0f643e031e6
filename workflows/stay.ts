/** The workflow `stay`: one execution per reservation, from its first snapshot until every key is dead. */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import { applyDueRooms, applyMessage } from '../src/stay/apply-message.js';
import { BOOK_SCHEMA, openBook, type StayBook } from '../src/stay/book.js';
import { ERROR_TYPES } from '../src/stay/error-types.js';
import { parseStayWorkflowId } from '../src/stay/ids.js';
import { recordExpired } from '../src/stay/record.js';
import type { StayPlan } from '../src/stay/plan-stay.js';
import { startGroundStep, startKeyStep } from './carry-out.js';
import { keySteps, nextChange, now, openDesk, planNow, type StayDesk } from './desk.js';
import { currentView, listen, receive } from './listen.js';
import type { StayStart, StaySummary } from './messages.js';
import { show } from './show.js';

export async function stay(start: StayStart = {}): Promise<StaySummary> {
  const desk = openDesk(start.carried === undefined ? newBook() : carriedBook(start.carried));
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
    letTimePass(desk);
    const plan = planNow(desk);
    const leaving = workflowInfo().continueAsNewSuggested;
    callOff(desk, plan, { leaving });
    if (!leaving) begin(desk, plan);
    show(desk);
    if (desk.events > seen) continue;
    if (plan.closed && !leaving && desk.running.size === 0) return close(desk);
    if (leaving && desk.running.size === 0) await carryOn(desk);
    await nextChange(desk, seen, plan.wakeAt);
  }
}

function letTimePass(desk: StayDesk): void {
  applyDueRooms(desk.book, now());
  recordExpired(
    desk.book,
    keySteps(desk).map((step) => step.keyId),
    now(),
  );
}

function begin(desk: StayDesk, plan: StayPlan): void {
  for (const step of plan.keys.ready) startKeyStep(desk, step);
  for (const step of plan.groundwork) {
    if (!desk.running.has(step.stepId)) startGroundStep(desk, step);
  }
}

/** Cancels what is no longer wanted; before continuing as new also what could wait for ever. */
function callOff(desk: StayDesk, plan: StayPlan, how: { readonly leaving: boolean }): void {
  for (const { stepId, scope, key } of desk.running.values()) {
    const groundwork = plan.groundwork.find((step) => step.stepId === stepId);
    const unwanted = key === undefined ? groundwork === undefined : plan.keys.unwanted.includes(stepId);
    const couldWait = groundwork?.do === 'wait-for-phone' || groundwork?.do === 'watch-for-strays';
    if (unwanted || (how.leaving && couldWait)) scope.cancel();
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
