/** Retries of what was refused. A refusal may end without anybody telling the stay, so none is final. */
import { earlier, later, millis, plusMinutes, type Instant } from '../../model/instants.js';
import type { NextLook } from '../../model/key.js';

/** Longest wait between two retries, in minutes. */
const LONGEST_MINUTES = 30;

/**
 * Returns the instant of the next retry of what has been refused since `since`. The wait is as long as the refusal has
 * lasted: at least a minute, at most half an hour.
 */
export function retryAfterRefusal(since: Instant, now: Instant): Instant {
  const asLongAgain = plusMinutes(now, (millis(now) - millis(since)) / 60_000);
  return earlier(later(asLongAgain, plusMinutes(now, 1)), plusMinutes(now, LONGEST_MINUTES));
}

/** Returns the look after one at `now` that found something faulty. No event arrives when it has been corrected. */
export function lookAfter(last: NextLook | undefined, now: Instant): NextLook {
  const since = last?.since ?? now;
  return { since, at: retryAfterRefusal(since, now) };
}
