/**
 * Durable hand-over of reservations that may have changed: signals the `ingest` workflow of each, and starts it if
 * there is none. A workflow `bookingDelivery` does this for a large delivery. Only names are handed over; a repeated
 * name costs nothing.
 */
import { createHash } from 'node:crypto';
import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  deliveredSignal,
  reservationChangedSignal,
  rereadUpdate,
  type CommandWorkflow,
  type DeliveryWorkflow,
  type IngestPace,
  type IngestWorkflow,
} from '../../../workflows/booking/messages.js';
import { commandWorkflowId, deliveryWorkflowId, ingestWorkflowId, type StayName } from '../../domain/model/ids.js';
import { updating } from '../../temporal/asking.js';
import { startOptions, type StartOptions } from '../../temporal/start-options.js';
import { chunksOf, tryAll } from './at-once.js';
import type { Connection } from './connections.js';
import type { RereadOutcome } from '../../domain/model/booking-activities.js';
import { WORKFLOW_TYPES } from '../../temporal/workflow-types.js';

/** Maximum of concurrent signals: a delivery may name thousands of reservations. */
const AT_ONCE = 25;
/** Most reservations of a delivery that are signalled before its answer. The sender waits for a few seconds only. */
const MOST_SIGNALLED = 5;
/** Most reservations of one `bookingDelivery`: its argument stays far below Temporal's limit of 2 MB. */
const MOST_NAMED = 500;
const SECOND = 1_000;

/**
 * Hands over the names of reservations that may have changed. Needs few requests to Temporal, however many there are.
 * @throws the first error, after all have been tried: the sender repeats the whole delivery
 */
export async function handOver(
  temporal: Client,
  connection: Pick<Connection, 'connectionId' | 'pace'>,
  names: readonly StayName[],
): Promise<void> {
  const different = new Map(names.map((name) => [ingestWorkflowId(name), name]));
  // In order of their ids, so that a repeated delivery has the same workflows.
  const all = [...different.keys()].toSorted().flatMap((id) => different.get(id) ?? []);
  if (all.length <= MOST_SIGNALLED) await signalEach(temporal, paceOf(connection), all);
  else await tryAll(chunksOf(all, MOST_NAMED), AT_ONCE, (chunk) => startDelivery(temporal, connection, chunk));
}

async function startDelivery(
  temporal: Client,
  connection: Pick<Connection, 'connectionId' | 'pace'>,
  reservations: readonly StayName[],
): Promise<void> {
  const { connectionId } = connection;
  const deliveryId = createHash('sha256').update(JSON.stringify(reservations)).digest('hex').slice(0, 32);
  const start = { connectionId, deliveryId, pace: paceOf(connection), reservations };
  const summary = `${reservations.length} reservations of ${connectionId}`;
  await temporal.workflow.signalWithStart<DeliveryWorkflow, []>(WORKFLOW_TYPES.bookingDelivery, {
    ...startOptions(deliveryWorkflowId(connectionId, deliveryId), [start], summary),
    signal: deliveredSignal,
    signalArgs: [],
  });
}

/**
 * Signals the `ingest` workflow of each reservation.
 * @throws the first error, after all have been tried
 */
export async function signalEach(temporal: Client, pace: IngestPace, names: readonly StayName[]): Promise<void> {
  await tryAll(names, AT_ONCE, async (name) => {
    await temporal.workflow.signalWithStart<IngestWorkflow, []>(WORKFLOW_TYPES.ingest, {
      ...startOf(name, pace),
      signal: reservationChangedSignal,
      signalArgs: [],
    });
  });
}

/** Reads a reservation now, in sequence with its other reads, and returns the outcome. */
export function reread(temporal: Client, pace: IngestPace, name: StayName): Promise<RereadOutcome> {
  return updating(() => {
    const startWorkflowOperation = new WithStartWorkflowOperation<IngestWorkflow>(WORKFLOW_TYPES.ingest, {
      ...startOf(name, pace),
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return temporal.workflow.executeUpdateWithStart(rereadUpdate, { startWorkflowOperation });
  });
}

/** Starts a workflow for a command of a booking system. A command runs once, even if it is handed over again. */
export async function handOverCommand(temporal: Client, connectionId: string, commandId: string): Promise<void> {
  try {
    await temporal.workflow.start<CommandWorkflow>(WORKFLOW_TYPES.bookingCommand, {
      ...startOptions(
        commandWorkflowId(connectionId, commandId),
        [{ connectionId, commandId }],
        `Command ${commandId} of ${connectionId}`,
      ),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function startOf(name: StayName, pace: IngestPace): StartOptions<[{ readonly pace: IngestPace }]> {
  const summary = `Reads reservation ${name.reservationId} at ${name.propertyId}`;
  return startOptions(ingestWorkflowId(name), [{ pace }], summary);
}

/** Returns the pace of a connection, in milliseconds. */
export function paceOf({ pace }: Pick<Connection, 'pace'>): IngestPace {
  return {
    quietMs: pace.settleSeconds * SECOND,
    longestMs: pace.longestSeconds * SECOND,
    rereadMs: pace.rereadSeconds.map((seconds) => seconds * SECOND),
    goneMs: pace.goneSeconds * SECOND,
  };
}
