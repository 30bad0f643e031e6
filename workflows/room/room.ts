/** Workflow `room`: one execution per guest room, the single writer of its leases. Continues as new, never ends. */
import {
  ApplicationFailure,
  CancellationScope,
  getExternalWorkflowHandle,
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
import { newRoomState, ROOM_STATE_SCHEMA, type RoomState } from '../../src/domain/room/state.js';
import * as rules from '../../src/domain/room/rules.js';
import {
  claimSchema,
  roomMessageNames,
  roomMessageSchemas,
  stayRecordSchema,
  type RoomMessageName,
} from '../../src/domain/model/room-message-schema.js';
import { stayRecordOf } from '../../src/domain/room/stay-record.js';
import { roomViewOf } from '../../src/domain/room/view.js';
import { nextWake } from '../../src/domain/room/wake.js';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes.js';
import { parsed } from '../arguments.js';
import { carryOnAs, isTimeToCarryOn } from '../carry-on.js';
import { now } from '../clock.js';
import { ownName } from '../own-name.js';
import { startArgument } from '../start-argument.js';
import { refuseUnknownRequests, unknownSignal } from '../unknown-messages.js';
import { allMessagesHandled } from '../intake.js';
import { nextChange, type Wakeup } from '../wakeup.js';
import { leaseChangedSignal } from '../stay/messages.js';
import * as messages from './messages.js';

/** Failure type that Temporal reports when the target workflow of a signal does not exist. */
const NO_SUCH_WORKFLOW = 'ExternalWorkflowExecutionNotFound';

/** Context of one run: the room's state, and the number of signals to stays in flight. */
interface RoomRun extends Wakeup {
  /** Current state. Read it again after every await: a message may have changed it. */
  state: RoomState;
  signalsInFlight: number;
}

/**
 * Decides claims for one guest room and signals each stay when the decision about it changes. Never completes.
 * A cancellation request is logged in the room's history and has no other effect.
 * @param argument state of the previous run; set by continue-as-new only
 * @throws ApplicationFailure `InvalidMessage` if the workflow id is no room's, or the carried state has another schema
 */
export async function room(argument: messages.RoomStart = {}): Promise<void> {
  const { start, complaint } = startArgument<messages.RoomStart>(argument);
  const run: RoomRun = {
    state: start.carried === undefined ? newState() : carriedState(start.carried),
    events: 0,
    signalsInFlight: 0,
  };
  if (complaint !== undefined) run.state = rules.ignoreMessage(run.state, complaint, now());
  setHandlers(run);
  watchForCancel(run);
  if (start.carried === undefined) {
    upsertSearchAttributes([
      { key: SEARCH_ATTRIBUTES.property, value: run.state.propertyId },
      { key: SEARCH_ATTRIBUTES.rooms, value: [run.state.room] },
    ]);
  }
  return CancellationScope.nonCancellable(() => live(run));
}

/** Runs the loop: expires leases, signals changed decisions to stays, waits for the next message or deadline. */
async function live(run: RoomRun): Promise<never> {
  for (;;) {
    const seen = run.events;
    const { state, news } = rules.changedDecisions(rules.passTime(run.state, now()), now());
    run.state = state;
    for (const one of news) inform(run, one);
    setCurrentDetails(roomDetailsOf(roomViewOf(state, now())));
    if (mayCarryOn(run)) await carryOnAs<typeof room>({ carried: state });
    await nextChange(run, seen, nextWake(state, now()), () => mayCarryOn(run));
  }
}

function mayCarryOn(run: RoomRun): boolean {
  return isTimeToCarryOn() && run.signalsInFlight === 0 && allMessagesHandled();
}

/**
 * Registers all handlers. Signal handlers are total: an invalid message becomes a line of the room's history.
 * Signals are registered first because buffered messages are handled in this order: a stay reports its keys, then
 * claims.
 */
function setHandlers(run: RoomRun): void {
  for (const name of roomMessageNames) {
    setHandler(messages.roomSignals[name] as SignalDefinition<[unknown]>, (payload) => {
      run.state = afterMessage(run.state, name, payload);
      run.events += 1;
    });
  }
  setDefaultSignalHandler((name) => {
    run.state = rules.ignoreMessage(run.state, unknownSignal(name), now());
    run.events += 1;
  });
  setHandler(
    messages.claimUpdate,
    (claim) => {
      const { state, news } = rules.takeClaim(run.state, parsed(claimSchema, claim), now());
      run.state = state;
      run.events += 1;
      return news;
    },
    { validator: (claim) => refuseIfFull(run.state, parsed(claimSchema, claim)) },
  );
  setHandler(messages.roomQuery, () => roomViewOf(run.state, now()));
  setHandler(messages.claimAnswerQuery, (claim) => rules.takeClaim(run.state, parsed(claimSchema, claim), now()).news);
  setHandler(messages.stayRecordQuery, (input) => stayRecordOf(run.state, parsed(stayRecordSchema, input), now()));
  refuseUnknownRequests();
}

/** @throws ApplicationFailure if the room takes no further claim */
function refuseIfFull(state: RoomState, { stayId }: Claim): void {
  const why = rules.whyFull(state, stayId);
  if (why !== undefined) throw ApplicationFailure.nonRetryable(why, ERROR_TYPES.invalidMessage);
}

function afterMessage(state: RoomState, name: RoomMessageName, payload: unknown): RoomState {
  const taken = <T>(checked: Checked<T>, take: (state: RoomState, message: T, at: string) => RoomState): RoomState =>
    checked.ok
      ? take(state, checked.value, now())
      : rules.ignoreMessage(state, `${name}: ${describeProblems(checked.problems)}`, now());
  switch (name) {
    case 'release':
      return taken(check(roomMessageSchemas.release, payload), rules.takeRelease);
    case 'anchored':
      return taken(check(roomMessageSchemas.anchored, payload), rules.takeReport);
    case 'force':
      return taken(check(roomMessageSchemas.force, payload), rules.takeForce);
    default:
      name satisfies never;
      return state;
  }
}

/**
 * Signals a stay the changed decision. A stay that ended without a release would block others, so its claims are
 * dropped. One that cannot take the signal now (its run holds all that Temporal allows) is sent it again later.
 */
function inform(run: RoomRun, one: rules.NewsFor): void {
  run.signalsInFlight += 1;
  void getExternalWorkflowHandle(one.stayId)
    .signal(leaseChangedSignal, one.news)
    .catch((error: unknown) => {
      const { type, message } =
        error instanceof ApplicationFailure ? error : { type: undefined, message: String(error) };
      run.state =
        type === NO_SUCH_WORKFLOW
          ? rules.takeGone(run.state, one, now())
          : rules.takeUndelivered(run.state, one, message, now());
    })
    .finally(() => {
      run.signalsInFlight -= 1;
      run.events += 1;
    });
}

/** Records a cancellation request and ignores it: a room that ended would lose the record of its leases. */
function watchForCancel(run: RoomRun): void {
  CancellationScope.current().cancelRequested.catch(() => {
    run.state = rules.ignoreMessage(run.state, 'a room cannot be cancelled; its leases end with its stays', now());
    run.events += 1;
  });
}

function newState(): RoomState {
  const { propertyId, room: number } = ownName(
    parseRoomWorkflowId,
    'room/<propertyId>/<room>',
    ERROR_TYPES.invalidMessage,
  );
  return newRoomState(workflowInfo().workflowId, propertyId, number, now());
}

function carriedState(carried: RoomState): RoomState {
  const schema: number = carried.schema;
  if (schema === ROOM_STATE_SCHEMA) return carried;
  throw ApplicationFailure.nonRetryable(`carried state has schema ${schema}`, ERROR_TYPES.invalidMessage);
}
