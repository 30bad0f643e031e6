/** The workflow `room`: one execution per guest room, the single writer of its leases. It goes on from run to run, and never ends. */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  getExternalWorkflowHandle,
  patched,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  type SignalDefinition,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { check, describeProblems, type Checked } from '../../src/domain/model/check.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import { parseRoomWorkflowId } from '../../src/domain/model/ids.js';
import type { Claim } from '../../src/domain/model/lease.js';
import { roomDetailsOf } from '../../src/domain/room/details.js';
import { openRoomBook, ROOM_BOOK_SCHEMA, type RoomBook } from '../../src/domain/room/state.js';
import * as rules from '../../src/domain/room/rules.js';
import {
  claimSchema,
  roomMessageNames,
  roomMessageSchemas,
  type RoomMessageName,
} from '../../src/domain/model/room-message-schema.js';
import { roomViewOf } from '../../src/domain/room/view.js';
import { nextWake, sharesInParts } from '../../src/domain/room/wake.js';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes.js';
import { now } from '../clock.js';
import { nextChange, type Wakeup } from '../wakeup.js';
import * as messages from '../stay/messages.js';

/** The type of Temporal's failure where a signal finds nobody. */
const NO_SUCH_WORKFLOW = 'ExternalWorkflowExecutionNotFound';

/** What one run of a room has at hand: its book, and how many stays it is telling their news. */
interface RoomDesk extends Wakeup {
  readonly book: RoomBook;
  telling: number;
}

export async function room(start: messages.RoomStart = {}): Promise<void> {
  const desk: RoomDesk = {
    book: start.carried === undefined ? newBook() : carriedBook(start.carried),
    events: 0,
    telling: 0,
  };
  listen(desk);
  watchForCancel(desk);
  if (start.carried === undefined) {
    upsertSearchAttributes([
      { key: SEARCH_ATTRIBUTES.property, value: desk.book.propertyId },
      { key: SEARCH_ATTRIBUTES.rooms, value: [desk.book.room] },
    ]);
  }
  return CancellationScope.nonCancellable(() => live(desk));
}

/** The room's life: settle, tell the stays what has changed for them, wait for the next message or for what time alone changes. */
async function live(desk: RoomDesk): Promise<never> {
  const { book } = desk;
  for (;;) {
    const seen = desk.events;
    rules.passTime(book, now());
    for (const news of rules.changedVerdicts(book, now())) tell(desk, news);
    setCurrentDetails(roomDetailsOf(roomViewOf(book, now())));
    if (workflowInfo().continueAsNewSuggested && desk.telling === 0 && allHandlersFinished()) {
      await continueAsNew<typeof room>({ carried: book });
    }
    const isOlder = sharesInParts(book) && !patched('wait-for-own-parts');
    await nextChange(desk, seen, nextWake(book, now(), isOlder ? { rules: 'first' } : {}));
  }
}

/**
 * Registers all handlers. Signal handlers are total: what cannot be understood becomes a line of the history. They come first: what
 * waited for a worker together is taken in in this order, and a stay tells its keys before it claims.
 */
function listen(desk: RoomDesk): void {
  const { book } = desk;
  for (const name of roomMessageNames) {
    setHandler(messages.roomSignals[name] as SignalDefinition<[unknown]>, (payload) => {
      hear(book, name, payload);
      desk.events += 1;
    });
  }
  setDefaultSignalHandler((name) => {
    rules.ignoreMessage(book, `no signal is called ${JSON.stringify(name.slice(0, 60))}`, now());
    desk.events += 1;
  });
  setHandler(
    messages.claimUpdate,
    (claim) => {
      const news = rules.takeClaim(book, judged(claim), now());
      desk.events += 1;
      return news;
    },
    { validator: (claim) => void judged(claim) },
  );
  setHandler(messages.roomQuery, () => roomViewOf(book, now()));
}

/** @throws ApplicationFailure `InvalidMessage` */
function judged(input: unknown): Claim {
  const checked = check(claimSchema, input);
  if (checked.ok) return checked.value;
  const { problems } = checked;
  throw ApplicationFailure.nonRetryable(describeProblems(problems), ERROR_TYPES.invalidMessage, { problems });
}

function hear(book: RoomBook, name: RoomMessageName, payload: unknown): void {
  const heard = <T>(checked: Checked<T>, take: (book: RoomBook, message: T, at: string) => void): void => {
    if (checked.ok) take(book, checked.value, now());
    else rules.ignoreMessage(book, `${name}: ${describeProblems(checked.problems)}`, now());
  };
  switch (name) {
    case 'release':
      return heard(check(roomMessageSchemas.release, payload), rules.takeRelease);
    case 'anchored':
      return heard(check(roomMessageSchemas.anchored, payload), rules.takeReport);
    case 'force':
      return heard(check(roomMessageSchemas.force, payload), rules.takeForce);
    default:
      name satisfies never;
  }
}

/** Tells a stay what has changed for it. One that has ended without letting go would stand in others' way: its claims are dropped. */
function tell(desk: RoomDesk, { stayId, news, ...known }: rules.NewsFor): void {
  desk.telling += 1;
  void getExternalWorkflowHandle(stayId)
    .signal(messages.leaseChangedSignal, news)
    .catch((error: unknown) => {
      const { type, message } =
        error instanceof ApplicationFailure ? error : { type: undefined, message: String(error) };
      if (type === NO_SUCH_WORKFLOW) rules.takeGone(desk.book, { stayId, ...known }, now());
      else rules.ignoreMessage(desk.book, `${stayId} could not be told its news: ${message}`, now());
    })
    .finally(() => {
      desk.telling -= 1;
      desk.events += 1;
    });
}

/** A room that ended would forget who holds it, so cancelling it does nothing. */
function watchForCancel(desk: RoomDesk): void {
  CancellationScope.current().cancelRequested.catch(() => {
    rules.ignoreMessage(desk.book, 'a room cannot be cancelled; its leases end with its stays', now());
    desk.events += 1;
  });
}

function newBook(): RoomBook {
  const { workflowId } = workflowInfo();
  const name = parseRoomWorkflowId(workflowId);
  if (name !== undefined) return openRoomBook(workflowId, name.propertyId, name.room, now());
  const message = `workflow id must be room/<propertyId>/<room>, parts percent-encoded; it is ${workflowId}`;
  throw ApplicationFailure.nonRetryable(message, ERROR_TYPES.invalidMessage);
}

function carriedBook(carried: RoomBook): RoomBook {
  const schema: number = carried.schema;
  if (schema === ROOM_BOOK_SCHEMA) return carried;
  throw ApplicationFailure.nonRetryable(`carried book has schema ${schema}`, ERROR_TYPES.invalidMessage);
}
