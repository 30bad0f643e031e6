/**
 * Changes of stays, told from Temporal's visibility: one look a second, however many listen. A stay that changes twice between two
 * looks is told once, as it is by then. Visibility lags and is not in order, so each look reaches back a little; what is known from
 * the look before is not told again.
 */
import type { StaySummary } from './schemas.js';

export interface ChangeFeed {
  /**
   * @param after an instant: what has changed since then comes first; absent: only what changes from now on
   * @throws whatever the search throws
   */
  subscribe(wants: (change: StaySummary) => boolean, after?: string): Promise<Subscription>;
  /** Ends every subscription. */
  close(): void;
}

export interface Subscription {
  /** What has changed since the last call, in order of time; waits for a change for so many milliseconds. Undefined: it has ended. */
  next(patienceMs: number): Promise<readonly StaySummary[] | undefined>;
  end(): void;
}

export interface ChangeFeedOptions {
  /** Every stay that changed at or after the instant. */
  readonly changedSince: (instant: string) => Promise<readonly StaySummary[]>;
  readonly everyMs: number;
  /** By how much visibility may be late, in milliseconds. */
  readonly lagMs: number;
  readonly onError: (error: unknown) => void;
}

interface Listener {
  readonly wants: (change: StaySummary) => boolean;
  /** The latest of each stay that has not been fetched yet. */
  readonly pending: Map<string, StaySummary>;
  wake: () => void;
  ended: boolean;
}

export function openChangeFeed({ changedSince, everyMs, lagMs, onError }: ChangeFeedOptions): ChangeFeed {
  const listeners = new Set<Listener>();
  /** When each stay changed last, as far as it was told; those that no look reaches any more are forgotten. */
  const told = new Map<string, string>();
  let latest = '';
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const since = before(latest, lagMs);
    try {
      for (const change of inOrder(await changedSince(since))) {
        if ((told.get(change.stay) ?? '') >= change.changedAt) continue;
        told.set(change.stay, change.changedAt);
        if (change.changedAt > latest) latest = change.changedAt;
        for (const listener of listeners) offer(listener, change);
      }
      for (const [stay, at] of told) if (at < since) told.delete(stay);
    } catch (error) {
      onError(error);
    }
    timer = listeners.size === 0 ? undefined : setTimeout(() => void look(), everyMs);
  }

  function offer(listener: Listener, change: StaySummary): void {
    if (!listener.wants(change)) return;
    // Last in the order, as it is the latest.
    listener.pending.delete(change.stay);
    listener.pending.set(change.stay, change);
    listener.wake();
  }

  function end(listener: Listener): void {
    listener.ended = true;
    listeners.delete(listener);
    listener.wake();
  }

  return {
    async subscribe(wants, after) {
      const startsAt = new Date().toISOString();
      const isNew = (change: StaySummary): boolean => after !== undefined || change.changedAt >= startsAt;
      const listener: Listener = {
        wants: (change) => isNew(change) && wants(change),
        pending: new Map(),
        wake: () => undefined,
        ended: false,
      };
      listeners.add(listener);
      if (timer === undefined) {
        latest = startsAt;
        told.clear();
        timer = setTimeout(() => void look(), 0);
      }
      if (after !== undefined) {
        try {
          for (const change of inOrder(await changedSince(before(after, lagMs)))) offer(listener, change);
        } catch (error) {
          end(listener);
          throw error;
        }
      }
      return {
        async next(patienceMs) {
          if (listener.pending.size === 0 && !listener.ended) await woken(listener, patienceMs);
          if (listener.ended) return undefined;
          const changes = [...listener.pending.values()];
          listener.pending.clear();
          return changes;
        },
        end: () => end(listener),
      };
    },
    close() {
      for (const listener of listeners) end(listener);
      clearTimeout(timer);
    },
  };
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

function before(instant: string, ms: number): string {
  return new Date(Date.parse(instant) - ms).toISOString();
}
