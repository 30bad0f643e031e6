/**
 * Requests for keys: makes them durable and follows their progress until a deadline. Also reads a stay and sends orders
 * to it for the workflow `keyRequests`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import { keyRequestAnswerUpdate, keysAskedForSignal } from '../../../workflows/booking/key-request-messages.js';
import { createStayClient, StayNotFound, StayRefused, type StayView } from '../../client.js';
import { defined } from '../../domain/model/defined.js';
import { keyRequestsWorkflowId, type StayName } from '../../domain/model/ids.js';
import type { StayLook } from '../../domain/model/key-request.js';
import { outcomeOf, type KeyOutcome } from '../../domain/key-request/outcome.js';
import type { KeyRequestAnswer, KeyRequest } from '../../domain/model/key-request.js';
import type { TellOrderInput, TellOrderOutcome } from '../../domain/model/key-request-activities.js';
import { startOptions, type StartOptions } from '../../temporal/start-options.js';
import { WORKFLOW_TYPES } from '../../temporal/workflow-types.js';

const LOOK_EVERY_MS = 250;
/** Timeout of one query to the stay. */
const LOOK_MS = 3_000;

/**
 * Records a request durably.
 * @throws Error if Temporal cannot be reached by `deadline` (ms since 1970): nothing is durable
 */
export async function askForKeys(
  temporal: Client,
  name: StayName,
  request: KeyRequest,
  deadline: number,
): Promise<void> {
  await temporal.withDeadline(deadline, () =>
    temporal.workflow.signalWithStart(WORKFLOW_TYPES.keyRequests, {
      ...startOf(name),
      signal: keysAskedForSignal,
      signalArgs: [request],
    }),
  );
}

/** Follows a recorded request and returns its outcome once it is done or `deadline` (ms since 1970) has passed. */
export async function followKeys(
  temporal: Client,
  name: StayName,
  request: KeyRequest,
  deadline: number,
): Promise<KeyOutcome> {
  const answer = await quietly(() => temporal.withDeadline(deadline, () => answerOf(temporal, name, request)));
  if (answer === undefined) return { kind: 'pending', text: 'The request is recorded; it is carried out by itself.' };
  if (answer.kind === 'refused') return { kind: 'refused', text: answer.why };
  let outcome: KeyOutcome = { kind: 'pending', text: 'The stay knows of the request.' };
  for (;;) {
    const until = Math.min(deadline, Date.now() + LOOK_MS);
    outcome = (await quietly(() => temporal.withDeadline(until, () => look(temporal, name, request)))) ?? outcome;
    if (outcome.kind !== 'pending' || Date.now() + LOOK_EVERY_MS > deadline) return outcome;
    await delay(LOOK_EVERY_MS);
  }
}

function answerOf(temporal: Client, name: StayName, { requestId }: KeyRequest): Promise<KeyRequestAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOW_TYPES.keyRequests, {
    ...startOf(name),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return temporal.workflow.executeUpdateWithStart(keyRequestAnswerUpdate, {
    args: [{ requestId }],
    startWorkflowOperation,
  });
}

async function look(temporal: Client, name: StayName, request: KeyRequest): Promise<KeyOutcome> {
  try {
    return outcomeOf(request, await createStayClient(temporal).view(name));
  } catch (error) {
    if (error instanceof StayNotFound) return outcomeOf(request, undefined);
    throw error;
  }
}

/** Returns undefined if the call fails. The request is durable, so a missing response is not a failure. */
async function quietly<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}

function startOf(name: StayName): StartOptions<[]> {
  const summary = `Requests for keys of reservation ${name.reservationId} at ${name.propertyId}`;
  return startOptions(keyRequestsWorkflowId(name), [], summary);
}

/** Returns the current state of a stay for the workflow; null if there is no stay. */
export async function lookAtStay(temporal: Client, name: StayName): Promise<StayLook | null> {
  try {
    return lookOf(await createStayClient(temporal).view(name));
  } catch (error) {
    if (error instanceof StayNotFound) return null;
    throw error;
  }
}

function lookOf(view: StayView): StayLook {
  const { phase, revision, window, rooms, guests, keys } = view;
  const holders = new Set(keys.filter(({ state }) => state !== 'dead').map(({ guestId }) => guestId));
  return {
    phase,
    ...defined({ revision, window }),
    rooms,
    isPending: outcomeOf({ kind: 'new', rooms }, view).kind === 'pending',
    guests: guests.map(({ guestId, keyState }) => ({
      guestId,
      hasKey: holders.has(guestId),
      isGone: keyState === 'gone',
    })),
  };
}

/** Sends an order to its stay. Returns `refused` if the stay refuses it or does not exist. */
export async function tellOrder(temporal: Client, { name, order }: TellOrderInput): Promise<TellOrderOutcome> {
  const stays = createStayClient(temporal);
  try {
    if (order.kind === 'snapshot') await stays.applyReservation(order.snapshot);
    else await stays.signal(name, 'replaceKey', order.payload);
    return { kind: 'told' };
  } catch (error) {
    if (error instanceof StayRefused || error instanceof StayNotFound) return { kind: 'refused', why: error.message };
    throw error;
  }
}
