/** Grants: the guests who get a key next, by an override or by joining (rules 1, 2, 4, 5 and 8). */
import { overCapacity, labelProblem } from './capacity.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { coversRooms, fingerprint, isSoundIn, keysOf, satisfies, sharesRoom } from '../known/keyring.js';
import { gateReason, joinReason, overrideReason, wasKilled } from './reasons.js';
import {
  holdsWhatHeWants,
  isDue,
  isInFlight,
  list,
  liveKeysOn,
  notice,
  opens,
  settles,
  useAnchor,
  wantsKeyNow,
  type Round,
} from './round.js';
import type { Gate, DesiredGuest } from '../../model/key-plan.js';

/**
 * Returns the guests in grant order (rule 1): widest set of doors, then the primary guest, then the reservation's
 * order.
 */
export function byWidth(guests: readonly DesiredGuest[]): DesiredGuest[] {
  return guests.toSorted((a, b) => b.rooms.length - a.rooms.length || Number(b.primary) - Number(a.primary));
}

/**
 * Plans the next key of one guest: adds a ready or waiting step, notices and wake times to the round. Adds nothing if
 * the guest should have no key now, or already holds the right one.
 */
export function planGrant(round: Round, guest: DesiredGuest): void {
  const { keyring, now } = round;
  if (!wantsKeyNow(guest, now)) return;
  if (holdsWhatHeWants(round, guest)) return;
  const own = keysOf(keyring, guest.guestId);
  const asked = own.find((key) => key.state === 'issuing' && (isInFlight(round, key) || isWorthConfirming(round, key)));
  if (asked !== undefined && isInFlight(round, asked)) return;

  // A key with a Seam id already exists: no gate prevents its confirmation.
  if (asked?.acsCredentialId !== undefined && isWorthConfirming(round, asked) && !round.busy.has(guest.guestId)) {
    resume(round, guest, asked);
    return;
  }
  if (isServedElsewhere(round, guest)) {
    wait(round, guest, 'join', 'lease', 'the same person opens the door with a key of another stay of the share group');
    return;
  }
  if (guest.gate !== undefined) {
    const opensByTime = guest.gate === 'window' || guest.gate === 'lease';
    if (opensByTime && guest.opensAt !== undefined) round.wakes.push(guest.opensAt);
    wait(round, guest, expectedDo(round, guest), guest.gate, gateReason(guest.gate));
    return;
  }
  const refusal = keyring.refusals[guest.guestId];
  if (refusal !== undefined && refusal.fingerprint === fingerprint(guest) && !isOver(refusal.until, now)) {
    if (refusal.until !== undefined) round.wakes.push(refusal.until);
    notice(round, refusal.code, refusal.message, guest.guestId);
    wait(round, guest, expectedDo(round, guest), 'access-system', refusal.message);
    return;
  }
  const tooMuch = overCapacity(round.policy.cardFormat, guest.rooms, round.desired.doors);
  if (tooMuch !== undefined) {
    notice(round, 'impossible-plan', tooMuch, guest.guestId);
    wait(round, guest, expectedDo(round, guest), 'room', tooMuch);
    return;
  }
  const label = labelProblem(round.policy.label, guest.rooms, round.desired.siteName);
  if (label !== undefined) notice(round, 'impossible-plan', label, guest.guestId);
  if (round.busy.has(guest.guestId)) {
    wait(round, guest, expectedDo(round, guest), 'access-system', 'an earlier step for this guest comes first');
    return;
  }
  if (asked !== undefined) {
    resume(round, guest, asked);
    return;
  }
  grant(round, guest);
}

/**
 * Returns true for a person whose key here was replaced by their own key in another stay of the share group. Seam may
 * keep only one key per user, so a new key here would end the other one.
 */
function isServedElsewhere(round: Round, guest: DesiredGuest): boolean {
  const last = keysOf(round.keyring, guest.guestId).at(-1);
  if (last?.ended !== 'replaced') return false;
  return round.keyring.outsideAnchors.some(
    (anchor) =>
      anchor.acsUserId === last.acsUserId &&
      coversRooms(anchor.rooms, guest.rooms) &&
      isSoundIn(anchor, guest.rooms, round.oldestSound),
  );
}

function isOver(until: Instant | undefined, now: Instant): boolean {
  return until !== undefined && !isBefore(now, until);
}

/** Resumes a key that was requested and not confirmed: an outage, or a provider slower than the policy allows. */
function resume(round: Round, guest: DesiredGuest, key: Key): void {
  round.busy.add(guest.guestId);
  key.ask.rooms.forEach((room) => round.claimed.add(room));
  const step = { guestId: guest.guestId, keyId: key.keyId, rooms: key.ask.rooms, window: key.ask.window, why: key.why };
  if (key.ask.kind === 'override') {
    round.ready.push({ do: 'override', ...step });
  } else {
    const joinTo = key.ask.joinTo ?? '';
    useAnchor(round, joinTo, key.requestedAt);
    round.ready.push({ do: 'join', ...step, joinTo, generation: key.generation });
  }
}

/** Chooses between joining an anchor, waiting for one that is coming, and an override. */
function grant(round: Round, guest: DesiredGuest): void {
  const anchors = anchorsFor(round, guest);
  const staying = anchors.find((anchor) => anchor.stays);
  const anchor = staying ?? anchors[0];
  if (anchor !== undefined) {
    // If every anchor is about to be replaced, one guest goes first and the others join that guest's new key. Seam may
    // end a guest's earlier key as soon as they get a new one.
    if (staying === undefined && sharesRoom([...round.claimed], guest.rooms)) {
      wait(round, guest, 'join', 'lease', 'waits for the first replacement key of the lease');
      return;
    }
    if (staying === undefined) guest.rooms.forEach((room) => round.claimed.add(room));
    join(round, guest, anchor);
    return;
  }
  if (sharesRoom([...round.claimed], guest.rooms)) {
    wait(round, guest, 'join', 'lease', 'waits for the first key of the lease');
    return;
  }
  if (sharesRoom(round.desired.openedByOthers ?? [], guest.rooms)) {
    wait(
      round,
      guest,
      'join',
      'lease',
      'waits for the first key of the lease, which another stay of the share group opens',
    );
    return;
  }
  const live = liveKeysOn(round, guest.rooms);
  const killed = live.length === 0 && wasKilled(round, guest.rooms);
  if (killed && guest.forced !== true) {
    const message =
      `somebody else ended the keys on ${list(guest.rooms)}, perhaps by a desk card; ` +
      'join that card with joinTo, or force a new key';
    notice(round, 'key-invalidated', message, guest.guestId);
    wait(round, guest, 'override', 'hold', message);
    return;
  }
  const shared = sharedRoom(round, guest.rooms);
  if (shared !== undefined) {
    const message = `a key to ${list(guest.rooms)} would lock out another stay that shares ${shared}: move one of them`;
    notice(round, 'impossible-plan', message, guest.guestId);
    wait(round, guest, 'override', 'lease', message);
    return;
  }
  const lockedOut = lockedOutBy(round, guest, live);
  if (lockedOut !== undefined) {
    const wider = round.desired.guests.some(
      (other) => coversRooms(other.rooms, guest.rooms) && coversRooms(other.rooms, lockedOut.rooms),
    );
    const message =
      `a key to ${list(guest.rooms)} would lock out guest ${lockedOut.guestId} (${list(lockedOut.rooms)}): ` +
      'one of them must hold all of these rooms';
    if (!wider) notice(round, 'impossible-plan', message, guest.guestId);
    wait(round, guest, 'override', 'lease', wider ? 'waits for the guest who holds all of these rooms' : message);
    return;
  }
  const wider = widerGuestComingUp(round, guest);
  if (wider !== undefined) {
    const message = `waits a moment for guest ${wider.guestId}, whose key covers more rooms`;
    wait(round, guest, 'override', 'access-system', message);
    return;
  }
  override(round, guest, live);
}

/**
 * Returns a guest whose key will soon cover more rooms (rule 1). An override for a guest with fewer rooms would need a
 * re-key as soon as the wider guest is ready.
 */
function widerGuestComingUp(round: Round, guest: DesiredGuest): DesiredGuest | undefined {
  return round.desired.guests.find(
    (other) =>
      other.comingUp === true &&
      wantsKeyNow(other, round.now) &&
      other.rooms.length > guest.rooms.length &&
      coversRooms(other.rooms, guest.rooms),
  );
}

interface Anchor {
  readonly joinTo: string;
  readonly generation: number;
  /** True if no step of this plan ends it. */
  readonly stays: boolean;
  readonly own: boolean;
}

/**
 * Returns the keys that this guest may join, best first: keys that stay, then the guest's own, then the newest
 * confirmed.
 */
function anchorsFor(round: Round, guest: DesiredGuest): readonly Anchor[] {
  const inside = round.live
    .filter((key) => opens(round, key, guest.rooms))
    .toReversed()
    .map((key) => ({
      joinTo: key.acsCredentialId ?? '',
      generation: key.generation,
      stays: round.desired.guests.some((holder) => holder.guestId === key.guestId && settles(round, key, holder)),
      own: key.guestId === guest.guestId,
    }));
  const outside = round.keyring.outsideAnchors
    .filter((anchor) => coversRooms(anchor.rooms, guest.rooms) && isSoundIn(anchor, guest.rooms, round.oldestSound))
    .map((anchor) => ({
      joinTo: anchor.acsCredentialId,
      generation: anchor.generation,
      stays: true,
      own: false,
    }));
  return [...inside, ...outside].toSorted((a, b) => Number(b.stays) - Number(a.stays) || Number(b.own) - Number(a.own));
}

function join(round: Round, guest: DesiredGuest, anchor: Anchor): void {
  round.busy.add(guest.guestId);
  useAnchor(round, anchor.joinTo, round.now);
  round.ready.push({
    do: 'join',
    guestId: guest.guestId,
    rooms: guest.rooms,
    window: guest.window,
    joinTo: anchor.joinTo,
    generation: anchor.generation,
    why: joinReason(round, guest, anchor),
  });
}

function override(round: Round, guest: DesiredGuest, live: readonly Key[]): void {
  round.busy.add(guest.guestId);
  guest.rooms.forEach((room) => round.claimed.add(room));
  round.ready.push({
    do: 'override',
    guestId: guest.guestId,
    rooms: guest.rooms,
    window: guest.window,
    why: overrideReason(round, guest, live),
  });
}

/**
 * Returns true if the stay should continue with a requested key. Either it is still desired, or Seam has made it and
 * its guest should open one of its rooms now. In the second case the stay confirms it like any other, and ends it once
 * its successor is confirmed (rule 3).
 */
export function isWorthConfirming(round: Round, key: Key): boolean {
  if (isStillAsked(round, key)) return true;
  const guest = round.desired.guests.find((candidate) => candidate.guestId === key.guestId);
  const isStuck = key.delayedSince !== undefined || key.outageSince !== undefined;
  if (guest === undefined || key.acsCredentialId === undefined || key.condemned !== undefined || isStuck) return false;
  return wantsKeyNow(guest, round.now) && isDue(guest, round.now) && sharesRoom(key.ask.rooms, guest.rooms);
}

/** Returns true if a requested key is still the one that its guest should get, and its anchor is still usable. */
export function isStillAsked(round: Round, key: Key): boolean {
  const guest = round.desired.guests.find((candidate) => candidate.guestId === key.guestId);
  if (guest === undefined || key.condemned !== undefined || !wantsKeyNow(guest, round.now) || !isDue(guest, round.now))
    return false;
  if (!satisfies(key, guest) || (key.ask.kind === 'override' && hasNewerOverride(round, key))) return false;
  // A joiner without a Seam id is requested again if its anchor has ended since.
  return (
    key.ask.joinTo === undefined || key.acsCredentialId !== undefined || isAnchor(round, key.ask.joinTo, key.ask.rooms)
  );
}

/**
 * Returns true if a newer override shares one of its rooms. Carried out after that one, this override would lock out
 * everyone who relies on the newer one.
 */
function hasNewerOverride(round: Round, key: Key): boolean {
  return round.keyring.keys.some(
    (other) =>
      other.ask.kind === 'override' &&
      other.generation > key.generation &&
      other.ended !== 'failed' &&
      sharesRoom(other.ask.rooms, key.ask.rooms),
  );
}

function isAnchor(round: Round, acsCredentialId: string, rooms: readonly string[]): boolean {
  return (
    round.keyring.outsideAnchors.some((anchor) => anchor.acsCredentialId === acsCredentialId) ||
    round.live.some((anchor) => anchor.acsCredentialId === acsCredentialId && opens(round, anchor, rooms))
  );
}

/** Returns the first of these rooms to which another stay of the share group holds a reliable key (rule 4). */
function sharedRoom(round: Round, rooms: readonly string[]): string | undefined {
  const others = round.keyring.outsideAnchors.filter((anchor) => anchor.ofShareGroup === true);
  return rooms.find((room) =>
    others.some((anchor) => anchor.rooms.includes(room) && isSoundIn(anchor, [room], round.oldestSound)),
  );
}

/**
 * Returns another guest with a live key here who could not join this guest's override, because they need a room beyond
 * it.
 */
function lockedOutBy(round: Round, guest: DesiredGuest, live: readonly Key[]): DesiredGuest | undefined {
  return round.desired.guests.find(
    (other) =>
      other.guestId !== guest.guestId &&
      live.some((key) => key.guestId === other.guestId) &&
      wantsKeyNow(other, round.now) &&
      sharesRoom(other.rooms, guest.rooms) &&
      !coversRooms(guest.rooms, other.rooms),
  );
}

/** Returns the step that a waiting guest would get; for display, not a decision. */
function expectedDo(round: Round, guest: DesiredGuest): 'override' | 'join' {
  const joins = liveKeysOn(round, guest.rooms).length > 0 || sharesRoom([...round.claimed], guest.rooms);
  return joins ? 'join' : 'override';
}

function wait(round: Round, guest: DesiredGuest, wouldDo: 'override' | 'join', waitsFor: Gate, why: string): void {
  round.waiting.push({ do: wouldDo, guestId: guest.guestId, rooms: guest.rooms, window: guest.window, why, waitsFor });
}
