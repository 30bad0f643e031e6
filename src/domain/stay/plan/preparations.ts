/** Preparations: the property, the doors, the guests at Seam and their phones. They must precede keys. Pure. */
import { isConfigured, isEnded, mayGrant, type Blocker, type StayState, stayWindow } from '../state.js';
import { roomsAhead } from '../desired/desired-leases.js';
import { leavingClaims } from '../desired/leaving.js';
import { prepareStepId } from '../../model/ids.js';
import { isBefore, type Instant } from '../../model/instants.js';
import { defined } from '../../model/defined.js';
import { unfetchedKeys } from '../known/unfetched-keys.js';
import { keysOf, mayLive } from '../known/keyring.js';
import { awaitsEarlierRun, isEarlierRunDue } from '../desired/earlier-run.js';
import { EARLIER_RUN_STEP_ID, LEASE_STEP_ID, type Preparation } from '../../model/preparation.js';
import { phoneAccessEnds } from './phone-access.js';
import { planLeases } from './leases.js';
import { standingOf } from './exchange.js';
import type { Guest } from '../../model/snapshot-schema.js';
import type { Desired } from '../../model/key-plan.js';
import { contactOf } from '../known/record-preparations.js';
import { roomsFor } from '../desired/guest-rooms.js';
import { shouldHoldKey } from './round.js';

/** Minutes after an unanswered request in which Seam may still carry it out: longer than any proxy holds one. */
const LATE_REQUEST_MINUTES = 5;

/**
 * Returns every preparation that is due now, whether or not it is in flight. A step that Seam refused is due again at
 * its retry.
 */
export function planPreparations(
  state: StayState,
  desired: Desired,
  now: Instant,
  keys: KeysAtRest,
): readonly Preparation[] {
  return [
    ...leaseSteps(state, desired, now, keys),
    ...exchangeSteps(state, now),
    ...desiredPreparations(state, desired, now),
  ].filter((step) => !isRefused(state.blockers[step.stepId], now));
}

function isRefused(blocker: Blocker | undefined, now: Instant): boolean {
  return blocker?.kind === 'refused' && isBefore(now, blocker.retryAt);
}

/** Returns the instants at which refused preparations are retried. */
export function retriesAt({ blockers }: StayState): readonly Instant[] {
  return Object.values(blockers).flatMap((blocker) => (blocker.kind === 'refused' ? blocker.retryAt : []));
}

/** Activity of the key steps; `quiet` means that no key is being issued or revoked. */
export interface KeysAtRest {
  readonly quiet: boolean;
}

function leaseSteps(state: StayState, desired: Desired, now: Instant, keys: KeysAtRest): Preparation[] {
  const leases = planLeases(state, desired, now, keys);
  return leases === undefined ? [] : [{ do: 'settle-leases', stepId: LEASE_STEP_ID, leases }];
}

/** Returns the wait for a closed ring. Its id is the offer, so that a changed offer is looked at at once. */
function exchangeSteps(state: StayState, now: Instant): Preparation[] {
  const { promised, offer = promised?.members.find(({ stayId }) => stayId === state.stayId) } = standingOf(state, now);
  if (offer === undefined) return [];
  const { round, gives, wants } = offer;
  const rooms = gives.map(({ room, part }) => `${room}/${part}`).join(',');
  const next = wants.map(({ room, behind }) => `${room} behind ${behind.join(',')}`).join(';');
  return [{ do: 'exchange-rooms', stepId: `exchange:${round}:${rooms}:${next}`, agreed: promised !== undefined }];
}

/** Removes the blockers of steps that are no longer desired: a guest has left, or the rooms have changed. */
export function dropPastBlockers(state: StayState, desired: Desired, now: Instant): StayState {
  // A failed lease step is still due, even while it waits for a key to be issued.
  const steps = [...leaseSteps(state, desired, now, { quiet: true }), ...desiredPreparations(state, desired, now)];
  const current = Object.entries(state.blockers).filter(([stepId]) => steps.some((step) => step.stepId === stepId));
  return { ...state, blockers: Object.fromEntries(current) };
}

function desiredPreparations(state: StayState, desired: Desired, now: Instant): readonly Preparation[] {
  return [
    ...propertySteps(state),
    ...earlierRunSteps(state),
    ...(isConfigured(state)
      ? [...doorSteps(state, now), ...guestSteps(state, now), ...phoneSteps(state, desired, now)]
      : []),
    ...deactivations(state),
    ...phoneAccessEnds(state),
    ...otherStays(state, desired, now),
    ...keysToFetch(state),
    ...checks(state),
    ...watches(state, now),
  ];
}

/**
 * Returns the step id of the property read. The counter is part of it, so an older step never answers a newer request.
 */
export function propertyStepId(state: StayState): string {
  return `property:${state.propertyAsks}`;
}

function propertySteps(state: StayState): Preparation[] {
  const { propertyDue, propertyProblem, desired } = state;
  if (!propertyDue || (propertyProblem !== undefined && !needsProperty(state))) return [];
  const waits = propertyProblem === undefined ? undefined : (true as const);
  return [
    { do: 'resolve-property', stepId: propertyStepId(state), ...defined({ window: desired.localWindow, waits }) },
  ];
}

/** Returns false for a stay that has ended, and has no keys to end. */
export function needsProperty(state: StayState): boolean {
  return !isEnded(state) || anyKeyMayLive(state) || awaitsEarlierRun(state);
}

/** Returns the search for what an earlier run of the stay left; it waits for the first news of the stay. */
function earlierRunSteps(state: StayState): Preparation[] {
  if (!isEarlierRunDue(state)) return [];
  const isNew = state.snapshot === undefined && !isEnded(state);
  const isBeingRead = state.propertyDue && state.blockers[propertyStepId(state)] === undefined;
  if (isNew || isBeingRead) return [];
  const seenAtSeam = state.earlierRun?.kind !== 'due';
  return [{ do: 'find-earlier-run', stepId: EARLIER_RUN_STEP_ID, seenAtSeam }];
}

function doorSteps(state: StayState, now: Instant): Preparation[] {
  if (!mayGrant(state, now)) return [];
  const { doors } = state;
  const all = roomsWithDoors(state, now);
  const lookAt = doorLookAt(state, now);
  if (lookAt !== undefined && !isBefore(now, lookAt)) {
    return [{ do: 'resolve-doors', stepId: `doors:${all.join(',')}:${lookAt}`, rooms: all }];
  }
  const rooms = all.filter(
    (room) => !doors.rooms.some((door) => door.room === room) && !doors.unknownRooms.includes(room),
  );
  return rooms.length === 0 ? [] : [{ do: 'resolve-doors', stepId: `doors:${rooms.join(',')}`, rooms }];
}

/**
 * Returns the rooms whose doors the stay needs. It finds the doors of a later room in advance, so that the move does not
 * wait for them. A room that the guests keep may have lost its turn when the booking changed.
 */
function roomsWithDoors(state: StayState, now: Instant): readonly string[] {
  const kept = leavingClaims(state, now).map(({ room }) => room);
  return [...new Set([...roomsAhead(state), ...kept])];
}

/** Returns the instant of the next look at doors; undefined if nothing is wrong with a door that the stay needs. */
export function doorLookAt(state: StayState, now: Instant): Instant | undefined {
  const { doors, doorLook } = state;
  if (!mayGrant(state, now)) return undefined;
  const rooms = roomsWithDoors(state, now);
  const isReported = (doors.reports ?? []).some(({ room }) => room === undefined || rooms.includes(room));
  const hasNoDoor = rooms.some((room) => doors.unknownRooms.includes(room));
  const isFaulty = doors.zoneProblem !== undefined || isReported || hasNoDoor;
  return rooms.length > 0 && isFaulty ? doorLook?.at : undefined;
}

/**
 * Returns the steps that register guests at Seam, as soon as the stay is certain. A phone can only enrol for a
 * registered identity.
 */
function guestSteps(state: StayState, now: Instant): Preparation[] {
  if (!mayGrant(state, now) || stayWindow(state) === undefined) return [];
  return state.desired.party
    .filter((one) => one.guest.wantsKey && one.removed === undefined && one.blocked === undefined)
    .filter(({ guest }) => isNewsToSeam(state, guest) || isLookDue(state, guest, now))
    .map(({ guest }) => ({ do: 'prepare-guest', stepId: prepareStepId(guest.guestId), guest }));
}

/** Returns true for a guest of whom Seam reported something, and whose next look is due. */
function isLookDue({ guests }: StayState, { guestId }: Guest, now: Instant): boolean {
  const look = guests[guestId]?.look;
  return look !== undefined && !isBefore(now, look.at);
}

/** Returns the instants of the next looks at guests of whom Seam reports something. */
export function guestLooksAt(state: StayState, now: Instant): readonly (Instant | undefined)[] {
  return mayGrant(state, now) ? Object.values(state.guests).map(({ look }) => look?.at) : [];
}

/** Returns true for a guest whom Seam does not have, or may have lost, or whose name or address has changed since. */
function isNewsToSeam(state: StayState, guest: Guest): boolean {
  const known = state.guests[guest.guestId];
  if (known?.doubtful === true) return true;
  if (known?.contact === undefined) return known === undefined;
  const { name, email, phone } = contactOf(guest);
  return name !== known.contact.name || email !== known.contact.email || phone !== known.contact.phone;
}

/**
 * Returns the waits for keys of other stays. A guest whose next key would end such a key gets it once that key has
 * ended.
 */
function otherStays(state: StayState, desired: Desired, now: Instant): Preparation[] {
  return desired.guests.flatMap((guest): Preparation[] => {
    const { guestId } = guest;
    const acsCredentialIds = state.keyring.refusals[guestId]?.acsCredentialIds;
    if (acsCredentialIds === undefined || !shouldHoldKey(guest, now)) return [];
    return [{ do: 'wait-for-other-stay', stepId: `other-stay:${guestId}`, guestId, acsCredentialIds }];
  });
}

/** Returns the waits for keys that no phone has fetched, although their guests should hold them by now. */
function keysToFetch(state: StayState): Preparation[] {
  return unfetchedKeys(state).map(({ keyId, guestId, acsCredentialId }) => ({
    do: 'wait-for-key-on-phone',
    stepId: `on-phone:${keyId}`,
    guestId,
    acsCredentialId,
  }));
}

/** Returns true for a step that may take as long as people take. A stay that has nothing else to do is settled. */
export function isOpenEnded(step: Preparation): boolean {
  if (step.do === 'resolve-property') return step.waits === true;
  if (step.do === 'exchange-rooms') return !step.agreed;
  return ['wait-for-phone', 'wait-for-other-stay', 'wait-for-key-on-phone', 'watch-for-strays'].includes(step.do);
}

function phoneSteps(state: StayState, desired: Desired, now: Instant): Preparation[] {
  return desired.guests
    .filter((guest) => guest.gate === 'phone' && shouldHoldKey(guest, now))
    .flatMap(({ guestId }) => {
      const known = state.guests[guestId];
      const beingDeactivated = state.phonesToDeactivate.some((phone) => phone.guestId === guestId);
      if (known === undefined || beingDeactivated) return [];
      const { userIdentityId } = known;
      return [{ do: 'wait-for-phone' as const, stepId: `phone:${guestId}`, guestId, userIdentityId }];
    });
}

function deactivations(state: StayState): Preparation[] {
  return state.phonesToDeactivate.flatMap((phone): Preparation[] => {
    const known = state.guests[phone.guestId];
    if (known === undefined) return [];
    const which = phone.deviceId ?? `all${phone.before === undefined ? '' : ` before ${phone.before}`}`;
    const stepId = `deactivate:${phone.guestId}:${which}`;
    return [{ do: 'deactivate-phone', stepId, ...phone, userIdentityId: known.userIdentityId }];
  });
}

/** Returns the check of live keys that may have ended at Seam; the end of a key also ends its check. */
function checks({ credentialsToCheck: ids, keyring }: StayState): Preparation[] {
  const isLiveKey = (id: string): boolean =>
    keyring.keys.some((key) => key.acsCredentialId === id && key.state === 'live');
  const credentialsToCheck = ids.filter(isLiveKey);
  if (credentialsToCheck.length === 0) return [];
  return [{ do: 'check-keys', stepId: `check:${credentialsToCheck.join(',')}`, acsCredentialIds: credentialsToCheck }];
}

/**
 * Returns the watches for strays. While a key of the guest is being issued or revoked, its id may be unknown. A new
 * credential cannot be called a stray then, so the watch pauses. The number of the guest's keys is part of the id: a
 * watch that started before the newest key is not reliable.
 */
function watches(state: StayState, now: Instant): Preparation[] {
  return state.keyring.keys.flatMap((key): Preparation[] => {
    const { keyId, guestId, doubt } = key;
    if (doubt === undefined || !isBefore(now, key.ask.window.to)) return [];
    const own = keysOf(state.keyring, guestId);
    if (own.some((other) => ['issuing', 'stray', 'revoking'].includes(other.state))) return [];
    const step = { do: 'watch-for-strays', guestId, keyId } as const;
    if (doubt === 'open') return [{ ...step, stepId: `watch:${keyId}:${own.length}`, minutes: LATE_REQUEST_MINUTES }];
    return isEnded(state) ? [{ ...step, stepId: `last-look:${keyId}:${own.length}`, minutes: 0 }] : [];
  });
}

/** Returns true if a guest could still hold a key: the stay is not over yet. */
export function anyKeyMayLive(state: StayState): boolean {
  return state.keyring.keys.some(mayLive);
}

/** Returns the ids of guests who should have a key now or later, but whose stay has no room for them. */
export function guestsWithoutRoom(state: StayState, now: Instant): readonly string[] {
  return state.desired.party
    .filter((one) => one.guest.wantsKey && one.removed === undefined && one.blocked === undefined)
    .filter(({ guest: { window } }) => window === undefined || isBefore(now, window.to))
    .filter((one) => roomsFor(state, one).length === 0)
    .map((one) => one.guest.guestId);
}
