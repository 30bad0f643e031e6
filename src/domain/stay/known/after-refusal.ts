/** Retries of what was refused. A refusal may end without anybody telling the stay, so none is final. */
import { earlier, later, millis, plusMinutes, type Instant } from '../../model/instants.js';
import type { NextLook } from '../../model/key.js';

/** Longest wait between two retries, in minutes. */
const LONGEST_MINUTES = 30;

/**
 * Returns the instant of the next retry of what has been refused since `since`. The wait is as long as the refusal has
 * lasted: at least a minute, at most half an hour, or `longestMinutes`.
 */
export function retryAfterRefusal(since: Instant, now: Instant, longestMinutes = LONGEST_MINUTES): Instant {
  const asLongAgain = plusMinutes(now, (millis(now) - millis(since)) / 60_000);
  return earlier(later(asLongAgain, plusMinutes(now, 1)), plusMinutes(now, longestMinutes));
}

/** Share of the time until a guest arrives that a look may wait: looks become frequent only as the arrival comes near. */
const SHARE_UNTIL_ARRIVAL = 1 / 8;

/**
 * Returns the look after one at `now` that found something faulty. No event arrives when it has been corrected.
 * `arrival` is the start of the window that needs it.
 */
export function lookAfter(last: NextLook | undefined, now: Instant, arrival: Instant | undefined): NextLook {
  const since = last?.since ?? now;
  const minutesAhead = arrival === undefined ? 0 : (millis(arrival) - millis(now)) / 60_000;
  const longest = Math.max(LONGEST_MINUTES, Math.floor(minutesAhead * SHARE_UNTIL_ARRIVAL));
  return { since, at: retryAfterRefusal(since, now, longest) };
}
