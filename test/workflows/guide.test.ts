/** The guide's scenarios as stays on the time-skipping server, judged by taps at doors. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

describe("the guide's scenarios", () => {
  test('a single guest in a single room gets an override that opens their room and no other, until check-out', async () => {
    const stay = await world.book('single', { rooms: ['101'] });
    const view = await stay.settled();
    expect(view.keys.map((key) => [key.kind, key.state])).toEqual([['override', 'live']]);
    expect(view.guests).toMatchObject([{ guestId: 'g1', keyState: 'issued' }]);
    expect(await stay.tap('g1', '101')).toBe('opened');
    expect(await stay.tap('g1', '102')).toBe('not-this-door');
    await stay.signal('checkOut', {});
    const over = await stay.settled();
    expect(over.phase).toBe('over');
    expect(await stay.tap('g1', '101')).toBe('no-key');
  });

  test('a returning guest gets a new override, and the old key is dead', async () => {
    const person = { guestId: 'g1', personId: 'p-77', primary: true };
    const before = await world.book('first-visit', { rooms: ['102'], guests: [person] });
    await before.settled();
    await before.signal('checkOut', {});
    await before.settled();
    const again = await world.book('second-visit', { rooms: ['103'], guests: [person] });
    const view = await again.settled();
    expect(view.keys.map((key) => key.kind)).toEqual(['override']);
    expect(await again.tap('g1', '103')).toBe('opened');
    expect(await again.tap('g1', '102')).toBe('not-this-door');
  });

  test('several guests in several rooms get one override, and the other guests get joiners', async () => {
    const guestIds = ['g1', 'g2', 'g3', 'g4'];
    const guests = guestIds.map((guestId) => ({ guestId }));
    const stay = await world.book('party', { rooms: ['104', '105'], guests });
    const view = await stay.settled();
    expect(view.keys.filter((key) => key.kind === 'override')).toHaveLength(1);
    expect(view.keys.filter((key) => key.kind === 'joiner')).toHaveLength(3);
    expect(await stay.whoOpens('104', guestIds)).toEqual(guestIds);
    expect(await stay.whoOpens('105', guestIds)).toEqual(guestIds);
  });
});
