/** Faults between apaleo and Stayline, from the HTTP server to phones at doors: scenarios 36 to 40 and 50 where apaleo differs. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isReady, PROPERTY } from '../hotel.js';
import { bookedNow, connectApaleo, type Connected } from './connected.js';
import { ADA } from './reservation.js';

let connected: Connected;
beforeAll(async () => {
  connected = await connectApaleo();
});
afterAll(() => connected.close());

test('38: stale reads after an event are repeated, and never undo a newer state', async () => {
  const { apaleo, hotel } = connected;
  await apaleo.save(bookedNow('LAG-1', '111', { status: 'InHouse' }), 'created');
  const { view, stay } = await hotel.stay('LAG-1', isReady(['111']));
  const guestIds = view.guests.map(({ guestId }) => guestId);
  apaleo.lagBy(1_500);
  await apaleo.save(bookedNow('LAG-1', '112', { status: 'InHouse' }), 'unit-assigned');
  await hotel.stay('LAG-1', isReady(['112']));
  apaleo.lagBy(0);
  expect(await stay.whoOpens('112', guestIds)).toEqual(guestIds);
  expect(await stay.whoOpens('111', guestIds)).toEqual([]);
});

test('39: an outage of apaleo revokes no key, and changes made meanwhile are carried out when it ends', async () => {
  const { apaleo, hotel } = connected;
  await apaleo.save(bookedNow('OUT-1', '113', { status: 'InHouse' }), 'created');
  const { view, stay } = await hotel.stay('OUT-1', isReady(['113']));
  const guestIds = view.guests.map(({ guestId }) => guestId);
  apaleo.trouble.begin({ status: 503 });
  await apaleo.save(bookedNow('OUT-1', '114', { status: 'InHouse' }), 'unit-assigned');
  await expect.poll(() => apaleo.trouble.counts().refused, { timeout: 120_000 }).toBeGreaterThan(1);
  expect(await stay.whoOpens('113', guestIds)).toEqual(guestIds);
  apaleo.trouble.end();
  await hotel.stay('OUT-1', isReady(['114']));
  expect(await stay.whoOpens('114', guestIds)).toEqual(guestIds);
});

test('39: the sweep finds changes whose events were lost', async () => {
  const { apaleo, hotel } = connected;
  await apaleo.save(bookedNow('LOST-1', '115', { status: 'InHouse' }), 'created');
  const { view, stay } = await hotel.stay('LOST-1', isReady(['115']));
  const guestIds = view.guests.map(({ guestId }) => guestId);
  apaleo.deliveries.lose();
  await apaleo.save(bookedNow('LOST-1', '115', { status: 'CheckedOut' }), 'checked-out');
  await apaleo.save(bookedNow('LOST-2', '116', { status: 'InHouse' }), 'created');
  apaleo.endTokens();
  await hotel.sweep();
  await hotel.stay('LOST-1', ({ phase }) => phase === 'over');
  expect(await stay.whoOpens('115', guestIds)).toEqual([]);
  const found = await hotel.stay('LOST-2', isReady(['116']));
  const others = found.view.guests.map(({ guestId }) => guestId);
  expect(await found.stay.whoOpens('116', others)).toEqual(others);
  const metrics = async (): Promise<string> => (await fetch(new URL('/metrics', hotel.door))).text();
  await expect
    .poll(metrics, { timeout: 120_000 })
    .toMatch(/stayline_booking_sweep_repaired\{connection="one",property="simulated-hotel"\} 2/);
  expect(await metrics()).toMatch(/stayline_booking_sweep_ended_timestamp_seconds\{[^}]*\} 1\d{9}/);
  await apaleo.deliveries.release();
});

test('40: a deleted reservation is cancelled after a second read', async () => {
  const { apaleo, hotel } = connected;
  await apaleo.save(bookedNow('GONE-1', '117', { status: 'InHouse' }), 'created');
  const { view, stay } = await hotel.stay('GONE-1', isReady(['117']));
  await apaleo.remove('GONE-1');
  await hotel.stay('GONE-1', ({ phase, settled }) => phase === 'cancelled' && settled);
  expect(
    await stay.whoOpens(
      '117',
      view.guests.map(({ guestId }) => guestId),
    ),
  ).toEqual([]);
});

test('a guest blocked by staff stays blocked after their name is corrected in apaleo', async () => {
  const { apaleo, hotel } = connected;
  await apaleo.save(bookedNow('BLOCK-1', '118', { status: 'InHouse' }), 'created');
  const { view, stay } = await hotel.stay('BLOCK-1', isReady(['118']));
  const [guestId = ''] = view.guests.map((guest) => guest.guestId);
  await hotel.world.client.signal({ propertyId: PROPERTY, reservationId: 'BLOCK-1' }, 'block', {
    reason: 'as the police said',
    guestId,
    requestId: 'block-1',
  });
  await hotel.stay('BLOCK-1', ({ settled, keys }) => settled && keys.every(({ state }) => state === 'dead'));
  await apaleo.save(
    bookedNow('BLOCK-1', '119', { status: 'InHouse', primaryGuest: { ...ADA, lastName: 'Exemple' } }),
    'changed',
  );
  const after = await hotel.stay('BLOCK-1', ({ rooms, settled }) => settled && rooms.join() === '119');
  expect(after.view.guests).toMatchObject([{ guestId, barred: true }]);
  expect(await stay.whoOpens('119', [guestId])).toEqual([]);
});

test('50: an event about a stay of long ago starts no stay', async () => {
  const { apaleo, hotel } = connected;
  const longAgo = { arrival: '2026-01-03T15:00:00+01:00', departure: '2026-01-05T11:00:00+01:00' };
  await apaleo.save(bookedNow('OLD-1', undefined, { ...longAgo, status: 'CheckedOut' }), 'changed');
  const ingest = hotel.world.temporal.workflow.getHandle('ingest/simulated-hotel/OLD-1');
  expect(await ingest.result()).toMatchObject({ last: { kind: 'over' } });
  expect(await hotel.view('OLD-1')).toBeUndefined();
});
