/** When time alone will change something for somebody who waits: only then does a room set a timer. */
import { isBefore, type Instant } from '../instants.js';
import type { ClaimEntry, RoomBook } from './room-book.js';
import { changedVerdicts, passTime } from './room-rules.js';
import { isGranted, untilOf } from './verdict.js';

/** The next instant at which a stay has to be told something though nobody does anything; undefined if there is none. */
export function nextWake(book: RoomBook, now: Instant): Instant | undefined {
  if (!book.claims.some(isWaiting)) return undefined;
  return endings(book, now).find((at) => {
    const copy = JSON.parse(JSON.stringify(book)) as RoomBook;
    passTime(copy, at);
    return changedVerdicts(copy, at).length > 0;
  });
}

/** Waits for the room, for more of it, or for somebody else of its share group. */
function isWaiting({ granted, asked }: ClaimEntry): boolean {
  if (granted === undefined || asked.shareGroup !== undefined) return true;
  return isBefore(granted.to, asked.window.to) || isBefore(asked.window.from, granted.from);
}

/** When something ends: leases, waits, keys. In order of time, each instant once. */
function endings(book: RoomBook, now: Instant): readonly Instant[] {
  const all = [
    ...book.claims.flatMap((entry) =>
      isGranted(entry) ? [entry.granted.to, untilOf(book.claims, entry)] : [entry.asked.window.to],
    ),
    ...book.keys.map((key) => key.window.to),
  ];
  return [...new Set(all)].filter((at) => isBefore(now, at)).toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
}
