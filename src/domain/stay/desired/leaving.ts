/**
 * Rooms that the guests are to leave and still sleep in. A stay in house gives up no room before it has the next one: it
 * keeps its lease there until the new room is granted and each guest's key to it is confirmed.
 */
import { coversRooms, isLive, keysOf, sharesRoom } from '../known/keyring.js';
import { endOf, freeFrom, grantsOn, isOf } from '../known/lease-decisions.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { roomsFor } from './guest-rooms.js';
import type { HeldClaim, PartyMember, StayState } from '../state.js';

/** Returns the claims that the stay keeps although their rooms are no longer desired. */
export function leavingClaims(state: StayState, now: Instant): readonly HeldClaim[] {
  const { status, rooms } = state.desired;
  if (status !== 'in-house' || rooms.length === 0) return [];
  const left = state.leases.claims.filter((held) => !rooms.includes(held.room) && isInUse(state, held, now));
  if (pendingRooms(state, now).length === 0) return left.filter(({ room }) => isSleptIn(state, room, now));
  const known = left.filter(({ leaving }) => leaving === true);
  // Guests may have come in with a card of the front desk, so a room without keys counts too.
  return left.filter((held) => known.length === 0 || known.includes(held) || isOpened(state, held.room, now));
}

/** Returns the rooms of the stay that it has not been granted, or gets only later. */
export function pendingRooms(state: StayState, now: Instant): readonly string[] {
  return state.desired.rooms.filter((room) => {
    const grants = grantsOn(state, [room], now);
    const from = freeFrom(grants);
    return grants.length === 0 || (from !== undefined && isBefore(now, from));
  });
}

/**
 * Returns the rooms that a guest keeps for as long as one of their next rooms is pending. A guest with rooms of their own
 * keeps those that they had a key to. The others keep those that they can open: a new key to a room that they have moved
 * out of would end the key of a guest who is still there.
 */
export function roomsKeptBy(
  state: StayState,
  one: PartyMember,
  booked: readonly string[],
  now: Instant,
): readonly string[] {
  if (!sharesRoom(booked, pendingRooms(state, now))) return [];
  // A room without a door at Seam never has a key, and must not keep guests from the rooms that have one.
  const rooms = [...new Set(leavingClaims(state, now).map(({ room }) => room))].filter(
    (room) => !state.doors.unknownRooms.includes(room),
  );
  const own = keysOf(state.keyring, one.guest.guestId);
  if (one.guest.rooms !== undefined) return rooms.filter((room) => own.some((key) => key.ask.rooms.includes(room)));
  const opened = rooms.filter((room) => liveKeysTo(state, one, room, now).length > 0);
  return opened.length > 0 ? opened : rooms;
}

/** Returns true for a granted lease that has begun, and that the stay has not handed over in an exchange. */
function isInUse({ leases: { handovers = [] } }: StayState, held: HeldClaim, now: Instant): boolean {
  const { decision, window } = held;
  if (decision?.kind !== 'granted' || isBefore(now, window.from) || !isBefore(now, endOf(held))) return false;
  const { from } = decision;
  return (from === undefined || !isBefore(now, from)) && !handovers.some((handover) => isOf(handover, held));
}

function isOpened(state: StayState, room: string, now: Instant): boolean {
  return state.desired.party.some((one) => liveKeysTo(state, one, room, now).length > 0);
}

/** Returns true if a guest's only keys open this room, and not yet the rooms that are theirs now. */
function isSleptIn(state: StayState, room: string, now: Instant): boolean {
  return state.desired.party.some((one) => {
    const booked = roomsFor(state, one);
    const stay = liveKeysTo(state, one, room, now).filter((key) => !coversRooms(key.ask.rooms, booked));
    return stay.length > 0 && !hasMoved(state, one, room, now);
  });
}

function hasMoved(state: StayState, one: PartyMember, room: string, now: Instant): boolean {
  const booked = roomsFor(state, one);
  return keysOf(state.keyring, one.guest.guestId).some(
    (key) => isLive(key, now) && !key.ask.rooms.includes(room) && sharesRoom(key.ask.rooms, booked),
  );
}

/** Returns the guest's live keys that open the room, unless the guest should hold no key at all. */
function liveKeysTo(state: StayState, one: PartyMember, room: string, now: Instant): readonly Key[] {
  if (roomsFor(state, one).length === 0) return [];
  return keysOf(state.keyring, one.guest.guestId).filter((key) => isLive(key, now) && key.ask.rooms.includes(room));
}
