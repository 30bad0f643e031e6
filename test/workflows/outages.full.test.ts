/** More outages of the bridge: each of these tests polls minute by minute and takes longer. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterEach(async () => world.undisturb());
afterAll(async () => world.stop());

const TWO = ['g1', 'g2'];
const two = TWO.map((guestId) => ({ guestId }));
const room = (): string => world.freeRooms(1)[0] ?? '';
const codes = (view: StayView): string[] => [...new Set(view.attention.map((notice) => notice.code))];
const issued = (view: StayView): boolean => view.guests.every((guest) => guest.keyState === 'issued');

describe('while the bridge to the hotel is down for hours', () => {
  test('a check-in during a bridge outage waits, raises access-system-down, and gets its keys when the bridge is back', async () => {
    const door = room();
    const stay = await world.book('down-at-check-in', {
      status: 'confirmed',
      rooms: [door],
      guests: two,
      window: { from: await world.inMinutes(24 * 60), to: await world.inMinutes(48 * 60) },
    });
    await stay.settled();
    await world.disturb({ kind: 'bridge-down' });
    await stay.signal('checkIn', {});
    const down = await stay.inTime((view) => codes(view).includes('access-system-down'), { minutes: 30 });
    expect(down.phase).toBe('in-house');
    await world.pass('2 hours');
    expect(codes(await stay.view())).toContain('access-system-down');
    await world.undisturb();
    const view = await stay.inTime(issued, { minutes: 30 });
    expect(codes(view)).toEqual([]);
    expect(view.keys.filter((key) => key.kind === 'override')).toHaveLength(1);
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });

  test('a key whose window ends during a bridge outage is dead without an answer from Seam', async () => {
    const door = room();
    const stay = await world.book('down-to-the-end', {
      rooms: [door],
      window: { from: await world.inMinutes(-60), to: await world.inMinutes(90) },
    });
    await stay.settled();
    await world.disturb({ kind: 'bridge-down' });
    await stay.signal('checkOut', {});
    await stay.inTime((view) => codes(view).includes('revoke-unconfirmed'), { minutes: 60 });
    await world.pass('90 minutes');
    const view = await stay.inTime((now) => now.phase === 'over' && now.settled, { minutes: 60 });
    expect(codes(view)).toEqual([]);
    expect(await stay.tap('g1', door)).toBe('too-late');
  });
});
