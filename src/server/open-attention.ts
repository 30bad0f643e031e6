/** Metric of the attention that is open, by property and code, from Temporal's visibility. */
import type { Client } from '@temporalio/client';
import { Gauge, type Registry } from 'prom-client';
import { parseStayWorkflowId } from '../domain/model/ids.js';
import { rememberBriefly } from '../seam/cache.js';
import { SEARCH_ATTRIBUTES } from '../temporal/search-attributes.js';
import { OPEN_STAYS } from '../temporal/workflow-types.js';

/** Time that a result is used again, so that frequent scrapes do not search each time. */
const KNOWN_MS = 30_000;
const TIMEOUT_MS = 10_000;

/** Number of open stays with a code, by property. */
interface OpenAttention {
  readonly property: string;
  readonly code: string;
  readonly stays: number;
}

/** Adds the gauge. Its samples are up to 30 s old; while Temporal does not answer, there are none. */
export function countOpenAttention(metrics: Registry, temporal: Client, onError: (error: unknown) => void): void {
  const look = rememberBriefly(KNOWN_MS, () =>
    openAttention(temporal).catch((error: unknown) => {
      onError(error);
      return [];
    }),
  );
  new Gauge({
    name: 'stayline_attention_open',
    help: 'Open stays with attention, by property and code',
    labelNames: ['property', 'code'],
    registers: [metrics],
    async collect() {
      const open = await look('attention');
      this.reset();
      for (const { property, code, stays } of open) this.set({ property, code }, stays);
    },
  });
}

async function openAttention(temporal: Client): Promise<readonly OpenAttention[]> {
  const query = `${OPEN_STAYS} AND ${SEARCH_ATTRIBUTES.attention.name} IS NOT NULL`;
  const counts = new Map<string, OpenAttention>();
  await temporal.withDeadline(Date.now() + TIMEOUT_MS, async () => {
    for await (const { workflowId, typedSearchAttributes } of temporal.workflow.list({ query })) {
      const property = parseStayWorkflowId(workflowId)?.propertyId ?? '';
      for (const code of typedSearchAttributes.get(SEARCH_ATTRIBUTES.attention) ?? []) {
        const key = JSON.stringify([property, code]);
        counts.set(key, { property, code, stays: (counts.get(key)?.stays ?? 0) + 1 });
      }
    }
  });
  return [...counts.values()];
}
