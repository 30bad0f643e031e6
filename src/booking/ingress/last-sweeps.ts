/** Last end of each connection's sweeps. It reveals a silent booking system or a stuck sweep. */
import type { Client } from '@temporalio/client';
import { defined } from '../../domain/model/defined.js';
import type { Connections } from './connections.js';
import { sweepScheduleId } from './sweeps.js';
import { COMPLETED_SWEEPS } from '../../temporal/workflow-types.js';

export interface LastSweep {
  readonly connectionId: string;
  readonly propertyId: string;
  /** Absent: no sweep has ended yet. */
  readonly ended?: { readonly at: Date; readonly repaired: number };
}

const TIMEOUT_MS = 2_000;
/** Maximum of listed runs. Enough for hundreds of properties: the latest to end come first. */
const MOST_SEEN = 2_000;

/**
 * Returns the last sweep of every swept property, from one search of Temporal visibility.
 * @throws any error of Temporal's client
 */
export async function lastSweeps(temporal: Client, { all }: Connections): Promise<readonly LastSweep[]> {
  const swept = all
    .filter(({ sweep }) => sweep !== undefined)
    .flatMap(({ connectionId, properties }) => properties.map(({ propertyId }) => ({ connectionId, propertyId })));
  const left = new Map(swept.map((one) => [sweepScheduleId(one.connectionId, one.propertyId), one]));
  const ended = new Map<(typeof swept)[number], NonNullable<LastSweep['ended']>>();
  if (left.size > 0) await temporal.withDeadline(Date.now() + TIMEOUT_MS, find);
  return swept.map((one) => {
    const end = ended.get(one);
    return defined({ ...one, ended: end });
  });

  async function find(): Promise<void> {
    let seen = 0;
    for await (const { workflowId, closeTime, memo } of temporal.workflow.list({ query: COMPLETED_SWEEPS })) {
      // The schedule appends the time of the run.
      const scheduleId = workflowId.replace(/-\d{4}-\d\d-\d\dT[\d:]+Z$/, '');
      const one = left.get(scheduleId);
      if (one !== undefined && closeTime !== undefined) {
        ended.set(one, { at: closeTime, repaired: Number(memo?.['repaired'] ?? 0) });
        left.delete(scheduleId);
      }
      seen += 1;
      if (left.size === 0 || seen === MOST_SEEN) return;
    }
  }
}
