/** Outages of Seam, the bridge or the provider: stays wait, report the outage, and recover. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterEach(async () => world.undisturb());
afterAll(async () => world.stop());

const CREATE = '/acs/credentials/create';
const TWO = ['g1', 'g2'];
const two = TWO.map((guestId) => ({ guestId }));
const room = (): string => world.freeRooms(1)[0] ?? '';
const codes = (view: StayView): string[] => [...new Set(view.attention.map((notice) => notice.code))];
const issued = (view: StayView): boolean => view.guests.every((guest) => guest.keyState === 'issued');

describe('while the bridge to the hotel is down for hours', () => {
  test('a check-out during a bridge outage revokes the keys when the bridge is back', async () => {
    const door = room();
    const stay = await world.book('down-at-check-out', { rooms: [door], guests: two });
    await stay.settled();
    await world.disturb({ kind: 'bridge-down' });
    await stay.signal('checkOut', {});
    const down = await stay.inTime((view) => codes(view).includes('access-system-down'), { minutes: 60 });
    expect(codes(down)).toContain('revoke-unconfirmed');
    expect(down.phase).toBe('leaving');
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
    await world.pass('1 hour');
    expect((await stay.view()).phase).toBe('leaving');
    await world.undisturb();
    const view = await stay.inTime((now) => now.phase === 'over' && now.settled, { minutes: 60 });
    expect(codes(view)).toEqual([]);
    expect(await stay.whoOpens(door, TWO)).toEqual([]);
  });

  test('a check-in and a check-out during the same bridge outage leave no key behind', async () => {
    const door = room();
    const stay = await world.book('down-throughout', {
      status: 'confirmed',
      rooms: [door],
      guests: two,
      window: { from: await world.inMinutes(24 * 60), to: await world.inMinutes(48 * 60) },
    });
    await stay.settled();
    await world.disturb({ kind: 'bridge-down' });
    await stay.signal('checkIn', {});
    await stay.inTime((view) => codes(view).includes('access-system-down'), { minutes: 30 });
    await stay.signal('checkOut', {});
    await world.pass('1 hour');
    await world.undisturb();
    const view = await stay.inTime((now) => now.phase === 'over' && now.settled, { minutes: 60 });
    expect(codes(view)).toEqual([]);
    expect(await stay.whoOpens(door, TWO)).toEqual([]);
    expect(world.simulator.hotel.credentials.list({ user_identity_id: identityOf('down-throughout') })).toEqual([]);
  });
});

describe('while Seam itself answers nothing but errors', () => {
  test('a new stay waits and reports while Seam answers only errors, and gets its keys afterwards', async () => {
    const door = room();
    await world.disturb({ kind: 'status', status: 503 });
    const stay = await world.book('seam-down', { rooms: [door], guests: two });
    await stay.inTime((view) => codes(view).includes('access-system-down'), { minutes: 30 });
    await world.undisturb();
    const view = await stay.inTime((now) => issued(now) && now.attention.length === 0, { minutes: 30 });
    expect(view.keys.filter((key) => key.kind === 'override')).toHaveLength(1);
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });

  test('an answer that is lost after Seam created the key leads to that key, not to a second one', async () => {
    const door = room();
    await world.disturb({ kind: 'drop-after', path: CREATE, times: 1 });
    const stay = await world.book('answer-lost', { rooms: [door], guests: two });
    const view = await stay.inTime(issued, { minutes: 10 });
    expect(view.keys.map((key) => key.state)).toEqual(['live', 'live']);
    const made = world.simulator.hotel.credentials.list({ user_identity_id: identityOf('answer-lost') });
    expect(made.filter((listed) => listed.kind === 'credential')).toHaveLength(1);
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });
});

function identityOf(reservationId: string): string {
  return world.simulator.hotel.identities.find({ user_identity_key: `seaside/${reservationId}/g1` }).id;
}
