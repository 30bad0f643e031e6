/** Anchors of a guest's next key, and requested keys that the stay continues with. */
import type { IssuingKey, Key } from '../../model/key.js';
import type { DesiredGuest } from '../../model/key-plan.js';
import { coversRooms, isSoundIn, keysOf, satisfies, sharesRoom } from '../known/keyring.js';
import { holdsDesiredKey, isDesiredKey, isDue, opens, shouldHoldKey, type Round } from './round.js';

/** Key that a guest may join. */
export interface Anchor {
  readonly joinTo: string;
  readonly generation: number;
  /** True if no step of this plan ends it. */
  readonly stays: boolean;
  readonly own: boolean;
}

/**
 * Returns the keys that this guest may join, best first: keys that stay, then the guest's own, then the newest
 * confirmed, then those that Seam has made and the provider may not have yet.
 */
export function anchorsFor(round: Round, guest: DesiredGuest): readonly Anchor[] {
  const inside = round.live
    .filter((key) => opens(round, key, guest.rooms) && !fallsWithNextKey(round, key))
    .toReversed()
    .map((key) => ({
      joinTo: key.acsCredentialId,
      generation: key.generation,
      stays: round.desired.guests.some((holder) => holder.guestId === key.guestId && isDesiredKey(round, key, holder)),
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
  const made = round.keyring.keys
    .filter((key) => isJoinableIn(round, key, guest.rooms))
    .map(({ acsCredentialId: joinTo, generation }) => ({ joinTo, generation, stays: true, own: false }));
  return [...inside, ...outside, ...made].toSorted(
    (a, b) => Number(b.stays) - Number(a.stays) || Number(b.own) - Number(a.own),
  );
}

/**
 * Returns true if this key joined, directly or through others, a dead key whose guest gets another one. Seam removes a
 * user's dead key for their next one, and the keys that joined it may end with it. A key that joined such a key would
 * be the next to end: with no other anchor, one override ends the chain.
 */
export function fallsWithNextKey(round: Round, { ask }: Key): boolean {
  if (ask.joinTo === undefined) return false;
  const anchor = round.keyring.keys.find(({ acsCredentialId }) => acsCredentialId === ask.joinTo);
  return anchor !== undefined && (isRemovedSoon(round, anchor) || fallsWithNextKey(round, anchor));
}

/** Returns true for a dead key that Seam may still have, and removes for the next key of its guest. */
function isRemovedSoon(round: Round, key: Key): boolean {
  if (key.lingers !== true) return false;
  const own = keysOf(round.keyring, key.guestId);
  const hasNewer = own.slice(own.indexOf(key) + 1).some((newer) => newer.acsCredentialId !== undefined);
  const guest = round.desired.guests.find(({ guestId }) => guestId === key.guestId);
  return !hasNewer && guest !== undefined && shouldHoldKey(guest, round.now) && !holdsDesiredKey(round, guest);
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
  return shouldHoldKey(guest, round.now) && isDue(guest, round.now) && sharesRoom(key.ask.rooms, guest.rooms);
}

/** Returns true if a requested key is still the one that its guest should get, and its anchor is still usable. */
export function isStillAsked(round: Round, key: Key): boolean {
  const guest = round.desired.guests.find((candidate) => candidate.guestId === key.guestId);
  if (
    guest === undefined ||
    key.condemned !== undefined ||
    !shouldHoldKey(guest, round.now) ||
    !isDue(guest, round.now)
  )
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
    round.live.some((anchor) => anchor.acsCredentialId === acsCredentialId && opens(round, anchor, rooms)) ||
    round.keyring.keys.some((key) => key.acsCredentialId === acsCredentialId && isJoinableIn(round, key, rooms))
  );
}

/**
 * Returns true for a key to these rooms that others may join before its confirmation: Seam has made it, the stay goes
 * on with it, and nothing holds it up.
 */
function isJoinableIn(
  round: Round,
  key: Key,
  rooms: readonly string[],
): key is IssuingKey & { readonly acsCredentialId: string } {
  return (
    key.state === 'issuing' &&
    key.joinable === true &&
    key.acsCredentialId !== undefined &&
    key.outageSince === undefined &&
    key.delayedSince === undefined &&
    coversRooms(key.ask.rooms, rooms) &&
    isSoundIn(key, rooms, round.oldestSound) &&
    isStillAsked(round, key)
  );
}

/** Returns the first of these rooms to which another stay of the share group holds a reliable key (rule 4). */
export function sharedRoom(round: Round, rooms: readonly string[]): string | undefined {
  const others = round.keyring.outsideAnchors.filter((anchor) => anchor.ofShareGroup === true);
  return rooms.find((room) =>
    others.some((anchor) => anchor.rooms.includes(room) && isSoundIn(anchor, [room], round.oldestSound)),
  );
}

/**
 * Returns another guest with a live key here who could not join this guest's override, because they need a room beyond
 * it.
 */
export function lockedOutBy(round: Round, guest: DesiredGuest, live: readonly Key[]): DesiredGuest | undefined {
  return round.desired.guests.find(
    (other) =>
      other.guestId !== guest.guestId &&
      live.some((key) => key.guestId === other.guestId) &&
      shouldHoldKey(other, round.now) &&
      sharesRoom(other.rooms, guest.rooms) &&
      !coversRooms(guest.rooms, other.rooms),
  );
}
