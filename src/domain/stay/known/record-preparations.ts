/** What preparations brings back, taken into the state: the property, doors, guests at Seam, their phones. */
import { writeLine, type Contact, type LostPhone, type StayState } from '../state.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { StepFailure } from './record-keys.js';
import type { Guest } from '../../model/snapshot-schema.js';
import type { DoorFacts } from '../../model/doors.js';
import type { PhonesFound, PreparedGuest, PropertyFacts } from '../../model/stay-activities.js';

export function recordProperty(state: StayState, facts: PropertyFacts): void {
  const { name, timeZone, policy, window } = facts;
  state.property = { name, timeZone, policy };
  state.propertyDue = false;
  if (window === undefined) return;
  const changed = { ...window, ...state.desired.otherDates };
  state.desired = { ...state.desired, window: isBefore(changed.from, changed.to) ? changed : window };
}

export function recordDoors(state: StayState, facts: DoorFacts): void {
  const known = state.doors.rooms.filter((door) => !facts.rooms.some((other) => other.room === door.room));
  // An answer is about the rooms that it was asked for; what is known of others stands.
  const unknown = state.doors.unknownRooms.filter((room) => !facts.rooms.some((door) => door.room === room));
  const unknownRooms = [...new Set([...unknown, ...facts.unknownRooms])];
  state.doors = { ...facts, rooms: [...known, ...facts.rooms], unknownRooms };
}

/** The guest as Seam knows him now. Of one who was known before, it was only told how he is named and reached. */
export function recordGuest(state: StayState, guest: Guest, prepared: PreparedGuest): void {
  const known = state.guests[guest.guestId] ?? prepared;
  state.guests[guest.guestId] = { ...known, contact: contactOf(guest) };
}

/** What Seam is told of a guest. */
export function contactOf({ name, email, phone }: Guest): Contact {
  return {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
  };
}

export function recordPhone(state: StayState, guestId: string, found: PhonesFound | undefined): void {
  const known = state.guests[guestId];
  if (known !== undefined) state.guests[guestId] = { ...known, ...found, phoneReady: true };
}

export function recordDeactivated(state: StayState, lost: LostPhone, now: Instant): void {
  state.phonesToDeactivate = state.phonesToDeactivate.filter(
    (phone) => phone.guestId !== lost.guestId || phone.deviceId !== lost.deviceId,
  );
  writeLine(state, { at: now, what: 'lost phone deactivated' });
}

/** A preparations step that ended without an answer. */
export function recordBlocker(
  state: StayState,
  stepId: string,
  failure: StepFailure,
  about: { readonly guestId?: string },
  now: Instant,
): void {
  if (failure.kind === 'cancelled') return;
  const since = state.blockers[stepId]?.since ?? now;
  state.blockers[stepId] = { kind: failure.kind, message: failure.message, since, ...about };
}

export function clearBlocker(state: StayState, stepId: string): void {
  delete state.blockers[stepId];
}
