/**
 * Persons and contacts: one person with several stays, and several persons with one contact. No stay ends another stay's key unseen,
 * whether or not Seam ends a person's earlier key (`newKeyReplacesUsersEarlier`).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

const room = (world: StayWorld): string => world.freeRooms(1)[0] ?? '';
const codes = (view: StayView): string[] => view.attention.map((notice) => notice.code);
const door = (stay: BookedStay): string => stay.snapshot.rooms?.[0] ?? '';
const isToldOf = (view: StayView): boolean =>
  codes(view).includes('guest-has-other-stay') || codes(view).includes('key-invalidated');

describe.each([
  ['ends the earlier one at once', true],
  ['leaves the earlier one', false],
])("where a person's new key %s", (_what, newKeyReplacesUsersEarlier) => {
  let world: StayWorld;
  beforeAll(async () => {
    world = await openStayWorld({ switches: { newKeyReplacesUsersEarlier } });
  });
  afterAll(async () => world.stop());

  /** Checks that every guest opens their room, or that attention reports that they cannot. */
  async function nobodyIsShutOutUnseen(...stays: BookedStay[]): Promise<void> {
    for (const stay of stays) {
      const view = await stay.settled();
      for (const { guestId } of stay.snapshot.guests) {
        const opens = (await stay.tap(guestId, door(stay))) === 'opened';
        const told = view.attention.some((notice) => notice.guestId === guestId) && isToldOf(view);
        expect(opens || told, `${guestId} of ${stay.name.reservationId}: ${JSON.stringify(view.attention)}`).toBe(true);
      }
    }
  }

  test.each(['one after the other', 'both at once'])(
    'a person with two stays, %s, opens their room or raises attention in each',
    async (how) => {
      const guests = [{ guestId: 'g1', personId: how }];
      const book = (name: string): Promise<BookedStay> =>
        world.book(`${name} ${how}`, { rooms: [room(world)], guests });
      const stays =
        how === 'both at once' ? await Promise.all([book('a'), book('b')]) : [await book('a'), await book('b')];
      await Promise.all(stays.map((stay) => stay.settled()));
      const opened: string[] = [];
      for (const stay of stays)
        if ((await stay.tap('g1', door(stay))) === 'opened') opened.push(stay.name.reservationId);
      expect(opened.length).toBeGreaterThan(0);
      await nobodyIsShutOutUnseen(...stays);
    },
  );

  test('a person who gets a second stay during a delayed key request opens their room or raises attention in each stay', async () => {
    const guests = [{ guestId: 'g1', personId: 'late' }];
    await world.disturb({ kind: 'latency', path: '/acs/credentials/create', ms: 2_000, times: 1 });
    const first = await world.book('held-up', { rooms: [room(world)], guests });
    await first.until((view) => view.guests[0]?.keyState === 'issuing');
    await expect.poll(() => world.simulator.hotel.journal().some((entry) => entry.what === 'fault-hit')).toBe(true);
    const second = await world.book('in-between', { rooms: [room(world)], guests });
    await second.until((view) => view.settled && view.guests[0]?.keyState === 'issued');
    await first.settled();
    await world.pass('10 minutes');
    await nobodyIsShutOutUnseen(first, second);
    await world.undisturb();
  });

  test('changes to one stay of a person never lock out their companions in the other stay', async () => {
    const person = { guestId: 'g1', personId: 'busy' };
    const first = await world.book('first', { rooms: [room(world)], guests: [person, { guestId: 'g2' }] });
    await first.settled();
    const second = await world.book('second', { rooms: [room(world)], guests: [person, { guestId: 'g2' }] });
    await second.until((view) => view.settled && isToldOf(view));
    await first.signal('changeDates', { window: { to: await world.inMinutes(4 * 24 * 60) } });
    await first.settled();
    await first.signal('replaceKey', { guestId: 'g2', mode: 'convenient' });
    await first.settled();
    await nobodyIsShutOutUnseen(first, second);
    expect(await first.whoOpens(door(first), ['g1', 'g2'])).toEqual(['g1', 'g2']);
    await second.signal('changeRooms', { rooms: [room(world)] });
    const moved = await second.settled();
    expect(await second.whoOpens(moved.rooms[0] ?? '', ['g1', 'g2'])).toEqual(['g2']);
    expect(await first.whoOpens(door(first), ['g1', 'g2'])).toEqual(['g1', 'g2']);
    await first.signal('checkOut', {});
    await first.settled();
    await second.inTime((view) => view.settled && view.attention.length === 0, { minutes: 60 });
    expect(await second.whoOpens(moved.rooms[0] ?? '', ['g1', 'g2'])).toEqual(['g1', 'g2']);
    expect(await first.whoOpens(door(first), ['g1', 'g2'])).toEqual([]);
  });

  test('family members who share one e-mail address and phone number hold a key each, in one stay and in two', async () => {
    const contact = { email: 'family@example.org', phone: '+4915112345678' };
    const parents = ['g1', 'g2'].map((guestId) => ({ guestId, ...contact }));
    const first = await world.book('parents', { rooms: [room(world)], guests: parents });
    const second = await world.book('children', { rooms: [room(world)], guests: parents });
    for (const stay of [first, second]) expect(codes(await stay.settled())).toEqual([]);
    for (const stay of [first, second]) expect(await stay.whoOpens(door(stay), ['g1', 'g2'])).toEqual(['g1', 'g2']);
    await first.signal('checkOut', {});
    await first.settled();
    expect(await first.whoOpens(door(first), ['g1', 'g2'])).toEqual([]);
    expect(await second.whoOpens(door(second), ['g1', 'g2'])).toEqual(['g1', 'g2']);
  });
});
