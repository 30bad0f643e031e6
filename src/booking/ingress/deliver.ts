/**
 * Durable hand-over of reservations that may have changed: signals the `ingest` workflow of each, and starts it if
 * there is none. Only names are handed over; a repeated name costs nothing.
 */
import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  reservationChangedSignal,
  rereadUpdate,
  type CommandWorkflow,
  type IngestPace,
  type IngestWorkflow,
} from '../../../workflows/booking/messages.js';
import { commandWorkflowId, ingestWorkflowId, type StayName } from '../../domain/model/ids.js';
import { startOptions, type StartOptions } from '../../temporal/start-options.js';
import { tryAll } from './at-once.js';
import type { Connection } from './connections.js';
import type { RereadOutcome } from '../../domain/model/booking-activities.js';
import { WORKFLOW_TYPES } from '../../temporal/workflow-types.js';

/** Maximum of concurrent signals: a delivery may name hundreds of reservations. */
const AT_ONCE = 25;
const SECOND = 1_000;

/**
 * Hands over the names of reservations that may have changed.
 * @throws the first error, after all have been tried: the sender repeats the whole delivery
 */
export async function handOver(temporal: Client, pace: IngestPace, names: readonly StayName[]): Promise<void> {
  const different = new Map(names.map((name) => [ingestWorkflowId(name), name]));
  await tryAll([...different.values()], AT_ONCE, async (name) => {
    await temporal.workflow.signalWithStart<IngestWorkflow, []>(WORKFLOW_TYPES.ingest, {
      ...startOf(name, pace),
      signal: reservationChangedSignal,
      signalArgs: [],
    });
  });
}

/** Reads a reservation now, in sequence with its other reads, and returns the outcome. */
export function reread(temporal: Client, pace: IngestPace, name: StayName): Promise<RereadOutcome> {
  const startWorkflowOperation = new WithStartWorkflowOperation<IngestWorkflow>(WORKFLOW_TYPES.ingest, {
    ...startOf(name, pace),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return temporal.workflow.executeUpdateWithStart(rereadUpdate, { startWorkflowOperation });
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
export function paceOf({ pace }: Connection): IngestPace {
  return {
    quietMs: pace.settleSeconds * SECOND,
    longestMs: pace.longestSeconds * SECOND,
    rereadMs: pace.rereadSeconds.map((seconds) => seconds * SECOND),
    goneMs: pace.goneSeconds * SECOND,
  };
}
