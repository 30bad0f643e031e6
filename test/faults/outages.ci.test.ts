/** Outages while a stay must act: a check-out never waits for what delays a check-in. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../src/simulator/control/faults.js';
import { untilAtRest } from '../harness/at-rest.js';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';

let world: RealWorld;
beforeAll(async () => {
  // Longer than an answer takes on a busy machine: a refusal that is not received is not repeated.
  world = await openRealWorld({ seamTimeoutMs: 2_000 });
});
afterAll(async () => world.stop());

const AT_REST = { withinMs: 180_000 };

const outages: readonly (Fault & { readonly title: string })[] = [
  { title: 'the bridge is down', kind: 'bridge-down' },
  { title: 'Seam answers 503', kind: 'status', status: 503 },
  { title: 'Seam answers later than we wait', kind: 'latency', ms: 3_000 },
];

test.each(outages)(
  'the keys of a guest who checks out while $title end when the outage is over',
  async ({ title: _title, ...outage }) => {
    const rooms = world.freeRooms(1);
    const stay = await world.book(`out-${outage.kind}`, { rooms });
    await untilAtRest(world.simulator, stay, { guestIds: ['g1'], rooms }, AT_REST);
    await world.disturb(outage);
    await stay.signal('checkOut', {});
    await stay.until((view) => view.phase === 'leaving');
    expect(await stay.tap('g1', rooms[0] ?? '')).not.toBe('no-key');
    await world.undisturb();
    const left = { guestIds: [], rooms: [], formerGuestIds: ['g1'], formerRooms: rooms };
    await untilAtRest(world.simulator, stay, left, AT_REST);
  },
);

test('a joiner key that Seam refuses costs no other guest their key', async () => {
  const rooms = world.freeRooms(1);
  const guestIds = ['g1', 'g2', 'g3', 'g4'];
  const [last = '', ...first] = guestIds.toReversed();
  const stay = await world.book('one-refused', { rooms, guests: first.map((guestId) => ({ guestId })) });
  await untilAtRest(world.simulator, stay, { guestIds: first, rooms }, AT_REST);
  await world.disturb({ kind: 'status', status: 400, path: '/acs/credentials/create' });
  await stay.signal('addGuests', { guests: [{ guestId: last }] });
  const view = await stay.until((seen) => seen.settled && seen.attention.length > 0);
  expect(view.attention.map((notice) => notice.code)).toEqual(['key-failed']);
  expect(await stay.whoOpens(rooms[0] ?? '', guestIds)).toEqual(guestIds.filter((guestId) => guestId !== last));
  await world.undisturb();
  await stay.signal('retry', {});
  await untilAtRest(world.simulator, stay, { guestIds, rooms }, AT_REST);
});

test('the residual access of an offline phone is shown until its window ends', async () => {
  const rooms = world.freeRooms(1);
  const door = rooms[0] ?? '';
  const stay = await world.book('offline', { rooms });
  await untilAtRest(world.simulator, stay, { guestIds: ['g1'], rooms }, AT_REST);
  await world.disturb({ kind: 'discard-undelivered', times: 1 });
  await stay.signal('checkOut', {});
  const view = await stay.until((seen) => seen.phase === 'over');
  expect(view.keys[0]?.residualUntil).toBe(view.window?.to);
  expect(await stay.tap('g1', door)).toBe('phone-offline-key');
  await world.undisturb();
  const next = await world.book('next', { rooms });
  await untilAtRest(world.simulator, next, { guestIds: ['g1'], rooms }, AT_REST);
  expect(await stay.tap('g1', door)).toBe('older-generation');
});
