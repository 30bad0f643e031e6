/** The worked example of CONTRIBUTING.md, version 2: records an audit entry first, in runs that start with this version. */
import { patched, proxyActivities } from '@temporalio/workflow';
import type { ReminderActivities } from './activities.js';

const { recordAudit, sendReminder } = proxyActivities<ReminderActivities>({ startToCloseTimeout: '10s' });

/** Sends one reminder to the front desk of the property; records it first in runs that started with this version. */
export async function reminder(propertyId: string): Promise<void> {
  if (patched('audit-first')) await recordAudit(propertyId);
  await sendReminder(propertyId);
}
