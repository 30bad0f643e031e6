/**
 * Sends a snapshot to the stay that it is for: the one that is open, or a new one. A stay that has ended is started again only by a
 * revision that it did not know; a late copy of an old one would issue keys to guests who have left.
 */
import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowIdReusePolicy,
} from '@temporalio/client';
import { applyReservationUpdate, stayQuery } from '../../workflows/messages.js';
import type { stay } from '../../workflows/stay.js';
import { isOver, revisionOrder } from '../stay/apply-snapshot.js';
import { check, describeProblems } from '../stay/check.js';
import { ERROR_TYPES } from '../stay/error-types.js';
import { stayWorkflowId } from '../stay/ids.js';
import { instantAt } from '../stay/instants.js';
import { snapshotSchema, type StaySnapshotInput } from '../stay/snapshot-schema.js';
import type { StayView } from '../stay/view.js';
import { TASK_QUEUES } from '../temporal/task-queues.js';
import { asking } from './asking.js';
import { refusing, StayRefused } from './refusals.js';

/** @throws StayRefused `InvalidSnapshot`, `StaleRevision` or `StayOver` */
export async function applyReservation(temporal: Client, input: StaySnapshotInput): Promise<StayView> {
  const checked = check(snapshotSchema, input);
  if (!checked.ok) {
    throw new StayRefused(ERROR_TYPES.invalidSnapshot, describeProblems(checked.problems), checked.problems);
  }
  const { window } = checked.value;
  // What is over may end an open stay, but starts none: an update that is refused would leave a stay without a snapshot behind.
  if (isOver(window, instantAt(Date.now()))) return updateOpenStay(temporal, input);
  try {
    return await updateWithStart(temporal, input, 'REJECT_DUPLICATE');
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  await refuseIfKnown(temporal, input);
  return updateWithStart(temporal, input, 'ALLOW_DUPLICATE');
}

/**
 * Asks the stay that has ended what it knew.
 * @throws StayRefused `StaleRevision` if the snapshot is not newer
 */
export async function refuseIfKnown(temporal: Client, snapshot: StaySnapshotInput): Promise<void> {
  const { revision: known } = await asking(() =>
    temporal.workflow.getHandle(stayWorkflowId(snapshot)).query(stayQuery),
  );
  if (known === undefined || revisionOrder(snapshot.revision) > revisionOrder(known)) return;
  throw new StayRefused(
    ERROR_TYPES.staleRevision,
    `the stay has ended, and revision is not newer than the last one that it knew, ${known}`,
  );
}

async function updateOpenStay(temporal: Client, snapshot: StaySnapshotInput): Promise<StayView> {
  try {
    return await refusing(() =>
      temporal.workflow
        .getHandle<typeof stay>(stayWorkflowId(snapshot))
        .executeUpdate(applyReservationUpdate, { args: [snapshot] }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new StayRefused(ERROR_TYPES.stayOver, 'window.to has passed, and no such stay is open');
  }
}

async function updateWithStart(
  temporal: Client,
  snapshot: StaySnapshotInput,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
): Promise<StayView> {
  const startWorkflowOperation = new WithStartWorkflowOperation<typeof stay>('stay', {
    workflowId: stayWorkflowId(snapshot),
    taskQueue: TASK_QUEUES.stays,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy,
    args: [{}],
    staticSummary: `Stay ${snapshot.reservationId} at ${snapshot.propertyId}`,
  });
  return refusing(() =>
    temporal.workflow.executeUpdateWithStart(applyReservationUpdate, { args: [snapshot], startWorkflowOperation }),
  );
}
