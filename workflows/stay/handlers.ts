/**
 * Message handlers of a stay. Signal handlers are synchronous and total: a message only edits the state. The validator
 * of `applyReservation` only reads.
 */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  setDefaultSignalHandler,
  setHandler,
  type SignalDefinition,
} from '@temporalio/workflow';
import { outcomeOf, type KeyOutcome } from '../../src/domain/key-request/outcome.js';
import { awaitedKeysSchema } from '../../src/domain/model/key-request-schema.js';
import { applyMessage, ignoreMessage } from '../../src/domain/stay/desired/apply-message.js';
import {
  applySnapshot,
  judgeSnapshot,
  withReading,
  withSnapshotRequest,
} from '../../src/domain/stay/desired/apply-snapshot.js';
import { otherIds } from '../../src/domain/stay/desired/guest-doubts.js';
import { withLine, type StayState } from '../../src/domain/stay/state.js';
import { check, describeProblems, inShort, type Problem } from '../../src/domain/model/check.js';
import { readMessage, readSnapshot } from '../../src/domain/model/ending.js';
import { ERROR_TYPES, type StaleDetails } from '../../src/domain/model/error-types.js';
import { dryRun, type DraftRun } from '../../src/domain/stay/dry-run.js';
import { messageNames, plannedChangeSchema, type MessageName } from '../../src/domain/model/message-schema.js';
import type { StaySnapshot } from '../../src/domain/model/snapshot-schema.js';
import { exchangeEndSchema, exchangeSchema } from '../../src/domain/model/exchange-schema.js';
import type { Vote } from '../../src/domain/model/exchange.js';
import { keyRecordsOf } from '../../src/domain/stay/known/key-records.js';
import { recordOutcome, recordVote } from '../../src/domain/stay/known/record-exchanges.js';
import { offerOf, standingOf } from '../../src/domain/stay/plan/exchange.js';
import type { StayView } from '../../src/domain/model/stay-view.js';
import { viewOf } from '../../src/domain/stay/view.js';
import { parsed } from '../arguments.js';
import { exactTime, now } from '../clock.js';
import { refuseUnknownRequests, unknownSignal } from '../unknown-messages.js';
import { keySteps, planNow, type StayRun } from './run.js';
import * as messages from './messages.js';

/** Registers all handlers. The workflow calls it before the first `await`. */
export function setHandlers(run: StayRun): void {
  for (const name of messageNames) {
    setHandler(messages.staySignals[name] as SignalDefinition<[unknown]>, (payload) =>
      handleSignal(run, name, payload),
    );
  }
  setDefaultSignalHandler((name) => {
    run.state = ignoreMessage(run.state, unknownSignal(name), now());
    run.events += 1;
  });
  setHandler(messages.applyReservationUpdate, (snapshot) => receive(run, snapshot), {
    validator: (snapshot) => void parsedSnapshot(run.state, snapshot),
  });
  setHandler(messages.awaitKeysUpdate, (input) => awaitKeys(run, input), {
    validator: (input) => void parsed(awaitedKeysSchema, input),
  });
  setHandler(messages.voteUpdate, (exchange) => vote(run, exchange), {
    validator: (exchange) => void parsed(exchangeSchema, exchange),
  });
  setHandler(messages.settleExchangeUpdate, (end) => settleExchange(run, end), {
    validator: (end) => void parsed(exchangeEndSchema, end),
  });
  setHandler(messages.keyRecordsQuery, () => keyRecordsOf(run.state));
  setHandler(messages.exchangeQuery, () => standingOf(run.state, now()));
  setHandler(messages.stayQuery, () => currentView(run));
  setHandler(messages.userIdentityIdsQuery, () =>
    Object.fromEntries(Object.entries(run.state.guests).map(([guestId, guest]) => [guestId, guest.userIdentityId])),
  );
  setHandler(messages.otherGuestIdsQuery, () => otherIds(run.state));
  setHandler(messages.planForQuery, (change) => planFor(run.state, change));
  refuseUnknownRequests();
}

function vote(run: StayRun, input: unknown): Vote {
  const exchange = parsed(exchangeSchema, input);
  const voted = recordVote(run.state, exchange, offerOf(run.state, now()));
  run.state = voted.state;
  run.events += 1;
  return voted.vote;
}

function settleExchange(run: StayRun, input: unknown): void {
  const { id, outcome } = parsed(exchangeEndSchema, input);
  run.state = recordOutcome(run.state, id, outcome, now());
  run.events += 1;
}

/** Returns the view of the stay at the current time. */
export function currentView(run: StayRun): StayView {
  return viewOf(run.state, planNow(run), keySteps(run), now());
}

function handleSignal(run: StayRun, name: MessageName, payload: unknown): void {
  run.state = afterMessage(run.state, name, payload);
  run.events += 1;
}

function afterMessage(state: StayState, name: MessageName, payload: unknown): StayState {
  const { message, problems } = readMessage(name, payload ?? {});
  const applied = message === undefined ? state : applyMessage(state, message, now(), exactTime().toISOString());
  if (problems.length === 0) return applied;
  return ignoreMessage(applied, `${name}: ${describeProblems(problems)}`, now());
}

/** Snapshot that the stay can record. */
interface ParsedSnapshot {
  readonly snapshot: StaySnapshot;
  readonly taken: 'new' | 'known' | 'repeated';
  /** Problems of an invalid snapshot of which only the end of the stay is recorded. */
  readonly leftOut: readonly Problem[];
}

/**
 * Parses a snapshot and decides whether it is new for this stay.
 * @throws ApplicationFailure `InvalidSnapshot`, `StaleRevision` or `StayOver`
 */
function parsedSnapshot(state: StayState, input: unknown): ParsedSnapshot {
  const read = readSnapshot(input, state.snapshot);
  if (!read.ok) {
    throw ApplicationFailure.nonRetryable(describeProblems(read.problems), ERROR_TYPES.invalidSnapshot, {
      problems: read.problems,
    });
  }
  const { snapshot, leftOut } = read;
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
      return { snapshot, taken: 'new', leftOut };
    case 'known':
    case 'repeated':
      return { snapshot, taken: decision.kind, leftOut };
    case 'stale':
      throw ApplicationFailure.nonRetryable(decision.message, ERROR_TYPES.staleRevision, {
        sameRevision: decision.sameRevision,
      } satisfies StaleDetails);
    case 'over':
      throw ApplicationFailure.nonRetryable(decision.message, ERROR_TYPES.stayOver);
    case 'too-large':
      throw ApplicationFailure.nonRetryable(decision.message, ERROR_TYPES.invalidSnapshot, {
        problems: [{ path: 'guests', message: decision.message }],
      });
    default:
      return decision satisfies never;
  }
}

/**
 * Records a snapshot and returns the view. A snapshot or a request that is already recorded changes nothing.
 * @throws ApplicationFailure `InvalidSnapshot`, `StaleRevision` or `StayOver`
 */
export function receive(run: StayRun, input: unknown): StayView {
  const read = parsedSnapshot(run.state, input);
  const before = run.state;
  if (read.taken !== 'repeated') {
    const after = read.taken === 'new' ? recorded(before, read) : withReading(before);
    run.state = withSnapshotRequest(after, read.snapshot);
  }
  if (run.state !== before) run.events += 1;
  return { ...currentView(run), taken: read.taken === 'new' ? 'new' : 'known' };
}

function recorded(state: StayState, { snapshot, leftOut }: ParsedSnapshot): StayState {
  const applied = applySnapshot(state, snapshot, now());
  if (leftOut.length === 0) return applied;
  const what = 'only the end of the stay is read from this snapshot';
  return withLine(applied, { at: now(), what, why: inShort(describeProblems(leftOut)) });
}

/**
 * Waits for the end of a key request. It reads the view after a turn of the loop only: before the turn, the state may
 * hold what time or a message has made void. A cancelled workflow still has keys to end, so the wait is not cancelled.
 */
async function awaitKeys(run: StayRun, input: unknown): Promise<KeyOutcome> {
  const { kind, rooms, withinMs } = parsed(awaitedKeysSchema, input);
  const progress = (): KeyOutcome => outcomeOf({ kind, rooms }, currentView(run));
  let seen = run.turns;
  const isOver = (): boolean => {
    if (run.ending) return true;
    if (run.turns === seen) return false;
    seen = run.turns;
    return progress().kind !== 'pending';
  };
  run.events += 1;
  await CancellationScope.nonCancellable(() => condition(isOver, withinMs));
  return progress();
}

/**
 * Returns the dry run of a change. A query handler's error arrives without its type, so the type precedes the message.
 * @throws ApplicationFailure `InvalidMessage`, and for a snapshot as `parsedSnapshot` does
 */
function planFor(state: StayState, change: unknown): DraftRun {
  const checked = check(plannedChangeSchema, change);
  if (!checked.ok) {
    throw ApplicationFailure.nonRetryable(
      `${ERROR_TYPES.invalidMessage}: ${describeProblems(checked.problems)}`,
      ERROR_TYPES.invalidMessage,
    );
  }
  const { message, payload, ...answers } = checked.value;
  if (message !== 'applyReservation') return dryRun(afterMessage(state, message, payload), now(), answers);
  try {
    const read = parsedSnapshot(state, payload);
    return dryRun(read.taken === 'new' ? recorded(state, read) : state, now(), answers);
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    throw ApplicationFailure.nonRetryable(`${error.type}: ${error.message}`, error.type ?? ERROR_TYPES.invalidSnapshot);
  }
}
