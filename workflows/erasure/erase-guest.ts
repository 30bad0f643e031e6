/**
 * The workflow `eraseGuest`: a guest is forgotten at Seam, and with him the histories that hold what he was called. What was done stays as the
 * result, by ids alone.
 */
import { ApplicationFailure, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import { check, describeProblems } from '../../src/domain/model/check.js';
import { guestToEraseSchema, type GuestToErase } from '../../src/domain/model/erasure-schema.js';
import type { Erasure, ErasureActivities } from '../../src/domain/model/erasure.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';

const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;

/** Temporal deletes in its own time, in seconds: whoever asked waits for it. */
const atTemporal = proxyActivities<ErasureActivities>({
  taskQueue: TASK_QUEUES.stays,
  startToCloseTimeout: '1m',
  retry: { ...retry, maximumInterval: '5s' },
});

const atSeam = proxyActivities<ErasureActivities>({
  taskQueue: TASK_QUEUES.seam,
  startToCloseTimeout: '10m',
  heartbeatTimeout: '30s',
  retry,
});

/** @throws ApplicationFailure `GuestNeeded`, before anything is erased; `InvalidMessage` */
export async function eraseGuest(asked: GuestToErase): Promise<Erasure> {
  const checked = check(guestToEraseSchema, asked);
  if (!checked.ok) {
    throw ApplicationFailure.nonRetryable(describeProblems(checked.problems), ERROR_TYPES.invalidMessage);
  }
  const guest = checked.value;
  const past = await atTemporal.lookBack.executeWithOptions({ summary: 'what the stay did, by ids' }, [guest]);
  const userIdentityId = past?.userIdentityIds[guest.guestId];
  const guestAtSeam = { guest, ...(userIdentityId === undefined ? {} : { userIdentityId }) };
  const outcome = await atSeam.eraseGuest.executeWithOptions({ summary: `erase guest ${guest.guestId} at Seam` }, [
    guestAtSeam,
  ]);
  await atTemporal.eraseHistory.executeWithOptions({ summary: 'erase the histories of the stay' }, [guest]);
  setCurrentDetails('The guest is forgotten; the result says what was done.');
  return { schema: 1, atSeam: outcome, ...(past === null ? {} : { audit: past.view }) };
}
