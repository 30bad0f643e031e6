/** The open stays, as the webhook needs them: found by what they hold, and told. */
import { WorkflowNotFoundError, type Client, type Connection } from '@temporalio/client';
import type { OpenStays } from '../seam/webhooks/index.js';
import { SEARCH_ATTRIBUTES } from '../temporal/search-attributes.js';

/** Seam waits for our answer meanwhile, and delivers again if there is none. */
const PATIENCE_MS = 2_000;

/** A credential has one stay, a phone has those that one person has open. */
const MOST_STAYS = 20;

export function openStays(client: Client, connection: Connection): OpenStays {
  const patiently = <T>(ask: () => Promise<T>): Promise<T> => connection.withDeadline(Date.now() + PATIENCE_MS, ask);
  return {
    holding: (id) =>
      patiently(async () => {
        // The id has been checked to be made of letters, digits and hyphens, so that it ends no quotation.
        const query = `WorkflowType = "stay" AND ExecutionStatus = "Running" AND ${SEARCH_ATTRIBUTES.keys.name} = "${id}"`;
        const found: string[] = [];
        for await (const { workflowId } of client.workflow.list({ query, pageSize: MOST_STAYS })) {
          found.push(workflowId);
          if (found.length === MOST_STAYS) break;
        }
        return found;
      }),
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
