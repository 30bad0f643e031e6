/** What a booking system says of a reservation, told to its stay: the last step of reading. The stay judges what is newer. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { createStayClient } from '../../client.js';
import { applyReservation } from '../../client/apply-reservation.js';
import { finding, StayNotFound, StayRefused } from '../../client/refusals.js';
import { ERROR_TYPES } from '../../domain/model/error-types.js';
import { stayWorkflowId, type StayName } from '../../domain/model/ids.js';
import type { StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import { cancelSignal, stayQuery } from '../../../workflows/stay/messages.js';
import type { Fetched, KnownGuest } from './adapter.js';
import type { IngestOutcome } from '../../domain/model/booking-activities.js';

/** What is said of a reservation as a whole that stands for several stays: the first of these that any of them came to. */
const WEIGHT: readonly IngestOutcome['kind'][] = ['refused', 'changed', 'cancelled', 'older', 'same', 'over'];

/** @throws whatever passes: Temporal cannot be reached, or no worker answers */
export async function tellStays(
  temporal: Client,
  fetched: Extract<Fetched, { kind: 'found' }>,
): Promise<IngestOutcome> {
  const outcomes: IngestOutcome[] = [];
  for (const snapshot of fetched.snapshots) outcomes.push(await tellStay(temporal, snapshot));
  const [first] = outcomes.toSorted((a, b) => WEIGHT.indexOf(a.kind) - WEIGHT.indexOf(b.kind));
  return first ?? { kind: 'ignored', why: 'it stands for no stay' };
}

/**
 * Readings of one reservation follow each other, so one that is made later counts, also where the booking system has not moved its
 * modification time: people in a reservation, for one, change without it in some systems.
 */
async function tellStay(temporal: Client, snapshot: StaySnapshotInput): Promise<IngestOutcome> {
  try {
    const { taken } = await applyReservation(temporal, { ...snapshot, supersede: true });
    return { kind: taken === 'known' ? 'same' : 'changed' };
  } catch (error) {
    if (!(error instanceof StayRefused)) throw error;
    switch (error.type) {
      case ERROR_TYPES.staleRevision:
        return { kind: 'older' };
      case ERROR_TYPES.stayOver:
        return { kind: 'over' };
      default:
        return { kind: 'refused', why: error.message };
    }
  }
}

/** Whom the stay knows; nobody if there is none. */
export async function knownGuests(temporal: Client, name: StayName): Promise<readonly KnownGuest[]> {
  try {
    const { guests } = await createStayClient(temporal).view(name);
    // Whoever is barred is barred under another name as well.
    return guests.map(({ guestId, keyState, barred }) => ({ guestId, isGone: keyState === 'gone' && barred !== true }));
  } catch (error) {
    if (error instanceof StayNotFound) return [];
    throw error;
  }
}

/**
 * Takes a reservation that its booking system no longer knows as cancelled: as a snapshot of the revision that the stay knows, so that
 * the reservation's own next one, should it come back, says otherwise again.
 */
export async function cancelStay(temporal: Client, name: StayName): Promise<IngestOutcome> {
  try {
    const handle = temporal.workflow.getHandle(stayWorkflowId(name));
    const { revision, window } = await finding(name, () => handle.query(stayQuery));
    if (revision !== undefined && window !== undefined) {
      const told = await tellStay(temporal, { ...name, revision, status: 'cancelled', window, rooms: [], guests: [] });
      return told.kind === 'changed' || told.kind === 'same' ? { kind: 'cancelled' } : told;
    }
    await handle.signal(cancelSignal, { by: 'booking system' });
  } catch (error) {
    // Without a stay there is nothing to cancel.
    if (!(error instanceof StayNotFound) && !(error instanceof WorkflowNotFoundError)) throw error;
  }
  return { kind: 'cancelled' };
}
