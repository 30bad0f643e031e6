/**
 * Many random stories of faults and killed workers: `npm run test:faults -- --seeds N`. A story that fails names its seed. It runs again
 * with fewer and fewer troubles, so that the output is the smallest story that still fails.
 */
import { afterAll, beforeAll, test } from 'vitest';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';
import { storyOf, runStory, type Story } from './story.js';

const count = Number(process.env.STAYLINE_FAULT_SEEDS ?? '20');
const first = Number(process.env.STAYLINE_FAULT_SEED ?? '100');
const seeds = Array.from({ length: count }, (_, index) => first + index);

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(async () => world.stop());

test.each(seeds)('the stay of seed %i reaches its desired state', { timeout: 900_000 }, async (seed) => {
  const story = storyOf(seed);
  const failure = await failureOf(story);
  if (failure === undefined) return;
  const least = await shrink(story);
  throw new Error(`Seed ${seed} goes wrong; what it takes: ${JSON.stringify(least)}`, { cause: failure });
});

async function failureOf(story: Story): Promise<unknown> {
  try {
    await runStory(world, story);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Removes every trouble that the story does not need to fail. */
async function shrink(story: Story): Promise<Story> {
  let least = story;
  for (const trouble of story.troubles) {
    const troubles = least.troubles.filter((other) => other !== trouble);
    const simpler = { ...least, title: `${least.title}-without-${story.troubles.indexOf(trouble)}`, troubles };
    if ((await failureOf(simpler)) !== undefined) least = simpler;
  }
  return least;
}
