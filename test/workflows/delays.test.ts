/** Keys that the provider confirms late or never. No time is skipped, because an activity is running. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterEach(async () => world.undisturb());
afterAll(async () => world.stop());

const CREATE = '/acs/credentials/create';
const TWO = ['g1', 'g2'];
const two = TWO.map((guestId) => ({ guestId }));
const room = (): string => world.freeRooms(1)[0] ?? '';
const codes = (view: StayView): string[] => [...new Set(view.attention.map((notice) => notice.code))];
const issued = (view: StayView): boolean => view.guests.every((guest) => guest.keyState === 'issued');

/** Waits until a key has been unconfirmed for longer than the policy allows. */
async function delayed(stay: BookedStay): Promise<StayView> {
  await stay.until((view) => view.keys.some((key) => key.state === 'issuing'));
  return stay.until((view) => {
    world.hurryHotel(1);
    return codes(view).includes('key-delayed');
  });
}

describe('a key that the provider does not confirm', () => {
  test('an unconfirmed key raises attention key-delayed, and counts as issued only once the provider has it', async () => {
    const door = room();
    await world.disturb({ kind: 'bridge-down', path: CREATE, after: 1 });
    const stay = await world.book('delayed', { rooms: [door], guests: two });
    const late = await delayed(stay);
    expect(late.guests.map((guest) => guest.keyState)).not.toContain('issued');
    expect(await stay.whoOpens(door, TWO)).toEqual([]);
    await world.undisturb();
    const view = await stay.until(issued);
    expect(codes(view)).toEqual([]);
    expect(view.keys.map((key) => key.kind)).toEqual(['override', 'joiner']);
    expect(await stay.whoOpens(door, TWO)).toEqual(TWO);
  });

  test('a key that the provider never confirms ends at check-out like any other key', async () => {
    await world.disturb({ kind: 'never-synced', times: 1 });
    const stay = await world.book('never-synced', {});
    await delayed(stay);
    await stay.signal('checkOut', {});
    const view = await stay.until((now) => now.settled && now.phase === 'over');
    expect(view.keys.map((key) => key.state)).toEqual(['dead']);
    expect(codes(view)).toEqual([]);
    expect(world.simulator.hotel.identities.find({ user_identity_key: 'seaside/never-synced/g1' })).toBeDefined();
  });

  test('a joiner that the provider does not confirm holds up no other joiner', async () => {
    const door = room();
    await world.disturb({ kind: 'never-synced', after: 2, times: 1 });
    const guestIds = ['g1', 'g2', 'g3', 'g4'];
    const stay = await world.book('one-never-synced', {
      rooms: [door],
      guests: guestIds.map((guestId) => ({ guestId })),
    });
    const view = await delayed(stay);
    const late = view.attention.find((notice) => notice.code === 'key-delayed')?.guestId;
    const others = guestIds.filter((guestId) => guestId !== late);
    const joiners = view.keys.filter((key) => key.kind === 'joiner').map((key) => key.guestId);
    expect(joiners).toContain(late);
    expect(await stay.whoOpens(door, guestIds)).toEqual(others);
    // The guest who was ready first has the override, and its end would wait a while for the unconfirmed joiner.
    const leaver = others.find((guestId) => joiners.includes(guestId)) ?? '';
    await stay.signal('removeGuest', { guestId: leaver });
    await stay.until((now) => now.guests.some((guest) => guest.guestId === leaver && guest.keyState === 'gone'));
    expect(await stay.whoOpens(door, others)).toEqual(others.filter((guestId) => guestId !== leaver));
    await stay.signal('checkOut', {});
    await stay.until((now) => now.settled && now.phase === 'over');
  });
});
