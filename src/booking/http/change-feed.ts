/**
 * Changes of stays, told from Temporal's visibility: one look a second, however many listen. A stay that changes twice between two
 * looks is told once, as it is by then. Visibility lags and is not in order, so each look reaches back a little; what is known from
 * the looks before is not told again.
 *
 * When a stay changed is said by Temporal's clock, never compared with the clock here: a change is new if no look knew it before.
 */
import type { StaySummary } from './schemas.js';

export interface ChangeFeed {
  /**
   * Listens from now on; to what `missed` finds first.
   * @throws whatever the searches throw
   */
  subscribe(listening: Listening): Promise<Subscription>;
  /** Ends every subscription, and every later one. */
  close(): void;
}

export interface Listening {
  readonly wants: (change: StaySummary) => boolean;
  /** Page by page what has changed while nobody listened, in any order. It is read when the feed is at work, so that nothing is lost between. */
  readonly missed?: AsyncIterable<readonly StaySummary[]> | undefined;
  /** Ends the subscription, even one that has not begun. */
  readonly signal: AbortSignal;
}

export interface Subscription {
  /** What has changed since the last call, in order of time; waits for a change for so many milliseconds. Undefined: it has ended. */
  next(patienceMs: number): Promise<readonly StaySummary[] | undefined>;
}

export interface ChangeFeedOptions {
  /** Page by page every stay that changed at or after the instant, in any order. */
  readonly changedSince: (instant: string) => AsyncIterable<readonly StaySummary[]>;
  readonly everyMs: number;
  /** By how much visibility may be late, in milliseconds; a change that it shows later is not told. */
  readonly lagMs: number;
  readonly onError: (error: unknown) => void;
}

/** By how much the clock here may be ahead of Temporal's. It is asked only for how far the first look reaches back. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

interface Listener {
  readonly wants: (change: StaySummary) => boolean;
  /** The latest of each stay that has not been fetched yet. */
  readonly pending: Map<string, StaySummary>;
  wake: () => void;
  ended: boolean;
}

export function openChangeFeed({ changedSince, everyMs, lagMs, onError }: ChangeFeedOptions): ChangeFeed {
  const listeners = new Set<Listener>();
  /** When each stay changed last, as far as a look knows; those that no look reaches any more are forgotten. */
  const known = new Map<string, string>();
  /** The instant that looks reach back to. */
  let reach = '';
  /** The first look, while the feed is at work. */
  let begun: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** What no look knew before, in order of time. */
  async function findNew(): Promise<readonly StaySummary[]> {
    const found: StaySummary[] = [];
    for await (const page of changedSince(reach)) found.push(...page);
    const changes = inOrder(found).filter(({ stay, changedAt }) => (known.get(stay) ?? '') < changedAt);
    for (const { stay, changedAt } of changes) known.set(stay, changedAt);
    const newest = changes.at(-1)?.changedAt;
    if (newest !== undefined) reach = laterOf(reach, before(newest, lagMs));
    for (const [stay, at] of known) if (at < reach) known.delete(stay);
    return changes;
  }

  /** Learns what was before anybody listened, which is not told. */
  async function begin(): Promise<void> {
    known.clear();
    reach = before(new Date().toISOString(), CLOCKS_DIFFER_MS);
    try {
      await findNew();
    } catch (error) {
      begun = undefined;
      throw error;
    }
    lookAgain();
  }

  async function look(): Promise<void> {
    try {
      for (const change of await findNew()) for (const listener of listeners) offer(listener, change);
    } catch (error) {
      onError(error);
    }
    lookAgain();
  }

  function lookAgain(): void {
    if (listeners.size === 0) begun = undefined;
    else timer = setTimeout(() => void look(), everyMs);
  }

  function end(listener: Listener): void {
    listener.ended = true;
    listeners.delete(listener);
    listener.wake();
  }

  return {
    async subscribe({ wants, missed, signal }) {
      const listener: Listener = { wants, pending: new Map(), wake: () => undefined, ended: false };
      // Before anything is waited for: a feed without listeners comes to rest.
      listeners.add(listener);
      signal.addEventListener('abort', () => end(listener), { once: true });
      if (signal.aborted || closed) end(listener);
      try {
        if (!listener.ended) await (begun ??= begin());
        if (!listener.ended && missed !== undefined) await catchUp(listener, missed);
      } catch (error) {
        end(listener);
        throw error;
      }
      return {
        async next(patienceMs) {
          if (listener.pending.size === 0 && !listener.ended) await woken(listener, patienceMs);
          if (listener.ended) return undefined;
          const changes = inOrder([...listener.pending.values()]);
          listener.pending.clear();
          return changes;
        },
      };
    },
    close() {
      closed = true;
      for (const listener of listeners) end(listener);
      clearTimeout(timer);
    },
  };
}

async function catchUp(listener: Listener, missed: AsyncIterable<readonly StaySummary[]>): Promise<void> {
  for await (const page of missed) {
    if (listener.ended) return;
    for (const change of page) offer(listener, change);
  }
}

function offer({ wants, pending, wake }: Listener, change: StaySummary): void {
  if (!wants(change)) return;
  // Searches overlap: that which began first may end last, and find less.
  if ((pending.get(change.stay)?.changedAt ?? '') >= change.changedAt) return;
  pending.set(change.stay, change);
  wake();
}

function woken(listener: Listener, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs);
    listener.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function inOrder(changes: readonly StaySummary[]): readonly StaySummary[] {
  return changes.toSorted((a, b) => (a.changedAt < b.changedAt ? -1 : 1));
}

function laterOf(a: string, b: string): string {
  return a > b ? a : b;
}

function before(instant: string, ms: number): string {
  return new Date(Date.parse(instant) - ms).toISOString();
}
