/**
 * Sends a snapshot to its stay: the open one, or a new one. Only a newer revision starts an ended stay again; a late
 * copy of an old revision would issue keys to guests who have left. The last recorded snapshot, sent again, gets the
 * same response as from an open stay.
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
import { check, describeProblems, type Problem } from '../domain/model/check.js';
import { endingIn } from '../domain/model/ending.js';
import { ERROR_TYPES } from '../domain/model/error-types.js';
import { stayWorkflowId, type StayName } from '../domain/model/ids.js';
import { instantAt } from '../domain/model/instants.js';
import { snapshotSchema, type StaySnapshotInput } from '../domain/model/snapshot-schema.js';
import type { StayView } from '../domain/model/stay-view.js';
import { startOptions, type StartOptions } from '../temporal/start-options.js';
import { asking, updating } from '../temporal/asking.js';
import { refusing, StayRefused } from './refusals.js';
import { WORKFLOW_TYPES } from '../temporal/workflow-types.js';

/**
 * Records a snapshot and returns the view of its stay; starts the stay if needed. Of an invalid snapshot that ends the
 * stay, the end is recorded.
 * @throws StayRefused `InvalidSnapshot`, `StaleRevision`, `StayOver` or `TooManyMessages`
 */
export async function applyReservation(temporal: Client, input: StaySnapshotInput): Promise<StayView> {
  const checked = check(snapshotSchema, input);
  if (!checked.ok) return endKnownStay(temporal, input, checked.problems);
  const { window } = checked.value;
  // A snapshot whose window has passed may end an open stay, but starts none: a refused update would leave behind a
  // stay without a snapshot.
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
  /** Result for the snapshot that the stay recorded last. */
  | { readonly kind: 'known'; readonly view: StayView }
  | { readonly kind: 'stale'; readonly refusal: StayRefused };

/** Queries an ended stay and returns whether a snapshot is newer, already recorded, or stale. */
export async function askEndedStay(temporal: Client, snapshot: StaySnapshotInput): Promise<EndedDecision> {
  const ended = temporal.workflow.getHandle<typeof stay>(stayWorkflowId(snapshot));
  const view = await asking(() => ended.query(stayQuery));
  const { revision: known } = view;
  if (known === undefined) return { kind: 'newer' };
  const order = revisionOrder(snapshot.revision) - revisionOrder(known);
  if (order > 0) return { kind: 'newer' };
  if (order === 0 && (await hasContent(ended, snapshot))) return { kind: 'known', view: { ...view, taken: 'known' } };
  const message = `the stay has ended, and revision is not newer than its last one, ${known}`;
  return { kind: 'stale', refusal: new StayRefused(ERROR_TYPES.staleRevision, message, [], order === 0) };
}

/** Returns whether a snapshot of the recorded revision also has the recorded content. */
async function hasContent(ended: WorkflowHandle<typeof stay>, snapshot: StaySnapshotInput): Promise<boolean> {
  // An ended stay cannot be superseded.
  const change = { message: 'applyReservation', payload: { ...snapshot, supersede: false } } as const;
  try {
    await refusing(() => asking(() => ended.query(planForQuery, change)));
    return true;
  } catch (error) {
    if (error instanceof StayRefused && error.type === ERROR_TYPES.staleRevision) return false;
    throw error;
  }
}

/** Updates a stay that exists; starts none. */
async function updateKnownStay(temporal: Client, snapshot: StaySnapshotInput): Promise<StayView> {
  try {
    return await updateStay(temporal, snapshot, snapshot);
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

/**
 * Ends a stay by a snapshot that is invalid, but says that the stay has ended. Starts none.
 * @throws StayRefused `InvalidSnapshot` with the problems, if the snapshot is no such one, or no such stay is open
 */
async function endKnownStay(
  temporal: Client,
  input: StaySnapshotInput,
  problems: readonly Problem[],
): Promise<StayView> {
  const refused = new StayRefused(ERROR_TYPES.invalidSnapshot, describeProblems(problems), problems);
  const ending = endingIn(input);
  if (ending === undefined) throw refused;
  try {
    return await updateStay(temporal, ending, input);
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? refused : error;
  }
}

function updateStay(temporal: Client, name: StayName, snapshot: StaySnapshotInput): Promise<StayView> {
  const handle = temporal.workflow.getHandle<typeof stay>(stayWorkflowId(name));
  return refusing(() => updating(() => handle.executeUpdate(applyReservationUpdate, { args: [snapshot] })));
}

/** Returns the options that start a stay. */
export function stayStart(name: StayName): StartOptions<[object]> {
  return startOptions(stayWorkflowId(name), [{}], `Stay ${name.reservationId} at ${name.propertyId}`);
}

async function updateWithStart(
  temporal: Client,
  snapshot: StaySnapshotInput,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
): Promise<StayView> {
  const send = (): Promise<StayView> => {
    // The client refuses a second use of the same operation.
    const startWorkflowOperation = new WithStartWorkflowOperation<typeof stay>(WORKFLOW_TYPES.stay, {
      ...stayStart(snapshot),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy,
    });
    const options = { args: [snapshot] as [StaySnapshotInput], startWorkflowOperation };
    return temporal.workflow.executeUpdateWithStart(applyReservationUpdate, options);
  };
  return refusing(() => updating(send));
}
