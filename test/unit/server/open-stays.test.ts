/** Lookups of stays by credential or phone share searches of Temporal. */
import type { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { OpenStays } from '../../../src/seam/webhooks/index.js';
import { openStays } from '../../../src/server/open-stays.js';

interface Visibility {
  /** Ids of each search, in order. */
  readonly searches: (readonly string[])[];
  readonly stays: OpenStays;
}

interface Circumstances {
  /** A search for one of these ids fails. */
  readonly failing?: readonly string[];
  /** Called while a search runs. */
  readonly meanwhile?: () => void;
}

/** Every id is held by the stay `stay of <id>`. */
function aVisibility({ failing = [], meanwhile = () => undefined }: Circumstances = {}): Visibility {
  const searches: (readonly string[])[] = [];
  let running = 0;
  async function* list({ query }: { readonly query: string }): AsyncIterable<object> {
    const ids = [...query.matchAll(/"(k[^"]*)"/g)].map(([, id]) => id ?? '');
    searches.push(ids);
    running += 1;
    expect(running).toBe(1);
    meanwhile();
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (ids.some((id) => failing.includes(id))) throw new Error('no answer');
    yield* ids.map((id) => ({ workflowId: `stay of ${id}`, typedSearchAttributes: { get: () => [id] } }));
  }
  const client = { workflow: { list } } as unknown as Client;
  const connection = { withDeadline: (_deadline: number, ask: () => unknown) => ask() } as unknown as Connection;
  return { searches, stays: openStays(client, connection) };
}

const idsTo = (most: number): readonly string[] => Array.from({ length: most }, (_, index) => `k${index}`);

test('lookups at the same time share one search, each id is in it once, and a later lookup searches again', async () => {
  const { searches, stays } = aVisibility();
  const found = await Promise.all(['k1', 'k2', 'k1'].map((id) => stays.holding(id)));
  expect(found).toEqual([['stay of k1'], ['stay of k2'], ['stay of k1']]);
  expect(searches).toEqual([['k1', 'k2']]);
  expect(await stays.holding('k1')).toEqual(['stay of k1']);
  expect(searches).toHaveLength(2);
});

test('more than fifty ids are searched in several batches, one after another', async () => {
  const { searches, stays } = aVisibility();
  await Promise.all(idsTo(120).map((id) => stays.holding(id)));
  expect(searches.map((ids) => ids.length)).toEqual([50, 50, 20]);
});

test('ids that arrive during a search are collected for the next one', async () => {
  const later: Promise<readonly string[]>[] = [];
  const { searches, stays } = aVisibility({
    meanwhile: () => {
      if (later.length === 0) later.push(stays.holding('k2'), stays.holding('k1'));
    },
  });
  await stays.holding('k1');
  expect(await Promise.all(later)).toEqual([['stay of k2'], ['stay of k1']]);
  expect(searches).toEqual([['k1'], ['k2', 'k1']]);
});

test('a search that fails fails the lookups of its batch only', async () => {
  const { stays } = aVisibility({ failing: ['k0'] });
  const lookups = await Promise.allSettled(idsTo(51).map((id) => stays.holding(id)));
  const failed = lookups.filter(({ status }) => status === 'rejected');
  expect(failed).toHaveLength(50);
  expect(await stays.holding('k1')).toEqual(['stay of k1']);
});
