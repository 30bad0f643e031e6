/**
 * Workflow `keyRequests`: one execution per reservation that a booking system requests keys for, while there is
 * something to do (OPERA's door lock interface, Mews's key cutter). It carries requests out in order of arrival,
 * however long that takes: the booking system may never repeat a request.
 */
import { ApplicationFailure, condition, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { decide, type Circumstances } from '../../src/domain/key-request/decide.js';
import { check, describeProblems } from '../../src/domain/model/check.js';
import { defined } from '../../src/domain/model/defined.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import { lineOf } from '../../src/domain/model/markdown.js';
import { parseKeyRequestsWorkflowId, type StayName } from '../../src/domain/model/ids.js';
import type { KeyRequestActivities } from '../../src/domain/model/key-request-activities.js';
import type { KeyRequestAnswer, Order } from '../../src/domain/model/key-request.js';
import {
  awaitedAnswerSchema,
  keyRequestSchema,
  requestNameSchema,
  type KeyRequest,
} from '../../src/domain/model/key-request-schema.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { parsed } from '../arguments.js';
import { carryOnAs, isTimeToCarryOn } from '../carry-on.js';
import { now } from '../clock.js';
import { ignoreSignal, handleUnknownMessages } from '../unknown-messages.js';
import * as messages from './key-request-messages.js';
import { allMessagesHandled } from '../intake.js';
import { ownName } from '../own-name.js';
import { startArgument } from '../start-argument.js';

const retry = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' } as const;

const { readStay, sendOrder } = proxyActivities<KeyRequestActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '10s',
  retry,
});

/** The activity waits for up to a minute. */
const { awaitEndOfKeys } = proxyActivities<KeyRequestActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '75s',
  heartbeatTimeout: '10s',
  retry,
});

/** Idle time before the execution completes; the next request starts another. Duplicates are ignored until then. */
const IDLE = '10m';
/** Time limit of the update `keyRequestAnswer`, longer than any caller's timeout. */
const ANSWERED_WITHIN = '30s';

/** Most answers that a new run keeps; an older request that is repeated would be carried out once more. */
const KEPT_ANSWERS = 500;

interface KeyRequestRun {
  readonly name: StayName;
  carriedOut: number;
  readonly waiting: KeyRequest[];
  readonly answers: Map<string, KeyRequestAnswer>;
  /** Request that is being carried out, or was carried out last. */
  current?: KeyRequest;
  /** Last request whose orders the stay received. */
  sent?: KeyRequest;
}

/**
 * Carries out the key requests of one reservation, in order of arrival.
 * @param argument state of the previous run, after continue-as-new
 * @returns number of requests that were answered, refusals included
 * @throws ApplicationFailure `InvalidMessage` if the workflow id is not `key-requests/<propertyId>/<reservationId>`
 */
export async function keyRequests(argument: messages.KeyRequestsStart = {}): Promise<{ readonly carriedOut: number }> {
  const run = openRun(startArgument<messages.KeyRequestsStart>(argument).start);
  setHandlers(run);
  for (;;) {
    while (run.waiting.length > 0 && !isTimeToCarryOn()) await carryOutNext(run);
    if (isTimeToCarryOn()) await carryOn(run);
    if (await condition(() => run.waiting.length > 0 || isTimeToCarryOn(), IDLE)) continue;
    await condition(allMessagesHandled);
    if (run.waiting.length === 0) return { carriedOut: run.carriedOut };
  }
}

/** Continues as new once every caller who waits has an answer, or has waited long enough. */
async function carryOn(run: KeyRequestRun): Promise<never> {
  await condition(allMessagesHandled);
  const { waiting, answers, sent, carriedOut } = run;
  const latest = [...answers].slice(-KEPT_ANSWERS);
  const carried = { schema: 1, waiting, answers: latest, carriedOut, ...defined({ sent }) } as const;
  return carryOnAs<typeof keyRequests>({ carried });
}

async function carryOutNext(run: KeyRequestRun): Promise<void> {
  const request = run.waiting.shift();
  if (request === undefined) return;
  const text = ` for ${request.rooms.join(', ') || 'no room'}, requested by ${request.by}`;
  setCurrentDetails(lineOf({ strong: request.kind, text }));
  run.current = request;
  const answer = await carryOut(run.name, request, { before: run.sent });
  if (answer.kind === 'sent') run.sent = request;
  addAnswer(run, request.requestId, answer);
}

function addAnswer(run: KeyRequestRun, requestId: string, answer: KeyRequestAnswer): void {
  run.answers.set(requestId, answer);
  run.carriedOut += 1;
}

async function carryOut(
  name: StayName,
  request: KeyRequest,
  circumstances: Omit<Circumstances, 'now'>,
): Promise<KeyRequestAnswer> {
  const stay = await readStay.executeWithOptions({ summary: `before "${request.kind}": read the stay` }, [name]);
  const decision = decide(name, request, stay ?? undefined, { now: now(), ...circumstances });
  if (decision.kind === 'refuse') return { kind: 'refused', why: decision.why };
  for (const order of decision.orders) {
    const refused = await follow(name, request, order);
    if (refused !== undefined) return refused;
  }
  return { kind: 'sent', changes: decision.orders.length };
}

async function follow(name: StayName, request: KeyRequest, order: Order): Promise<KeyRequestAnswer | undefined> {
  if (order.kind === 'await-end-of-keys') {
    await awaitEndOfKeys.executeWithOptions({ summary: 'wait until the old keys have ended' }, [name]);
    return undefined;
  }
  const outcome = await sendOrder.executeWithOptions({ summary: `"${request.kind}": update the stay` }, [
    { name, order },
  ]);
  return outcome.kind === 'refused' ? outcome : undefined;
}

/** Refuses an invalid request, if its id can be read; otherwise it is only logged. */
function refuse(run: KeyRequestRun, input: unknown, why: string): void {
  ignoreSignal('keysAskedFor', why);
  const name = check(requestNameSchema, input);
  const isNew = name.ok && !run.answers.has(name.value.requestId);
  if (isNew) addAnswer(run, name.value.requestId, { kind: 'refused', why });
}

/** Registers all handlers. The signal handler is total: an invalid request is refused and changes nothing. */
function setHandlers(run: KeyRequestRun): void {
  const { waiting, answers } = run;
  setHandler(messages.keysAskedForSignal, (input) => {
    const checked = check(keyRequestSchema, input);
    if (!checked.ok) {
      refuse(run, input, describeProblems(checked.problems));
      return;
    }
    const request = checked.value;
    const pending = run.current === undefined ? waiting : [run.current, ...waiting];
    const isKnown = answers.has(request.requestId) || pending.some(({ requestId }) => requestId === request.requestId);
    if (!isKnown) waiting.push(request);
  });
  setHandler(
    messages.keyRequestAnswerUpdate,
    async (input): Promise<KeyRequestAnswer> => {
      const { requestId } = parsed(awaitedAnswerSchema, input);
      const isAnswered = await condition(() => answers.has(requestId), ANSWERED_WITHIN);
      const answer = answers.get(requestId);
      if (isAnswered && answer !== undefined) return answer;
      throw invalid('the request has not arrived, or takes longer than expected');
    },
    { validator: (input) => void parsed(awaitedAnswerSchema, input) },
  );
  handleUnknownMessages();
}

function invalid(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, ERROR_TYPES.invalidMessage);
}

function openRun({ carried }: messages.KeyRequestsStart): KeyRequestRun {
  const form = 'key-requests/<propertyId>/<reservationId>';
  const name = ownName(parseKeyRequestsWorkflowId, form, ERROR_TYPES.invalidMessage);
  const { waiting = [], answers = [], sent, carriedOut = 0 } = carried ?? {};
  return { name, carriedOut, waiting: [...waiting], answers: new Map(answers), ...defined({ sent }) };
}
