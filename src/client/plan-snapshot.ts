/**
 * Dry run of a snapshot, for a stay that is open, has ended, or does not exist yet. It starts nothing.
 */
import type { Client } from '@temporalio/client';
import type { StayClient } from '../client.js';
import { applySnapshot, judgeSnapshot } from '../domain/stay/desired/apply-snapshot.js';
import { newStayState } from '../domain/stay/state.js';
import { toInstants, type HotelClock } from '../domain/model/dates.js';
import { ERROR_TYPES } from '../domain/model/error-types.js';
import { dryRun, type DraftAnswers, type DraftRun, type DryRun } from '../domain/stay/dry-run.js';
import { stayWorkflowId } from '../domain/model/ids.js';
import type { Instant } from '../domain/model/instants.js';
import type { Property } from '../domain/model/property-schema.js';
import { snapshotSchema, type StaySnapshotInput } from '../domain/model/snapshot-schema.js';
import { askEndedStay } from './apply-reservation.js';
import { draftRun, withHotelAsked } from './ask-hotel.js';
import { StayRefused } from './refusals.js';
import { standingOf } from './standing.js';

/** Property data that the plan of a new stay needs; `timeZone` only matters to people who read the plan. */
export type PlanningRules = Pick<Property, 'name' | 'policy' | 'timeZone'>;

/** Dry run of a snapshot that the stay already has: no change. */
const NOTHING: DryRun = { steps: [], attention: [] };

/**
 * Returns the dry run of a stay that does not exist yet.
 *
 * @param snapshot with a window of instants
 * @param answers what rooms would answer, and which have doors; all others grant and have one
 * @throws StayRefused `StayOver` if its window has passed
 */
export function dryRunNewStay(
  snapshot: StaySnapshotInput,
  { name, policy, timeZone }: PlanningRules,
  now: Instant,
  answers: DraftAnswers = {},
): DraftRun {
  const { propertyId, reservationId } = snapshot;
  const state = newStayState({ stayId: stayWorkflowId(snapshot), propertyId, reservationId, chain: 'dry-run' }, now);
  const checked = snapshotSchema.parse(snapshot);
  const decision = judgeSnapshot(state, checked, now);
  if (decision.kind === 'over') throw new StayRefused(ERROR_TYPES.stayOver, decision.message);
  return dryRun(applySnapshot({ ...state, property: { name, policy, timeZone } }, checked, now), now, answers);
}

/** Snapshot to try out. */
export interface SnapshotToPlan {
  /** Checked by its schema. */
  readonly snapshot: StaySnapshotInput;
  /** The same snapshot with a window of instants; the identical object if it has them. */
  readonly inTime: StaySnapshotInput;
  /** Returns the dry run of a new stay, with these answers. */
  readonly planNew: (answers: DraftAnswers) => DraftRun;
}

/**
 * Returns a snapshot with what its dry run needs from its property.
 * @throws StayRefused `InvalidSnapshot` if its local dates make no window
 */
export function snapshotToPlan(snapshot: StaySnapshotInput, property: Property, now: Instant): SnapshotToPlan {
  const inTime = 'from' in snapshot.window ? snapshot : { ...snapshot, window: windowIn(snapshot.window, property) };
  return { snapshot, inTime, planNew: (answers) => dryRunNewStay(inTime, property, now, answers) };
}

/**
 * Returns the dry run of a snapshot, whatever the standing of its stay.
 * @throws StayRefused as `applyReservation` does; any error of `planNew`
 */
export async function planSnapshot(
  temporal: Client,
  stays: Pick<StayClient, 'planFor'>,
  { snapshot, inTime, planNew }: SnapshotToPlan,
): Promise<DryRun> {
  const standing = await standingOf(temporal, snapshot);
  if (standing !== 'open') {
    const said = standing === 'ended' ? await askEndedStay(temporal, snapshot) : undefined;
    if (said?.kind === 'known') return NOTHING;
    const planned = await withHotelAsked(temporal, snapshot, planNew);
    if (said?.kind === 'stale') throw said.refusal;
    return planned;
  }
  if (inTime === snapshot) return stays.planFor(snapshot, { message: 'applyReservation', payload: snapshot });
  // The stay refuses the snapshot as it was sent. Converted to instants, its content differs at the same revision.
  await draftRun(temporal, snapshot, { message: 'applyReservation', payload: snapshot });
  const payload = { ...inTime, supersede: true };
  return stays.planFor(snapshot, { message: 'applyReservation', payload });
}

/**
 * Returns a snapshot's window as instants, by the clock of its property.
 * @throws StayRefused `InvalidSnapshot` if it is empty
 */
export function windowIn(window: StaySnapshotInput['window'], clock: HotelClock): StaySnapshotInput['window'] {
  try {
    return toInstants(window, clock);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = error.message.replace(/^window: /, '');
    throw new StayRefused(ERROR_TYPES.invalidSnapshot, error.message, [{ path: 'window.departure', message }]);
  }
}
