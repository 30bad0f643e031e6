/**
 * Changes of stays, read from Temporal visibility: one search per interval for any number of subscribers. A stay that
 * changes twice between two searches is reported once, with its latest state. Visibility lags and is not in order, so
 * each search reaches back a little. A change that an earlier search found is not reported again.
 *
 * Temporal's clock sets the time of a change. The feed never compares it with the local clock: a change is new if no
 * earlier search found it.
 */
import type { StaySummary } from './schemas.js';

export interface ChangeFeed {
  /**
   * Subscribes to changes from now on. The changes that `missed` finds come first.
   * @throws any error of the searches
   */
  subscribe(options: SubscriptionOptions): Promise<Subscription>;
  /** Ends every subscription, including later ones. */
  close(): void;
}

export interface SubscriptionOptions {
  readonly wants: (change: StaySummary) => boolean;
  /**
   * Pages of the changes that the subscriber missed, in any order. The feed reads them once it runs, so that no change is
   * lost in between.
   */
  readonly missed?: AsyncIterable<readonly StaySummary[]> | undefined;
  /** Ends the subscription, even before it begins. */
  readonly signal: AbortSignal;
}

export interface Subscription {
  /**
   * Returns the changes since the last call, in order of time. Waits at most `timeoutMs` for a change.
   * Undefined: the subscription has ended.
   */
  next(timeoutMs: number): Promise<readonly StaySummary[] | undefined>;
}

export interface ChangeFeedOptions {
  /** Returns pages of all stays that changed at or after the instant, in any order. */
  readonly changedSince: (instant: string) => AsyncIterable<readonly StaySummary[]>;
  readonly everyMs: number;
  /** Maximum lag of visibility in milliseconds. A change that appears later is not reported. */
  readonly lagMs: number;
  readonly onError: (error: unknown) => void;
}

/** Maximum lead of the local clock over Temporal's. It only sets how far the first search reaches back. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

interface Subscriber {
  readonly wants: (change: StaySummary) => boolean;
  /** Latest change of each stay that the subscriber has not fetched yet. */
  readonly pending: Map<string, StaySummary>;
  wake: () => void;
  ended: boolean;
}

/** Returns a feed that searches only while it has subscribers. */
export function openChangeFeed({ changedSince, everyMs, lagMs, onError }: ChangeFeedOptions): ChangeFeed {
  const subscribers = new Set<Subscriber>();
  /** Time of the last change that a search found, by stay. Entries older than `reach` are dropped. */
  const known = new Map<string, string>();
  /** Instant that searches reach back to. */
  let reach = '';
  /** First search; set while the feed runs. */
  let begun: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** Returns the changes that no earlier search found, in order of time. */
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

  /** Records the changes from before the first subscriber, without reporting them. */
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
      for (const change of await findNew()) for (const subscriber of subscribers) offer(subscriber, change);
    } catch (error) {
      onError(error);
    }
    lookAgain();
  }

  function lookAgain(): void {
    if (subscribers.size === 0) begun = undefined;
    else timer = setTimeout(() => void look(), everyMs);
  }

  function end(subscriber: Subscriber): void {
    subscriber.ended = true;
    subscribers.delete(subscriber);
    subscriber.wake();
  }

  return {
    async subscribe({ wants, missed, signal }) {
      const subscriber: Subscriber = { wants, pending: new Map(), wake: () => undefined, ended: false };
      // Add the subscriber before the first await: a feed without subscribers stops.
      subscribers.add(subscriber);
      signal.addEventListener('abort', () => end(subscriber), { once: true });
      if (signal.aborted || closed) end(subscriber);
      try {
        if (!subscriber.ended) await (begun ??= begin());
        if (!subscriber.ended && missed !== undefined) await catchUp(subscriber, missed);
      } catch (error) {
        end(subscriber);
        throw error;
      }
      return {
        async next(timeoutMs) {
          if (subscriber.pending.size === 0 && !subscriber.ended) await woken(subscriber, timeoutMs);
          if (subscriber.ended) return undefined;
          const changes = inOrder([...subscriber.pending.values()]);
          subscriber.pending.clear();
          return changes;
        },
      };
    },
    close() {
      closed = true;
      for (const subscriber of subscribers) end(subscriber);
      clearTimeout(timer);
    },
  };
}

async function catchUp(subscriber: Subscriber, missed: AsyncIterable<readonly StaySummary[]>): Promise<void> {
  for await (const page of missed) {
    if (subscriber.ended) return;
    for (const change of page) offer(subscriber, change);
  }
}

function offer({ wants, pending, wake }: Subscriber, change: StaySummary): void {
  if (!wants(change)) return;
  // Searches overlap: the first to begin may end last, and find less.
  if ((pending.get(change.stay)?.changedAt ?? '') >= change.changedAt) return;
  pending.set(change.stay, change);
  wake();
}

function woken(subscriber: Subscriber, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    subscriber.wake = () => {
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
