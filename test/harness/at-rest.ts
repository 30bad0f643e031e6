/**
 * Conditions that hold for a stay at rest, whatever failed before. They are checked in Seam's records, at the locks and in the view. The
 * reference is what the guests should have, not what was done.
 */
import type { StayView } from '../../src/client.js';
import type { JournalEntry } from '../../src/simulator/hotel/journal.js';
import type { CredentialRecord } from '../../src/simulator/hotel/records.js';
import type { WorldData } from '../../src/simulator/hotel/world.js';
import type { BookedStay } from './booked-stay.js';

/** Records of Seam: in a simulator of this process, or in the state file of one in a process of its own. */
export interface SeamRecords {
  readonly hotel: {
    readonly world: Pick<WorldData, 'identities' | 'credentials'>;
    journal(): readonly JournalEntry[];
  };
}

/** The parts of a stay that are looked at. */
export type StayAtRest = Pick<BookedStay, 'name' | 'workflowId' | 'view' | 'tap'>;

/** Desired result of a stay: its guests and their rooms. */
export interface Desired {
  /** The guests of the stay; empty once the stay is over. */
  readonly guestIds: readonly string[];
  readonly rooms: readonly string[];
  /** Former guests and former rooms of the stay: no door opens for them any more. */
  readonly formerGuestIds?: readonly string[];
  readonly formerRooms?: readonly string[];
}

/** Returns everything that is not as it should be; empty if the stay is at rest as desired. */
async function problemsAtRest(seam: SeamRecords, stay: StayAtRest, desired: Desired): Promise<string[]> {
  const view = await stay.view();
  return [
    ...problemsOfView(view, desired),
    ...problemsAtSeam(seam, stay, desired),
    ...(await problemsAtDoors(seam, stay, desired)),
  ];
}

function problemsOfView(view: StayView, { guestIds }: Desired): string[] {
  const problems = view.attention.map(({ code, message }) => `attention ${code}: ${message}`);
  if (!view.settled) problems.push('the stay is not settled');
  const live = view.keys.filter((key) => key.state !== 'dead').map((key) => `${key.guestId} ${key.state}`);
  if (
    live.toSorted().join() !==
    guestIds
      .map((guestId) => `${guestId} live`)
      .toSorted()
      .join()
  ) {
    problems.push(`the keyring's keys are ${live.join(', ') || 'none'}`);
  }
  return problems;
}

/** Checks for one live key per guest who should have one: one override among them, all of one generation. No one else has a key. */
function problemsAtSeam(seam: SeamRecords, stay: StayAtRest, desired: Desired): string[] {
  const problems: string[] = [];
  const kept: CredentialRecord[] = [];
  for (const guestId of [...desired.guestIds, ...(desired.formerGuestIds ?? [])]) {
    const { identities, keys } = heldBy(seam, stay, guestId);
    if (identities > 1) problems.push(`guest ${guestId} has ${identities} identities`);
    const allowed = desired.guestIds.includes(guestId) ? 1 : 0;
    if (keys.length !== allowed) problems.push(`guest ${guestId} holds ${keys.length} keys at Seam`);
    kept.push(...keys);
  }
  const overrides = kept.filter((key) => key.joining === 'override').length;
  if (kept.length > 0 && overrides > 1) problems.push(`the lease has ${overrides} live overrides`);
  if (new Set(kept.map((key) => key.generation)).size > 1) problems.push('the keys are not of one generation');
  return problems;
}

function heldBy(
  { hotel }: SeamRecords,
  { name }: StayAtRest,
  guestId: string,
): { readonly identities: number; readonly keys: readonly CredentialRecord[] } {
  const { world } = hotel;
  const key = `${name.propertyId}/${name.reservationId}/${guestId}`;
  const identities = [...world.identities.values()].filter((one) => one.key === key && one.presence === 'live');
  const userIds = new Set(identities.flatMap((identity) => [...identity.userIds]));
  const keys = [...world.credentials.values()].filter(
    (one) => one.form === 'mobile-key' && one.userId !== null && userIds.has(one.userId) && one.life === 'live',
  );
  return { identities: identities.length, keys };
}

async function problemsAtDoors(seam: SeamRecords, stay: StayAtRest, desired: Desired): Promise<string[]> {
  const problems: string[] = [];
  const { guestIds, rooms, formerGuestIds = [], formerRooms = [] } = desired;
  // A guest who left before Seam had a record of them has no phone to hold to a door.
  const known = formerGuestIds.filter((guestId) => heldBy(seam, stay, guestId).identities > 0);
  const everyone = [...guestIds, ...known];
  // Both orders are tried: a lock that has learned of a newer key rejects the older ones.
  for (const order of [everyone, everyone.toReversed()]) {
    for (const door of [...rooms, 'Main Entrance', ...formerRooms]) {
      const may = formerRooms.includes(door) ? [] : guestIds;
      for (const guestId of order) {
        const reason = await stay.tap(guestId, door);
        const opened = reason === 'opened';
        if (opened !== may.includes(guestId)) problems.push(`${door} answers guest ${guestId}: ${reason}`);
      }
    }
  }
  return [...new Set(problems)];
}

const LOOK_EVERY_MS = 100;

/** Waits until there is no problem left. @throws Error with the remaining problems, the stay's view and Seam's journal */
export async function untilAtRest(
  seam: SeamRecords,
  stay: StayAtRest,
  desired: Desired,
  { withinMs }: { readonly withinMs: number },
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    // Taps change locks, so doors are tried only once everything else is right.
    const view = await stay.view();
    const early = [...problemsOfView(view, desired), ...problemsAtSeam(seam, stay, desired)];
    const problems = early.length > 0 ? early : await problemsAtRest(seam, stay, desired);
    if (problems.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(
        [
          `${stay.workflowId} did not come to rest: ${problems.join('; ')}`,
          ...view.timeline.map(({ at, what, why }) => `  ${at} ${what}${why === undefined ? '' : ` (${why})`}`),
          JSON.stringify(
            view.keys.map(({ guestId, kind, state, rooms, acsCredentialId: id }) => [guestId, kind, state, rooms, id]),
          ),
          ...journalOf(seam),
        ].join('\n'),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Returns the latest entries of Seam's journal, without taps. */
function journalOf({ hotel }: SeamRecords): string[] {
  return hotel
    .journal()
    .filter((entry) => entry.what !== 'tap')
    .slice(-150)
    .map((entry) => `  ${JSON.stringify(entry)}`);
}
