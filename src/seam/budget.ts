/**
 * The request budget of one access system: how many calls may be under way, how many may start per second, and the
 * pause that Seam asks for with 429. A task queue's rate limit counts activities, not calls, so this lives in the client.
 */
import PQueue from 'p-queue';

export interface BudgetOptions {
  readonly requestsPerSecond: number;
  readonly concurrency: number;
  /** The longest that a call waits for a pause to end, in milliseconds; behind a longer pause it is turned away at once. */
  readonly longestPauseMs: number;
}

export const DEFAULT_BUDGET: BudgetOptions = { requestsPerSecond: 50, concurrency: 20, longestPauseMs: 2_000 };

export interface Turn {
  /** Gives up the place in the queue; a call that has started is not touched. */
  readonly signal?: AbortSignal | undefined;
  /** `urgent` goes before everything that waits: ending access must never queue behind granting it. */
  readonly priority: 'urgent' | 'normal';
}

export type TurnOutcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'given-up' }
  | { readonly kind: 'paused'; readonly remainingMs: number };

export interface Budget {
  /** Runs `call` when its turn comes. Throws what `call` throws. */
  run<Result>(call: () => Promise<Result>, turn: Turn): Promise<TurnOutcome<Result>>;
  /** Starts no call for so many milliseconds. */
  pause(ms: number): void;
}

/** Opens a budget; throws a RangeError for a rate or concurrency below one. */
export function createBudget(options: BudgetOptions): Budget {
  const queue = new PQueue({
    concurrency: options.concurrency,
    intervalCap: options.requestsPerSecond,
    interval: 1_000,
    strict: true,
  });
  let pausedUntil = 0;
  let resume: NodeJS.Timeout | undefined;

  return {
    async run(call, { signal, priority }) {
      const remainingMs = pausedUntil - performance.now();
      if (remainingMs > options.longestPauseMs) return { kind: 'paused', remainingMs };
      const place = new AbortController();
      const giveUp = (): void => place.abort();
      if (signal?.aborted) return { kind: 'given-up' };
      signal?.addEventListener('abort', giveUp, { once: true });
      try {
        const started = await startIn(queue, place.signal, priority, () => {
          signal?.removeEventListener('abort', giveUp);
          return call();
        });
        return started;
      } finally {
        signal?.removeEventListener('abort', giveUp);
      }
    },
    pause(ms) {
      const until = performance.now() + ms;
      if (until <= pausedUntil) return;
      pausedUntil = until;
      queue.pause();
      clearTimeout(resume);
      resume = setTimeout(() => queue.start(), ms);
    },
  };
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
