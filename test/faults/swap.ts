/** Two stays in house, each with two guests, that swap their rooms. */
import { untilAtRest } from '../harness/at-rest.js';
import type { StoryWorld } from './story.js';

const PATIENCE = { withinMs: 120_000 };
const GUESTS = ['g1', 'g2'];

/** Times at which a test disturbs the swap. */
export interface Moments {
  /** Both stays are at rest in their rooms. */
  readonly beforeTheMove: () => Promise<void>;
  /** Both stays have the message. */
  readonly afterTheMove?: () => Promise<void>;
}

/** Runs the swap in rooms of its own, and checks that both stays come to rest in each other's room. */
export async function runSwap(world: StoryWorld, name: string, moments: Moments): Promise<void> {
  const rooms = world.freeRooms(2);
  const guests = GUESTS.map((guestId) => ({ guestId }));
  const stays = await Promise.all(
    rooms.map((room, index) => world.book(`${name}-${index}`, { rooms: [room], guests })),
  );
  for (const [index, stay] of stays.entries()) {
    await untilAtRest(world.simulator, stay, { guestIds: GUESTS, rooms: rooms.slice(index, index + 1) }, PATIENCE);
  }
  await moments.beforeTheMove();
  const next = rooms.toReversed();
  for (const [index, stay] of stays.entries())
    await stay.signal('changeRooms', { rooms: next.slice(index, index + 1) });
  await moments.afterTheMove?.();
  for (const [index, stay] of stays.entries()) {
    const [own = [], former = []] = [next, rooms].map((list) => list.slice(index, index + 1));
    await untilAtRest(world.simulator, stay, { guestIds: GUESTS, rooms: own, formerRooms: former }, PATIENCE);
  }
}
