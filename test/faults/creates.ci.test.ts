/**
 * Every create once without an answer: Seam carries it out but the answer is lost, or carries it out long after the client has
 * disconnected. Issue 3, "It must show" 4, for faults on the way to Seam.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilAtRest } from '../harness/at-rest.js';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(async () => world.stop());

const CREATES = {
  identity: '/user_identities/create',
  user: '/acs/users/create',
  key: '/acs/credentials/create',
} as const;

const guestIds = ['g1', 'g2', 'g3'];

const guests = guestIds.map((guestId) => ({ guestId }));
const AT_REST = { withinMs: 180_000 };

test('no object is created twice when Seam carries out every create of a stay but the answers are lost', async () => {
  const rooms = world.freeRooms(2);
  for (const path of Object.values(CREATES)) await world.disturb({ kind: 'drop-after', path, times: guestIds.length });
  const stay = await world.book('answers-lost', { rooms, guests });
  await untilAtRest(world.simulator, stay, { guestIds, rooms }, AT_REST);
  expect(world.simulator.hotel.world.identities.size).toBe(guestIds.length);
  expect(world.simulator.hotel.world.users.size).toBe(guestIds.length);
  expect(keysMadeFor(rooms)).toEqual({ override: 1, joiner: 2 });
});

test('one identity and one user count for each guest when Seam creates them late', async () => {
  const rooms = world.freeRooms(2);
  await world.disturb({ kind: 'commit-late', path: CREATES.identity, times: 3, ms: 200 });
  await world.disturb({ kind: 'commit-late', path: CREATES.user, times: 3, ms: 200 });
  const stay = await world.book('guests-late', { rooms, guests });
  await untilAtRest(world.simulator, stay, { guestIds, rooms }, AT_REST);
  expect(keysMadeFor(rooms)).toEqual({ override: 1, joiner: 2 });
});

test.each([
  { what: 'the override', nth: 1, ms: 1_000 },
  { what: 'a joiner', nth: 2, ms: 3_000 },
])('each guest holds one key when Seam creates $what $ms ms after its client disconnected', async ({ nth, ms }) => {
  const rooms = world.freeRooms(2);
  await world.disturb({ kind: 'commit-late', path: CREATES.key, after: nth, times: 1, ms });
  const stay = await world.book(`key-${nth}-late-${ms}`, { rooms, guests });
  await stay.until((view) => view.guests.every((guest) => guest.keyState === 'issued'));
  await world.lateOnesArrived();
  await untilAtRest(world.simulator, stay, { guestIds, rooms }, AT_REST);
});

/** Number of keys ever made for these rooms, by kind. */
function keysMadeFor(rooms: readonly string[]): Readonly<Record<string, number>> {
  const made = world.simulator.hotel
    .journal()
    .filter((entry) => entry.what === 'credential-created')
    .filter((entry) => (entry.doors as readonly string[]).some((door) => rooms.includes(door)));
  return Object.fromEntries(
    ['override', 'joiner'].map((kind) => [kind, made.filter((entry) => entry.kind === kind).length]),
  );
}
