/** When the sweeps of the connections last came to an end: how it is seen that a booking system has fallen silent, or a sweep is stuck. */
import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../temporal/search-attributes.js';
import { quoted } from '../../temporal/visibility.js';
import type { Connections } from './connections.js';
import { sweepScheduleId } from './sweeps.js';

export interface LastSweep {
  readonly connectionId: string;
  readonly propertyId: string;
  /** Absent: none has ended yet. */
  readonly ended?: { readonly at: Date; readonly repaired: number };
}

const PATIENCE_MS = 2_000;

/** Of every property that is swept; of what Temporal's visibility knows. @throws whatever Temporal's client throws */
export async function lastSweeps(temporal: Client, { all }: Connections): Promise<readonly LastSweep[]> {
  const swept = all
    .filter(({ sweep }) => sweep !== undefined)
    .flatMap(({ connectionId, properties }) => properties.map(({ propertyId }) => ({ connectionId, propertyId })));
  return temporal.withDeadline(Date.now() + PATIENCE_MS, () =>
    Promise.all(swept.map(async (one) => ({ ...one, ...(await lastEnd(temporal, one)) }))),
  );
}

async function lastEnd(
  temporal: Client,
  { connectionId, propertyId }: Pick<LastSweep, 'connectionId' | 'propertyId'>,
): Promise<Pick<LastSweep, 'ended'>> {
  const ofProperty = `${SEARCH_ATTRIBUTES.property.name} = ${quoted(propertyId)}`;
  const query = `WorkflowType = "sweep" AND ExecutionStatus = "Completed" AND ${ofProperty}`;
  // The latest comes first; those of a connection that the property had before have another name.
  for await (const { workflowId, closeTime, memo } of temporal.workflow.list({ query, pageSize: 10 })) {
    if (closeTime === undefined || !workflowId.startsWith(sweepScheduleId(connectionId, propertyId))) continue;
    return { ended: { at: closeTime, repaired: Number(memo?.['repaired'] ?? 0) } };
  }
  return {};
}
