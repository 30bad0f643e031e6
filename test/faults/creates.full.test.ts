/** More creates without an answer (`creates.ci.test.ts`): the cases that take long to settle. */
import { afterAll, beforeAll, test } from 'vitest';
import { untilAtRest } from '../harness/at-rest.js';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(async () => world.stop());

const CREATE_KEY = '/acs/credentials/create';
const AT_REST = { withinMs: 180_000 };

test('an override that Seam creates late, but before another can be issued, is the one that counts', async () => {
  const rooms = world.freeRooms(2);
  const guestIds = ['g1', 'g2', 'g3'];
  await world.disturb({ kind: 'commit-late', path: CREATE_KEY, times: 1, ms: 200 });
  const stay = await world.book('override-soon', { rooms, guests: guestIds.map((guestId) => ({ guestId })) });
  await stay.until((view) => view.guests.every((guest) => guest.keyState === 'issued'));
  await world.lateOnesArrived();
  await untilAtRest(world.simulator, stay, { guestIds, rooms }, AT_REST);
});

test('a key that Seam creates after its guest has checked out is revoked', async () => {
  const rooms = world.freeRooms(1);
  await world.disturb({ kind: 'commit-late', path: CREATE_KEY, times: 1, ms: 4_000 });
  const stay = await world.book('late-after-check-out', { rooms });
  await stay.until((view) => view.guests[0]?.keyState === 'issuing');
  await stay.signal('checkOut', {});
  await stay.until((view) => view.phase === 'over');
  await world.lateOnesArrived();
  const left = { guestIds: [], rooms: [], formerGuestIds: ['g1'], formerRooms: rooms };
  await untilAtRest(world.simulator, stay, left, AT_REST);
});
