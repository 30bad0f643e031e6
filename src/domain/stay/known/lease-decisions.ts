/** What rooms have said to the stay's claims: which of its rooms it holds, until when, and who is in the way. */
import type { HeldClaim, StayState } from '../state.js';
import { earlier, isBefore, later, type Instant } from '../../model/instants.js';
import { isLive } from './keyring.js';
import type { LeaseDecision } from '../../model/lease.js';

export type Grant = LeaseDecision & { readonly kind: 'granted' };

export function isOf(a: Pick<HeldClaim, 'room' | 'part'>, b: Pick<HeldClaim, 'room' | 'part'>): boolean {
  return a.room === b.room && a.part === b.part;
}

/** Until when the claim is of any interest. */
export function endOf(held: HeldClaim): Instant {
  return held.decision?.kind === 'granted' ? later(held.decision.until, held.window.to) : held.window.to;
}

/** What the room said to the claim that is about now, or about what comes next; undefined until it has answered. */
export function decisionOn(state: StayState, room: string, now: Instant): LeaseDecision | undefined {
  return state.leases.claims
    .filter((held) => held.room === room && isBefore(now, endOf(held)))
    .toSorted((a, b) => (isBefore(a.window.from, b.window.from) ? -1 : 1))[0]?.decision;
}

/** The leases that the stay holds to these rooms. */
export function grantsOn(state: StayState, rooms: readonly string[], now: Instant): readonly Grant[] {
  return rooms.flatMap((room) => {
    const decision = decisionOn(state, room, now);
    return decision?.kind === 'granted' ? [decision] : [];
  });
}

/** Returns those of these rooms that keys may be issued to. */
export function heldRooms(state: StayState, rooms: readonly string[], now: Instant): readonly string[] {
  return rooms.filter((room) => decisionOn(state, room, now)?.kind === 'granted');
}

/** True if the front desk gave the room to another stay. */
export function isDisplaced(state: StayState, room: string, now: Instant): boolean {
  const decision = decisionOn(state, room, now);
  return decision?.kind === 'waiting' && decision.displaced === true;
}

/** True if a key of the stay to the room is alive. */
export function opensNow(state: StayState, room: string, now: Instant): boolean {
  return state.keyring.keys.some((key) => isLive(key, now) && key.ask.rooms.includes(room));
}

/** The end that these leases set to a key that would end at `to`. */
export function endWithin(grants: readonly Grant[], to: Instant): Instant {
  return grants.reduce((end, grant) => earlier(end, grant.until), to);
}

/** Before when no key may be issued: the latest end of the leases before these; undefined if nobody is before them. */
export function freeFrom(grants: readonly Grant[]): Instant | undefined {
  return grants.reduce<Instant | undefined>(
    (latest, { from }) => (latest === undefined || from === undefined ? (latest ?? from) : later(latest, from)),
    undefined,
  );
}
