/** Guests in house keep their room, lease and keys, until another room is theirs; judged by taps at the simulated locks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';
import type { BookedStay } from '../harness/booked-stay.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

const ANN = [{ guestId: 'ann' }];
const BEN = [{ guestId: 'ben' }];
const CLEO = [{ guestId: 'cleo' }];

async function inHouse(name: string, room: string, guests: readonly { guestId: string }[]): Promise<BookedStay> {
  const stay = await world.book(name, { status: 'in-house', rooms: [room], guests: [...guests] });
  await stay.until((view) => view.guests.every(({ keyState }) => keyState === 'issued') && view.settled);
  return stay;
}

function waitsBehind(stay: BookedStay, room: string): Promise<unknown> {
  return stay.until(({ leases = [] }) => leases.some((lease) => lease.room === room && lease.state === 'waiting'));
}

function hasMovedTo(stay: BookedStay, room: string): Promise<unknown> {
  return stay.until(
    ({ keys, settled }) =>
      settled && keys.every((key) => (key.state === 'live') === key.rooms.includes(room) || key.state === 'dead'),
  );
}

describe('a guest in house who is to move', () => {
  test('a guest whose next room is taken keeps their own, also if they change back while another stay waits for it', async () => {
    const [own = '', taken = ''] = world.freeRooms(2);
    const a = await inHouse('a4-a', own, ANN);
    const c = await inHouse('a4-c', taken, CLEO);
    await a.amend({ rooms: [taken] });
    await waitsBehind(a, taken);
    const b = await world.book('a4-b', { status: 'in-house', rooms: [own], guests: BEN });
    await waitsBehind(b, own);
    await a.until(({ attention }) => attention.some(({ message }) => message.includes('a4-b')));
    const notice = (await a.view()).attention.find(({ code }) => code === 'room-taken');
    for (const name of [own, taken, 'stay/seaside/a4-c', 'stay/seaside/a4-b', 'room-force'])
      expect(notice?.message).toContain(name);
    expect(await a.tap('ann', own)).toBe('opened');
    expect(await b.tap('ben', own)).not.toBe('opened');
    await a.amend({ rooms: [own] });
    await a.until(({ attention, settled }) => attention.length === 0 && settled);
    expect(await a.tap('ann', own)).toBe('opened');
    expect(await b.tap('ben', own)).not.toBe('opened');
    expect(await c.tap('cleo', taken)).toBe('opened');
    await a.amend({ status: 'departed' });
    await b.until((view) => view.guests[0]?.keyState === 'issued');
    expect(await b.tap('ben', own)).toBe('opened');
    expect(await a.tap('ann', own)).not.toBe('opened');
  });

  test('a guest on hold keeps their room until the hold is released, and the stay that wants it waits', async () => {
    const [own = '', next = ''] = world.freeRooms(2);
    const a = await inHouse('a5-a', own, ANN);
    await a.signal('hold', { reason: 'unpaid' });
    await a.amend({ rooms: [next], hold: { reason: 'unpaid' } });
    await a.until(({ attention }) => attention.some(({ code }) => code === 'room-kept'));
    const d = await world.book('a5-d', { status: 'in-house', rooms: [own], guests: BEN });
    await waitsBehind(d, own);
    const view = await a.until(({ attention }) => attention.some(({ message }) => message.includes('a5-d')));
    const notice = view.attention.find(({ code }) => code === 'room-kept');
    for (const name of [own, next, 'hold', 'release']) expect(notice?.message).toContain(name);
    expect(await a.tap('ann', own)).toBe('opened');
    expect(await d.tap('ben', own)).not.toBe('opened');
    await a.amend({ rooms: [next] });
    await a.signal('release', { reason: 'paid' });
    await hasMovedTo(a, next);
    await d.until((now) => now.guests[0]?.keyState === 'issued');
    expect(await a.tap('ann', next)).toBe('opened');
    expect(await d.tap('ben', own)).toBe('opened');
    expect(await a.tap('ann', own)).not.toBe('opened');
  });

  test('a guest on hold who is not in house loses the key to a room that another stay has by then', async () => {
    const [own = '', next = ''] = world.freeRooms(2);
    const window = { from: await world.inMinutes(60), to: await world.inMinutes(3000) };
    const a = await world.book('e5-a', { status: 'confirmed', window, rooms: [own], guests: ANN });
    await a.until((view) => view.guests[0]?.keyState === 'issued');
    await a.signal('hold', { reason: 'unpaid' });
    await a.signal('changeRooms', { rooms: [next] });
    await a.until(({ keys, settled }) => settled && keys.every(({ state }) => state === 'dead'));
    const d = await world.book('e5-d', { status: 'in-house', rooms: [own], guests: BEN });
    await d.until((view) => view.guests[0]?.keyState === 'issued');
    expect(await d.tap('ben', own)).toBe('opened');
    await world.pass('61 minutes');
    expect(await a.tap('ann', own)).not.toBe('opened');
  });
});

describe('a ring of stays in house', () => {
  test.each([
    ['two', 2],
    ['three', 3],
  ] as const)('a ring of %s stays that change rooms one after the other resolves by itself', async (name, count) => {
    const rooms = world.freeRooms(count);
    const stays: BookedStay[] = [];
    for (const [index, room] of rooms.entries())
      stays.push(await inHouse(`ring-${name}-${index}`, room, [{ guestId: `g${index}` }]));
    for (const [index, stay] of stays.entries()) await stay.amend({ rooms: [rooms[(index + 1) % count] ?? ''] });
    for (const [index, stay] of stays.entries()) await hasMovedTo(stay, rooms[(index + 1) % count] ?? '');
    for (const [index, stay] of stays.entries()) {
      expect(await stay.tap(`g${index}`, rooms[(index + 1) % count] ?? '')).toBe('opened');
      expect(await stay.tap(`g${index}`, rooms[index] ?? '')).not.toBe('opened');
    }
  });

  test('a ring that a hold keeps open lets no guest go, and resolves once the hold is released', async () => {
    const [x = '', y = ''] = world.freeRooms(2);
    const a = await inHouse('ring-hold-a', x, ANN);
    const b = await inHouse('ring-hold-b', y, BEN);
    await a.signal('hold', { reason: 'unpaid' });
    await a.amend({ rooms: [y] });
    await b.amend({ rooms: [x] });
    await waitsBehind(a, y);
    await waitsBehind(b, x);
    await world.pass('5 minutes');
    expect(await a.tap('ann', x)).toBe('opened');
    expect(await b.tap('ben', y)).toBe('opened');
    await a.signal('release', { reason: 'paid' });
    await hasMovedTo(a, y);
    await hasMovedTo(b, x);
    expect(await a.tap('ann', y)).toBe('opened');
    expect(await b.tap('ben', x)).toBe('opened');
  });
});
