/** The worked example of CONTRIBUTING.md, version 2: records an audit entry first, in runs that start with this version. */
import { patched, proxyActivities } from '@temporalio/workflow';
import type { ReminderActivities } from './activities.js';

const { recordAudit, sendReminder } = proxyActivities<ReminderActivities>({ startToCloseTimeout: '10s' });

/** Sends one reminder to the desk of the property; records it first unless the run began before that. */
export async function reminder(propertyId: string): Promise<void> {
  if (patched('audit-first')) await recordAudit(propertyId);
  await sendReminder(propertyId);
}
