/** The workflow `room`: one execution per guest room, the single writer of its leases. It goes on from run to run, and never ends. */
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

/** The type of Temporal's failure where a signal finds nobody. */
const NO_SUCH_WORKFLOW = 'ExternalWorkflowExecutionNotFound';

/** What one run of a room has at hand: its state, and how many stays it is telling their news. */
interface RoomRun extends Wakeup {
  readonly state: RoomState;
  telling: number;
}

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

/** The room's life: settle, tell the stays what has changed for them, wait for the next message or for what time alone changes. */
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
 * Registers all handlers. Signal handlers are total: what cannot be understood becomes a line of the history. They come first: what
 * waited for a worker together is taken in in this order, and a stay tells its keys before it claims.
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
    rules.ignoreMessage(state, `no signal is called ${JSON.stringify(name.slice(0, 60))}`, now());
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

/** @throws ApplicationFailure `InvalidMessage` */
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

/** Tells a stay what has changed for it. One that has ended without letting go would stand in others' way: its claims are dropped. */
function tell(run: RoomRun, { stayId, news, ...known }: rules.NewsFor): void {
  run.telling += 1;
  void getExternalWorkflowHandle(stayId)
    .signal(messages.leaseChangedSignal, news)
    .catch((error: unknown) => {
      const { type, message } =
        error instanceof ApplicationFailure ? error : { type: undefined, message: String(error) };
      if (type === NO_SUCH_WORKFLOW) rules.takeGone(run.state, { stayId, ...known }, now());
      else rules.ignoreMessage(run.state, `${stayId} could not be informed: ${message}`, now());
    })
    .finally(() => {
      run.telling -= 1;
      run.events += 1;
    });
}

/** A room that ended would forget who holds it, so cancelling it does nothing. */
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
