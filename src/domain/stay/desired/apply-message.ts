/**
 * Takes a signalled change into the book. Total: a message that makes no sense becomes attention `ignored-message`,
 * nothing else. Repeats are recognised by `requestId`, across runs.
 */
import { addMember, putMember, removeMember, setRooms, setStatus } from './apply-snapshot.js';
import {
  askForProperty,
  askToCheck,
  forgetHindrances,
  isEnded,
  member,
  REMEMBERED_REQUESTS,
  writeLine,
  type PartyMember,
  type StayBook,
} from '../state.js';
import type { Guest } from '../../model/snapshot-schema.js';
import { isBefore, normalInstant, type Instant } from '../../model/instants.js';
import { inShort } from '../../model/check.js';
import { distrustRooms, keysOf, mayOpen, withKey, withOutsideAnchor, withoutRefusals } from '../known/keyring.js';
import type { Message } from '../../model/message-schema.js';
import { recordLeaseNews } from '../known/record-leases.js';

/** The last ignored messages that are shown; older ones stay in the timeline. */
const SHOWN_IGNORED = 20;

/** Applies a checked message. */
export function applyMessage(book: StayBook, message: Message, now: Instant): void {
  const { requestId, by } = message.payload;
  if (requestId !== undefined) {
    if (book.handledRequests.includes(requestId)) return;
    book.handledRequests = [...book.handledRequests, requestId].slice(-REMEMBERED_REQUESTS);
  }
  const refused = take(book, message, now);
  if (refused !== undefined) {
    ignoreMessage(book, `${message.name}: ${refused}`, now);
    return;
  }
  // What a lease came to is written where it is recorded.
  if (message.name === 'leaseChanged') return;
  writeLine(book, { at: now, what: describe(message), ...(by === undefined ? {} : { by }) });
}

/** Records that a message was not understood or made no sense. */
export function ignoreMessage(book: StayBook, complaint: string, now: Instant): void {
  const message = inShort(complaint);
  book.ignored = [...book.ignored, { code: 'ignored-message' as const, message, since: now }].slice(-SHOWN_IGNORED);
  writeLine(book, { at: now, what: 'message ignored', why: message });
}

/** Returns why the message makes no sense, or undefined once it is taken in. */
function take(book: StayBook, message: Message, now: Instant): string | undefined {
  switch (message.name) {
    case 'addGuests':
      return addGuests(book, message.payload.guests);
    case 'removeGuest':
      return withMember(book, message.payload.guestId, (known) => {
        removeMember(book, known.guest.guestId, message.payload.cause);
        if (message.payload.cause === 'security') condemn(book, known.guest.guestId, 'at-once');
      });
    case 'changeRooms':
      return changeRooms(book, message.payload, now);
    case 'changeDates':
      return changeDates(book, message.payload.window);
    case 'checkIn':
      if (isEnded(book)) return `the stay is ${book.wanted.status}`;
      setStatus(book, 'in-house', now);
      return undefined;
    case 'checkOut':
      setStatus(book, 'departed', now);
      return undefined;
    case 'cancel':
      setStatus(book, 'cancelled', now);
      return undefined;
    case 'retry':
      forgetRefusedGuests(book);
      clearHindrances(book);
      book.ignored = [];
      askForProperty(book);
      askRoomsAgain(book);
      return undefined;
    case 'policyChanged':
      clearHindrances(book);
      book.doors = { rooms: [], commonDoors: [], unknownRooms: [] };
      askForProperty(book);
      return undefined;
    case 'replaceKey':
      return withMember(book, message.payload.guestId, (known) => replaceKey(book, known, message.payload));
    case 'phoneReady':
      return withMember(book, message.payload.guestId, (known) => {
        const guest = book.guests[known.guest.guestId];
        if (guest !== undefined) book.guests[known.guest.guestId] = { ...guest, phoneReady: true };
      });
    case 'hold':
      return staffAct(book, message.payload.guestId, { set: 'hold', reason: message.payload.reason });
    case 'force':
      return staffAct(book, message.payload.guestId, { set: 'forced', reason: message.payload.reason });
    case 'block': {
      const { guestId, reason } = message.payload;
      if (guestId === undefined) return 'guestId is missing; say which guest to block';
      return withMember(book, guestId, (known) => putMember(book, { ...known, blocked: reason }));
    }
    case 'release':
      return release(book, message.payload.guestId);
    case 'joinTo':
      return joinTo(book, message.payload);
    case 'credentialChanged':
      return credentialChanged(book, message.payload);
    case 'phoneChanged':
      return phoneChanged(book, message.payload.deviceId);
    case 'leaseChanged':
      recordLeaseNews(book, message.payload, now);
      return undefined;
    default:
      return message satisfies never;
  }
}

/** Staff alone bring back whom they removed for cause: by `release`. */
function addGuests(book: StayBook, guests: readonly Guest[]): string | undefined {
  const barred = guests.find((guest) => member(book, guest.guestId)?.removed === 'security');
  if (barred !== undefined) return `guest ${barred.guestId} was removed for cause; release him first`;
  for (const guest of guests) {
    const known = member(book, guest.guestId);
    if (known === undefined) addMember(book, guest);
    else {
      const { removed: _removed, ...rest } = known;
      putMember(book, { ...rest, guest });
    }
  }
  return undefined;
}

function withMember(book: StayBook, guestId: string, act: (known: PartyMember) => void): string | undefined {
  const known = member(book, guestId);
  if (known === undefined) return `guestId ${JSON.stringify(guestId)} is not of this stay's party`;
  act(known);
  return undefined;
}

function changeRooms(
  book: StayBook,
  change: { rooms: readonly string[]; guestId?: string | undefined; from?: string | undefined },
  now: Instant,
): string | undefined {
  if (change.guestId !== undefined && member(book, change.guestId) === undefined) {
    return `guestId ${JSON.stringify(change.guestId)} is not of this stay's party`;
  }
  const foreign =
    change.guestId === undefined ? undefined : change.rooms.find((room) => !book.wanted.rooms.includes(room));
  if (foreign !== undefined) return `rooms names ${JSON.stringify(foreign)}, which is not among the stay's rooms`;
  if (change.from !== undefined && isBefore(now, normalInstant(change.from))) {
    const scheduled = {
      from: normalInstant(change.from),
      rooms: change.rooms,
      ...(change.guestId === undefined ? {} : { guestId: change.guestId }),
    };
    book.wanted = { ...book.wanted, scheduled: [...book.wanted.scheduled, scheduled] };
    return undefined;
  }
  assignRooms(book, change.rooms, change.guestId);
  return undefined;
}

function assignRooms(book: StayBook, rooms: readonly string[], guestId: string | undefined): void {
  const known = guestId === undefined ? undefined : member(book, guestId);
  if (known === undefined) setRooms(book, rooms);
  else putMember(book, { ...known, guest: { ...known.guest, rooms: [...rooms] } });
}

/** Carries out room changes whose time has come. */
export function applyDueRooms(book: StayBook, now: Instant): void {
  const due = book.wanted.scheduled
    .filter((change) => !isBefore(now, change.from))
    .toSorted((a, b) => (isBefore(a.from, b.from) ? -1 : 1));
  if (due.length === 0) return;
  const later = book.wanted.scheduled.filter((change) => isBefore(now, change.from));
  for (const change of due) {
    if (change.booked === true) book.wanted = { ...book.wanted, rooms: change.rooms };
    else assignRooms(book, change.rooms, change.guestId);
    writeLine(book, { at: now, what: `scheduled move: rooms ${change.rooms.join(', ')}` });
  }
  book.wanted = { ...book.wanted, scheduled: later };
}

function changeDates(
  book: StayBook,
  change: { from?: string | undefined; to?: string | undefined },
): string | undefined {
  const { window, localWindow, otherDates } = book.wanted;
  if (window === undefined && localWindow === undefined) return 'window is not known yet; send a snapshot first';
  const dates = {
    ...(change.from === undefined ? {} : { from: normalInstant(change.from) }),
    ...(change.to === undefined ? {} : { to: normalInstant(change.to) }),
  };
  const changed = window === undefined ? undefined : { ...window, ...dates };
  if (changed !== undefined && !isBefore(changed.from, changed.to)) {
    return `window.to (${changed.to}) must be later than window.from (${changed.from})`;
  }
  book.wanted = {
    ...book.wanted,
    ...(changed === undefined ? {} : { window: changed }),
    ...(localWindow === undefined ? {} : { otherDates: { ...otherDates, ...dates } }),
  };
  return undefined;
}

/** A guest whose key Seam refused may have to be found, or made known, anew. */
function forgetRefusedGuests(book: StayBook): void {
  for (const guestId of Object.keys(book.keyring.refusals)) delete book.guests[guestId];
}

/** A room that was started anew knows nothing of this stay. */
function askRoomsAgain(book: StayBook): void {
  const { leases } = book;
  if (leases === undefined) return;
  book.leases = { ...leases, claims: leases.claims.map((held) => ({ ...held, answered: false })) };
}

function clearHindrances(book: StayBook): void {
  book.keyring = withoutRefusals(book.keyring);
  for (const { retryAt: _retry, ...key } of book.keyring.keys) book.keyring = withKey(book.keyring, key);
  forgetHindrances(book);
  book.doors = { ...book.doors, unknownRooms: [] };
}

/** Rule 6: a lost phone is deactivated first, then the lease is re-keyed; a convenient change only replaces the key. */
function replaceKey(
  book: StayBook,
  known: PartyMember,
  how: { mode: 'secure' | 'convenient'; deviceId?: string | undefined },
): void {
  const { guestId } = known.guest;
  const { deviceId } = how;
  // Without a name it could be any of his phones: a key of his that is made anew would follow it there.
  if (deviceId !== undefined || how.mode === 'secure') {
    const phone = { guestId, ...(deviceId === undefined ? {} : { deviceId }) };
    book.phonesToDeactivate = [...book.phonesToDeactivate, phone];
    const guest = book.guests[guestId];
    if (guest !== undefined) book.guests[guestId] = { ...guest, phoneReady: false };
  }
  condemn(book, guestId, how.mode === 'secure' ? 'at-once' : 'after-successor');
  book.keyring = withoutRefusals(book.keyring, guestId);
}

/** Marks the guest's keys for ending; `at-once` also distrusts every key of their rooms. */
function condemn(book: StayBook, guestId: string, how: 'at-once' | 'after-successor'): void {
  for (const key of keysOf(book.keyring, guestId).filter(mayOpen)) {
    book.keyring = withKey(book.keyring, { ...key, condemned: how });
    if (how === 'at-once') book.keyring = distrustRooms(book.keyring, key.ask.rooms);
  }
}

function staffAct(
  book: StayBook,
  guestId: string | undefined,
  act: { set: 'hold' | 'forced'; reason: string },
): string | undefined {
  if (guestId !== undefined) {
    return withMember(book, guestId, (known) => putMember(book, { ...known, [act.set]: act.reason }));
  }
  book.wanted = act.set === 'hold' ? { ...book.wanted, staffHold: act.reason } : { ...book.wanted, forced: act.reason };
  return undefined;
}

function release(book: StayBook, guestId: string | undefined): string | undefined {
  if (guestId !== undefined) {
    return withMember(book, guestId, (known) => {
      const { hold: _hold, blocked: _blocked, forced: _forced, ...rest } = known;
      const { removed: _removed, ...pardoned } = rest;
      putMember(book, known.removed === 'security' ? pardoned : rest);
    });
  }
  const { staffHold: _staff, bookingHold: _booking, forced: _forced, ...rest } = book.wanted;
  book.wanted = rest;
  return undefined;
}

function joinTo(
  book: StayBook,
  payload: { acsCredentialId: string; guestId?: string | undefined },
): string | undefined {
  const known = payload.guestId === undefined ? undefined : member(book, payload.guestId);
  if (payload.guestId !== undefined && known === undefined) {
    return `guestId ${JSON.stringify(payload.guestId)} is not of this stay's party`;
  }
  const rooms = known?.guest.rooms ?? book.wanted.rooms;
  if (rooms.length === 0) return 'the stay has no room yet, so there is nothing to join';
  book.keyring = withoutRefusals(withOutsideAnchor(book.keyring, payload.acsCredentialId, rooms));
  return undefined;
}

/** An event only says that something changed: what is true is read again. That a key has reached a phone puts none in doubt. */
function credentialChanged(
  book: StayBook,
  { acsCredentialId, eventType }: { acsCredentialId: string; eventType: string },
): string | undefined {
  const key = book.keyring.keys.find((candidate) => candidate.acsCredentialId === acsCredentialId);
  if (key === undefined) return `acsCredentialId ${JSON.stringify(acsCredentialId)} is not of this stay`;
  if (key.state === 'live' && eventType !== 'acs_credential.issued') {
    const ofLease = book.keyring.keys.filter((other) => other.state === 'live' && other.generation === key.generation);
    askToCheck(book, ofLease);
  }
  return undefined;
}

/** A phone may have gone: whether the guest has another, and whether his keys went with it, is read again. */
function phoneChanged(book: StayBook, deviceId: string): string | undefined {
  const owners = Object.entries(book.guests).filter(([, guest]) => guest.deviceIds?.includes(deviceId) === true);
  if (owners.length === 0) return `deviceId ${JSON.stringify(deviceId)} is no phone of this stay's guests`;
  for (const [guestId, guest] of owners) {
    const deviceIds = (guest.deviceIds ?? []).filter((other) => other !== deviceId);
    book.guests[guestId] = { ...guest, deviceIds, phoneReady: false };
    askToCheck(
      book,
      keysOf(book.keyring, guestId).filter((key) => key.state === 'live'),
    );
  }
  return undefined;
}

/** What a message said, without names or contacts. */
function describe(message: Exclude<Message, { name: 'leaseChanged' }>): string {
  switch (message.name) {
    case 'addGuests':
      return `guests added: ${message.payload.guests.map((guest) => guest.guestId).join(', ')}`;
    case 'removeGuest':
      return `guest ${message.payload.guestId} removed (${message.payload.cause})`;
    case 'changeRooms':
      return `rooms changed to ${message.payload.rooms.join(', ')}${ofGuest(message.payload.guestId)}`;
    case 'changeDates':
      return `dates changed: ${message.payload.window.from ?? 'same start'} to ${message.payload.window.to ?? 'same end'}`;
    case 'replaceKey':
      return `key to be replaced (${message.payload.mode})${ofGuest(message.payload.guestId)}`;
    case 'phoneReady':
      return `phone ready${ofGuest(message.payload.guestId)}`;
    case 'hold':
    case 'release':
    case 'force':
    case 'block':
      return `${message.name}${ofGuest(message.payload.guestId)}`;
    case 'joinTo':
      return `to join card ${message.payload.acsCredentialId}${ofGuest(message.payload.guestId)}`;
    case 'credentialChanged':
      return `Seam reports ${message.payload.eventType} of ${message.payload.acsCredentialId}`;
    case 'phoneChanged':
      return `Seam reports ${message.payload.eventType} of phone ${message.payload.deviceId}`;
    case 'checkIn':
      return 'checked in';
    case 'checkOut':
      return 'checked out';
    case 'cancel':
      return 'cancelled';
    case 'retry':
      return 'to be tried again';
    case 'policyChanged':
      return 'the property configuration changed';
    default:
      return message satisfies never;
  }
}

function ofGuest(guestId: string | undefined): string {
  return guestId === undefined ? '' : ` for guest ${guestId}`;
}
