/** Metrics of open stays by property, from Temporal's visibility: attention, and keys that are missing or may linger. */
import type { Client } from '@temporalio/client';
import type { Registry } from 'prom-client';
import { parseStayWorkflowId } from '../domain/model/ids.js';
import { rememberBriefly } from '../seam/cache.js';
import { SEARCH_ATTRIBUTES } from '../temporal/search-attributes.js';
import { OPEN_STAYS } from '../temporal/workflow-types.js';
import { addSampledGauge, type Sample } from './sampled-gauge.js';

/** Time that a result is used again, so that frequent scrapes do not search each time. */
const KNOWN_MS = 30_000;
const TIMEOUT_MS = 10_000;

/** One open stay with attention, with guests who lack a key, or with residual access. */
interface Concern {
  readonly property: string;
  readonly attention: readonly string[];
  readonly keysDue: number;
  readonly keysResidual: number;
}

/** Adds the gauges. Their samples are up to 30 s old; while Temporal does not answer, there are none. */
export function countOpenStays(metrics: Registry, temporal: Client, onError: (error: unknown) => void): void {
  const look = rememberBriefly(KNOWN_MS, () =>
    concerns(temporal).catch((error: unknown): readonly Concern[] => {
      onError(error);
      return [];
    }),
  );
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    samplesOf: (of: Concern) => readonly Sample[],
  ): void =>
    addSampledGauge(metrics, {
      name,
      help,
      labelNames,
      samples: async () => (await look('open stays')).flatMap(samplesOf),
    });
  gauge(
    'stayline_attention_open',
    'Open stays with attention, by property and code',
    ['property', 'code'],
    ({ property, attention }) => attention.map((code) => ({ labels: { property, code }, value: 1 })),
  );
  const byProperty = (name: string, help: string, valueOf: (of: Concern) => number): void =>
    gauge(name, help, ['property'], (one) => [{ labels: { property: one.property }, value: valueOf(one) }]);
  byProperty('stayline_keys_due', 'Guests whose key is due and not issued, by property', ({ keysDue }) => keysDue);
  byProperty(
    'stayline_keys_residual',
    'Dead keys that a phone may still open a door with, by property',
    ({ keysResidual }) => keysResidual,
  );
}

async function concerns(temporal: Client): Promise<readonly Concern[]> {
  const { attention, keysDue, keysResidual } = SEARCH_ATTRIBUTES;
  const query = `${OPEN_STAYS} AND (${attention.name} IS NOT NULL OR ${keysDue.name} > 0 OR ${keysResidual.name} > 0)`;
  const found: Concern[] = [];
  await temporal.withDeadline(Date.now() + TIMEOUT_MS, async () => {
    for await (const { workflowId, typedSearchAttributes } of temporal.workflow.list({ query })) {
      found.push({
        property: parseStayWorkflowId(workflowId)?.propertyId ?? '',
        attention: typedSearchAttributes.get(attention) ?? [],
        keysDue: typedSearchAttributes.get(keysDue) ?? 0,
        keysResidual: typedSearchAttributes.get(keysResidual) ?? 0,
      });
    }
  });
  return found;
}
