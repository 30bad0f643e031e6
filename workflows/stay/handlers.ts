/**
 * Every message of a stay. Signal handlers are synchronous and total: a message only edits the book. The validator of
 * `applyReservation` only reads.
 */
import { ApplicationFailure, setDefaultSignalHandler, setHandler, type SignalDefinition } from '@temporalio/workflow';
import { applyMessage, ignoreMessage } from '../../src/domain/stay/desired/apply-message.js';
import { applySnapshot, judgeSnapshot } from '../../src/domain/stay/desired/apply-snapshot.js';
import type { StayBook } from '../../src/domain/stay/state.js';
import { check, describeProblems } from '../../src/domain/model/check.js';
import { ERROR_TYPES, type StaleDetails } from '../../src/domain/model/error-types.js';
import { foresee, type Foresight } from '../../src/domain/stay/dry-run.js';
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
import { keySteps, planNow, type StayDesk } from './run.js';
import * as messages from './messages.js';

/** Registers all handlers; to be called before the first `await`. */
export function listen(desk: StayDesk): void {
  for (const name of messageNames) {
    setHandler(messages.staySignals[name] as SignalDefinition<[unknown]>, (payload) => hear(desk, name, payload));
  }
  setDefaultSignalHandler((name) => {
    ignoreMessage(desk.book, `no signal is called ${JSON.stringify(name.slice(0, 60))}`, now());
    desk.events += 1;
  });
  setHandler(messages.applyReservationUpdate, (snapshot) => receive(desk, snapshot), {
    validator: (snapshot) => void judged(desk.book, snapshot),
  });
  setHandler(messages.stayQuery, () => currentView(desk));
  setHandler(messages.userIdentityIdsQuery, () =>
    Object.fromEntries(Object.entries(desk.book.guests).map(([guestId, guest]) => [guestId, guest.userIdentityId])),
  );
  setHandler(messages.planForQuery, (change) => dryRun(desk.book, change));
}

export function currentView(desk: StayDesk): StayView {
  return viewOf(desk.book, planNow(desk), keySteps(desk), now());
}

function hear(desk: StayDesk, name: MessageName, payload: unknown): void {
  edit(desk.book, name, payload);
  desk.events += 1;
}

function edit(book: StayBook, name: MessageName, payload: unknown): void {
  const checked = check(messageSchemas[name], payload ?? {});
  if (checked.ok) applyMessage(book, { name, payload: checked.value } as Message, now());
  else ignoreMessage(book, `${name}: ${describeProblems(checked.problems)}`, now());
}

/**
 * Parses a snapshot and judges whether it is news for this stay.
 * @throws ApplicationFailure `InvalidSnapshot`, `StaleRevision` or `StayOver`
 */
function judged(book: StayBook, input: unknown): { readonly snapshot: StaySnapshot; readonly isNew: boolean } {
  const checked = check(snapshotSchema, input);
  if (!checked.ok) {
    throw ApplicationFailure.nonRetryable(describeProblems(checked.problems), ERROR_TYPES.invalidSnapshot, {
      problems: checked.problems,
    });
  }
  const snapshot = checked.value;
  for (const field of ['propertyId', 'reservationId'] as const) {
    if (snapshot[field] === book[field]) continue;
    const message = `${field} must be ${JSON.stringify(book[field])}, as in the workflow id`;
    throw ApplicationFailure.nonRetryable(message, ERROR_TYPES.invalidSnapshot, {
      problems: [{ path: field, message }],
    });
  }
  const verdict = judgeSnapshot(book, snapshot, now());
  switch (verdict.kind) {
    case 'new':
      return { snapshot, isNew: true };
    case 'known':
      return { snapshot, isNew: false };
    case 'stale':
      throw ApplicationFailure.nonRetryable(verdict.message, ERROR_TYPES.staleRevision, {
        sameRevision: verdict.sameRevision,
      } satisfies StaleDetails);
    case 'over':
      throw ApplicationFailure.nonRetryable(verdict.message, ERROR_TYPES.stayOver);
    default:
      return verdict satisfies never;
  }
}

/** Takes a snapshot in; the same one again changes nothing. Throws as `judged` does. */
export function receive(desk: StayDesk, input: unknown): StayView {
  const { snapshot, isNew } = judged(desk.book, input);
  if (isNew) {
    applySnapshot(desk.book, snapshot, now());
    desk.events += 1;
  }
  return { ...currentView(desk), taken: isNew ? 'new' : 'known' };
}

/** What a query handler throws arrives without its type: that stands in front of the message. */
function dryRun(book: StayBook, change: unknown): Foresight {
  const checked = check(plannedChangeSchema, change);
  if (!checked.ok) {
    throw ApplicationFailure.nonRetryable(
      `${ERROR_TYPES.invalidMessage}: ${describeProblems(checked.problems)}`,
      ERROR_TYPES.invalidMessage,
    );
  }
  const { message, payload } = checked.value;
  const copy = JSON.parse(JSON.stringify(book)) as StayBook;
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
  return foresee(copy, now());
}
