/**
 * Workflow `keyRequests`: one execution per reservation that a booking system requests keys for, while there is
 * something to do (OPERA's door lock interface, Mews's key cutter). It carries requests out in order of arrival,
 * however long that takes: the booking system may never repeat a request.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Order } from '../../src/domain/model/key-request.js';
import { decide, type Circumstances } from '../../src/domain/key-request/decide.js';
import type { KeyRequestAnswer, KeyRequest } from '../../src/domain/model/key-request.js';
import type { KeyRequestActivities } from '../../src/domain/model/key-request-activities.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import { parseKeyRequestsWorkflowId, type StayName } from '../../src/domain/model/ids.js';
import { now } from '../clock.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import * as messages from './key-request-messages.js';
import { ownName } from '../own-name.js';

const { lookAtStay, tellOrder } = proxyActivities<KeyRequestActivities>({
  taskQueue: TASK_QUEUES.bookings,
  startToCloseTimeout: '10s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});

/** Idle time before the execution completes; the next request starts another. Duplicates are ignored until then. */
const IDLE = '10m';
/** Time limit of the update `keyRequestAnswer`, longer than any caller's timeout. */
const ANSWERED_WITHIN = '30s';
const LOOK_EVERY_MS = 1_000;
const MOST_LOOKS = 60;

interface Desk {
  readonly name: StayName;
  readonly waiting: KeyRequest[];
  readonly answers: Map<string, KeyRequestAnswer>;
  /** Request that is being carried out, or was carried out last. */
  current?: KeyRequest;
  /** Last request whose changes the stay received. */
  told?: KeyRequest;
}

/**
 * Carries out the key requests of one reservation, in order of arrival.
 * @returns number of requests that were answered, refusals included
 * @throws ApplicationFailure `InvalidMessage` if the workflow id is not `key-requests/<propertyId>/<reservationId>`
 */
export async function keyRequests(): Promise<{ readonly carriedOut: number }> {
  const run = openRun();
  listen(run);
  do {
    while (run.waiting.length > 0) await carryOutNext(run);
    await condition(() => run.waiting.length > 0, IDLE);
    if (run.waiting.length === 0) await condition(allHandlersFinished);
  } while (run.waiting.length > 0);
  return { carriedOut: run.answers.size };
}

async function carryOutNext(run: Desk): Promise<void> {
  const request = run.waiting.shift();
  if (request === undefined) return;
  setCurrentDetails(`**${request.kind}** for ${request.rooms.join(', ') || 'no room'}, asked for by ${request.by}`);
  run.current = request;
  const answer = await carryOut(run.name, request, { before: run.told });
  if (answer.kind === 'told') run.told = request;
  run.answers.set(request.requestId, answer);
}

async function carryOut(
  name: StayName,
  request: KeyRequest,
  circumstances: Omit<Circumstances, 'now'>,
): Promise<KeyRequestAnswer> {
  const look = await lookAtStay.executeWithOptions({ summary: `before "${request.kind}": look at the stay` }, [name]);
  const decision = decide(name, request, look ?? undefined, { now: now(), ...circumstances });
  if (decision.kind === 'refuse') return { kind: 'refused', why: decision.why };
  for (const order of decision.orders) {
    const refused = await follow(name, request, order);
    if (refused !== undefined) return refused;
  }
  return { kind: 'told', changes: decision.orders.length };
}

async function follow(name: StayName, request: KeyRequest, order: Order): Promise<KeyRequestAnswer | undefined> {
  if (order.kind === 'await-end-of-keys') {
    await endOfKeys(name);
    return undefined;
  }
  const outcome = await tellOrder.executeWithOptions({ summary: `"${request.kind}": update the stay` }, [
    { name, order },
  ]);
  return outcome.kind === 'refused' ? outcome : undefined;
}

async function endOfKeys(name: StayName): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const look = await lookAtStay.executeWithOptions({ summary: 'have the old keys ended?' }, [name]);
    if (look === null || !look.guests.some(({ hasKey }) => hasKey)) return;
    await sleep(LOOK_EVERY_MS);
  }
}

function listen(run: Desk): void {
  const { waiting, answers } = run;
  setHandler(messages.keysAskedForSignal, (request) => {
    const atHand = run.current === undefined ? waiting : [run.current, ...waiting];
    const isKnown = answers.has(request.requestId) || atHand.some(({ requestId }) => requestId === request.requestId);
    if (!isKnown) waiting.push(request);
  });
  setHandler(messages.keyRequestAnswerUpdate, async ({ requestId }): Promise<KeyRequestAnswer> => {
    const isAnswered = await condition(() => answers.has(requestId), ANSWERED_WITHIN);
    const answer = answers.get(requestId);
    if (isAnswered && answer !== undefined) return answer;
    throw ApplicationFailure.nonRetryable('the request has not come, or takes longer', ERROR_TYPES.invalidMessage);
  });
}

function openRun(): Desk {
  const form = 'key-requests/<propertyId>/<reservationId>';
  const name = ownName(parseKeyRequestsWorkflowId, form, ERROR_TYPES.invalidMessage);
  return { name, waiting: [], answers: new Map() };
}
