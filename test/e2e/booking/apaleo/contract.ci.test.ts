/** Tests from apaleo's webhook through the HTTP server to phones at doors. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isReady } from '../hotel.js';
import { bookedNow, connectApaleo, type Connected } from './connected.js';
import { BEN } from './reservation.js';

let connected: Connected;
beforeAll(async () => {
  connected = await connectApaleo();
});
afterAll(() => connected.close());

test('36, 37, 38: a walk-in enters, follows a move from duplicate, reordered events, and loses access at check-out', async () => {
  const { apaleo, hotel } = connected;
  await apaleo.save(bookedNow('WALKIN-1', undefined), 'created');
  await apaleo.save(bookedNow('WALKIN-1', '101'), 'unit-assigned');
  await apaleo.save(bookedNow('WALKIN-1', '101', { status: 'InHouse', additionalGuests: [BEN] }), 'checked-in');
  const { stay, view } = await hotel.stay('WALKIN-1', isReady(['101']));
  const guestIds = view.guests.map(({ guestId }) => guestId);
  expect(view).toMatchObject({ phase: 'in-house', attention: [] });
  expect(view.keys.map(({ kind }) => kind)).toEqual(['override', 'joiner']);
  expect(await stay.whoOpens('101', guestIds)).toEqual(guestIds);

  apaleo.deliveries.hold();
  await apaleo.save(
    bookedNow('WALKIN-1', undefined, { status: 'InHouse', additionalGuests: [BEN] }),
    'unit-unassigned',
  );
  await apaleo.save(bookedNow('WALKIN-1', '102', { status: 'InHouse', additionalGuests: [BEN] }), 'unit-assigned');
  await apaleo.deliveries.release({ order: 'reversed', copies: 3 });
  const moved = await hotel.stay('WALKIN-1', isReady(['102']));
  expect(await moved.stay.whoOpens('102', guestIds)).toEqual(guestIds);
  expect(await moved.stay.whoOpens('101', guestIds)).toEqual([]);
  expect(moved.view.keys.filter(({ kind }) => kind === 'override')).toHaveLength(2);

  await apaleo.save(bookedNow('WALKIN-1', '102', { status: 'CheckedOut' }), 'checked-out');
  const over = await hotel.stay('WALKIN-1', ({ phase }) => phase === 'over');
  expect(await over.stay.whoOpens('102', guestIds)).toEqual([]);
  expect(apaleo.deliveries.answers.every((status) => status === 202)).toBe(true);
});
