/**
 * Requests that Seam carries out very late: long after the key that was issued instead is confirmed. They run on the time-skipping
 * server, so that minutes cost nothing.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';
import { untilAtRest } from '../harness/at-rest.js';

const CREATE = '/acs/credentials/create';
/** The client is cut off soon; the worlds of these tests allow 300 ms for late requests. */
const CARRIED_OUT_LATE = { kind: 'commit-late', path: CREATE, times: 1, hold_ms: 50, ms: 2_500 } as const;

const guestIds = ['g1', 'g2', 'g3'];
const guests = guestIds.map((guestId) => ({ guestId }));

const issued = (view: StayView): boolean => view.settled && view.guests.every((guest) => guest.keyState === 'issued');

/** Number of keys ever made for the room. */
function keysMadeFor(world: StayWorld, room: string): number {
  const made = world.simulator.hotel.journal().filter((entry) => entry.what === 'credential-created');
  return made.filter((entry) => (entry.doors as readonly string[]).includes(room)).length;
}

const switches = [{ newKeyReplacesUsersEarlier: true }, { newKeyReplacesUsersEarlier: false }];

describe.each(switches)('a request carried out late, by a Seam with %o', (seam) => {
  let world: StayWorld;
  beforeAll(async () => {
    world = await openStayWorld({ switches: seam });
  });
  afterAll(async () => world.stop());

  test('guests who joined another override join the one that counts when the first is carried out late', async () => {
    const rooms = world.freeRooms(1);
    await world.disturb(CARRIED_OUT_LATE);
    const stay = await world.book('late-override', { rooms, guests });
    await stay.until(issued);
    await stay.inTime(() => keysMadeFor(world, rooms[0] ?? '') > guests.length);
    await stay.inTime((view) => view.keys.filter((key) => key.kind === 'override').length > 1);
    await stay.inTime(issued);
    await untilAtRest(world.simulator, stay, { guestIds, rooms }, { withinMs: 180_000 });
  });

  test('a guest holds one key when their joiner is carried out late, after it was issued again', async () => {
    const rooms = world.freeRooms(1);
    await world.disturb({ ...CARRIED_OUT_LATE, after: 2 });
    const stay = await world.book('late-joiner', { rooms, guests });
    await stay.until(issued);
    await stay.inTime((view) => issued(view) && view.keys.length > guests.length);
    await untilAtRest(world.simulator, stay, { guestIds, rooms }, { withinMs: 180_000 });
  });
});
