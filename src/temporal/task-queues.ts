/**
 * The task queues, and which activity of a stay runs on which. Plain data: workflows import it, too.
 * Calls to Seam have a queue of their own, so that a rate limit of that queue holds: eager dispatch, which bypasses it, happens
 * only on the workflow's own queue. So have calls to booking systems: one that hangs must not fill the slots of stays.
 */
import type { StayActivities } from '../domain/model/stay-activities.js';

export const TASK_QUEUES = { stays: 'stays', seam: 'seam', bookings: 'bookings' } as const;

export type TaskQueue = (typeof TASK_QUEUES)[keyof typeof TASK_QUEUES];

export const ACTIVITY_QUEUES = {
  resolveProperty: TASK_QUEUES.stays,
  settleLeases: TASK_QUEUES.stays,
  resolveDoors: TASK_QUEUES.seam,
  prepareGuest: TASK_QUEUES.seam,
  waitForPhone: TASK_QUEUES.seam,
  issueKey: TASK_QUEUES.seam,
  revokeKey: TASK_QUEUES.seam,
  deactivatePhone: TASK_QUEUES.seam,
  checkKeys: TASK_QUEUES.seam,
  waitForKeysToEnd: TASK_QUEUES.seam,
  waitForKeyOnPhone: TASK_QUEUES.seam,
  watchForStrays: TASK_QUEUES.seam,
  lookBack: TASK_QUEUES.stays,
  eraseGuest: TASK_QUEUES.seam,
  eraseHistory: TASK_QUEUES.stays,
} as const satisfies Readonly<Record<keyof StayActivities, TaskQueue>>;
