/**
 * Applies a signalled change to the state. Total: a message that makes no sense only becomes attention
 * `ignored-message`. Repeats are recognised by `requestId`, across runs.
 */
import { addMember, putMember, removeMember, setRooms, setStatus } from './apply-snapshot.js';
import {
  askForProperty,
  askToCheck,
  dropBlockers,
  isEnded,
  member,
  REMEMBERED_REQUESTS,
  writeLine,
  type PartyMember,
  type StayState,
} from '../state.js';
import type { Guest } from '../../model/snapshot-schema.js';
import { isBefore, normalInstant, type Instant } from '../../model/instants.js';
import { inShort } from '../../model/check.js';
import { distrustRooms, keysOf, mayOpen, withKey, withOutsideAnchor, withoutRefusals } from '../known/keyring.js';
import type { Message } from '../../model/message-schema.js';
import { recordLeaseNews } from '../known/record-leases.js';

/** Number of ignored messages that are shown, the latest ones; older ones stay in the timeline. */
const SHOWN_IGNORED = 20;

/** Applies a checked message, once per `requestId`, and writes it to the timeline. */
export function applyMessage(state: StayState, message: Message, now: Instant): void {
  const { requestId, by } = message.payload;
  if (requestId !== undefined) {
    if (state.handledRequests.includes(requestId)) return;
    state.handledRequests = [...state.handledRequests, requestId].slice(-REMEMBERED_REQUESTS);
  }
  const refused = take(state, message, now);
  if (refused !== undefined) {
    ignoreMessage(state, `${message.name}: ${refused}`, now);
    return;
  }
  // `recordLeaseNews` writes the timeline line of a lease.
  if (message.name === 'leaseChanged') return;
  writeLine(state, { at: now, what: describe(message), ...(by === undefined ? {} : { by }) });
}

/** Records a message that is invalid or makes no sense as ignored. */
export function ignoreMessage(state: StayState, complaint: string, now: Instant): void {
  const message = inShort(complaint);
  state.ignored = [...state.ignored, { code: 'ignored-message' as const, message, since: now }].slice(-SHOWN_IGNORED);
  writeLine(state, { at: now, what: 'message ignored', why: message });
}

/** Returns why the message makes no sense, or undefined once it is applied. */
function take(state: StayState, message: Message, now: Instant): string | undefined {
  switch (message.name) {
    case 'addGuests':
      return addGuests(state, message.payload.guests);
    case 'removeGuest':
      return withMember(state, message.payload.guestId, (known) => {
        removeMember(state, known.guest.guestId, message.payload.cause);
        if (message.payload.cause === 'security') condemn(state, known.guest.guestId, 'at-once');
      });
    case 'changeRooms':
      return changeRooms(state, message.payload, now);
    case 'changeDates':
      return changeDates(state, message.payload.window);
    case 'checkIn':
      if (isEnded(state)) return `the stay is ${state.desired.status}`;
      setStatus(state, 'in-house', now);
      return undefined;
    case 'checkOut':
      setStatus(state, 'departed', now);
      return undefined;
    case 'cancel':
      setStatus(state, 'cancelled', now);
      return undefined;
    case 'retry':
      forgetRefusedGuests(state);
      clearBlockers(state);
      state.ignored = [];
      askForProperty(state);
      askRoomsAgain(state);
      return undefined;
    case 'policyChanged':
      clearBlockers(state);
      state.doors = { rooms: [], commonDoors: [], unknownRooms: [] };
      askForProperty(state);
      return undefined;
    case 'replaceKey':
      return withMember(state, message.payload.guestId, (known) => replaceKey(state, known, message.payload));
    case 'phoneReady':
      return withMember(state, message.payload.guestId, (known) => {
        const guest = state.guests[known.guest.guestId];
        if (guest !== undefined) state.guests[known.guest.guestId] = { ...guest, phoneReady: true };
      });
    case 'hold':
      return staffAct(state, message.payload.guestId, { set: 'hold', reason: message.payload.reason });
    case 'force':
      return staffAct(state, message.payload.guestId, { set: 'forced', reason: message.payload.reason });
    case 'block': {
      const { guestId, reason } = message.payload;
      if (guestId === undefined) return 'guestId is missing; say which guest to block';
      return withMember(state, guestId, (known) => putMember(state, { ...known, blocked: reason }));
    }
    case 'release':
      return release(state, message.payload.guestId);
    case 'joinTo':
      return joinTo(state, message.payload);
    case 'credentialChanged':
      return credentialChanged(state, message.payload);
    case 'phoneChanged':
      return phoneChanged(state, message.payload.deviceId);
    case 'leaseChanged':
      recordLeaseNews(state, message.payload, now);
      return undefined;
    default:
      return message satisfies never;
  }
}

/** Adds guests to the party. Only staff can bring back a guest whom they removed for cause, by `release`. */
function addGuests(state: StayState, guests: readonly Guest[]): string | undefined {
  const barred = guests.find((guest) => member(state, guest.guestId)?.removed === 'security');
  if (barred !== undefined) return `guest ${barred.guestId} was removed for cause; release them first`;
  for (const guest of guests) {
    const known = member(state, guest.guestId);
    if (known === undefined) addMember(state, guest);
    else {
      const { removed: _removed, ...rest } = known;
      putMember(state, { ...rest, guest });
    }
  }
  return undefined;
}

function withMember(state: StayState, guestId: string, act: (known: PartyMember) => void): string | undefined {
  const known = member(state, guestId);
  if (known === undefined) return `guestId ${JSON.stringify(guestId)} is not in this stay's party`;
  act(known);
  return undefined;
}

function changeRooms(
  state: StayState,
  change: { rooms: readonly string[]; guestId?: string | undefined; from?: string | undefined },
  now: Instant,
): string | undefined {
  if (change.guestId !== undefined && member(state, change.guestId) === undefined) {
    return `guestId ${JSON.stringify(change.guestId)} is not in this stay's party`;
  }
  const foreign =
    change.guestId === undefined ? undefined : change.rooms.find((room) => !state.desired.rooms.includes(room));
  if (foreign !== undefined) return `rooms names ${JSON.stringify(foreign)}, which is not among the stay's rooms`;
  if (change.from !== undefined && isBefore(now, normalInstant(change.from))) {
    const scheduled = {
      from: normalInstant(change.from),
      rooms: change.rooms,
      ...(change.guestId === undefined ? {} : { guestId: change.guestId }),
    };
    state.desired = { ...state.desired, scheduled: [...state.desired.scheduled, scheduled] };
    return undefined;
  }
  assignRooms(state, change.rooms, change.guestId);
  return undefined;
}

function assignRooms(state: StayState, rooms: readonly string[], guestId: string | undefined): void {
  const known = guestId === undefined ? undefined : member(state, guestId);
  if (known === undefined) setRooms(state, rooms);
  else putMember(state, { ...known, guest: { ...known.guest, rooms: [...rooms] } });
}

/** Applies the scheduled room changes that are due. */
export function applyDueRooms(state: StayState, now: Instant): void {
  const due = state.desired.scheduled
    .filter((change) => !isBefore(now, change.from))
    .toSorted((a, b) => (isBefore(a.from, b.from) ? -1 : 1));
  if (due.length === 0) return;
  const later = state.desired.scheduled.filter((change) => isBefore(now, change.from));
  for (const change of due) {
    if (change.booked === true) state.desired = { ...state.desired, rooms: change.rooms };
    else assignRooms(state, change.rooms, change.guestId);
    writeLine(state, { at: now, what: `scheduled move: rooms ${change.rooms.join(', ')}` });
  }
  state.desired = { ...state.desired, scheduled: later };
}

function changeDates(
  state: StayState,
  change: { from?: string | undefined; to?: string | undefined },
): string | undefined {
  const { window, localWindow, otherDates } = state.desired;
  if (window === undefined && localWindow === undefined) return 'window is not known yet; send a snapshot first';
  const dates = {
    ...(change.from === undefined ? {} : { from: normalInstant(change.from) }),
    ...(change.to === undefined ? {} : { to: normalInstant(change.to) }),
  };
  const changed = window === undefined ? undefined : { ...window, ...dates };
  if (changed !== undefined && !isBefore(changed.from, changed.to)) {
    return `window.to (${changed.to}) must be later than window.from (${changed.from})`;
  }
  state.desired = {
    ...state.desired,
    ...(changed === undefined ? {} : { window: changed }),
    ...(localWindow === undefined ? {} : { otherDates: { ...otherDates, ...dates } }),
  };
  return undefined;
}

/** Removes the Seam record of guests whose key Seam refused, because it may have to be found or created again. */
function forgetRefusedGuests(state: StayState): void {
  for (const guestId of Object.keys(state.keyring.refusals)) delete state.guests[guestId];
}

/** Marks all claims as unanswered, because a restarted room has no record of this stay. */
function askRoomsAgain(state: StayState): void {
  const { leases } = state;
  state.leases = { ...leases, claims: leases.claims.map((held) => ({ ...held, answered: false })) };
}

function clearBlockers(state: StayState): void {
  state.keyring = withoutRefusals(state.keyring);
  for (const { retryAt: _retry, ...key } of state.keyring.keys) state.keyring = withKey(state.keyring, key);
  dropBlockers(state);
  state.doors = { ...state.doors, unknownRooms: [] };
}

/**
 * Replaces a guest's key (rule 6). A lost phone is deactivated first, then the lease is re-keyed. A convenient change
 * only replaces the key.
 */
function replaceKey(
  state: StayState,
  known: PartyMember,
  how: { mode: 'secure' | 'convenient'; deviceId?: string | undefined },
): void {
  const { guestId } = known.guest;
  const { deviceId } = how;
  // Without a device id it could be any of the guest's phones, and a new key would follow the guest there.
  if (deviceId !== undefined || how.mode === 'secure') {
    const phone = { guestId, ...(deviceId === undefined ? {} : { deviceId }) };
    state.phonesToDeactivate = [...state.phonesToDeactivate, phone];
    const guest = state.guests[guestId];
    if (guest !== undefined) state.guests[guestId] = { ...guest, phoneReady: false };
  }
  condemn(state, guestId, how.mode === 'secure' ? 'at-once' : 'after-successor');
  state.keyring = withoutRefusals(state.keyring, guestId);
}

/** Marks the guest's keys for ending; `at-once` also distrusts every key of their rooms. */
function condemn(state: StayState, guestId: string, how: 'at-once' | 'after-successor'): void {
  for (const key of keysOf(state.keyring, guestId).filter(mayOpen)) {
    state.keyring = withKey(state.keyring, { ...key, condemned: how });
    if (how === 'at-once') state.keyring = distrustRooms(state.keyring, key.ask.rooms);
  }
}

function staffAct(
  state: StayState,
  guestId: string | undefined,
  act: { set: 'hold' | 'forced'; reason: string },
): string | undefined {
  if (guestId !== undefined) {
    return withMember(state, guestId, (known) => putMember(state, { ...known, [act.set]: act.reason }));
  }
  state.desired =
    act.set === 'hold' ? { ...state.desired, staffHold: act.reason } : { ...state.desired, forced: act.reason };
  return undefined;
}

function release(state: StayState, guestId: string | undefined): string | undefined {
  if (guestId !== undefined) {
    return withMember(state, guestId, (known) => {
      const { hold: _hold, blocked: _blocked, forced: _forced, ...rest } = known;
      const { removed: _removed, ...pardoned } = rest;
      putMember(state, known.removed === 'security' ? pardoned : rest);
    });
  }
  const { staffHold: _staff, bookingHold: _booking, forced: _forced, ...rest } = state.desired;
  state.desired = rest;
  return undefined;
}

function joinTo(
  state: StayState,
  payload: { acsCredentialId: string; guestId?: string | undefined },
): string | undefined {
  const known = payload.guestId === undefined ? undefined : member(state, payload.guestId);
  if (payload.guestId !== undefined && known === undefined) {
    return `guestId ${JSON.stringify(payload.guestId)} is not in this stay's party`;
  }
  const rooms = known?.guest.rooms ?? state.desired.rooms;
  if (rooms.length === 0) return 'the stay has no room yet, so there is nothing to join';
  state.keyring = withoutRefusals(withOutsideAnchor(state.keyring, payload.acsCredentialId, rooms));
  return undefined;
}

/**
 * Marks the keys of a lease to be read again, because an event only reports that something changed. An event that a key
 * has reached a phone puts no key in doubt.
 */
function credentialChanged(
  state: StayState,
  { acsCredentialId, eventType }: { acsCredentialId: string; eventType: string },
): string | undefined {
  const key = state.keyring.keys.find((candidate) => candidate.acsCredentialId === acsCredentialId);
  if (key === undefined) return `acsCredentialId ${JSON.stringify(acsCredentialId)} is not a key of this stay`;
  if (key.state === 'live' && eventType !== 'acs_credential.issued') {
    const ofLease = state.keyring.keys.filter((other) => other.state === 'live' && other.generation === key.generation);
    askToCheck(state, ofLease);
  }
  return undefined;
}

/**
 * Marks a phone as possibly gone: the stay reads again whether the guest has another, and whether their keys went with
 * it.
 */
function phoneChanged(state: StayState, deviceId: string): string | undefined {
  const owners = Object.entries(state.guests).filter(([, guest]) => guest.deviceIds?.includes(deviceId) === true);
  if (owners.length === 0) return `deviceId ${JSON.stringify(deviceId)} is not a phone of this stay's guests`;
  for (const [guestId, guest] of owners) {
    const deviceIds = (guest.deviceIds ?? []).filter((other) => other !== deviceId);
    state.guests[guestId] = { ...guest, deviceIds, phoneReady: false };
    askToCheck(
      state,
      keysOf(state.keyring, guestId).filter((key) => key.state === 'live'),
    );
  }
  return undefined;
}

/** Returns the timeline text of a message, without names or contacts. */
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
      return `key replacement requested (${message.payload.mode})${ofGuest(message.payload.guestId)}`;
    case 'phoneReady':
      return `phone ready${ofGuest(message.payload.guestId)}`;
    case 'hold':
    case 'release':
    case 'force':
    case 'block':
      return `${message.name}${ofGuest(message.payload.guestId)}`;
    case 'joinTo':
      return `join to card ${message.payload.acsCredentialId}${ofGuest(message.payload.guestId)}`;
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
      return 'retry requested';
    case 'policyChanged':
      return 'the property configuration changed';
    default:
      return message satisfies never;
  }
}

function ofGuest(guestId: string | undefined): string {
  return guestId === undefined ? '' : ` for guest ${guestId}`;
}
