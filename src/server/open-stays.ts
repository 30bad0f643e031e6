/** The open stays, as the webhook needs them: found by what they hold, and told. */
import { WorkflowNotFoundError, type Client, type Connection } from '@temporalio/client';
import type { OpenStays } from '../seam/webhooks/index.js';
import { SEARCH_ATTRIBUTES } from '../temporal/search-attributes.js';
import { gather } from './batch.js';

/** Seam waits for our answer meanwhile, and delivers again if there is none. */
const PATIENCE_MS = 2_000;

/** A server lets a namespace search ten times a second by default, and a handler card can bring a hundred events at once. */
const SEARCHES = { everyMs: 120, most: 50 };

export function openStays(client: Client, connection: Connection): OpenStays {
  const patiently = <T>(ask: () => Promise<T>): Promise<T> => connection.withDeadline(Date.now() + PATIENCE_MS, ask);

  /** The ids have been checked to be made of letters, digits and hyphens, so that none ends its quotation. */
  async function search(ids: readonly string[]): Promise<(id: string) => readonly string[]> {
    const { name } = SEARCH_ATTRIBUTES.keys;
    const anyOf = ids.map((id) => `"${id}"`).join(', ');
    const query = `WorkflowType = "stay" AND ExecutionStatus = "Running" AND ${name} IN (${anyOf})`;
    const found: { readonly stayId: string; readonly held: readonly string[] }[] = [];
    for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
      found.push({ stayId: workflowId, held: typedSearchAttributes.get(SEARCH_ATTRIBUTES.keys) ?? [] });
    }
    return (id) => found.filter(({ held }) => held.includes(id)).map(({ stayId }) => stayId);
  }

  return {
    holding: gather((ids) => patiently(() => search(ids)), SEARCHES),
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
