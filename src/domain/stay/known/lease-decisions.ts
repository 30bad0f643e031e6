/** Decisions of rooms on the stay's claims: the rooms that it holds, their ends, and the stays in the way. */
import type { HeldClaim, StayState } from '../state.js';
import { earlier, isBefore, later, type Instant } from '../../model/instants.js';
import { isLive } from './keyring.js';
import type { LeaseDecision } from '../../model/lease.js';

/** Decision that grants a lease. */
export type GrantedLease = LeaseDecision & { readonly kind: 'granted' };

/** Returns true if both name the same part of the same room. */
export function isOf(a: Pick<HeldClaim, 'room' | 'part'>, b: Pick<HeldClaim, 'room' | 'part'>): boolean {
  return a.room === b.room && a.part === b.part;
}

/** Returns the instant until which the claim matters: the later of its window's end and its lease's end. */
export function endOf(held: HeldClaim): Instant {
  return held.decision?.kind === 'granted' ? later(held.decision.until, held.window.to) : held.window.to;
}

/** Returns the room's decision on the current claim, or else on the next one; undefined until the room has answered. */
function decisionOn(state: StayState, room: string, now: Instant): LeaseDecision | undefined {
  return state.leases.claims
    .filter((held) => held.room === room && isBefore(now, endOf(held)))
    .toSorted((a, b) => (isBefore(a.window.from, b.window.from) ? -1 : 1))[0]?.decision;
}

/** Returns the leases that the stay holds to these rooms. */
export function grantsOn(state: StayState, rooms: readonly string[], now: Instant): readonly GrantedLease[] {
  return rooms.flatMap((room) => {
    const decision = decisionOn(state, room, now);
    return decision?.kind === 'granted' ? [decision] : [];
  });
}

/** Returns those of these rooms to which the stay may issue keys. */
export function heldRooms(state: StayState, rooms: readonly string[], now: Instant): readonly string[] {
  return rooms.filter((room) => decisionOn(state, room, now)?.kind === 'granted');
}

/** Returns true if the front desk gave the room to another stay. */
export function isDisplaced(state: StayState, room: string, now: Instant): boolean {
  const decision = decisionOn(state, room, now);
  return decision?.kind === 'waiting' && decision.displaced === true;
}

/** Returns true if the stay has a live key to the room. */
export function opensNow(state: StayState, room: string, now: Instant): boolean {
  return state.keyring.keys.some((key) => isLive(key, now) && key.ask.rooms.includes(room));
}

/** Returns the end that these leases set for a key that would end at `to`. */
export function endWithin(grants: readonly GrantedLease[], to: Instant): Instant {
  return grants.reduce((end, grant) => earlier(end, grant.until), to);
}

/**
 * Returns the instant before which no key may be issued: the latest end of the preceding leases. Undefined if no other
 * lease precedes.
 */
export function freeFrom(grants: readonly GrantedLease[]): Instant | undefined {
  return grants.reduce<Instant | undefined>(
    (latest, { from }) => (latest === undefined || from === undefined ? (latest ?? from) : later(latest, from)),
    undefined,
  );
}
