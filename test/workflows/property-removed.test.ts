/** A property that is removed from the property file: its stays still end their keys, say what is missing, and go on once it is back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

const HILL = 'hill';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

const codes = ({ attention }: StayView): readonly string[] => attention.map(({ code }) => code);
const isLive = ({ keys }: StayView): boolean => keys.some(({ state }) => state === 'live');

/** Books a stay at a hotel that is configured until then. */
async function bookAtHill(reservationId: string, room: string, phones: 'at-once' | 'by-hand'): Promise<BookedStay> {
  world.configure(HILL, {});
  return world.book(reservationId, { propertyId: HILL, rooms: [room] }, { phones });
}

test('a check-out after the property was removed ends the keys, and until then attention says what is missing', async () => {
  const [room = ''] = world.freeRooms(1);
  const stay = await bookAtHill('removed-1', room, 'at-once');
  await stay.until(isLive);
  world.removeProperty(HILL);
  await stay.signal('policyChanged', {});
  const missing = await stay.until((view) => view.attention.length > 0);
  expect(codes(missing)).toEqual(['property-unknown']);
  expect(missing.attention[0]?.message).toContain('No property "hill" is configured');
  expect(isLive(missing)).toBe(true);
  expect(await stay.tap('g1', room)).toBe('opened');
  await stay.signal('checkOut', {});
  const over = await stay.settled();
  expect(over.keys.every(({ state }) => state === 'dead')).toBe(true);
  expect(await stay.tap('g1', room)).not.toBe('opened');
  expect(codes(over)).toEqual([]);
});

test('a guest who is removed for cause while the property is missing loses their phone and key', async () => {
  const [room = ''] = world.freeRooms(1);
  const stay = await bookAtHill('removed-2', room, 'at-once');
  await stay.until(isLive);
  world.removeProperty(HILL);
  await stay.signal('removeGuest', { guestId: 'g1', cause: 'security' });
  await stay.until(({ keys }) => keys.every(({ state }) => state === 'dead'));
  expect(await stay.tap('g1', room)).not.toBe('opened');
});

test('a stay whose property is back goes on by itself: the guest who waited gets their key', async () => {
  const [room = '', next = ''] = world.freeRooms(2);
  const stay = await bookAtHill('removed-3', room, 'by-hand');
  await stay.until(({ guests }) => guests.some(({ waitingFor }) => waitingFor === 'phone'));
  world.removeProperty(HILL);
  await stay.amend({ rooms: [next] });
  expect(codes(await stay.until((view) => view.attention.length > 0))).toEqual(['property-unknown']);
  stay.enrol('g1');
  world.configure(HILL, {});
  const view = await stay.inTime(isLive);
  expect(codes(view)).toEqual([]);
  expect(await stay.tap('g1', next)).toBe('opened');
});

test('an addition by a message while the property is missing becomes attention, and is carried out once it is back', async () => {
  const [room = ''] = world.freeRooms(1);
  const stay = await bookAtHill('removed-4', room, 'at-once');
  await stay.until(isLive);
  world.removeProperty(HILL);
  await stay.signal('addGuests', { guests: [{ guestId: 'g2', name: 'Ben' }] });
  expect(codes(await stay.until((view) => view.attention.length > 0))).toEqual(['property-unknown']);
  world.configure(HILL, {});
  const { keys } = await stay.inTime((view) => view.keys.filter(({ state }) => state === 'live').length === 2);
  expect(keys.filter(({ state }) => state === 'live').map(({ guestId }) => guestId)).toEqual(['g1', 'g2']);
});
