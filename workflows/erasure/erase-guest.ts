/**
 * Workflow `eraseGuest`: erases a guest at Seam, and the histories that hold the guest's name. The result keeps what
 * was done, by ids alone.
 */
import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import { defined } from '../../src/domain/model/defined.js';
import { guestToEraseSchema, type GuestToErase } from '../../src/domain/model/erasure-schema.js';
import { escapeMarkdown } from '../../src/domain/model/markdown.js';
import type { Erasure, ErasureActivities, PastStay } from '../../src/domain/model/erasure.js';
import { eraseWorkflowId } from '../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { parsed } from '../arguments.js';
import { requireOwnId } from '../own-name.js';
import { handleUnknownMessages } from '../unknown-messages.js';

const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;

/** Retries are frequent because Temporal deletes asynchronously, within seconds, and the caller waits. */
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

/**
 * Erases one guest of a stay that has ended.
 * @param asked ids of the guest, the reservation and the property
 * @returns the outcome at Seam and the last view of the stay, both by ids
 * @throws ApplicationFailure `InvalidMessage`
 * @throws ActivityFailure caused by `GuestNeeded`, before anything is erased
 */
export async function eraseGuest(asked: GuestToErase): Promise<Erasure> {
  handleUnknownMessages();
  const guest = parsed(guestToEraseSchema, asked);
  requireOwnId(eraseWorkflowId(guest));
  const past = await atTemporal.lookBack.executeWithOptions({ summary: 'read what the stay did, by ids' }, [guest]);
  const outcome = await eraseAtSeam(guest, past);
  await atTemporal.eraseHistory.executeWithOptions({ summary: 'erase the histories of the stay' }, [guest]);
  setCurrentDetails('The guest is erased. The result lists what was done.');
  return { schema: 1, atSeam: outcome, ...(past === null ? {} : { audit: past.view }) };
}

/** Erases the guest at Seam, under every id under which the stay knew the same person. */
async function eraseAtSeam(guest: GuestToErase, past: PastStay | null): Promise<Erasure['atSeam']> {
  const { propertyId, reservationId, guestId } = guest;
  const others = past?.otherGuestIds[guestId] ?? [];
  const outcomes: Erasure['atSeam'][] = [];
  for (const one of [guest, ...others.map((other) => ({ propertyId, reservationId, guestId: other }))]) {
    const userIdentityId = past?.userIdentityIds[one.guestId];
    const summary = escapeMarkdown(`erase guest ${one.guestId} at Seam`);
    outcomes.push(await atSeam.eraseGuest.executeWithOptions({ summary }, [defined({ guest: one, userIdentityId })]));
  }
  return outcomes.includes('erased') ? 'erased' : 'unknown';
}
