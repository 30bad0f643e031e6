/** Revokes: the keys that end now (rules 3, 5, 6 and 7). Revoking has no gates. */
import { earlier, isBefore, later } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { coversRooms, keysOf, mayOpen, sharesRoom } from '../known/keyring.js';
import { isWorthConfirming } from './anchors.js';
import { wasKilled } from './reasons.js';
import {
  holdsDesiredKey,
  isDue,
  isInFlight,
  isLiveIn,
  liveKeysOn,
  opens,
  isDesiredKey,
  shouldHoldKey,
  type Round,
} from './round.js';
import type { DesiredGuest } from '../../model/key-plan.js';

/**
 * Plans the revokes that precede every grant: lost phones, removals for cause, strays and abandoned requests (rules 6
 * and 7).
 */
export function planUrgentRevokes(round: Round): void {
  for (const key of round.keyring.keys) {
    if (key.condemned === 'at-once' && mayOpen(key))
      revoke(round, key, 'the phone was lost, or the guest removed for cause');
    else if (key.state === 'stray') revoke(round, key, 'no step requested this key, or its answer was lost');
    else if (key.state === 'issuing' && !isInFlight(round, key) && !isGoneOnWith(round, key)) {
      revokeAfterJoiners(round, key, 'this key is no longer desired and may have reached Seam');
    }
  }
}

/**
 * Returns true if the stay will request this key again, or confirm it. A key that may have reached Seam unseen must not
 * stay there while a gate is closed. A second key must not stay beside the one that its guest should hold.
 */
function isGoneOnWith(round: Round, key: Key): boolean {
  const guest = round.desired.guests.find(({ guestId }) => guestId === key.guestId);
  if (guest === undefined || !isWorthConfirming(round, key)) return false;
  if (holdsDesiredKey(round, guest)) return false;
  const mayBeThere = key.acsCredentialId === undefined && key.doubt !== undefined;
  return !(mayBeThere && guest.gate !== undefined);
}

function revoke(round: Round, key: Key, why: string): void {
  if (isInFlight(round, key)) return;
  const step = { do: 'revoke', guestId: key.guestId, rooms: key.ask.rooms, window: key.ask.window, why } as const;
  const tooEarly = key.retryAt !== undefined && isBefore(round.now, key.retryAt);
  if (tooEarly || round.busy.has(key.guestId)) {
    if (key.retryAt !== undefined) round.wakes.push(key.retryAt);
    round.waiting.push({ ...step, waitsFor: 'access-system' });
    return;
  }
  round.busy.add(key.guestId);
  round.ready.push({ ...step, keyId: key.keyId });
}

/**
 * Plans the remaining revokes (rules 3, 5 and 7). A key that no guest should hold ends once its successor is live and
 * no joiner needs it as anchor.
 */
export function planOtherRevokes(round: Round): void {
  for (const key of round.keyring.keys) {
    const lingers = key.lingers === true && isBefore(round.now, key.ask.window.to);
    if (key.state !== 'live' && key.state !== 'revoking' && !lingers) continue;
    if (isInFlight(round, key) || round.ready.some((step) => step.keyId === key.keyId)) continue;
    const why = key.state === 'revoking' ? 'its end is not confirmed yet' : endReason(round, key);
    if (why === undefined) continue;
    revokeAfterJoiners(round, key, why);
  }
}

/** Plans the revoke of a key, unless another key is joining it and may need a moment. */
function revokeAfterJoiners(round: Round, key: Key, why: string): void {
  const inUseUntil = key.acsCredentialId === undefined ? undefined : round.anchorsInUse.get(key.acsCredentialId);
  if (inUseUntil === undefined || !isBefore(round.now, inUseUntil)) return revoke(round, key, why);
  round.wakes.push(inUseUntil);
  round.waiting.push({
    do: 'revoke',
    guestId: key.guestId,
    rooms: key.ask.rooms,
    window: key.ask.window,
    why: `${why}; another key is joining it first`,
    waitsFor: 'lease',
  });
}

function endReason(round: Round, key: Key): string | undefined {
  const guest = round.desired.guests.find((candidate) => candidate.guestId === key.guestId);
  if (guest === undefined) return 'the guest is no longer in the party';
  if (!shouldHoldKey(guest, round.now)) return guest.without ?? 'the window is over';
  if (!isDue(guest, round.now)) return 'their key is not due yet';
  if (isDesiredKey(round, key, guest)) {
    const newest = keysOf(round.keyring, key.guestId).findLast((other) => isDesiredKey(round, other, guest));
    return newest?.keyId === key.keyId ? undefined : 'a newer key opens the same doors';
  }
  // The key is already dead. If the end of an anchor ends its joiners, a revoke now only triggers the next replacement.
  if (
    key.lingers === true &&
    coversRooms(guest.rooms, key.ask.rooms) &&
    round.live.some((other) => other.ask.joinTo === key.acsCredentialId && opens(round, other, other.ask.rooms))
  )
    return undefined;
  if (holdsDesiredKey(round, guest)) return 'its successor is confirmed';
  // The key is dead at Seam and opens doors only because the phone is out of date. It may open only the guest's own
  // rooms.
  const isForgotten = key.lingers === true;
  if (isForgotten && !coversRooms(guest.rooms, key.ask.rooms)) return 'dead, and to a room that is no longer theirs';
  return endReasonWithoutSuccessor(round, key, guest) ?? surplusReason(round, key, guest);
}

/** Returns why a key ends before its guest has the next one. */
function endReasonWithoutSuccessor(round: Round, key: Key, guest: DesiredGuest): string | undefined {
  if (isGivenAway(round, key, guest)) return 'the front desk gave the room to another stay';
  if (isGivenUp(round, key, guest)) return 'the room is no longer theirs, and the next key has to wait';
  if (isLeftToTheDesk(round, key, guest))
    return 'the room is no longer theirs, and the front desk decides on the next one';
  return isSuperseded(round, key, guest) ? 'a newer key has taken its place' : undefined;
}

/**
 * Returns true for a key that its guest no longer needs, in a room where another stay's guests may arrive at any
 * moment.
 */
function isGivenAway(round: Round, key: Key, guest: DesiredGuest): boolean {
  if (!sharesRoom(key.ask.rooms, round.desired.givenAway ?? [])) return false;
  return !key.ask.rooms.some((room) => guest.rooms.includes(room) && opens(round, key, [room]));
}

/**
 * Returns true for a key to rooms that the stay has given up, while something stands before the next key. No guest
 * sleeps there, and another stay may have the room.
 */
function isGivenUp(round: Round, key: Key, guest: DesiredGuest): boolean {
  if (!sharesRoom(key.ask.rooms, round.desired.givenUp ?? [])) return false;
  const isGated = guest.gate === 'hold' || guest.gate === 'lease' || guest.gate === 'phone';
  if (!isGated && !isImpossible(round, guest) && round.keyring.refusals[guest.guestId] === undefined) return false;
  return !key.ask.rooms.some((room) => guest.rooms.includes(room) && opens(round, key, [room]));
}

/** Returns true if the guest's next key has to wait until somebody changes the plan: it is too wide, or locks others out. */
function isImpossible({ attention, waiting }: Round, { guestId }: DesiredGuest): boolean {
  return (
    attention.some((one) => one.code === 'impossible-plan' && one.guestId === guestId) &&
    waiting.some((step) => step.do !== 'revoke' && step.guestId === guestId)
  );
}

/**
 * Returns true for a key to other rooms than the guest's, after front-desk staff ended the keys to the guest's rooms.
 * In that case no successor comes by itself.
 */
function isLeftToTheDesk(round: Round, key: Key, guest: DesiredGuest): boolean {
  if (sharesRoom(key.ask.rooms, guest.rooms) || guest.forced === true) return false;
  return liveKeysOn(round, guest.rooms).length === 0 && wasKilled(round, guest.rooms);
}

/**
 * Returns true if the guest waits for their next key and holds a newer one that opens all that this key still should.
 */
function isSuperseded(round: Round, key: Key, guest: DesiredGuest): boolean {
  const own = keysOf(round.keyring, key.guestId);
  return own.slice(own.indexOf(key) + 1).some((newer) => takesPlaceOf(round, newer, key, guest));
}

/**
 * Returns why the newer of two keys ends while a gate is closed to the guest's next one: the dates changed back while it
 * was made, and the earlier key opens all that it does.
 */
function surplusReason(round: Round, key: Key, guest: DesiredGuest): string | undefined {
  if (guest.gate === undefined) return undefined;
  const own = keysOf(round.keyring, key.guestId);
  const end = earlier(key.ask.window.to, guest.window.to);
  const isSurplus = own
    .slice(0, own.indexOf(key))
    .some(
      (before) =>
        takesPlaceOf(round, before, key, guest) &&
        !isBefore(before.ask.window.to, end) &&
        endReasonWithoutSuccessor(round, before, guest) === undefined,
    );
  return isSurplus ? 'an earlier key opens the same doors' : undefined;
}

/** Returns true if `other` opens the guest's rooms that `key` should still open, and no later. */
function takesPlaceOf(round: Round, other: Key, key: Key, guest: DesiredGuest): boolean {
  const stillDesired = key.ask.rooms.filter((room) => guest.rooms.includes(room));
  const opensBy = isBefore(round.now, guest.window.from) ? guest.window.from : round.now;
  return (
    isLiveIn(round, other) &&
    other.generation >= key.generation &&
    coversRooms(other.ask.rooms, stillDesired) &&
    !isBefore(later(opensBy, key.ask.window.from), other.ask.window.from)
  );
}
