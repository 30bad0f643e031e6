/** What rooms have said to the stay's claims: which of its rooms it holds, until when, and who is in the way. */
import type { HeldClaim, StayBook } from '../state.js';
import { earlier, isBefore, later, type Instant } from '../../model/instants.js';
import { isLive } from './keyring.js';
import type { Verdict } from '../../model/lease.js';

export type Grant = Verdict & { readonly kind: 'granted' };

export function isOf(a: Pick<HeldClaim, 'room' | 'part'>, b: Pick<HeldClaim, 'room' | 'part'>): boolean {
  return a.room === b.room && a.part === b.part;
}

/** Until when the claim is of any interest. */
export function endOf(held: HeldClaim): Instant {
  return held.verdict?.kind === 'granted' ? later(held.verdict.until, held.window.to) : held.window.to;
}

/** What the room said to the claim that is about now, or about what comes next; undefined until it has answered. */
export function verdictOn(book: StayBook, room: string, now: Instant): Verdict | undefined {
  return book.leases?.claims
    .filter((held) => held.room === room && isBefore(now, endOf(held)))
    .toSorted((a, b) => (isBefore(a.window.from, b.window.from) ? -1 : 1))[0]?.verdict;
}

/** The leases that the stay holds to these rooms. */
export function grantsOn(book: StayBook, rooms: readonly string[], now: Instant): readonly Grant[] {
  return rooms.flatMap((room) => {
    const verdict = verdictOn(book, room, now);
    return verdict?.kind === 'granted' ? [verdict] : [];
  });
}

/** The rooms of these that keys may be issued to; all of them in a stay without leases. */
export function heldRooms(book: StayBook, rooms: readonly string[], now: Instant): readonly string[] {
  return book.leases === undefined ? rooms : rooms.filter((room) => verdictOn(book, room, now)?.kind === 'granted');
}

/** True if the front desk gave the room to another stay. */
export function isDisplaced(book: StayBook, room: string, now: Instant): boolean {
  const verdict = verdictOn(book, room, now);
  return verdict?.kind === 'waiting' && verdict.displaced === true;
}

/** True if a key of the stay to the room is alive. */
export function opensNow(book: StayBook, room: string, now: Instant): boolean {
  return book.keyring.keys.some((key) => isLive(key, now) && key.ask.rooms.includes(room));
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
