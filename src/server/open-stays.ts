/** Open stays for the webhook: search by credential or phone id, and signals. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client, type Connection } from '@temporalio/client';
import DataLoader from 'dataloader';
import PQueue from 'p-queue';
import type { OpenStays } from '../seam/webhooks/index.js';
import { SEARCH_ATTRIBUTES } from '../temporal/search-attributes.js';
import { OPEN_STAYS } from '../temporal/workflow-types.js';

/** Timeout of each call. Seam waits for our answer meanwhile, and delivers again without one. */
const TIMEOUT_MS = 2_000;

/**
 * Time that ids are collected before each search. A server allows ten searches a second in a namespace by default, and
 * a handler card can cause a hundred events at once.
 */
const COLLECT_MS = 120;
/** Maximum number of different ids in one search. */
const MOST_IDS = 50;

/** Returns the open stays of a namespace, with batched searches. Each call to Temporal has a deadline of 2 s. */
export function openStays(client: Client, connection: Connection): OpenStays {
  const withinTimeout = <T>(ask: () => Promise<T>): Promise<T> => connection.withDeadline(Date.now() + TIMEOUT_MS, ask);

  /**
   * Searches the stays that hold any of the ids. The ids are already checked: they contain only letters, digits,
   * underscores and hyphens, so none ends its quotation.
   */
  async function search(ids: readonly string[]): Promise<readonly (readonly string[])[]> {
    const { name } = SEARCH_ATTRIBUTES.keys;
    const anyOf = ids.map((id) => `"${id}"`).join(', ');
    const query = `${OPEN_STAYS} AND ${name} IN (${anyOf})`;
    const found: { readonly stayId: string; readonly held: readonly string[] }[] = [];
    for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
      found.push({ stayId: workflowId, held: typedSearchAttributes.get(SEARCH_ATTRIBUTES.keys) ?? [] });
    }
    return ids.map((id) => found.filter(({ held }) => held.includes(id)).map(({ stayId }) => stayId));
  }

  return {
    holding: batched((ids) => withinTimeout(() => search(ids))),
    async signal(stayId, { name, payload }) {
      try {
        await withinTimeout(() => client.workflow.getHandle(stayId).signal(name, payload));
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}

type Search = (ids: readonly string[]) => Promise<readonly (readonly string[])[]>;

/**
 * Returns a lookup of single ids that searches in batches. One search runs at a time: behind a slow one, a larger batch
 * is collected. A search that fails fails only the lookups of its batch.
 */
function batched(search: Search): OpenStays['holding'] {
  const turns = new PQueue({ concurrency: 1 });
  let running: Promise<unknown> = Promise.resolve();
  const lookups = new DataLoader<string, readonly string[]>(
    (ids) => {
      // The cache joins lookups of the same id until they are sent. A later lookup needs a new search.
      for (const id of ids) lookups.clear(id);
      const found = search(ids);
      running = found.catch(() => undefined);
      return found;
    },
    {
      maxBatchSize: MOST_IDS,
      batchScheduleFn(send) {
        void turns.add(async () => {
          await sleep(COLLECT_MS);
          send();
          await running;
        });
      },
    },
  );
  return (id) => lookups.load(id);
}
