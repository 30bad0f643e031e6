/**
 * Pace of calls to one access system: the rate adapts to what Seam accepts, although each worker knows only its own
 * calls. A refusal (429) halves the rate at once. After a second the rate returns nearly to where it was, and then
 * grows ever faster to the cap. Pure: times are milliseconds of one clock.
 */

/** State of the pace; a new one is at its cap. */
export interface Pace {
  /** Highest rate, in calls a second. */
  readonly cap: number;
  /** Absent until a call is refused. */
  readonly refusal?: {
    readonly at: number;
    /** Rate after the refusal. */
    readonly low: number;
    /** Rate to return to: just below the refused one. */
    readonly goal: number;
    /** Time at which the goal was lowered. */
    readonly loweredAt: number;
  };
}

/** Time at the halved rate, and time of the return. */
const LOW_MS = 1_000;
const RETURN_MS = 2_000;
/** Part of the refused rate that is returned to. Six workers find one limit of 20 a second within 2 % of refusals. */
const GOAL = 0.97;
/** Part that the goal keeps if calls are refused before the rate has returned to it: Seam accepts much less, or none. */
const GOAL_AGAIN = 0.9;
/** Growth after the return: by this part each second at first, and as much faster after each minute. */
const GROWTH_PER_S = 0.0005;
const GROWTH_RISES_S = 60;
/** Lowest rate, and lowest rate that is returned to: one call finds out when Seam accepts calls again. */
const FLOOR = 0.2;
const GOAL_FLOOR = 1;

/** Returns the pace at its cap. @throws RangeError for a cap that is not above zero */
export function newPace(cap: number): Pace {
  if (!(cap > 0)) throw new RangeError('the rate must be above zero');
  return { cap };
}

/** Returns the rate at a time, in calls a second. */
export function rateAt({ cap, refusal }: Pace, now: number): number {
  if (refusal === undefined) return cap;
  const { at, low, goal } = refusal;
  const returning = (now - at - LOW_MS) / RETURN_MS;
  if (returning <= 0) return low;
  if (returning < 1) return low + (goal - low) * returning;
  const seconds = (now - at - LOW_MS - RETURN_MS) / 1_000;
  return Math.min(cap, goal * Math.exp(GROWTH_PER_S * (seconds + (seconds * seconds) / GROWTH_RISES_S)));
}

/** Returns the pace after a refusal of a call that was sent at `sentAt`. Of calls sent together, one counts. */
export function afterRefusal(pace: Pace, { sentAt, now }: { readonly sentAt: number; readonly now: number }): Pace {
  if (pace.refusal !== undefined && sentAt < pace.refusal.at) return pace;
  const rate = rateAt(pace, now);
  const low = Math.max(Math.min(FLOOR, pace.cap), rate / 2);
  return { cap: pace.cap, refusal: { at: now, low, ...goalAfter(pace, rate, now) } };
}

/** Returns the goal after a refusal. It is lowered once for each return: more refusals of one return say no more. */
function goalAfter({ cap, refusal }: Pace, rate: number, now: number): { goal: number; loweredAt: number } {
  const least = Math.min(GOAL_FLOOR, cap);
  const hasReturned = refusal === undefined || now - refusal.at >= LOW_MS + RETURN_MS;
  if (hasReturned) return { goal: Math.max(least, rate * GOAL), loweredAt: now };
  const { goal, loweredAt } = refusal;
  if (now - loweredAt < LOW_MS + RETURN_MS) return { goal, loweredAt };
  return { goal: Math.max(least, goal * GOAL_AGAIN), loweredAt: now };
}

/** Returns true if calls need no pace: none was refused, or the rate is at the cap again. */
export function isAtCap(pace: Pace, now: number): boolean {
  return rateAt(pace, now) >= pace.cap;
}

/** Part by which the time between two calls varies, so that workers do not call in step. */
const JITTER = 0.1;

/**
 * Returns the time between two calls, in milliseconds: at most the time in which a low rate returns.
 * @param random from 0 to 1
 */
export function intervalAt(pace: Pace, now: number, random: number): number {
  const interval = Math.min(1_000 / rateAt(pace, now), LOW_MS + RETURN_MS);
  return interval * (1 - JITTER + 2 * JITTER * random);
}
