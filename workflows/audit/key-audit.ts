/**
 * Workflow `keyAudit`: a schedule starts it for each property. It compares every key at Seam with what the open stays
 * have recorded, and signals each stay what differs.
 */
import { proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AuditActivities, KeyAudit } from '../../src/domain/model/audit-activities.js';
import { lineOf } from '../../src/domain/model/markdown.js';
import { keyAuditStartSchema } from '../../src/domain/model/drift-schema.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { parsed } from '../arguments.js';
import { requireScheduledSpelling } from '../own-name.js';
import { handleUnknownMessages } from '../unknown-messages.js';
import { keyAuditQuery, type KeyAuditStart } from './messages.js';

const retry = { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '5m' } as const;

const { auditKeys } = proxyActivities<AuditActivities>({
  taskQueue: TASK_QUEUES.seam,
  startToCloseTimeout: '1h',
  heartbeatTimeout: '30s',
  retry,
});

const { reportDrift } = proxyActivities<AuditActivities>({
  taskQueue: TASK_QUEUES.stays,
  startToCloseTimeout: '5m',
  retry,
});

/**
 * Audits the keys of one property.
 * @returns what was compared and what differs, by ids
 * @throws ApplicationFailure `InvalidMessage`, also if the workflow id has another spelling
 */
export async function keyAudit(start: KeyAuditStart): Promise<KeyAudit> {
  const run: { audit?: KeyAudit } = {};
  setHandler(keyAuditQuery, () => run.audit);
  handleUnknownMessages();
  const { propertyId } = parsed(keyAuditStartSchema, start);
  requireScheduledSpelling();
  const summary = 'compare keys at Seam with the open stays';
  const audit = await auditKeys.executeWithOptions({ summary }, [{ propertyId }]);
  run.audit = audit;
  const { differences } = audit;
  setCurrentDetails(
    differences.map(({ kind, acsCredentialId }) => lineOf({ strong: kind, text: ` ${acsCredentialId}` })).join('\n'),
  );
  if (differences.length > 0) {
    const auditId = workflowInfo().firstExecutionRunId;
    await reportDrift.executeWithOptions({ summary: `signal ${differences.length} differences to their stays` }, [
      { propertyId, auditId, differences },
    ]);
  }
  return audit;
}
