/**
 * Task queues, and the queue of each activity of a stay. Plain data, because workflows import it too. Calls to Seam
 * have a separate queue so that its rate limit holds. Eager dispatch bypasses the limit, and happens only on the
 * workflow's own queue. Revokes have slots of their own, so that no number of keys under way delays the end of another.
 * Calls to booking systems have a separate queue too: a call that hangs must not fill the slots of stays.
 */
import type { StayActivities } from '../domain/model/stay-activities.js';

export const TASK_QUEUES = { stays: 'stays', seam: 'seam', revokes: 'revokes', bookings: 'bookings' } as const;

export type TaskQueue = (typeof TASK_QUEUES)[keyof typeof TASK_QUEUES];

export const ACTIVITY_QUEUES = {
  resolveProperty: TASK_QUEUES.stays,
  settleLeases: TASK_QUEUES.stays,
  exchangeRooms: TASK_QUEUES.stays,
  findEarlierRun: TASK_QUEUES.seam,
  resolveDoors: TASK_QUEUES.seam,
  prepareGuest: TASK_QUEUES.seam,
  waitForPhone: TASK_QUEUES.seam,
  issueKey: TASK_QUEUES.seam,
  revokeKey: TASK_QUEUES.revokes,
  deactivatePhone: TASK_QUEUES.revokes,
  endPhoneAccess: TASK_QUEUES.revokes,
  checkKeys: TASK_QUEUES.seam,
  waitForKeysToEnd: TASK_QUEUES.seam,
  waitForKeyOnPhone: TASK_QUEUES.seam,
  watchForStrays: TASK_QUEUES.seam,
  auditKeys: TASK_QUEUES.seam,
  reportDrift: TASK_QUEUES.stays,
  lookBack: TASK_QUEUES.stays,
  eraseGuest: TASK_QUEUES.seam,
  eraseHistory: TASK_QUEUES.stays,
} as const satisfies Readonly<Record<keyof StayActivities, TaskQueue>>;
