/** Parties that the sections of the report book. */
import type { StayView } from '../src/client.js';
import { instantAt } from '../src/domain/model/instants.js';
import type { StaySnapshotInput } from '../src/domain/model/snapshot-schema.js';

const DAY_MS = 86_400_000;

/** Returns so many guests, the first of them primary. */
export function partyOf(guests: number): StaySnapshotInput['guests'] {
  return Array.from({ length: guests }, (_, index) => ({ guestId: `g${index}`, primary: index === 0 }));
}

/** Returns the fields of a booking of two nights from this time tomorrow on. */
export function fromTomorrow(): Pick<StaySnapshotInput, 'status' | 'window'> {
  const now = Date.now();
  return { status: 'confirmed', window: { from: instantAt(now + DAY_MS), to: instantAt(now + 3 * DAY_MS) } };
}

/** Returns true if every guest of the stay has a confirmed key. */
export function everyoneHasKeys({ guests }: StayView): boolean {
  return guests.every(({ keyState }) => keyState === 'issued');
}
