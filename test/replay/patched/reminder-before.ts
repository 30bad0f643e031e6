/** The worked example of CONTRIBUTING.md, version 1: sends one reminder. */
import { proxyActivities } from '@temporalio/workflow';
import type { ReminderActivities } from './activities.js';

const { sendReminder } = proxyActivities<ReminderActivities>({ startToCloseTimeout: '10s' });

/** Sends one reminder to the desk of the property. */
export async function reminder(propertyId: string): Promise<void> {
  await sendReminder(propertyId);
}
