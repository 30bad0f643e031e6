/** What groundwork brings back, taken into the book: the property, doors, guests at Seam, their phones. */
import { writeLine, type Contact, type LostPhone, type StayBook } from '../state.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { StepFailure } from './record-keys.js';
import type { Guest } from '../../model/snapshot-schema.js';
import type { DoorFacts } from '../../model/doors.js';
import type { PhonesFound, PreparedGuest, PropertyFacts } from '../../model/stay-activities.js';

export function recordProperty(book: StayBook, facts: PropertyFacts): void {
  const { name, timeZone, policy, window } = facts;
  book.property = { name, timeZone, policy };
  book.propertyDue = false;
  if (window === undefined) return;
  const changed = { ...window, ...book.wanted.otherDates };
  book.wanted = { ...book.wanted, window: isBefore(changed.from, changed.to) ? changed : window };
}

export function recordDoors(book: StayBook, facts: DoorFacts): void {
  const known = book.doors.rooms.filter((door) => !facts.rooms.some((other) => other.room === door.room));
  // An answer is about the rooms that it was asked for; what is known of others stands.
  const unknown = book.doors.unknownRooms.filter((room) => !facts.rooms.some((door) => door.room === room));
  const unknownRooms = [...new Set([...unknown, ...facts.unknownRooms])];
  book.doors = { ...facts, rooms: [...known, ...facts.rooms], unknownRooms };
}

/** The guest as Seam knows him now. Of one who was known before, it was only told how he is named and reached. */
export function recordGuest(book: StayBook, guest: Guest, prepared: PreparedGuest): void {
  const known = book.guests[guest.guestId] ?? prepared;
  book.guests[guest.guestId] = book.leases === undefined ? prepared : { ...known, contact: contactOf(guest) };
}

/** What Seam is told of a guest. */
export function contactOf({ name, email, phone }: Guest): Contact {
  return {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
  };
}

export function recordPhone(book: StayBook, guestId: string, found: PhonesFound | undefined): void {
  const known = book.guests[guestId];
  if (known !== undefined) book.guests[guestId] = { ...known, ...found, phoneReady: true };
}

export function recordDeactivated(book: StayBook, lost: LostPhone, now: Instant): void {
  book.phonesToDeactivate = book.phonesToDeactivate.filter(
    (phone) => phone.guestId !== lost.guestId || phone.deviceId !== lost.deviceId,
  );
  writeLine(book, { at: now, what: 'lost phone deactivated' });
}

/** A groundwork step that ended without an answer. */
export function recordHindrance(
  book: StayBook,
  stepId: string,
  failure: StepFailure,
  about: { readonly guestId?: string },
  now: Instant,
): void {
  if (failure.kind === 'cancelled') return;
  const since = book.hindrances[stepId]?.since ?? now;
  book.hindrances[stepId] = { kind: failure.kind, message: failure.message, since, ...about };
}

export function clearHindrance(book: StayBook, stepId: string): void {
  delete book.hindrances[stepId];
}
