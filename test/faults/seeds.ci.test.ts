/** Two random stories of faults and killed workers; `seeds.full.test.ts` has more. */
import { afterAll, beforeAll, test } from 'vitest';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';
import { storyOf, runStory } from './story.js';

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(async () => world.stop());

test.each([2, 3])('the stay of seed %i reaches its desired state', { timeout: 600_000 }, async (seed) => {
  await runStory(world, storyOf(seed));
});
