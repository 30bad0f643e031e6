/**
 * Requests for keys: makes them durable and follows their progress until a deadline. Also reads a stay and sends orders
 * to it for the workflow `keyRequests`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WithStartWorkflowOperation, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { keyRequestAnswerUpdate, keysAskedForSignal } from '../../../workflows/booking/key-request-messages.js';
import { createStayClient, StayNotFound, StayRefused, type StayView } from '../../client.js';
import { defined } from '../../domain/model/defined.js';
import { keyRequestsWorkflowId, stayWorkflowId, type StayName } from '../../domain/model/ids.js';
import { outcomeOf, type KeyOutcome } from '../../domain/key-request/outcome.js';
import type { KeyRequestAnswer, StayReport } from '../../domain/model/key-request.js';
import type { SendOrderInput, SendOrderOutcome } from '../../domain/model/key-request-activities.js';
import { LONGEST_WAIT_MS, type KeyRequest } from '../../domain/model/key-request-schema.js';
import { awaitKeysUpdate } from '../../../workflows/stay/messages.js';
import { startOptions, type StartOptions } from '../../temporal/start-options.js';
import { WORKFLOW_TYPES } from '../../temporal/workflow-types.js';

/** Time before the caller's deadline at which a stay answers with its progress. */
const ANSWER_MS = 250;
/** Pause before a stay that answered early, or did not answer, is asked again. */
const AGAIN_MS = 500;

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
  if (answer === undefined)
    return { kind: 'pending', text: 'The request is recorded. Stayline carries it out automatically.' };
  if (answer.kind === 'refused') return { kind: 'refused', text: answer.why };
  const outcome = await outcomeBy(temporal, name, request, deadline);
  return outcome ?? { kind: 'pending', text: 'The stay has received the request.' };
}

/**
 * Returns the outcome of a request once it is not pending, or the last one before `deadline` (ms since 1970). Undefined
 * if the stay has not answered. A stay that continues as new answers early and is asked again.
 */
async function outcomeBy(
  temporal: Client,
  name: StayName,
  request: Pick<KeyRequest, 'kind' | 'rooms'>,
  deadline: number,
): Promise<KeyOutcome | undefined> {
  let outcome: KeyOutcome | undefined;
  for (;;) {
    const left = Math.min(LONGEST_WAIT_MS, deadline - ANSWER_MS - Date.now());
    if (left <= 0) return outcome;
    outcome =
      (await quietly(() => temporal.withDeadline(deadline, () => progress(temporal, name, request, left)))) ?? outcome;
    if (outcome !== undefined && outcome.kind !== 'pending') return outcome;
    await delay(Math.min(AGAIN_MS, Math.max(0, deadline - Date.now())));
  }
}

/** Returns the progress of a request: as soon as it is done or refused, and after `withinMs` at the latest. */
async function progress(
  temporal: Client,
  name: StayName,
  { kind, rooms }: Pick<KeyRequest, 'kind' | 'rooms'>,
  withinMs: number,
): Promise<KeyOutcome> {
  const handle = temporal.workflow.getHandle(stayWorkflowId(name));
  try {
    return await handle.executeUpdate(awaitKeysUpdate, { args: [{ kind, rooms, withinMs: Math.round(withinMs) }] });
  } catch (error) {
    // A stay that has completed still answers queries.
    if (error instanceof WorkflowNotFoundError) return outcomeOf({ kind, rooms }, await viewOf(temporal, name));
    throw error;
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

async function viewOf(temporal: Client, name: StayName): Promise<StayView | undefined> {
  try {
    return await createStayClient(temporal).view(name);
  } catch (error) {
    if (error instanceof StayNotFound) return undefined;
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
  const summary = `Key requests of reservation ${name.reservationId} at ${name.propertyId}`;
  return startOptions(keyRequestsWorkflowId(name), [], summary);
}

/** Returns the current state of a stay for the workflow; null if there is no stay. */
export async function readStay(temporal: Client, name: StayName): Promise<StayReport | null> {
  const view = await viewOf(temporal, name);
  return view === undefined ? null : reportOf(view);
}

/** Waits until no key of the stay can open a door, up to a minute. */
export async function awaitEndOfKeys(temporal: Client, name: StayName): Promise<void> {
  await outcomeBy(temporal, name, { kind: 'remove', rooms: [] }, Date.now() + LONGEST_WAIT_MS);
}

function reportOf(view: StayView): StayReport {
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
export async function sendOrder(temporal: Client, { name, order }: SendOrderInput): Promise<SendOrderOutcome> {
  const stays = createStayClient(temporal);
  try {
    if (order.kind === 'snapshot') await stays.applyReservation({ ...order.snapshot, by: 'key-request' });
    else await stays.signal(name, 'replaceKey', order.payload);
    return { kind: 'sent' };
  } catch (error) {
    if (error instanceof StayRefused || error instanceof StayNotFound) return { kind: 'refused', why: error.message };
    throw error;
  }
}
