/** Applies a reading of a reservation to its stays: the last step of a read. The stay decides what is newer. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { asking } from '../../temporal/asking.js';
import { applyReservation } from '../../client/apply-reservation.js';
import { finding, StayNotFound, StayRefused } from '../../client/refusals.js';
import { describeProblems, inShort } from '../../domain/model/check.js';
import { endingIn, type Ending } from '../../domain/model/ending.js';
import { ERROR_TYPES } from '../../domain/model/error-types.js';
import { stayWorkflowId, type StayName } from '../../domain/model/ids.js';
import { stayNameSchema, type StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import { cancelSignal, readingRefusedSignal, stayQuery } from '../../../workflows/stay/messages.js';
import type { Fetched, SourceFields } from './adapter.js';
import type { IngestOutcome } from '../../domain/model/booking-activities.js';

/** Precedence of outcomes for a reservation with several stays: the first of these that any stay reached. */
const WEIGHT: readonly IngestOutcome['kind'][] = ['refused', 'changed', 'cancelled', 'older', 'same', 'over'];

/**
 * Applies the snapshots of a reservation and returns their common outcome. A snapshot that a stay refuses becomes
 * attention of that stay.
 * @throws transient errors: Temporal cannot be reached, or no worker answers
 */
export async function sendToStays(
  temporal: Client,
  fetched: Extract<Fetched, { kind: 'found' }>,
  sourceFields: SourceFields = {},
): Promise<IngestOutcome> {
  const outcomes: IngestOutcome[] = [];
  for (const snapshot of fetched.snapshots) outcomes.push(await sendToStay(temporal, snapshot, sourceFields));
  const [first] = outcomes.toSorted((a, b) => WEIGHT.indexOf(a.kind) - WEIGHT.indexOf(b.kind));
  return first ?? { kind: 'ignored', why: 'the reservation has no stay' };
}

/**
 * Applies one snapshot. Readings of one reservation are sequential, so a later one counts, even if the modification
 * time is the same. In some systems, for example, the people in a reservation change without it.
 */
async function sendToStay(
  temporal: Client,
  snapshot: StaySnapshotInput | Ending,
  sourceFields: SourceFields,
): Promise<IngestOutcome> {
  try {
    // `applyReservation` also takes an ending without the rest of a snapshot.
    const said = { by: 'booking-system', ...snapshot, supersede: true } as StaySnapshotInput;
    const { taken } = await applyReservation(temporal, said);
    return { kind: taken === 'known' ? 'same' : 'changed' };
  } catch (error) {
    if (!(error instanceof StayRefused)) throw error;
    switch (error.type) {
      case ERROR_TYPES.staleRevision:
        return { kind: 'older' };
      case ERROR_TYPES.stayOver:
        return { kind: 'over' };
      default: {
        if (endingIn(snapshot) !== undefined) return { kind: 'ignored', why: 'it has ended, and no stay is open' };
        await reportRefusedSnapshot(temporal, snapshot, error, sourceFields);
        return { kind: 'refused', why: inWordsOfSource(error, sourceFields) };
      }
    }
  }
}

/** Reports to an open stay that a snapshot of its reservation is refused, whatever the snapshot is. */
export async function reportRefusedSnapshot(
  temporal: Client,
  snapshot: unknown,
  refusal: Pick<StayRefused, 'problems' | 'message'>,
  sourceFields: SourceFields = {},
): Promise<void> {
  const name = stayNameSchema.safeParse(snapshot).data;
  const problem = `the booking system's reservation cannot be used: ${inWordsOfSource(refusal, sourceFields)}`;
  if (name !== undefined) await reportRefused(temporal, name, problem);
}

/** Returns why a snapshot is refused, by the fields of the booking system. */
function inWordsOfSource(
  { problems, message }: Pick<StayRefused, 'problems' | 'message'>,
  sourceFields: SourceFields,
): string {
  if (problems.length === 0) return message;
  return describeProblems(
    problems.map((problem) => {
      const [field] = Object.keys(sourceFields)
        .filter((start) => problem.path.startsWith(start) && /^($|[.[])/.test(problem.path.slice(start.length)))
        .toSorted((a, b) => b.length - a.length);
      const source = field === undefined ? undefined : sourceFields[field];
      return source === undefined ? problem : { ...problem, path: `${source} (${problem.path})` };
    }),
  );
}

/**
 * Reports to an open stay that the booking system's latest state of its reservation cannot be used. Starts no stay.
 * @param problem names fields, and nothing of their content
 */
export async function reportRefused(temporal: Client, name: StayName, problem: string): Promise<void> {
  try {
    await temporal.workflow.getHandle(stayWorkflowId(name)).signal(readingRefusedSignal, { problem: inShort(problem) });
  } catch (error) {
    // Without an open stay, no keys are live.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/**
 * Cancels the stay of a reservation that its booking system no longer has. Sends a snapshot with the stay's current
 * revision, so that the next snapshot overrides it if the reservation comes back.
 */
export async function cancelStay(temporal: Client, name: StayName): Promise<IngestOutcome> {
  try {
    const handle = temporal.workflow.getHandle(stayWorkflowId(name));
    const { revision, window } = await finding(name, () => asking(() => handle.query(stayQuery)));
    if (revision !== undefined && window !== undefined) {
      const end = { status: 'cancelled', window, rooms: [], guests: [] } satisfies Partial<StaySnapshotInput>;
      const cancelled = await sendToStay(temporal, { ...name, revision, ...end }, {});
      return cancelled.kind === 'changed' || cancelled.kind === 'same' ? { kind: 'cancelled' } : cancelled;
    }
    await handle.signal(cancelSignal, { by: 'booking system' });
  } catch (error) {
    // Without a stay there is nothing to cancel.
    if (!(error instanceof StayNotFound) && !(error instanceof WorkflowNotFoundError)) throw error;
  }
  return { kind: 'cancelled' };
}
