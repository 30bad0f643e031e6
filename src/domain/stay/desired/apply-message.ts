/**
 * Applies a signalled change to the state. Total: a message that makes no sense only becomes attention
 * `ignored-message`. Repeats are recognised by `requestId`, across runs.
 */
import { addMember, removeMember, setRooms, setStatus } from './apply-snapshot.js';
import { joinGuests } from './guest-doubts.js';
import {
  askForProperty,
  askToCheck,
  dropBlockers,
  hasHandled,
  isEnded,
  putMember,
  member,
  withDesired,
  withGuest,
  withoutGuests,
  withLine,
  withRequest,
  type LostPhone,
  type PartyMember,
  type StayState,
} from '../state.js';
import type { Finding } from '../../model/drift-schema.js';
import type { Key } from '../../model/key.js';
import type { Guest } from '../../model/snapshot-schema.js';
import { isBefore, normalInstant, plusMinutes, type Instant } from '../../model/instants.js';
import { defined } from '../../model/defined.js';
import { inShort } from '../../model/check.js';
import { isSameValue } from '../../model/same-value.js';
import { distrustKey, keysOf, mayOpen, putKey, withOutsideAnchor, withoutRefusals } from '../known/keyring.js';
import type { Message } from '../../model/message-schema.js';
import { forgetThoseWhoLeft, partyTooLarge } from './party.js';
import { losePhoneAccess, nameOf, recordPhoneAccess } from '../known/record-phone-access.js';
import { recordDrift } from '../known/record-drift.js';
import { recordLeaseNews } from '../known/record-leases.js';
import { recordDeskAct } from './desk-acts.js';

/** Number of ignored messages that are shown, the latest ones; older ones stay in the timeline. */
const SHOWN_IGNORED = 20;

/**
 * Applies a checked message, once per `requestId`, and writes it to the timeline.
 *
 * @param exactly time of the message to the millisecond, ISO 8601; by default the end of the minute `now`
 */
export function applyMessage(
  state: StayState,
  message: Message,
  now: Instant,
  exactly: string = plusMinutes(now, 1),
): StayState {
  const { requestId, by } = message.payload;
  if (requestId !== undefined && hasHandled(state, requestId)) return state;
  const known = requestId === undefined ? state : withRequest(state, requestId);
  if (message.name === 'readingRefused' && message.payload.problem === known.readingProblem) return known;
  const changed = withinLimits(known, apply(known, message, now, exactly));
  if (typeof changed === 'string') return ignoreMessage(known, `${message.name}: ${changed}`, now);
  const applied = recordDeskAct(changed, message, now);
  // `recordLeaseNews` writes the timeline line of a lease.
  if (message.name === 'leaseChanged') return applied;
  // A change that changes nothing leaves no line: many of them would push the others out of the timeline.
  if (!isReport(message) && isSameValue(changed, known)) return applied;
  const reinstates = isEnded(state) && !isEnded(applied);
  const what = reinstates ? `${describe(message)}: the stay is reinstated` : describe(message);
  return withLine(applied, { at: now, what, ...defined({ why: reasonOf(message), by }) });
}

/** Returns true for a report of Seam, which is worth a line even if it changes nothing, such as a fetched key. */
function isReport({ name }: Message): boolean {
  return name === 'credentialChanged' || name === 'phoneChanged';
}

/** Records a message that is invalid or makes no sense as ignored. */
export function ignoreMessage(state: StayState, complaint: string, now: Instant): StayState {
  const message = inShort(complaint);
  const ignored = [...state.ignored, { code: 'ignored-message' as const, message, since: now }].slice(-SHOWN_IGNORED);
  return withLine({ ...state, ignored }, { at: now, what: 'message ignored', why: message });
}

/** State after a message, or the reason why the message makes no sense. */
type Applied = StayState | string;

/** Most room changes that signals schedule for later. */
const MOST_SCHEDULED = 200;
/** Most lost phones that wait to be deactivated. */
const MOST_LOST_PHONES = 100;

/** Refuses a message that makes the stay larger than its limits, but none that leaves an oversized stay as large. */
function withinLimits(before: StayState, after: Applied): Applied {
  if (typeof after === 'string') return after;
  const kept = forgetThoseWhoLeft(after);
  const { scheduled, party, rooms } = kept.desired;
  const grows =
    party !== before.desired.party || rooms !== before.desired.rooms || scheduled !== before.desired.scheduled;
  const tooLarge = grows ? partyTooLarge(kept) : undefined;
  if (tooLarge !== undefined && partyTooLarge(before) === undefined) return tooLarge;
  const signalled = scheduled.filter(({ booked }) => booked !== true).length;
  if (signalled > MOST_SCHEDULED) return `at most ${MOST_SCHEDULED} room changes can be scheduled`;
  if (kept.phonesToDeactivate.length > MOST_LOST_PHONES) {
    return `${MOST_LOST_PHONES} lost phones already wait to be deactivated`;
  }
  return kept;
}

function apply(state: StayState, message: Message, now: Instant, exactly: string): Applied {
  switch (message.name) {
    case 'addGuests':
      return addGuests(state, message.payload.guests);
    case 'removeGuest':
      return withMember(state, message.payload.guestId, ({ guest: { guestId } }) => {
        const { cause } = message.payload;
        const removed = removeMember(state, guestId, cause);
        return cause === 'security' ? condemn(removed, guestId, 'at-once') : removed;
      });
    case 'sameGuest':
      return joinGuests(state, message.payload);
    case 'changeRooms':
      return changeRooms(state, message.payload, now);
    case 'changeDates':
      return changeDates(state, message.payload.window);
    case 'checkIn':
      return checkIn(state, message.payload.at, now);
    case 'checkOut':
      return setStatus(state, 'departed', now);
    case 'cancel':
      return setStatus(state, 'cancelled', now);
    case 'retry':
      return askRoomsAgain(askForProperty({ ...clearBlockers(forgetRefusedGuests(state)), ignored: [] }));
    case 'policyChanged': {
      const doors = { rooms: [], commonDoors: [], unknownRooms: [] };
      return askForProperty({ ...clearBlockers(state), doors });
    }
    case 'replaceKey':
      return withMember(state, message.payload.guestId, (known) => replaceKey(state, known, message.payload, exactly));
    case 'phoneReady':
      return withMember(state, message.payload.guestId, (known) => {
        const guest = state.guests[known.guest.guestId];
        return guest === undefined ? state : withGuest(state, known.guest.guestId, { ...guest, phoneReady: true });
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
      return credentialChanged(state, message.payload, now);
    case 'driftFound':
      return recordDrift(state, message.payload.findings, now);
    case 'phoneChanged':
      return phoneChanged(state, message.payload.deviceId);
    case 'phoneAccessMade': {
      const { guestId, kind, clientSessionId, instantKeyId, expiresAt } = message.payload;
      const ids = { clientSessionId, ...defined({ instantKeyId }) };
      return recordPhoneAccess(state, { guestId, kind, ...ids, madeAt: now, expiresAt: normalInstant(expiresAt) });
    }
    case 'leaseChanged':
      return recordLeaseNews(state, message.payload, now);
    case 'readingRefused':
      return { ...state, readingProblem: message.payload.problem };
    default:
      return message satisfies never;
  }
}

/** Checks the guests in. It reinstates a stay that has ended, unless the check-in is older than that end. */
function checkIn(state: StayState, at: string | undefined, now: Instant): Applied {
  const { status, endedAt } = state.desired;
  if (at !== undefined && endedAt !== undefined && isBefore(normalInstant(at), endedAt)) {
    return `it is from ${normalInstant(at)}, and the stay is ${status} since ${endedAt}`;
  }
  return setStatus(state, 'in-house', now);
}

/** Adds guests to the party. Only staff can bring back a guest whom they removed for cause, by `release`. */
function addGuests(state: StayState, guests: readonly Guest[]): Applied {
  const barred = guests.find((guest) => member(state, guest.guestId)?.removed === 'security');
  if (barred !== undefined) return `guest ${barred.guestId} was removed for cause; release them first`;
  return guests.reduce((next, guest) => {
    const known = member(next, guest.guestId);
    if (known === undefined) return addMember(next, guest);
    const { removed: _removed, ...rest } = known;
    return putMember(next, { ...rest, guest });
  }, state);
}

function withMember(state: StayState, guestId: string, act: (known: PartyMember) => StayState): Applied {
  const known = member(state, guestId);
  return known === undefined ? notOfParty(guestId) : act(known);
}

function notOfParty(guestId: string): string {
  return `guestId ${JSON.stringify(guestId)} is not in this stay's party`;
}

function changeRooms(
  state: StayState,
  change: { rooms: readonly string[]; guestId?: string | undefined; from?: string | undefined },
  now: Instant,
): Applied {
  if (change.guestId !== undefined && member(state, change.guestId) === undefined) return notOfParty(change.guestId);
  const foreign =
    change.guestId === undefined ? undefined : change.rooms.find((room) => !state.desired.rooms.includes(room));
  if (foreign !== undefined) return `rooms names ${JSON.stringify(foreign)}, which is not among the stay's rooms`;
  if (change.from !== undefined && isBefore(now, normalInstant(change.from))) {
    const { rooms, guestId } = change;
    const scheduled = { from: normalInstant(change.from), rooms, ...defined({ guestId }) };
    return withDesired(state, { scheduled: [...state.desired.scheduled, scheduled] });
  }
  return assignRooms(state, change.rooms, change.guestId);
}

function assignRooms(state: StayState, rooms: readonly string[], guestId: string | undefined): StayState {
  const known = guestId === undefined ? undefined : member(state, guestId);
  if (known === undefined) return setRooms(state, rooms);
  return putMember(state, { ...known, guest: { ...known.guest, rooms: [...rooms] } });
}

/** Applies the scheduled room changes that are due. */
export function applyDueRooms(state: StayState, now: Instant): StayState {
  const due = state.desired.scheduled
    .filter((change) => !isBefore(now, change.from))
    .toSorted((a, b) => (isBefore(a.from, b.from) ? -1 : 1));
  if (due.length === 0) return state;
  const later = state.desired.scheduled.filter((change) => isBefore(now, change.from));
  const moved = due.reduce((next, { booked, rooms, guestId }) => {
    const assigned = booked === true ? withDesired(next, { rooms }) : assignRooms(next, rooms, guestId);
    return withLine(assigned, { at: now, what: `scheduled move: rooms ${rooms.join(', ')}` });
  }, state);
  return withDesired(moved, { scheduled: later });
}

function changeDates(state: StayState, change: { from?: string | undefined; to?: string | undefined }): Applied {
  const { window, localWindow, otherDates } = state.desired;
  if (window === undefined && localWindow === undefined) return 'window is not known yet; send a snapshot first';
  const dates = defined({
    from: change.from === undefined ? undefined : normalInstant(change.from),
    to: change.to === undefined ? undefined : normalInstant(change.to),
  });
  const changed = window === undefined ? undefined : { ...window, ...dates };
  if (changed !== undefined && !isBefore(changed.from, changed.to)) {
    return `window.to (${changed.to}) must be later than window.from (${changed.from})`;
  }
  const remembered = localWindow === undefined ? undefined : { ...otherDates, ...dates };
  return withDesired(state, defined({ window: changed, otherDates: remembered }));
}

/** Removes the Seam record of guests whose key Seam refused, because it may have to be found or created again. */
function forgetRefusedGuests(state: StayState): StayState {
  return withoutGuests(state, Object.keys(state.keyring.refusals));
}

/** Marks all claims as unanswered, because a restarted room has no record of this stay. */
function askRoomsAgain(state: StayState): StayState {
  const { leases } = state;
  return { ...state, leases: { ...leases, claims: leases.claims.map((held) => ({ ...held, answered: false })) } };
}

function clearBlockers(state: StayState): StayState {
  const allowed = withoutRefusals(state.keyring);
  const keyring = { ...allowed, keys: allowed.keys.map(({ retryAt: _retry, ...key }): Key => key) };
  return dropBlockers({ ...state, keyring, doors: { ...state.doors, unknownRooms: [] } });
}

/**
 * Replaces a guest's key (rule 6). For a lost phone the lease is re-keyed, and the guest's next key waits until the
 * phone is deactivated. A convenient change only replaces the key.
 */
function replaceKey(
  state: StayState,
  { guest: { guestId } }: PartyMember,
  how: { mode: 'secure' | 'convenient'; deviceId?: string | undefined },
  exactly: string,
): StayState {
  const { deviceId } = how;
  // Without a device id it could be any of the guest's phones, and a new key would follow the guest there.
  const isDeactivated = deviceId !== undefined || how.mode === 'secure';
  const before = deviceId === undefined ? exactly : undefined;
  const known = isDeactivated ? losePhone(state, { guestId, ...defined({ deviceId, before }) }) : state;
  const isLost = how.mode === 'secure';
  const ended = isLost ? losePhoneAccess(known, guestId) : known;
  const condemned = condemn(ended, guestId, isLost ? 'at-once' : 'after-successor');
  return { ...condemned, keyring: withoutRefusals(condemned.keyring, guestId) };
}

/** Marks a phone to be deactivated: until another is found, the guest counts as one without a phone. */
function losePhone(state: StayState, lost: LostPhone): StayState {
  const guest = state.guests[lost.guestId];
  const others = state.phonesToDeactivate.filter(
    ({ guestId, deviceId }) => guestId !== lost.guestId || deviceId !== lost.deviceId,
  );
  const marked = { ...state, phonesToDeactivate: [...others, lost] };
  return guest === undefined ? marked : withGuest(marked, lost.guestId, { ...guest, phoneReady: false });
}

/** Marks the guest's keys for ending; `at-once` also distrusts every key of their rooms. */
function condemn(state: StayState, guestId: string, how: 'at-once' | 'after-successor'): StayState {
  return keysOf(state.keyring, guestId)
    .filter(mayOpen)
    .reduce((next, key) => {
      const marked = putKey(next, { ...key, condemned: how });
      return how === 'at-once' ? { ...marked, keyring: distrustKey(marked.keyring, key) } : marked;
    }, state);
}

function staffAct(
  state: StayState,
  guestId: string | undefined,
  act: { set: 'hold' | 'forced'; reason: string },
): Applied {
  if (guestId !== undefined) {
    return withMember(state, guestId, (known) => putMember(state, { ...known, [act.set]: act.reason }));
  }
  return withDesired(state, act.set === 'hold' ? { staffHold: act.reason } : { forced: act.reason });
}

function release(state: StayState, guestId: string | undefined): Applied {
  if (guestId !== undefined) {
    return withMember(state, guestId, (known) => {
      const { hold: _hold, blocked: _blocked, forced: _forced, suspectedOf: _suspected, ...rest } = known;
      const { removed: _removed, ...pardoned } = rest;
      return putMember(state, known.removed === 'security' ? pardoned : rest);
    });
  }
  const { staffHold: _staff, bookingHold: _booking, forced: _forced, ...rest } = state.desired;
  return { ...state, desired: rest };
}

function joinTo(state: StayState, payload: { acsCredentialId: string; guestId?: string | undefined }): Applied {
  const known = payload.guestId === undefined ? undefined : member(state, payload.guestId);
  if (payload.guestId !== undefined && known === undefined) return notOfParty(payload.guestId);
  const rooms = known?.guest.rooms ?? state.desired.rooms;
  if (rooms.length === 0) return 'the stay has no room yet, so there is nothing to join';
  return { ...state, keyring: withoutRefusals(withOutsideAnchor(state.keyring, payload.acsCredentialId, rooms)) };
}

/**
 * Marks the keys of a lease to be read again, because an event only reports that something changed. An event that a key
 * has reached a phone puts no key in doubt. An event about a key that waits for its provider ends a long wait.
 */
function credentialChanged(
  state: StayState,
  { acsCredentialId, eventType }: { acsCredentialId: string; eventType: string },
  now: Instant,
): Applied {
  const key = state.keyring.keys.find((candidate) => candidate.acsCredentialId === acsCredentialId);
  if (key === undefined) return `acsCredentialId ${JSON.stringify(acsCredentialId)} is not a key of this stay`;
  if (key.state === 'issuing') return putKey(state, { ...key, newsAt: now });
  if (key.state !== 'live' || eventType === 'acs_credential.issued') return state;
  const ofLease = state.keyring.keys.filter((other) => other.state === 'live' && other.generation === key.generation);
  return askToCheck(state, ofLease);
}

/**
 * Marks a phone as possibly gone: the stay reads again whether the guest has another, and whether their keys went with
 * it.
 */
function phoneChanged(state: StayState, deviceId: string): Applied {
  const owners = Object.entries(state.guests).filter(([, guest]) => guest.deviceIds?.includes(deviceId) === true);
  // The stay has deactivated the phone itself, or has already seen that it is gone.
  if (owners.length === 0 && state.formerPhones?.includes(deviceId) === true) return state;
  if (owners.length === 0) return `deviceId ${JSON.stringify(deviceId)} is not a phone of this stay's guests`;
  return owners.reduce((next, [guestId, guest]) => {
    const deviceIds = (guest.deviceIds ?? []).filter((other) => other !== deviceId);
    const live = keysOf(next.keyring, guestId).filter((key) => key.state === 'live');
    return askToCheck(withGuest(next, guestId, { ...guest, deviceIds, phoneReady: false }), live);
  }, state);
}

/** Returns the reason that staff gave for an act. */
function reasonOf({ payload }: Message): string | undefined {
  return 'reason' in payload ? payload.reason : undefined;
}

/** Returns the timeline text of a message, without names or contacts. */
function describe(message: Exclude<Message, { name: 'leaseChanged' }>): string {
  switch (message.name) {
    case 'addGuests':
      return `guests added: ${message.payload.guests.map((guest) => guest.guestId).join(', ')}`;
    case 'removeGuest':
      return `guest ${message.payload.guestId} removed (${message.payload.cause})`;
    case 'sameGuest':
      return `guest ${message.payload.guestId} is the same person as ${message.payload.as}`;
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
    case 'driftFound':
      return `the audit found at Seam: ${message.payload.findings.map(found).join(', ')}`;
    case 'phoneChanged':
      return `Seam reports ${message.payload.eventType} of phone ${message.payload.deviceId}`;
    case 'phoneAccessMade':
      return `${nameOf(message.payload)} made for guest ${message.payload.guestId}`;
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
    case 'readingRefused':
      return 'the state of the reservation at the booking system cannot be used';
    default:
      return message satisfies never;
  }
}

function found({ kind, acsCredentialId }: Finding): string {
  return `${kind} ${acsCredentialId}`;
}

function ofGuest(guestId: string | undefined): string {
  return guestId === undefined ? '' : ` for guest ${guestId}`;
}
