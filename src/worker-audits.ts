/** Schedules of the audits of keys, one for each property; the worker creates them at its start. */
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { KeyAuditWorkflow } from '../workflows/audit/messages.js';
import { auditWorkflowId } from './domain/model/ids.js';
import { SEARCH_ATTRIBUTES } from './temporal/search-attributes.js';
import { startOptions } from './temporal/start-options.js';
import { WORKFLOW_TYPES } from './temporal/workflow-types.js';

const HOUR_MS = 3_600_000;

/**
 * Creates the schedules that are missing, and sets the interval of the others. Idempotent, also in several processes at
 * once. Schedules of properties that are no longer in the file stay until somebody deletes them.
 */
export async function ensureAudits(
  temporal: Client,
  properties: readonly { readonly propertyId: string }[],
  everyHours: number,
): Promise<void> {
  for (const { propertyId } of properties) await ensureAudit(temporal, propertyId, everyHours);
}

async function ensureAudit(temporal: Client, propertyId: string, everyHours: number): Promise<void> {
  const scheduleId = auditWorkflowId(propertyId);
  // Hotels are audited at different times of the interval.
  const spec = { intervals: [{ every: everyHours * HOUR_MS }], jitter: '15 minutes' };
  try {
    await temporal.schedule.create<KeyAuditWorkflow>({
      scheduleId,
      spec,
      // An audit that waits for Seam compares everything once it continues.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
      action: {
        type: 'startWorkflow',
        workflowType: WORKFLOW_TYPES.keyAudit,
        ...startOptions(scheduleId, [{ propertyId }], `Audits the keys of ${propertyId}`),
        typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.property, value: propertyId }],
      },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await temporal.schedule.getHandle(scheduleId).update((previous) => ({ ...previous, spec }));
  }
}
