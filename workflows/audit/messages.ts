/** Argument, result and query of the workflow `keyAudit` (`docs/audit.md`). */
import { defineQuery } from '@temporalio/workflow';
import type { KeyAudit } from '../../src/domain/model/audit-activities.js';

export interface KeyAuditStart {
  readonly propertyId: string;
}

/** Type of the workflow, for a start by name. */
export type KeyAuditWorkflow = (start: KeyAuditStart) => Promise<KeyAudit>;

/** Returns the audit once it is done; undefined before. */
export const keyAuditQuery = defineQuery<KeyAudit | undefined>('keyAudit');
