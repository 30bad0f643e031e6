/**
 * How it becomes durable that a reservation may have changed: its `ingest` workflow is signalled, and started if there is none. Only names
 * are handed over; the same name twice costs nothing.
 */
import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import PQueue from 'p-queue';
import {
  reservationChangedSignal,
  rereadUpdate,
  type CommandWorkflow,
  type IngestPace,
  type IngestWorkflow,
} from '../../../workflows/booking/messages.js';
import { commandWorkflowId, ingestWorkflowId, type StayName } from '../../domain/model/ids.js';
import { TASK_QUEUES } from '../../temporal/task-queues.js';
import type { Connection } from './connections.js';
import type { RereadOutcome } from '../../domain/model/booking-activities.js';

/** Deliveries may name hundreds. */
const AT_ONCE = 25;
const SECOND = 1_000;

/** @throws the first error, when all have been tried: the sender delivers the whole again */
export async function handOver(temporal: Client, pace: IngestPace, names: readonly StayName[]): Promise<void> {
  const different = new Map(names.map((name) => [ingestWorkflowId(name), name]));
  const queue = new PQueue({ concurrency: AT_ONCE });
  const endings = await Promise.allSettled(
    [...different.values()].map((name) =>
      queue.add(() =>
        temporal.workflow.signalWithStart<IngestWorkflow, []>('ingest', {
          ...startOf(name, pace),
          signal: reservationChangedSignal,
          signalArgs: [],
        }),
      ),
    ),
  );
  const failed = endings.find((ending) => ending.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Has a reservation read now, in turn with all else that reads it, and waits for what comes of it. */
export function reread(temporal: Client, pace: IngestPace, name: StayName): Promise<RereadOutcome> {
  const startWorkflowOperation = new WithStartWorkflowOperation<IngestWorkflow>('ingest', {
    ...startOf(name, pace),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return temporal.workflow.executeUpdateWithStart(rereadUpdate, { startWorkflowOperation });
}

/** Has a command of a booking system carried out by a workflow of its own: once, however often it is handed over. */
export async function handOverCommand(temporal: Client, connectionId: string, commandId: string): Promise<void> {
  try {
    await temporal.workflow.start<CommandWorkflow>('bookingCommand', {
      workflowId: commandWorkflowId(connectionId, commandId),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      taskQueue: TASK_QUEUES.stays,
      args: [{ connectionId, commandId }],
      staticSummary: `Command ${commandId} of ${connectionId}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function startOf(
  name: StayName,
  pace: IngestPace,
): {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: [{ readonly pace: IngestPace }];
  readonly staticSummary: string;
} {
  return {
    workflowId: ingestWorkflowId(name),
    taskQueue: TASK_QUEUES.stays,
    args: [{ pace }],
    staticSummary: `Reads reservation ${name.reservationId} at ${name.propertyId}`,
  };
}

/** The pace of a connection, in milliseconds. */
export function paceOf({ pace }: Connection): IngestPace {
  return {
    settleMs: pace.settleSeconds * SECOND,
    longestMs: pace.longestSeconds * SECOND,
    rereadMs: pace.rereadSeconds.map((seconds) => seconds * SECOND),
    goneMs: pace.goneSeconds * SECOND,
  };
}
