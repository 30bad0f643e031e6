/** Reasons for steps in plain words, shown in Temporal Web UI, in the timeline and in the view. */
import { isBefore, sameWindow } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { sameRooms, sharesRoom } from '../known/keyring.js';
import { fallsWithNextKey } from './anchors.js';
import { currentKey, list, type Round } from './round.js';
import type { Gate, DesiredGuest } from '../../model/key-plan.js';

/** Returns the reason why the guest joins an anchor, as text for people. */
export function joinReason(round: Round, guest: DesiredGuest, anchor: { readonly own: boolean }): string {
  const rooms = list(guest.rooms);
  const held = currentKey(round, guest.guestId);
  if (held === undefined || !sharesRoom(held.ask.rooms, guest.rooms)) return `joins the lease on ${rooms}`;
  const to = anchor.own ? 'their own key' : 'the lease';
  if (held.condemned !== undefined) return `replaces the key of a lost or changed phone; joins ${to} on ${rooms}`;
  if (!sameRooms(held.ask.rooms, guest.rooms))
    return `other rooms: ${list(held.ask.rooms)} becomes ${rooms}; joins ${to}`;
  if (!sameWindow(held.ask.window, guest.window)) return `other dates: joins ${to} on ${rooms}`;
  return `follows the new override on ${rooms}`;
}

/** Returns the reason why the guest gets an override, as text for people. */
export function overrideReason(round: Round, guest: DesiredGuest, live: readonly Key[]): string {
  const rooms = list(guest.rooms);
  const { keyring } = round;
  const before = keyring.keys.filter((key) => key.issuedAt !== undefined && sharesRoom(key.ask.rooms, guest.rooms));
  if (guest.forced === true && wasKilled(round, guest.rooms)) return `forced by staff: new lease on ${rooms}`;
  if (guest.rooms.some((room) => keyring.distrusted[room] === Math.max(0, ...before.map((key) => key.generation)))) {
    return `re-keyed after a loss, a removal for cause or a new lock: earlier keys on ${rooms} end`;
  }
  if (live.some((key) => fallsWithNextKey(round, key))) {
    return `re-keyed: the keys on ${rooms} joined one that has ended, and may end with it`;
  }
  if (live.length > 0) return `mixed: ${rooms} join live and new doors in one key, so the lease is re-keyed`;
  if (before.length > 0) return `reopened: the last key on ${rooms} has ended`;
  const held = currentKey(round, guest.guestId);
  if (held !== undefined) return `moved from ${list(held.ask.rooms)}: first key of the lease on ${rooms}`;
  return `first key of the lease on ${rooms}`;
}

/** Returns true if the last keys on one of these rooms were ended neither by the stay nor by time (rule 8). */
export function wasKilled(round: Round, rooms: readonly string[]): boolean {
  return rooms.some((room) => {
    const last = round.keyring.keys
      .filter((key) => key.issuedAt !== undefined && key.ask.rooms.includes(room))
      .reduce<number>((newest, key) => Math.max(newest, key.generation), 0);
    if (last <= (round.keyring.distrusted[room] ?? 0) || last <= (round.keyring.leftAt?.[room] ?? 0)) return false;
    const lastKeys = round.keyring.keys.filter((key) => key.generation === last && key.ask.rooms.includes(room));
    return lastKeys.some((key) => key.ended === 'killed' && isBefore(round.now, key.ask.window.to));
  });
}

/** Returns the reason why a guest waits at this gate, as text for people. */
export function gateReason(gate: Gate): string {
  switch (gate) {
    case 'room':
      return 'waits for a room, or for its door at Seam';
    case 'lease':
      return 'waits for the room to be free';
    case 'phone':
      return 'waits for a phone that can hold a key';
    case 'window':
      return 'waits until the key may be issued';
    case 'access-system':
      return 'waits until the guest is registered at Seam';
    case 'hold':
      return 'waits until the hold is released';
    default:
      return gate satisfies never;
  }
}
