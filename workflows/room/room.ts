/** Workflow `room`: one execution per guest room, the single writer of its leases. Continues as new, never ends. */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
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
  type RoomMessageName,
} from '../../src/domain/model/room-message-schema.js';
import { roomViewOf } from '../../src/domain/room/view.js';
import { nextWake } from '../../src/domain/room/wake.js';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes.js';
import { now } from '../clock.js';
import { nextChange, type Wakeup } from '../wakeup.js';
import * as messages from '../stay/messages.js';

/** Failure type that Temporal reports when the target workflow of a signal does not exist. */
const NO_SUCH_WORKFLOW = 'ExternalWorkflowExecutionNotFound';

/** Context of one run: the room's state, and `telling`, the number of signals to stays in flight. */
interface RoomRun extends Wakeup {
  readonly state: RoomState;
  telling: number;
}

/**
 * Decides claims for one guest room and signals each stay when the decision about it changes. Never completes.
 * A cancellation request is logged in the room's history and has no other effect.
 * @param start state of the previous run; set by continue-as-new only
 * @throws ApplicationFailure `InvalidMessage` if the workflow id is no room's, or the carried state has another schema
 */
export async function room(start: messages.RoomStart = {}): Promise<void> {
  const run: RoomRun = {
    state: start.carried === undefined ? newState() : carriedState(start.carried),
    events: 0,
    telling: 0,
  };
  listen(run);
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
  const { state } = run;
  for (;;) {
    const seen = run.events;
    rules.passTime(state, now());
    for (const news of rules.changedDecisions(state, now())) tell(run, news);
    setCurrentDetails(roomDetailsOf(roomViewOf(state, now())));
    if (workflowInfo().continueAsNewSuggested && run.telling === 0 && allHandlersFinished()) {
      await continueAsNew<typeof room>({ carried: state });
    }
    await nextChange(run, seen, nextWake(state, now()));
  }
}

/**
 * Registers all handlers. Signal handlers are total: an invalid message becomes a line of the room's history.
 * Signals are registered first because buffered messages are handled in this order: a stay reports its keys, then
 * claims.
 */
function listen(run: RoomRun): void {
  const { state } = run;
  for (const name of roomMessageNames) {
    setHandler(messages.roomSignals[name] as SignalDefinition<[unknown]>, (payload) => {
      hear(state, name, payload);
      run.events += 1;
    });
  }
  setDefaultSignalHandler((name) => {
    rules.ignoreMessage(state, `there is no signal ${JSON.stringify(name.slice(0, 60))}`, now());
    run.events += 1;
  });
  setHandler(
    messages.claimUpdate,
    (claim) => {
      const news = rules.takeClaim(state, judged(claim), now());
      run.events += 1;
      return news;
    },
    { validator: (claim) => void judged(claim) },
  );
  setHandler(messages.roomQuery, () => roomViewOf(state, now()));
}

/** Returns the parsed claim. @throws ApplicationFailure `InvalidMessage` */
function judged(input: unknown): Claim {
  const checked = check(claimSchema, input);
  if (checked.ok) return checked.value;
  const { problems } = checked;
  throw ApplicationFailure.nonRetryable(describeProblems(problems), ERROR_TYPES.invalidMessage, { problems });
}

function hear(state: RoomState, name: RoomMessageName, payload: unknown): void {
  const heard = <T>(checked: Checked<T>, take: (state: RoomState, message: T, at: string) => void): void => {
    if (checked.ok) take(state, checked.value, now());
    else rules.ignoreMessage(state, `${name}: ${describeProblems(checked.problems)}`, now());
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

/**
 * Signals a stay the changed decision. A stay that ended without a release would block others, so its claims are
 * dropped.
 */
function tell(run: RoomRun, { stayId, news, ...known }: rules.NewsFor): void {
  run.telling += 1;
  void getExternalWorkflowHandle(stayId)
    .signal(messages.leaseChangedSignal, news)
    .catch((error: unknown) => {
      const { type, message } =
        error instanceof ApplicationFailure ? error : { type: undefined, message: String(error) };
      if (type === NO_SUCH_WORKFLOW) rules.takeGone(run.state, { stayId, ...known }, now());
      else rules.ignoreMessage(run.state, `${stayId} did not receive its decision: ${message}`, now());
    })
    .finally(() => {
      run.telling -= 1;
      run.events += 1;
    });
}

/** Records a cancellation request and ignores it: a room that ended would lose the record of its leases. */
function watchForCancel(run: RoomRun): void {
  CancellationScope.current().cancelRequested.catch(() => {
    rules.ignoreMessage(run.state, 'a room cannot be cancelled; its leases end with its stays', now());
    run.events += 1;
  });
}

function newState(): RoomState {
  const { workflowId } = workflowInfo();
  const name = parseRoomWorkflowId(workflowId);
  if (name !== undefined) return newRoomState(workflowId, name.propertyId, name.room, now());
  const message = `workflow id must be room/<propertyId>/<room>, parts percent-encoded; it is ${workflowId}`;
  throw ApplicationFailure.nonRetryable(message, ERROR_TYPES.invalidMessage);
}

function carriedState(carried: RoomState): RoomState {
  const schema: number = carried.schema;
  if (schema === ROOM_STATE_SCHEMA) return carried;
  throw ApplicationFailure.nonRetryable(`carried state has schema ${schema}`, ERROR_TYPES.invalidMessage);
}
