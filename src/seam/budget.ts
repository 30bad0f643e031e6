/**
 * Request budget of one access system: concurrent calls, with some kept for urgent ones, call starts per second, and
 * the pause that Seam requests with 429. After a 429 the rate adapts (`pace.ts`), so that many workers keep one limit.
 * A task queue's rate limit counts activities, not calls, so the budget is part of the client.
 */
import PQueue from 'p-queue';
import { afterRefusal, intervalAt, isAtCap, newPace, rateAt } from './pace.js';

export interface BudgetOptions {
  /** Highest rate. Seam may accept less. */
  readonly requestsPerSecond: number;
  /** Limit of concurrent normal calls. */
  readonly concurrency: number;
  /** Further concurrent calls that only urgent ones may make: they never wait for normal calls that hang. */
  readonly urgentConcurrency: number;
  /** Longest time that a call waits for a pause to end, in milliseconds. A longer pause rejects the call at once. */
  readonly longestPauseMs: number;
}

export const DEFAULT_BUDGET: BudgetOptions = {
  requestsPerSecond: 50,
  concurrency: 20,
  urgentConcurrency: 10,
  longestPauseMs: 2_000,
};

export interface Turn {
  /** Cancels the wait in the queue; a call that has started continues. */
  readonly signal?: AbortSignal | undefined;
  /** `urgent` precedes all waiting calls: a revocation must never queue behind a grant. */
  readonly priority: 'urgent' | 'normal';
}

export type TurnOutcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'given-up' }
  | { readonly kind: 'paused'; readonly remainingMs: number };

export interface Budget {
  /** Runs `call` in its turn. Throws the errors of `call`. */
  run<Result>(call: () => Promise<Result>, turn: Turn): Promise<TurnOutcome<Result>>;
  /**
   * Records that Seam refused a call with 429: starts no call for the time that Seam asks for, and fewer after that.
   * @param sentAt start of the call, by `performance.now()`
   * @param pauseMs requested pause; at most a minute of it is kept
   */
  refused(refusal: { readonly sentAt: number; readonly pauseMs: number }): void;
  /** Returns the highest rate of calls now, in calls a second; 0 during a pause. */
  rate(): number;
}

/** Longest pause that is kept, whatever Seam asks for: the next call asks again. */
const MOST_PAUSE_MS = 60_000;

/**
 * Creates a budget.
 * @throws RangeError for a rate or concurrency below one
 */
export function createBudget(options: BudgetOptions): Budget {
  // A normal call passes the gate first, so that the queue always has room for urgent ones.
  const gate = new PQueue({ concurrency: options.concurrency });
  const queue = new PQueue({
    concurrency: options.concurrency + options.urgentConcurrency,
    intervalCap: options.requestsPerSecond,
    interval: 1_000,
    strict: true,
  });
  // One call at a time waits for the pace, so that an urgent one is always next.
  const starter = new PQueue({ concurrency: 1 });
  let pace = newPace(options.requestsPerSecond);
  let nextStart = 0;
  let pausedUntil = 0;
  let resume: NodeJS.Timeout | undefined;

  const keepPace = async (signal: AbortSignal): Promise<void> => {
    const waitMs = nextStart - performance.now();
    if (waitMs > 0) await wait(waitMs, signal);
    if (signal.aborted) return;
    const now = performance.now();
    nextStart = isAtCap(pace, now) ? 0 : now + intervalAt(pace, now, Math.random());
  };

  const pause = (ms: number): void => {
    const until = performance.now() + ms;
    if (until <= pausedUntil) return;
    pausedUntil = until;
    queue.pause();
    clearTimeout(resume);
    resume = setTimeout(() => queue.start(), ms);
  };

  return {
    async run(call, { signal, priority }) {
      const remainingMs = pausedUntil - performance.now();
      if (remainingMs > options.longestPauseMs) return { kind: 'paused', remainingMs };
      const place = new AbortController();
      const giveUp = (): void => place.abort();
      if (signal?.aborted) return { kind: 'given-up' };
      signal?.addEventListener('abort', giveUp, { once: true });
      try {
        const start = () =>
          within(queue, place.signal, priority, async () => {
            const paced = await startIn(starter, place.signal, priority, () => keepPace(place.signal));
            if (paced.kind !== 'done') return paced;
            signal?.removeEventListener('abort', giveUp);
            return { kind: 'done', result: await call() };
          });
        return await (priority === 'urgent' ? start() : within(gate, place.signal, 'normal', start));
      } finally {
        signal?.removeEventListener('abort', giveUp);
      }
    },
    refused({ sentAt, pauseMs }) {
      pace = afterRefusal(pace, { sentAt, now: performance.now() });
      pause(Math.min(pauseMs, MOST_PAUSE_MS));
    },
    rate() {
      const now = performance.now();
      return now < pausedUntil ? 0 : rateAt(pace, now);
    },
  };
}

/** Resolves after `ms` milliseconds, or when the signal aborts. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Runs `start`, which may give up itself, in a queue. */
async function within<Result>(
  queue: PQueue,
  signal: AbortSignal,
  priority: Turn['priority'],
  start: () => Promise<TurnOutcome<Result>>,
): Promise<TurnOutcome<Result>> {
  const passed = await startIn(queue, signal, priority, start);
  return passed.kind === 'done' ? passed.result : passed;
}

async function startIn<Result>(
  queue: PQueue,
  signal: AbortSignal,
  priority: Turn['priority'],
  call: () => Promise<Result>,
): Promise<TurnOutcome<Result>> {
  try {
    const result = await queue.add(call, { signal, priority: priority === 'urgent' ? 1 : 0 });
    return { kind: 'done', result };
  } catch (error) {
    if (signal.aborted && error === signal.reason) return { kind: 'given-up' };
    throw error;
  }
}
