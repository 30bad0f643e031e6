/** Party of a stay: who belongs to it, and how large it may become, whatever adds to it. */
import { MOST_GUESTS, MOST_REMEMBERED_GUESTS, tooManyForOneStay } from '../../model/party-size.js';
import { keysOf, mayLive } from '../known/keyring.js';
import type { Guest } from '../../model/snapshot-schema.js';
import { withDesired, type PartyMember, type ScheduledRooms, type StayState } from '../state.js';

/**
 * Returns why the party and its rooms are too large, or undefined if they are not. Guests who have left do not count,
 * except that only so many guests are remembered.
 */
export function partyTooLarge({ desired }: StayState): string | undefined {
  const { party, rooms, scheduled } = desired;
  const present = party.filter(({ removed }) => removed === undefined);
  if (present.length > MOST_GUESTS) return `a stay has at most ${MOST_GUESTS} guests; it would have ${present.length}`;
  if (party.length > MOST_REMEMBERED_GUESTS) {
    return `a stay remembers at most ${MOST_REMEMBERED_GUESTS} guests, those who were removed included`;
  }
  const later = scheduled.filter(({ guestId }) => guestId === undefined).map((move) => move.rooms);
  const guests = present.map(({ guest }) => ({ rooms: widestOf(guest, scheduled) }));
  return tooManyForOneStay({ stays: [rooms, ...later], guests });
}

/** Returns the most rooms of their own that a guest has or will have; undefined for the stay's rooms. */
function widestOf({ guestId, rooms }: Guest, scheduled: readonly ScheduledRooms[]): readonly string[] | undefined {
  const later = scheduled.filter((move) => move.guestId === guestId).map((move) => move.rooms);
  return [...(rooms === undefined ? [] : [rooms]), ...later].toSorted((a, b) => b.length - a.length)[0];
}

/**
 * Returns the state without guests who have left, the first ones first, until only so many guests are remembered. A
 * guest whom staff removed for cause is never forgotten, nor one who may still have a key.
 */
export function forgetThoseWhoLeft(state: StayState): StayState {
  const { party } = state.desired;
  let excess = party.length - MOST_REMEMBERED_GUESTS;
  if (excess <= 0) return state;
  const isForgotten = ({ guest, removed, blocked }: PartyMember): boolean => {
    const isPast = removed === 'left' && blocked === undefined;
    if (excess <= 0 || !isPast || keysOf(state.keyring, guest.guestId).some(mayLive)) return false;
    excess -= 1;
    return true;
  };
  const kept = party.filter((one) => !isForgotten(one));
  const ids = new Set(kept.map(({ guest }) => guest.guestId));
  const guests = Object.fromEntries(Object.entries(state.guests).filter(([guestId]) => ids.has(guestId)));
  return withDesired({ ...state, guests }, { party: kept });
}
