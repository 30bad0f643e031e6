/** The worked example of CONTRIBUTING.md, done wrong: the change of version 2 without `patched`. */
import { proxyActivities } from '@temporalio/workflow';
import type { ReminderActivities } from './activities.js';

const { recordAudit, sendReminder } = proxyActivities<ReminderActivities>({ startToCloseTimeout: '10s' });

/** Records an audit entry, then sends one reminder to the desk of the property. */
export async function reminder(propertyId: string): Promise<void> {
  await recordAudit(propertyId);
  await sendReminder(propertyId);
}
