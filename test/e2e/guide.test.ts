/**
 * The guide's scenarios and further ones, end to end: Temporal's dev server, the simulator, the worker as a process of its own. Phones
 * held to doors check the results.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld({ providerLatencyMs: 100 });
});
afterAll(async () => world.stop());

const COMMON_DOORS = ['Main Entrance', 'Gym', 'Parking', 'Lift'];

describe("the guide's scenarios", () => {
  test('a single guest opens their room and the common doors, but not the room next door, and nothing after check-out', async () => {
    const stay = await world.book('single', { rooms: ['101'] });
    await stay.settled();
    for (const door of ['101', ...COMMON_DOORS]) expect(await stay.tap('g1', door)).toBe('opened');
    expect(await stay.tap('g1', '102')).toBe('not-this-door');
    await stay.signal('checkOut', {});
    const over = await stay.settled();
    expect(over.phase).toBe('over');
    for (const door of ['101', ...COMMON_DOORS]) expect(await stay.tap('g1', door)).toBe('no-key');
  });

  test("a returning guest opens only the new room, and the next guest's override key of the old room shuts them out", async () => {
    const person = { guestId: 'g1', personId: 'p-77', primary: true };
    const first = await world.book('first-visit', { rooms: ['103'], guests: [person] });
    await first.settled();
    expect(await first.tap('g1', '103')).toBe('opened');
    await first.signal('checkOut', {});
    await first.settled();
    const second = await world.book('second-visit', { rooms: ['104'], guests: [person] });
    await second.settled();
    expect(await second.tap('g1', '104')).toBe('opened');
    expect(await second.tap('g1', '103')).toBe('not-this-door');
    const next = await world.book('next-guest', { rooms: ['103'] });
    await next.settled();
    expect(await next.tap('g1', '103')).toBe('opened');
    expect(await second.tap('g1', '103')).toBe('not-this-door');
  });

  test('several guests open all their rooms, in any order, without locking one another out', async () => {
    const guestIds = ['g1', 'g2', 'g3', 'g4'];
    const stay = await world.book('party', { rooms: ['105', '106'], guests: guestIds.map((guestId) => ({ guestId })) });
    await stay.settled();
    expect(await stay.whoOpens('105', guestIds)).toEqual(guestIds);
    expect(await stay.whoOpens('106', guestIds.toReversed())).toEqual(guestIds.toReversed());
    expect(await stay.whoOpens('105', guestIds)).toEqual(guestIds);
    expect(await stay.whoOpens('Gym', guestIds)).toEqual(guestIds);
    expect(await stay.whoOpens('107', guestIds)).toEqual([]);
    await stay.signal('checkOut', {});
    await stay.settled();
    for (const door of ['105', '106', 'Gym']) expect(await stay.whoOpens(door, guestIds)).toEqual([]);
  });
});

describe('a stay that changes', () => {
  test('a guest added by signal opens the room, and the earlier guests still open it', async () => {
    const stay = await world.book('added', { rooms: ['108'] });
    await stay.settled();
    expect(await stay.tap('g1', '108')).toBe('opened');
    await stay.signal('addGuests', { guests: [{ guestId: 'g2' }] });
    await stay.until((view) => view.settled && view.guests.every((guest) => guest.keyState === 'issued'));
    expect(await stay.tap('g2', '108')).toBe('opened');
    expect(await stay.tap('g1', '108')).toBe('opened');
  });

  test('all guests open the new room after a room change, and none opens the old one', async () => {
    const guestIds = ['g1', 'g2'];
    const stay = await world.book('moved', { rooms: ['109'], guests: guestIds.map((guestId) => ({ guestId })) });
    await stay.settled();
    expect(await stay.whoOpens('109', guestIds)).toEqual(guestIds);
    await stay.signal('changeRooms', { rooms: ['110'] });
    await stay.until((view) => view.settled && view.rooms[0] === '110');
    expect(await stay.whoOpens('110', guestIds)).toEqual(guestIds);
    expect(await stay.whoOpens('109', guestIds)).toEqual([]);
  });
});

test('a stay survives a restart of Temporal: its keys keep opening, and it keeps accepting changes', async () => {
  const stay = await world.book('restart', { rooms: ['111'], guests: [{ guestId: 'g1' }, { guestId: 'g2' }] });
  await stay.settled();
  expect(await stay.whoOpens('111', ['g1', 'g2'])).toEqual(['g1', 'g2']);
  await stay.signal('changeRooms', { rooms: ['112'] });
  await world.restartTemporal();
  const moved = await stay.until((view) => view.settled && view.rooms[0] === '112');
  expect(moved.attention).toEqual([]);
  expect(await stay.whoOpens('112', ['g1', 'g2'])).toEqual(['g1', 'g2']);
  expect(await stay.whoOpens('111', ['g1', 'g2'])).toEqual([]);
  await stay.signal('checkOut', {});
  await stay.until((view) => view.phase === 'over');
  expect(await stay.whoOpens('112', ['g1', 'g2'])).toEqual([]);
});
