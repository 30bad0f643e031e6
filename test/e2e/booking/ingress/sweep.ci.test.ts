/** Tests of the sweep: it finds changes whose events were missed, repairs the stays, and counts them. */
import { expect, test, vi } from 'vitest';
import { connectionsOf } from '../../../../src/booking/ingress/connections.js';
import { lastSweeps } from '../../../../src/booking/ingress/last-sweeps.js';
import { ensureSchedules, sweepScheduleId } from '../../../../src/booking/ingress/sweeps.js';
import { ingestWorkflowId } from '../../../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../../../src/temporal/task-queues.js';
import { PROPERTY_ID } from '../../../harness/stay-world.js';
import { waitUntil } from '../../../harness/wait-until.js';
import { openIngressWorld } from './ingress-world.js';
import { outage, sweepNumber } from './outage.js';

test('one sweep after an outage of the booking system repairs every stay, and the next finds nothing to repair', async () => {
  const report = await outage({ reservations: 30, inHouse: 3, lastsMs: 2_000 });
  expect(report).toMatchObject({ stale: 0, repaired: 30, first: { repaired: 30 }, after: { repaired: 0 } });
  expect(report).toMatchObject({ undisturbed: 3, movedAtDoors: 3 });
  expect(report.after.looksBackTo).toBe(report.expectedLookBack);
});

test('a sweep counts its repaired stays even if one reservation could not be read at first', async () => {
  const world = await openIngressWorld();
  try {
    const { hotel, house, connections } = world;
    const ids = Array.from({ length: 12 }, (_, index) => `R-${index}`);
    ids.forEach((id, index) => world.save(id, { rooms: [String(101 + index)] }));
    // A workflow that cannot read occupies the id under which the first reservation would be read.
    const inTheWay = await hotel.temporal.workflow.start('bookingSweep', {
      workflowId: ingestWorkflowId({ propertyId: PROPERTY_ID, reservationId: 'R-0' }),
      taskQueue: TASK_QUEUES.stays,
      args: [{ connectionId: 'nobody', propertyId: PROPERTY_ID, firstDays: 1, overlapMinutes: 1 }],
    });
    await ensureSchedules(hotel.temporal, connections);
    await vi.waitUntil(() => house.reads().pages > 1, { timeout: 120_000 });
    expect(await lastSweeps(hotel.temporal, connections)).toEqual([
      { connectionId: 'seaside-house', propertyId: PROPERTY_ID },
    ]);
    await inTheWay.terminate();
    const { repaired, counts } = await sweepNumber(world, 1);
    expect({ repaired, counts }).toMatchObject({ repaired: 12, counts: { changed: 12, same: 0 } });
    expect(house.reads().reservations).toBe(12);
    const ended = await waitUntil(async () => (await lastSweeps(hotel.temporal, connections))[0]?.ended, {
      timeout: 120_000,
    });
    expect(ended.repaired).toBe(12);
  } finally {
    await world.stop();
  }
});

test('a connection without a sweep has no schedule, and one that lost the property reads no list for it', async () => {
  const world = await openIngressWorld();
  try {
    const { hotel, connections } = world;
    await ensureSchedules(hotel.temporal, connections);
    await sweepNumber(world, 1);
    const schedule = hotel.temporal.schedule.getHandle(sweepScheduleId('seaside-house', PROPERTY_ID));
    const unswept = connections.all.map(({ sweep: _, ...connection }) => connection);
    await ensureSchedules(hotel.temporal, connectionsOf(unswept));
    await expect(schedule.describe()).rejects.toMatchObject({ name: 'ScheduleNotFoundError' });
    await ensureSchedules(hotel.temporal, connectionsOf(unswept));
    const pages = world.house.reads().pages;
    const elsewhere = hotel.temporal.workflow.execute('bookingSweep', {
      workflowId: 'sweep/seaside-house/elsewhere',
      taskQueue: TASK_QUEUES.stays,
      args: [{ connectionId: 'seaside-house', propertyId: 'elsewhere', firstDays: 1, overlapMinutes: 1 }],
    });
    await expect(elsewhere).rejects.toMatchObject({ cause: { cause: { type: 'NotConnected' } } });
    expect(world.house.reads().pages).toBe(pages);
  } finally {
    await world.stop();
  }
});
