/** Open stays for the webhook: search by credential or phone id, and signals. */
import { WorkflowNotFoundError, type Client, type Connection } from '@temporalio/client';
import type { OpenStays } from '../seam/webhooks/index.js';
import { SEARCH_ATTRIBUTES } from '../temporal/search-attributes.js';
import { batch } from './batch.js';
import { OPEN_STAYS } from '../temporal/workflow-types.js';

/** Timeout of each call. Seam waits for our answer meanwhile, and delivers again without one. */
const PATIENCE_MS = 2_000;

/**
 * Batch limits. A server allows ten searches a second in a namespace by default, and a handler card can cause a hundred
 * events at once.
 */
const SEARCHES = { everyMs: 120, most: 50 };

/** Returns the open stays of a namespace, with batched searches. Each call to Temporal has a deadline of 2 s. */
export function openStays(client: Client, connection: Connection): OpenStays {
  const patiently = <T>(ask: () => Promise<T>): Promise<T> => connection.withDeadline(Date.now() + PATIENCE_MS, ask);

  /**
   * Searches the stays that hold any of the ids. The ids are already checked: they contain only letters, digits,
   * underscores and hyphens, so none ends its quotation.
   */
  async function search(ids: readonly string[]): Promise<(id: string) => readonly string[]> {
    const { name } = SEARCH_ATTRIBUTES.keys;
    const anyOf = ids.map((id) => `"${id}"`).join(', ');
    const query = `${OPEN_STAYS} AND ${name} IN (${anyOf})`;
    const found: { readonly stayId: string; readonly held: readonly string[] }[] = [];
    for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
      found.push({ stayId: workflowId, held: typedSearchAttributes.get(SEARCH_ATTRIBUTES.keys) ?? [] });
    }
    return (id) => found.filter(({ held }) => held.includes(id)).map(({ stayId }) => stayId);
  }

  return {
    holding: batch((ids) => patiently(() => search(ids)), SEARCHES),
    async signal(stayId, { name, payload }) {
      try {
        await patiently(() => client.workflow.getHandle(stayId).signal(name, payload));
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}
