/** Stays in house that swap rooms while the worker is killed: at once, and at each of the calls that the swap makes. */
import { afterAll, beforeAll, test } from 'vitest';
import { untilAtRest } from '../harness/at-rest.js';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';

const PATIENCE = { withinMs: 120_000 };
const GUESTS = ['g1', 'g2'];

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(async () => world.stop());

test.each([0, 1, 3, 6])('two stays have swapped rooms after a kill at call %i', { timeout: 600_000 }, async (call) => {
  const rooms = world.freeRooms(2);
  const stays = await Promise.all(
    rooms.map((room, index) =>
      world.book(`swap-${call}-${index}`, { rooms: [room], guests: GUESTS.map((guestId) => ({ guestId })) }),
    ),
  );
  for (const [index, stay] of stays.entries()) {
    await untilAtRest(world.simulator, stay, { guestIds: GUESTS, rooms: rooms.slice(index, index + 1) }, PATIENCE);
  }
  const kill = call === 0 ? undefined : await world.killAtCall(call, { kind: 'answer-lost' });
  const next = rooms.toReversed();
  for (const [index, stay] of stays.entries())
    await stay.signal('changeRooms', { rooms: next.slice(index, index + 1) });
  if (kill === undefined) await world.killWorker();
  for (const [index, stay] of stays.entries()) {
    const [own, former] = [next, rooms].map((list) => list.slice(index, index + 1));
    await untilAtRest(
      world.simulator,
      stay,
      { guestIds: GUESTS, rooms: own ?? [], formerRooms: former ?? [] },
      PATIENCE,
    );
  }
  await kill?.over();
});
