/**
 * Request budget of one access system: concurrent calls, with some kept for urgent ones, call starts per second, and
 * the pause that Seam requests with 429. A task queue's rate limit counts activities, not calls, so the budget is part
 * of the client.
 */
import PQueue from 'p-queue';

export interface BudgetOptions {
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
  /** Starts no call for `ms` milliseconds. */
  pause(ms: number): void;
}

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
        const start = () =>
          startIn(queue, place.signal, priority, () => {
            signal?.removeEventListener('abort', giveUp);
            return call();
          });
        return await (priority === 'urgent' ? start() : passing(gate, place.signal, start));
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

/** Starts a normal call once the gate has room for it. */
async function passing<Result>(
  gate: PQueue,
  signal: AbortSignal,
  start: () => Promise<TurnOutcome<Result>>,
): Promise<TurnOutcome<Result>> {
  const passed = await startIn(gate, signal, 'normal', start);
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
