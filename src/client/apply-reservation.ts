/**
 * Sends a snapshot to the stay that it is for: the one that is open, or a new one. A stay that has ended is started again only by a
 * revision that it did not know; a late copy of an old one would issue keys to guests who have left.
 * The last one that it knew, sent again, is answered as by a stay that is open.
 */
import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
  type WorkflowIdReusePolicy,
} from '@temporalio/client';
import { applyReservationUpdate, planForQuery, stayQuery } from '../../workflows/stay/messages.js';
import type { stay } from '../../workflows/stay/stay.js';
import { isOver, revisionOrder } from '../domain/stay/desired/apply-snapshot.js';
import { check, describeProblems } from '../domain/model/check.js';
import { ERROR_TYPES } from '../domain/model/error-types.js';
import { stayWorkflowId } from '../domain/model/ids.js';
import { instantAt } from '../domain/model/instants.js';
import { snapshotSchema, type StaySnapshotInput } from '../domain/model/snapshot-schema.js';
import type { StayView } from '../domain/model/stay-view.js';
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
  if (isOver(window, instantAt(Date.now()))) return updateKnownStay(temporal, input);
  try {
    return await updateWithStart(temporal, input, 'REJECT_DUPLICATE');
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const said = await askEndedStay(temporal, input);
  switch (said.kind) {
    case 'known':
      return said.view;
    case 'stale':
      throw said.refusal;
    case 'newer':
      return updateWithStart(temporal, input, 'ALLOW_DUPLICATE');
    default:
      return said satisfies never;
  }
}

export type EndedDecision =
  | { readonly kind: 'newer' }
  /** This very snapshot was the last that the stay took in. */
  | { readonly kind: 'known'; readonly view: StayView }
  | { readonly kind: 'stale'; readonly refusal: StayRefused };

/** Asks the stay that has ended whether a snapshot is news. */
export async function askEndedStay(temporal: Client, snapshot: StaySnapshotInput): Promise<EndedDecision> {
  const ended = temporal.workflow.getHandle<typeof stay>(stayWorkflowId(snapshot));
  const view = await asking(() => ended.query(stayQuery));
  const { revision: known } = view;
  if (known === undefined) return { kind: 'newer' };
  const order = revisionOrder(snapshot.revision) - revisionOrder(known);
  if (order > 0) return { kind: 'newer' };
  if (order === 0 && (await hasContent(ended, snapshot))) return { kind: 'known', view: { ...view, taken: 'known' } };
  const message = `the stay has ended, and revision is not newer than the last one that it knew, ${known}`;
  return { kind: 'stale', refusal: new StayRefused(ERROR_TYPES.staleRevision, message, [], order === 0) };
}

/** Of a snapshot of the revision that a stay knows: whether it is the one that it knows. */
async function hasContent(ended: WorkflowHandle<typeof stay>, snapshot: StaySnapshotInput): Promise<boolean> {
  // What has ended is not superseded.
  const change = { message: 'applyReservation', payload: { ...snapshot, supersede: false } } as const;
  try {
    await refusing(() => asking(() => ended.query(planForQuery, change)));
    return true;
  } catch (error) {
    if (error instanceof StayRefused && error.type === ERROR_TYPES.staleRevision) return false;
    throw error;
  }
}

/** Starts nothing. */
async function updateKnownStay(temporal: Client, snapshot: StaySnapshotInput): Promise<StayView> {
  try {
    return await refusing(() =>
      temporal.workflow
        .getHandle<typeof stay>(stayWorkflowId(snapshot))
        .executeUpdate(applyReservationUpdate, { args: [snapshot] }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  const said = await askEndedStay(temporal, snapshot).catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  });
  if (said?.kind === 'known') return said.view;
  throw new StayRefused(ERROR_TYPES.stayOver, 'window.to has passed, and no such stay is open');
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
