/** Records the results of preparations in the state: the property, doors, guests at Seam, their phones. */
import {
  askForProperty,
  askToCheck,
  stayWindow,
  withDesired,
  withGuest,
  withLine,
  type Blocker,
  type Contact,
  type GuestKnown,
  type LostPhone,
  type StayState,
} from '../state.js';
import { defined } from '../../model/defined.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { DeadKey } from '../../model/key.js';
import { lookAfter, retryAfterRefusal } from './after-refusal.js';
import { distrustKey, mayLive, putKey } from './keyring.js';
import type { StepFailure } from './record-keys.js';
import type { Guest } from '../../model/snapshot-schema.js';
import type { DoorFacts } from '../../model/doors.js';
import type { PhonesFound, PreparedGuest, PropertyFacts } from '../../model/stay-activities.js';

/**
 * Records the property as read, and its conversion of a local window. Dates that a signal changed override the
 * converted ones, unless the result is empty.
 */
export function recordProperty(state: StayState, facts: PropertyFacts): StayState {
  const { name, timeZone, policy, acsSystemId, window } = facts;
  const { propertyProblem: _solved, ...known } = state;
  const property = { name, timeZone, policy, ...defined({ acsSystemId }) };
  const read: StayState = { ...known, property, propertyDue: false };
  if (window === undefined) return read;
  const changed = { ...window, ...state.desired.otherDates };
  return withDesired(read, { bookedWindow: window, window: isBefore(changed.from, changed.to) ? changed : window });
}

/**
 * Records that the property is not in the property file. The stay waits for it: the next read lasts until the property
 * is there.
 */
export function recordPropertyUnknown(state: StayState, problem: string, now: Instant): StayState {
  if (state.propertyProblem !== undefined) return state;
  const asked = state.propertyDue ? state : askForProperty(state);
  return withLine(
    { ...asked, propertyProblem: problem },
    { at: now, what: 'the property is not configured', why: problem },
  );
}

/**
 * Merges the doors that a read found into the doors of the state. Keys to an earlier door of a room are no longer
 * trusted there. While something is wrong, another look follows. Once the zones agree again, the property is read
 * again: its zone may be the one that was wrong.
 */
export function recordDoors(state: StayState, facts: DoorFacts, now: Instant): StayState {
  const known = state.doors.rooms.filter((door) => !facts.rooms.some((other) => other.room === door.room));
  // An answer covers only the requested rooms; the facts about other rooms stay.
  const unknown = state.doors.unknownRooms.filter((room) => !facts.rooms.some((door) => door.room === room));
  const unknownRooms = [...new Set([...unknown, ...facts.unknownRooms])];
  const reports = reportsAfter(state, facts);
  const doors = { ...facts, rooms: [...known, ...facts.rooms], unknownRooms, ...defined({ reports }) };
  const isZoneCorrected = state.doors.zoneProblem !== undefined && facts.zoneProblem === undefined;
  const { doorLook, ...rest } = distrustEarlierDoors(isZoneCorrected ? askForProperty(state) : state, facts, now);
  const isFaulty = unknownRooms.length > 0 || facts.zoneProblem !== undefined || reports !== undefined;
  return isFaulty
    ? { ...rest, doors, doorLook: lookAfter(doorLook, now, stayWindow(state)?.from) }
    : { ...rest, doors };
}

/** Returns what Seam reports after a read, which covers only the requested rooms; undefined for nothing. */
function reportsAfter({ doors }: StayState, facts: DoorFacts): DoorFacts['reports'] {
  const asked = [...facts.rooms.map(({ room }) => room), ...facts.unknownRooms];
  const others = (doors.reports ?? []).filter(({ room }) => room !== undefined && !asked.includes(room));
  const reports = [...(facts.reports ?? []), ...others];
  return reports.length === 0 ? undefined : reports;
}

/**
 * Distrusts the keys to a room whose lock has been replaced since: the new lock has another id at Seam. The next key
 * there is an override.
 */
function distrustEarlierDoors(state: StayState, { rooms }: DoorFacts, now: Instant): StayState {
  return rooms.reduce((next, { room, acsEntranceId }) => {
    const earlier = next.keyring.keys.filter(
      (key) => mayLive(key) && key.ask.rooms.includes(room) && !key.ask.acsEntranceIds.includes(acsEntranceId),
    );
    const keyring = earlier.reduce((ring, key) => distrustKey(ring, key, [room]), next.keyring);
    if (keyring.distrusted[room] === next.keyring.distrusted[room]) return next;
    return withLine({ ...next, keyring }, { at: now, what: `room ${room} has another lock: its keys are replaced` });
  }, state);
}

/**
 * Records the guest as registered at Seam. For a guest from an earlier step, only the name and contact were sent, unless
 * Seam had lost them.
 */
export function recordGuest(state: StayState, guest: Guest, prepared: PreparedGuest, now: Instant): StayState {
  const { guestId } = guest;
  const before: GuestKnown = state.guests[guestId] ?? prepared;
  const { doubtful: _doubtful, reports: _reports, look, ...known } = before;
  const { reports, ...registered } = prepared;
  const news = {
    contact: contactOf(guest),
    ...(reports === undefined ? {} : { reports, look: lookAfter(look, now, stayWindow(state)?.from) }),
  };
  const isSame = known.userIdentityId === prepared.userIdentityId && known.acsUserId === prepared.acsUserId;
  if (isSame) return withGuest(state, guestId, { ...known, ...news });
  const again = { ...registered, ...news, registeredAgain: true } as const;
  const line = { at: now, what: `guest ${guestId} registered again: Seam no longer had them` };
  return withLine(closeKeysOf(withGuest(state, guestId, again), guestId, known.acsUserId), line);
}

/**
 * Returns the state after the user with these keys was lost at Seam. That explains the end of their keys: no front-desk
 * card ended them. Keys that still count as live are read again.
 */
function closeKeysOf(state: StayState, guestId: string, acsUserId: string): StayState {
  const own = state.keyring.keys.filter((key) => key.guestId === guestId && key.acsUserId === acsUserId);
  const checked = askToCheck(
    state,
    own.filter((key) => key.state === 'live'),
  );
  return own
    .filter((key) => key.state === 'dead' && key.ended === 'killed')
    .reduce((next, key) => putKey(next, { ...key, ended: 'revoked' } as DeadKey), checked);
}

/** Returns the contact of a guest that is sent to Seam. */
export function contactOf({ name, email, phone }: Guest): Contact {
  return defined({ name, email, phone });
}

/** Records that the guest has a phone that can hold a key, with the phones found. */
export function recordPhone(state: StayState, guestId: string, found: PhonesFound | undefined): StayState {
  const known = state.guests[guestId];
  if (known === undefined) return state;
  const { registeredAgain: _again, ...rest } = known;
  return withGuest(state, guestId, { ...rest, ...found, phoneReady: true });
}

/**
 * Records that a lost phone is deactivated. The stay looks again for a phone of the guest: a look that ended before may
 * have found the lost one.
 */
export function recordDeactivated(state: StayState, lost: LostPhone, now: Instant): StayState {
  const { guestId, deviceId, before } = lost;
  const phonesToDeactivate = state.phonesToDeactivate.filter(
    (phone) => phone.guestId !== guestId || phone.deviceId !== deviceId || phone.before !== before,
  );
  const known = state.guests[guestId];
  const deviceIds = deviceId === undefined ? [] : (known?.deviceIds ?? []).filter((id) => id !== deviceId);
  const left = known === undefined ? state : withGuest(state, guestId, { ...known, deviceIds, phoneReady: false });
  return withLine({ ...left, phonesToDeactivate }, { at: now, what: 'lost phone deactivated' });
}

/** Records a preparation that ended without an answer; a cancelled step leaves no blocker. */
export function recordBlocker(
  state: StayState,
  stepId: string,
  failure: StepFailure,
  about: { readonly guestId?: string },
  now: Instant,
): StayState {
  if (failure.kind === 'cancelled') return state;
  const since = state.blockers[stepId]?.since ?? now;
  const core = { message: failure.message, since, ...about };
  const blocker: Blocker =
    failure.kind === 'outage'
      ? { kind: 'outage', ...core }
      : { kind: 'refused', retryAt: retryAfterRefusal(since, now), ...core };
  return { ...state, blockers: { ...state.blockers, [stepId]: blocker } };
}

/** Removes the blocker of this step. */
export function clearBlocker(state: StayState, stepId: string): StayState {
  const { [stepId]: _cleared, ...blockers } = state.blockers;
  return { ...state, blockers };
}
