/** Tests of the changes sent to listeners. Searches return the changes that a test sets, at the time that it sets. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openChangeFeed, type ChangeFeed, type Subscription } from '../../../../src/booking/http/change-feed.js';
import type { StaySummary } from '../../../../src/booking/http/schemas.js';

const EVERY_MS = 1_000;
const LAG_MS = 15_000;
/** Temporal's clock when a test begins; tests set the clock of this process relative to it. */
const T0 = Date.parse('2026-11-23T14:00:00.000Z');

beforeEach(() => void vi.useFakeTimers({ now: T0 }));
afterEach(() => void vi.useRealTimers());

test('a listener receives the changes since they joined, and none from before', async () => {
  const { feed, visible, pass } = aFeed();
  visible.push(change('R-1', -60_000), change('R-2', -10));
  const ear = await listen(feed);
  visible.push(change('R-1', 200), change('R-3', 100));
  await pass();
  expect(await told(ear)).toEqual(['R-3 +100', 'R-1 +200']);
  await pass();
  expect(await told(ear)).toEqual([]);
});

test.each([
  ['ahead of', 120_000],
  ['behind', -120_000],
])('a listener receives the same changes if the local clock is two minutes %s Temporal’s clock', async (_where, ms) => {
  vi.setSystemTime(T0 + ms);
  const { feed, visible, pass } = aFeed();
  visible.push(change('R-1', -10));
  const ear = await listen(feed);
  visible.push(change('R-2', 10));
  await pass();
  const another = await listen(feed);
  visible.push(change('R-3', 1_010));
  await pass();
  expect(await told(ear)).toEqual(['R-2 +10', 'R-3 +1010']);
  expect(await told(another)).toEqual(['R-3 +1010']);
});

test('a change that appears late in visibility is sent, although a later change was sent before', async () => {
  const { feed, visible, pass } = aFeed();
  const ear = await listen(feed);
  visible.push(change('R-1', 20_000));
  await pass();
  visible.push(change('R-2', 20_000 - LAG_MS));
  await pass();
  expect(await told(ear)).toEqual(['R-2 +5000', 'R-1 +20000']);
});

test('a catch-up that finds an older version of a stay does not replace the newer version from a search', async () => {
  const { feed, visible, pass } = aFeed();
  await listen(feed);
  const found = gate<readonly StaySummary[]>();
  const coming = listen(feed, {
    missed: pagesOf(() => found.opened),
  });
  visible.push(change('R-1', 500));
  await pass();
  found.open([change('R-2', -20), change('R-1', -30)]);
  expect(await told(await coming)).toEqual(['R-2 -20', 'R-1 +500']);
});

test('missed changes are read only after the feed has started, so that none is lost in between', async () => {
  const { feed, visible, pass } = aFeed();
  const missed = pagesOf(async () => {
    const now = [...visible];
    visible.push(change('R-2', 20));
    return now;
  });
  visible.push(change('R-1', -20));
  const ear = await listen(feed, { missed });
  expect(await told(ear)).toEqual(['R-1 -20']);
  await pass();
  expect(await told(ear)).toEqual(['R-2 +20']);
});

test('searches stop after listeners leave while the feed starts or while they catch up', async () => {
  const { feed, searches, pass, hold } = aFeed();
  const first = hold();
  const leaving = new AbortController();
  const coming = listen(feed, { signal: leaving.signal });
  leaving.abort();
  first.open();
  expect(await (await coming).next(0)).toBeUndefined();

  const leavingToo = new AbortController();
  const found = gate<readonly StaySummary[]>();
  let pagesRead = 0;
  const later = listen(feed, {
    signal: leavingToo.signal,
    missed: pagesOf(
      () => found.opened,
      () => pagesRead++,
    ),
  });
  await pass();
  leavingToo.abort();
  found.open([change('R-1', -20), change('R-2', -20), change('R-3', -20)]);
  expect(await (await later).next(0)).toBeUndefined();
  expect(pagesRead).toBe(1);

  await pass();
  const before = searches.length;
  await pass({ times: 10 });
  expect(searches).toHaveLength(before);
});

test('a feed that cannot start rejects its listener, and starts again for the next one', async () => {
  const { feed, visible, pass, hold } = aFeed();
  hold().fail(new Error('Temporal is away'));
  await expect(listen(feed)).rejects.toThrow('Temporal is away');
  const ear = await listen(feed);
  visible.push(change('R-1', 10));
  await pass();
  expect(await told(ear)).toEqual(['R-1 +10']);
});

test('a failed search is made up for by the next search', async () => {
  const { feed, visible, errors, pass, hold } = aFeed();
  const ear = await listen(feed);
  visible.push(change('R-1', 10));
  hold().fail(new Error('Temporal is away'));
  await pass();
  expect(errors).toHaveLength(1);
  expect(await told(ear)).toEqual([]);
  await pass();
  expect(await told(ear)).toEqual(['R-1 +10']);
});

test('a closed feed ends current, pending and later listeners', async () => {
  const { feed, hold } = aFeed();
  const ear = await listen(feed);
  const found = gate<readonly StaySummary[]>();
  const coming = listen(feed, { missed: pagesOf(() => found.opened) });
  feed.close();
  found.open([change('R-1', -20)]);
  hold().fail(new Error('nobody looks any more'));
  for (const one of [ear, await coming, await listen(feed)]) expect(await one.next(EVERY_MS)).toBeUndefined();
});

function change(reservationId: string, ms: number): StaySummary {
  const stay = `stay/seaside/${reservationId}`;
  const changedAt = new Date(T0 + ms).toISOString();
  return { stay, propertyId: 'seaside', reservationId, rooms: [], attention: [], changedAt };
}

interface Gate<T> {
  readonly opened: Promise<T>;
  open(value: T): void;
  fail(error: Error): void;
}

function gate<T>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const opened = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  opened.catch(() => undefined);
  return { opened, open, fail };
}

/** Yields one change per page, as searches can have several pages. */
async function* pagesOf(
  find: () => Promise<readonly StaySummary[]>,
  onPage: () => unknown = () => undefined,
): AsyncGenerator<readonly StaySummary[]> {
  for (const one of await find()) {
    onPage();
    yield [one];
  }
}

interface FeedAtHand {
  readonly feed: ChangeFeed;
  /** Changes in visibility, which shows only the latest of a stay. */
  readonly visible: StaySummary[];
  /** The start instants of all searches. */
  readonly searches: readonly string[];
  readonly errors: readonly unknown[];
  /** Makes the next search wait or fail. */
  hold(): Gate<void>;
  /** Advances the clock by one or several search intervals. */
  pass(options?: { readonly times: number }): Promise<void>;
}

function aFeed(): FeedAtHand {
  const visible: StaySummary[] = [];
  const searches: string[] = [];
  const errors: unknown[] = [];
  const held: Gate<void>[] = [];
  const feed = openChangeFeed({
    changedSince: (instant) =>
      pagesOf(async () => {
        searches.push(instant);
        await held.shift()?.opened;
        const latest = new Map(visible.map((one) => [one.stay, one]));
        return [...latest.values()].filter(({ changedAt }) => changedAt >= instant);
      }),
    everyMs: EVERY_MS,
    lagMs: LAG_MS,
    onError: (error) => errors.push(error),
  });
  return {
    feed,
    visible,
    searches,
    errors,
    hold() {
      const holding = gate<void>();
      held.push(holding);
      return holding;
    },
    async pass({ times } = { times: 1 }) {
      await vi.advanceTimersByTimeAsync(times * EVERY_MS);
    },
  };
}

interface Habits {
  readonly missed?: AsyncIterable<readonly StaySummary[]>;
  readonly signal?: AbortSignal;
}

function listen(
  feed: ChangeFeed,
  { missed, signal = new AbortController().signal }: Habits = {},
): Promise<Subscription> {
  return feed.subscribe({ wants: () => true, missed, signal });
}

/** Returns what the listener has received by now: `R-1 +10` is ten milliseconds after the test began. */
async function told(ear: Subscription): Promise<readonly string[] | undefined> {
  const next = ear.next(0);
  await vi.advanceTimersByTimeAsync(0);
  return (await next)?.map(({ reservationId, changedAt }) => {
    const ms = Date.parse(changedAt) - T0;
    return `${reservationId} ${ms < 0 ? '' : '+'}${ms}`;
  });
}
