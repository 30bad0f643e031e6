/**
 * The pace of calls: one worker and several find the rate that Seam accepts, by refusals alone. Time is a number here: minutes of calls
 * pass in milliseconds.
 */
import { describe, expect, test } from 'vitest';
import { afterRefusal, intervalAt, isAtCap, newPace, rateAt, type Pace } from '../../../src/seam/pace.js';

const LIMIT = 20;
const LATENCY_MS = 200;
const RETRY_AFTER_MS = 1_000;
const WARM_UP_MS = 120_000;
const END_MS = 900_000;

/** Accepts or refuses a call that arrives at a time. */
type Limiter = (now: number) => boolean;

/** Counts the calls of each second by itself. */
function fixedWindow(): Limiter {
  let [second, count] = [-1, 0];
  return (now) => {
    if (Math.floor(now / 1_000) !== second) [second, count] = [Math.floor(now / 1_000), 0];
    count += 1;
    return count <= LIMIT;
  };
}

/** A bucket of a second's calls, which fills steadily. */
function bucketOf(limit: number): Limiter {
  let [tokens, last] = [limit, 0];
  return (now) => {
    tokens = Math.min(limit, tokens + ((now - last) * limit) / 1_000);
    last = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** Random numbers from 0 to 1, the same in each run. */
function randoms(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Worker {
  pace: Pace;
  next: number;
  pausedUntil: number;
}

interface Result {
  /** Part of the limit that was used. */
  readonly used: number;
  /** Part of the calls that were refused. */
  readonly refused: number;
}

/** Lets workers call as often as their paces allow, and counts what is accepted after the warm-up. */
function play(count: number, accepts: Limiter): Result {
  const random = randoms();
  const workers = Array.from({ length: count }, (): Worker => ({
    pace: newPace(50),
    next: random() * 50,
    pausedUntil: 0,
  }));
  const answers: { readonly at: number; readonly sentAt: number; readonly worker: Worker }[] = [];
  let [accepted, refused] = [0, 0];
  for (;;) {
    const worker = workers.reduce((first, other) => (other.next < first.next ? other : first));
    const now = worker.next;
    if (now > END_MS) break;
    while ((answers[0]?.at ?? Infinity) <= now) {
      const answer = answers.shift();
      if (answer === undefined) break;
      answer.worker.pace = afterRefusal(answer.worker.pace, { sentAt: answer.sentAt, now: answer.at });
      answer.worker.pausedUntil = answer.at + RETRY_AFTER_MS;
    }
    if (worker.pausedUntil > now) {
      worker.next = worker.pausedUntil;
      continue;
    }
    const isAccepted = accepts(now + LATENCY_MS / 2);
    if (!isAccepted) answers.push({ at: now + LATENCY_MS, sentAt: now, worker });
    if (now > WARM_UP_MS) [accepted, refused] = isAccepted ? [accepted + 1, refused] : [accepted, refused + 1];
    worker.next = now + intervalAt(worker.pace, now, random());
  }
  const seconds = (END_MS - WARM_UP_MS) / 1_000;
  return { used: accepted / seconds / LIMIT, refused: refused / (accepted + refused) };
}

describe('the rate that Seam accepts', () => {
  test.each([
    ['one worker', 'counts by the second', 1, fixedWindow],
    ['six workers', 'counts by the second', 6, fixedWindow],
    ['one worker', 'has a bucket', 1, () => bucketOf(LIMIT)],
    ['six workers', 'has a bucket', 6, () => bucketOf(LIMIT)],
  ])('%s at a Seam that %s use nine tenths of the rate, and few calls are refused', (_a, _b, count, limiter) => {
    const { used, refused } = play(count, limiter());
    expect(used).toBeGreaterThan(0.9);
    expect(refused).toBeLessThan(0.02);
    // Without refusals no worker would know the limit: the test would show nothing.
    expect(refused).toBeGreaterThan(0);
  });
});

describe('a refusal', () => {
  const refusedAt = (pace: Pace, now: number): Pace => afterRefusal(pace, { sentAt: now, now });

  test('a refusal halves the rate at once, and the rate returns to just below where it was', () => {
    const pace = refusedAt(newPace(40), 1_000);
    expect(rateAt(pace, 1_000)).toBe(20);
    expect(rateAt(pace, 1_900)).toBe(20);
    expect(rateAt(pace, 3_000)).toBeGreaterThan(25);
    expect(rateAt(pace, 4_000)).toBeCloseTo(38.8);
  });

  test('the rate grows slowly, then faster, and ends at the cap', () => {
    const pace = refusedAt(newPace(40), 0);
    const grown = (from: number, to: number): number => rateAt(pace, to) - rateAt(pace, from);
    expect(grown(4_000, 14_000)).toBeLessThan(grown(34_000, 44_000));
    expect(isAtCap(pace, 20_000)).toBe(false);
    expect(rateAt(pace, 3_600_000)).toBe(40);
    expect(isAtCap(pace, 3_600_000)).toBe(true);
  });

  test('a refusal of a call that was sent before the rate was halved does not count again', () => {
    const pace = refusedAt(newPace(40), 1_000);
    expect(afterRefusal(pace, { sentAt: 900, now: 1_100 })).toBe(pace);
    expect(rateAt(afterRefusal(pace, { sentAt: 1_050, now: 1_100 }), 1_100)).toBe(10);
  });

  test('the rate never falls so low that no call finds out when Seam accepts calls again', () => {
    const pace = Array.from({ length: 50 }).reduce<Pace>((now, _, index) => refusedAt(now, index * 100), newPace(40));
    expect(rateAt(pace, 5_000)).toBeGreaterThanOrEqual(0.2);
  });

  test('after a minute in which Seam refuses every call, the rate is at a tenth within seconds and at the cap within minutes', () => {
    let [pace, now] = [newPace(50), 0];
    while (now < 60_000) {
      pace = refusedAt(pace, now);
      now += intervalAt(pace, now, 0.5);
    }
    expect(rateAt(pace, now + 3_000)).toBeGreaterThan(5);
    expect(isAtCap(pace, now + 600_000)).toBe(true);
  });

  test('a limit that falls to a tenth is found', () => {
    const random = randoms();
    let [pace, now, accepted, refused] = [newPace(50), 0, 0, 0];
    const accepts = bucketOf(5);
    while (now < 600_000) {
      const isAccepted = accepts(now);
      if (!isAccepted) pace = refusedAt(pace, now);
      if (now > 300_000) [accepted, refused] = isAccepted ? [accepted + 1, refused] : [accepted, refused + 1];
      now += intervalAt(pace, now, random());
    }
    expect(accepted / 300 / 5).toBeGreaterThan(0.9);
    expect(refused / (accepted + refused)).toBeLessThan(0.02);
  });

  test('a cap that is not above zero is refused', () => {
    expect(() => newPace(0)).toThrow(RangeError);
  });
});
