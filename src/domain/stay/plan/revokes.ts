/** Which keys end now (rules 3, 5, 6 and 7). Revoking has no gates. */
import { isBefore, later } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { coversRooms, keysOf, mayOpen, sharesRoom } from '../known/keyring.js';
import { isWorthConfirming } from './grants.js';
import { wasKilled } from './reasons.js';
import { holdsWhatHeWants, isDue, isInFlight, liveKeysOn, opens, settles, wantsKeyNow, type Round } from './round.js';
import type { DesiredGuest } from '../../model/key-plan.js';

/** Lost phones, removals for cause, strays and abandoned asks go before anything is granted (rules 6 and 7). */
export function planUrgentRevokes(round: Round): void {
  for (const key of round.keyring.keys) {
    if (key.condemned === 'at-once' && mayOpen(key))
      revoke(round, key, 'the phone was lost, or the guest removed for cause');
    else if (key.state === 'stray') revoke(round, key, 'nobody asked for this key, or its answer was lost');
    else if (key.state === 'issuing' && !isInFlight(round, key) && !isGoneOnWith(round, key)) {
      revoke(round, key, 'this key is no longer desired and may have reached Seam');
    }
  }
}

/**
 * True if a key that was asked for will be asked for again, or confirmed. What may have reached Seam unseen must not stay there for as long
 * as a gate is closed, and a second key not beside the one that its guest wants.
 */
function isGoneOnWith(round: Round, key: Key): boolean {
  const guest = round.desired.guests.find(({ guestId }) => guestId === key.guestId);
  if (guest === undefined || !isWorthConfirming(round, key)) return false;
  if (holdsWhatHeWants(round, guest)) return false;
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

/** Rules 3, 5 and 7: what nobody should hold ends, once its successor lives and no joiner needs it as anchor. */
export function planOtherRevokes(round: Round): void {
  for (const key of round.keyring.keys) {
    const lingers = key.lingers === true && isBefore(round.now, key.ask.window.to);
    if (key.state !== 'live' && key.state !== 'revoking' && !lingers) continue;
    if (isInFlight(round, key) || round.ready.some((step) => step.keyId === key.keyId)) continue;
    const why = key.state === 'revoking' ? 'its end is not confirmed yet' : endReason(round, key);
    if (why === undefined) continue;
    const inUseUntil = round.anchorsInUse.get(key.acsCredentialId ?? '');
    if (inUseUntil !== undefined && isBefore(round.now, inUseUntil)) {
      round.wakes.push(inUseUntil);
      round.waiting.push({
        do: 'revoke',
        guestId: key.guestId,
        rooms: key.ask.rooms,
        window: key.ask.window,
        why: `${why}; another key is joining it first`,
        waitsFor: 'lease',
      });
      continue;
    }
    revoke(round, key, why);
  }
}

function endReason(round: Round, key: Key): string | undefined {
  const guest = round.desired.guests.find((candidate) => candidate.guestId === key.guestId);
  if (guest === undefined) return 'the guest is no longer of the party';
  if (!wantsKeyNow(guest, round.now)) return guest.without ?? 'the window is over';
  if (!isDue(guest, round.now)) return 'his key is not due yet';
  if (settles(round, key, guest)) {
    const newest = keysOf(round.keyring, key.guestId).findLast((other) => settles(round, other, guest));
    return newest?.keyId === key.keyId ? undefined : 'a newer key does the same';
  }
  // Dead already: where the end of an anchor ends its joiners, to end it now would only set off the next replacement.
  if (
    key.lingers === true &&
    coversRooms(guest.rooms, key.ask.rooms) &&
    round.live.some((other) => other.ask.joinTo === key.acsCredentialId && opens(round, other, other.ask.rooms))
  )
    return undefined;
  if (holdsWhatHeWants(round, guest)) return 'its successor is confirmed';
  // Dead at Seam, it opens doors only because the phone has not heard of it: none that are not his.
  const isForgotten = key.lingers === true;
  if (isForgotten && !coversRooms(guest.rooms, key.ask.rooms)) return 'dead, and to a room that is no longer his';
  if (isGivenAway(round, key, guest)) return 'the front desk gave the room to another stay';
  if (isLeftToTheDesk(round, key, guest)) return 'the room is no longer his, and the desk sees to the next one';
  return isSuperseded(round, key, guest) ? 'a newer key has taken its place' : undefined;
}

/** True for a key of no more use to its guest, in a room where another stay's guests are expected at any moment. */
function isGivenAway(round: Round, key: Key, guest: DesiredGuest): boolean {
  if (!sharesRoom(key.ask.rooms, round.desired.givenAway ?? [])) return false;
  return !key.ask.rooms.some((room) => guest.rooms.includes(room) && opens(round, key, [room]));
}

/** True for a key to other rooms than his, where somebody at the desk has ended the keys to those: no successor comes by itself. */
function isLeftToTheDesk(round: Round, key: Key, guest: DesiredGuest): boolean {
  if (sharesRoom(key.ask.rooms, guest.rooms) || guest.forced === true) return false;
  return liveKeysOn(round, guest.rooms).length === 0 && wasKilled(round, guest.rooms);
}

/** True if the guest waits for his next key with a newer one in hand that opens all that this one still should. */
function isSuperseded(round: Round, key: Key, guest: DesiredGuest): boolean {
  const own = keysOf(round.keyring, key.guestId);
  const stillDesired = key.ask.rooms.filter((room) => guest.rooms.includes(room));
  const opensBy = isBefore(round.now, guest.window.from) ? guest.window.from : round.now;
  return own
    .slice(own.indexOf(key) + 1)
    .some(
      (newer) =>
        round.live.includes(newer) &&
        newer.generation >= key.generation &&
        coversRooms(newer.ask.rooms, stillDesired) &&
        !isBefore(later(opensBy, key.ask.window.from), newer.ask.window.from),
    );
}
