/**
 * Message handlers of a stay. Signal handlers are synchronous and total: a message only edits the state. The validator
 * of `applyReservation` only reads.
 */
import { ApplicationFailure, setDefaultSignalHandler, setHandler, type SignalDefinition } from '@temporalio/workflow';
import { applyMessage, ignoreMessage } from '../../src/domain/stay/desired/apply-message.js';
import { applySnapshot, judgeSnapshot } from '../../src/domain/stay/desired/apply-snapshot.js';
import type { StayState } from '../../src/domain/stay/state.js';
import { check, describeProblems } from '../../src/domain/model/check.js';
import { ERROR_TYPES, type StaleDetails } from '../../src/domain/model/error-types.js';
import { dryRun, type DryRun } from '../../src/domain/stay/dry-run.js';
import {
  messageNames,
  messageSchemas,
  plannedChangeSchema,
  type Message,
  type MessageName,
} from '../../src/domain/model/message-schema.js';
import { snapshotSchema, type StaySnapshot } from '../../src/domain/model/snapshot-schema.js';
import type { StayView } from '../../src/domain/model/stay-view.js';
import { viewOf } from '../../src/domain/stay/view.js';
import { now } from '../clock.js';
import { keySteps, planNow, type StayRun } from './run.js';
import * as messages from './messages.js';

/** Registers all handlers. The workflow calls it before the first `await`. */
export function listen(run: StayRun): void {
  for (const name of messageNames) {
    setHandler(messages.staySignals[name] as SignalDefinition<[unknown]>, (payload) => hear(run, name, payload));
  }
  setDefaultSignalHandler((name) => {
    ignoreMessage(run.state, `there is no signal ${JSON.stringify(name.slice(0, 60))}`, now());
    run.events += 1;
  });
  setHandler(messages.applyReservationUpdate, (snapshot) => receive(run, snapshot), {
    validator: (snapshot) => void judged(run.state, snapshot),
  });
  setHandler(messages.stayQuery, () => currentView(run));
  setHandler(messages.userIdentityIdsQuery, () =>
    Object.fromEntries(Object.entries(run.state.guests).map(([guestId, guest]) => [guestId, guest.userIdentityId])),
  );
  setHandler(messages.planForQuery, (change) => planFor(run.state, change));
}

/** Returns the view of the stay at the current time. */
export function currentView(run: StayRun): StayView {
  return viewOf(run.state, planNow(run), keySteps(run), now());
}

function hear(run: StayRun, name: MessageName, payload: unknown): void {
  edit(run.state, name, payload);
  run.events += 1;
}

function edit(state: StayState, name: MessageName, payload: unknown): void {
  const checked = check(messageSchemas[name], payload ?? {});
  if (checked.ok) applyMessage(state, { name, payload: checked.value } as Message, now());
  else ignoreMessage(state, `${name}: ${describeProblems(checked.problems)}`, now());
}

/**
 * Parses a snapshot and decides whether it is new for this stay.
 * @throws ApplicationFailure `InvalidSnapshot`, `StaleRevision` or `StayOver`
 */
function judged(state: StayState, input: unknown): { readonly snapshot: StaySnapshot; readonly isNew: boolean } {
  const checked = check(snapshotSchema, input);
  if (!checked.ok) {
    throw ApplicationFailure.nonRetryable(describeProblems(checked.problems), ERROR_TYPES.invalidSnapshot, {
      problems: checked.problems,
    });
  }
  const snapshot = checked.value;
  for (const field of ['propertyId', 'reservationId'] as const) {
    if (snapshot[field] === state[field]) continue;
    const message = `${field} must be ${JSON.stringify(state[field])}, as in the workflow id`;
    throw ApplicationFailure.nonRetryable(message, ERROR_TYPES.invalidSnapshot, {
      problems: [{ path: field, message }],
    });
  }
  const decision = judgeSnapshot(state, snapshot, now());
  switch (decision.kind) {
    case 'new':
      return { snapshot, isNew: true };
    case 'known':
      return { snapshot, isNew: false };
    case 'stale':
      throw ApplicationFailure.nonRetryable(decision.message, ERROR_TYPES.staleRevision, {
        sameRevision: decision.sameRevision,
      } satisfies StaleDetails);
    case 'over':
      throw ApplicationFailure.nonRetryable(decision.message, ERROR_TYPES.stayOver);
    default:
      return decision satisfies never;
  }
}

/**
 * Records a snapshot and returns the view. A snapshot that is already recorded changes nothing.
 * @throws ApplicationFailure `InvalidSnapshot`, `StaleRevision` or `StayOver`
 */
export function receive(run: StayRun, input: unknown): StayView {
  const { snapshot, isNew } = judged(run.state, input);
  if (isNew) {
    applySnapshot(run.state, snapshot, now());
    run.events += 1;
  }
  return { ...currentView(run), taken: isNew ? 'new' : 'known' };
}

/**
 * Returns the dry run of a change. A query handler's error arrives without its type, so the type precedes the message.
 * @throws ApplicationFailure `InvalidMessage`, and for a snapshot as `judged` does
 */
function planFor(state: StayState, change: unknown): DryRun {
  const checked = check(plannedChangeSchema, change);
  if (!checked.ok) {
    throw ApplicationFailure.nonRetryable(
      `${ERROR_TYPES.invalidMessage}: ${describeProblems(checked.problems)}`,
      ERROR_TYPES.invalidMessage,
    );
  }
  const { message, payload } = checked.value;
  const copy = JSON.parse(JSON.stringify(state)) as StayState;
  if (message !== 'applyReservation') edit(copy, message, payload);
  else {
    try {
      const { snapshot, isNew } = judged(copy, payload);
      if (isNew) applySnapshot(copy, snapshot, now());
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      throw ApplicationFailure.nonRetryable(
        `${error.type}: ${error.message}`,
        error.type ?? ERROR_TYPES.invalidSnapshot,
      );
    }
  }
  return dryRun(copy, now());
}
