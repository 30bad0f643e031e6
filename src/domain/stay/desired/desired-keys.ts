/** What the book adds up to: which guest should hold a key to which rooms and when, and what still stands before it. */
import { stayWindow, type PartyMember, type StayBook } from '../state.js';
import { unansweredRooms } from './desired-leases.js';
import { coversRooms, isSoundIn, liveKeys, oldestSoundGenerations, sharesRoom } from '../known/keyring.js';
import { prepareStepId } from '../../model/ids.js';
import { isBefore, later, normalInstant, plusMinutes, type Instant, type Window } from '../../model/instants.js';
import type { LeaseAnchor } from '../../model/lease.js';
import type { Gate, Wanted, WantedGuest } from '../../model/key-plan.js';
import {
  endWithin,
  freeFrom,
  grantsOn,
  heldRooms,
  isDisplaced,
  opensNow,
  type Grant,
} from '../known/lease-decisions.js';

/** How long before a room's lease ends the guests' next key, to their other rooms, is asked for. */
export const ENDS_SOON_MINUTES = 2;

/** The planner's view of the book at `now`. */
export function wantedOf(book: StayBook, now: Instant): Wanted {
  const window = stayWindow(book);
  const unanswered = unansweredRooms(book, now);
  return {
    siteName: book.property?.name ?? '',
    doors: book.doors,
    givenAway: roomsGivenAway(book, now),
    openedByOthers: roomsOpenedByOthers(book, now),
    guests: window === undefined ? [] : book.wanted.party.map((one) => wantedGuest(book, one, window, unanswered, now)),
    ...(book.endsForgottenKeys === undefined ? {} : { endsForgottenKeys: true }),
  };
}

/** Rooms of the stay, now or later, that the front desk gave to another stay. */
function roomsGivenAway(book: StayBook, now: Instant): readonly string[] {
  const rooms = new Set([...book.wanted.rooms, ...(book.leases?.claims ?? []).map(({ room }) => room)]);
  return [...rooms].filter((room) => isDisplaced(book, room, now));
}

/**
 * Rooms of a share group that are not open yet, where it is another stay's turn; or where the keys that the room names have ended at
 * Seam, so that the others' next ones are about to be known.
 */
function roomsOpenedByOthers(book: StayBook, now: Instant): readonly string[] {
  if (book.wanted.shareGroup === undefined) return [];
  return book.wanted.rooms.filter((room) =>
    grantsOn(book, [room], now).some(({ opener, anchors }) => {
      const isOpen = anchors.some((anchor) => isKnown(book, anchor)) || opensNow(book, room, now);
      return !isOpen && (!opener || anchors.length > 0);
    }),
  );
}

function isKnown({ keyring }: StayBook, { acsCredentialId }: LeaseAnchor): boolean {
  return keyring.outsideAnchors.some((anchor) => anchor.acsCredentialId === acsCredentialId);
}

/** The rooms that a guest should open, before any gate: his own, as far as they are the stay's, or all. */
export function roomsFor(book: StayBook, one: PartyMember): readonly string[] {
  const { rooms } = one.guest;
  const own = rooms === undefined ? book.wanted.rooms : rooms.filter((room) => book.wanted.rooms.includes(room));
  return whyWithout(book, one) === undefined ? own : [];
}

/** Why a guest should hold no key whatever the rooms; undefined if he should. */
function whyWithout(book: StayBook, one: PartyMember): string | undefined {
  if (book.wanted.status === 'cancelled') return 'the stay was cancelled';
  if (book.wanted.status === 'departed') return 'checked out';
  if (book.wanted.status === 'no-show') return 'the guests did not come';
  if (book.wanted.status === 'tentative') return 'the booking is tentative';
  if (one.removed !== undefined) return 'the guest is no longer of the party';
  if (one.blocked !== undefined) return 'the guest is blocked by staff';
  return one.guest.wantsKey ? undefined : 'the guest wants no key';
}

function wantedGuest(
  book: StayBook,
  one: PartyMember,
  stay: Window,
  unanswered: readonly string[],
  now: Instant,
): WantedGuest {
  const booked = roomsFor(book, one);
  const rooms = roomsToOpen(book, booked, now);
  const grants = grantsOn(book, rooms, now);
  const window = leasedWindow(book, one, stay, grants);
  const mayIssue = gateOpensAt(book, one, window, now);
  const free = freeFrom(grants);
  const opensAt = mayIssue === undefined || free === undefined ? mayIssue : later(mayIssue, free);
  const gate = firstGate(book, one, { rooms, window }, { mayIssue, free, unanswered }, now);
  const without = whyWithout(book, one) ?? (rooms.length > 0 ? undefined : whyNoRoom(booked));
  return {
    guestId: one.guest.guestId,
    primary: one.guest.primary,
    rooms,
    window,
    ...(without === undefined ? {} : { without }),
    ...(gate === undefined ? {} : { gate }),
    ...(gate === 'access-system' && isBeingPrepared(book, one) ? { comingUp: true } : {}),
    ...(opensAt === undefined ? {} : { opensAt }),
    ...(isForced(book, one) ? { forced: true } : {}),
  };
}

/** Not if Seam refused it or does not answer: then nobody waits for him. */
function isBeingPrepared(book: StayBook, one: PartyMember): boolean {
  return book.property !== undefined && book.hindrances[prepareStepId(one.guest.guestId)] === undefined;
}

/**
 * A room that the stay has to wait for, or that is free only later, does not keep its guests from those that it holds. While it holds
 * none, their old keys go on; a room that the front desk gave away is theirs no longer.
 */
function roomsToOpen(book: StayBook, rooms: readonly string[], now: Instant): readonly string[] {
  const held = heldRooms(book, rooms, now);
  const free = held.filter((room) => {
    const from = freeFrom(grantsOn(book, [room], now));
    return from === undefined || !isBefore(now, from);
  });
  if (free.length > 0) return lasting(book, free, now);
  return held.length > 0 ? held : rooms.filter((room) => !isDisplaced(book, room, now));
}

/** A key ends with the first of its rooms: one that ends in a moment is left out of the next key, so that this is there in time. */
function lasting(book: StayBook, rooms: readonly string[], now: Instant): readonly string[] {
  const soon = plusMinutes(now, ENDS_SOON_MINUTES);
  const goOn = rooms.filter((room) => grantsOn(book, [room], now).some(({ until }) => isBefore(soon, until)));
  return goOn.length > 0 ? goOn : rooms;
}

function holdsAny(book: StayBook, rooms: readonly string[], now: Instant): boolean {
  return rooms.length === 0 || heldRooms(book, rooms, now).length > 0;
}

function whyNoRoom(booked: readonly string[]): string {
  return booked.length === 0 ? 'no room is assigned' : 'the front desk gave the room to another stay';
}

/** Keys go on for the grace after the departure, and end with the lease. */
function leasedWindow(book: StayBook, one: PartyMember, stay: Window, grants: readonly Grant[]): Window {
  const window = guestWindow(one, stay);
  if (grants.length === 0) return window;
  const grace = book.property?.policy.departureGraceMinutes ?? 0;
  return { ...window, to: endWithin(grants, plusMinutes(window.to, grace)) };
}

/** A guest's own window counts as far as it lies in the stay's. */
function guestWindow(one: PartyMember, stay: Window): Window {
  const own = one.guest.window;
  if (own === undefined) return stay;
  return {
    from: isBefore(own.from, stay.from) ? stay.from : normalInstant(own.from),
    to: isBefore(stay.to, own.to) ? stay.to : normalInstant(own.to),
  };
}

function isForced(book: StayBook, one: PartyMember): boolean {
  return book.wanted.forced !== undefined || one.forced !== undefined;
}

/** When granting may begin; undefined if only a check-in opens it. */
function gateOpensAt(book: StayBook, one: PartyMember, window: Window, now: Instant): Instant | undefined {
  const policy = book.property?.policy.issueFrom;
  if (isForced(book, one)) return now;
  // Being in house opens the gate, but a guest who comes later than the others is not there yet.
  const late = one.guest.window !== undefined && isBefore(now, window.from);
  if (book.wanted.status === 'in-house' && !late) return now;
  if (policy?.kind === 'lead-time') return plusMinutes(window.from, -policy.minutes);
  return late && book.wanted.status === 'in-house' ? window.from : undefined;
}

/** What a key opens, and when. */
type KeyExtent = Pick<WantedGuest, 'rooms' | 'window'>;

/** True for a guest whose key opens these rooms, and others too or longer: to take that away is no granting, so no hold stands before it. */
function holdsMore({ keyring }: StayBook, guestId: string, wanted: KeyExtent, now: Instant): boolean {
  const { rooms, window } = wanted;
  const oldest = oldestSoundGenerations(keyring);
  return liveKeys(keyring, now).some(
    (key) =>
      key.guestId === guestId &&
      key.condemned === undefined &&
      rooms.length > 0 &&
      coversRooms(key.ask.rooms, rooms) &&
      isSoundIn(key, rooms, oldest) &&
      !isBefore(key.ask.window.to, window.to) &&
      (isBefore(window.to, key.ask.window.to) || rooms.length < key.ask.rooms.length),
  );
}

function firstGate(
  book: StayBook,
  one: PartyMember,
  { rooms, window }: KeyExtent,
  from: {
    readonly mayIssue: Instant | undefined;
    readonly free: Instant | undefined;
    readonly unanswered: readonly string[];
  },
  now: Instant,
): Gate | undefined {
  const { guestId } = one.guest;
  const forced = isForced(book, one);
  if (rooms.some((room) => !book.doors.rooms.some((door) => door.room === room))) return 'room';
  const held = book.wanted.staffHold ?? book.wanted.bookingHold ?? one.hold;
  if (held !== undefined && !forced && !holdsMore(book, guestId, { rooms, window }, now)) return 'hold';
  const asking = sharesRoom(rooms, from.unanswered);
  if (!asking && !holdsAny(book, rooms, now)) return 'lease';
  if (from.mayIssue === undefined || isBefore(now, from.mayIssue)) return 'window';
  if (from.free !== undefined && isBefore(now, from.free)) return 'lease';
  const known = book.guests[guestId];
  if (known === undefined || book.property === undefined) return 'access-system';
  if (book.phonesToDeactivate.some((phone) => phone.guestId === guestId)) return 'phone';
  if (book.property.policy.phone === 'wait-for-phone' && !known.phoneReady && !forced) return 'phone';
  // A moment's matter, so it comes last: nothing else that is waited for is called off and begun again for it.
  return asking ? 'lease' : undefined;
}
