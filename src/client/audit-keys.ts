/** Starts the audit of a property's keys, and waits for it. */
import type { Client } from '@temporalio/client';
import type { KeyAuditWorkflow } from '../../workflows/audit/messages.js';
import type { KeyAudit } from '../domain/model/audit-activities.js';
import { auditWorkflowId } from '../domain/model/ids.js';
import { startOptions } from '../temporal/start-options.js';
import { WORKFLOW_TYPES } from '../temporal/workflow-types.js';

/** Returns the audit of a property. One that was started before and still runs is this one too. */
export async function auditKeys(temporal: Client, propertyId: string): Promise<KeyAudit> {
  const options = startOptions(auditWorkflowId(propertyId), [{ propertyId }], `Audits the keys of ${propertyId}`);
  const handle = await temporal.workflow.start<KeyAuditWorkflow>(WORKFLOW_TYPES.keyAudit, {
    ...options,
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return handle.result();
}
