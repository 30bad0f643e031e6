/** A random story in which worker, simulator and Temporal's server are killed; `processes.full.test.ts` has 50. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProcessWorld, type ProcessWorld } from './process-world.js';
import { runStory, storyOfEveryProcess } from './story.js';

const SEED = 2;

let world: ProcessWorld;
beforeAll(async () => {
  world = await openProcessWorld();
});
afterAll(async () => world.stop());

test(
  'the stay of a random story ends as without faults, whatever process is killed',
  { timeout: 300_000 },
  async () => {
    const story = storyOfEveryProcess(SEED);
    const undisturbed = await runStory(world, { ...story, title: `${story.title}-undisturbed`, troubles: [] });
    const disturbed = await runStory(world, story);
    expect(disturbed.killed).toEqual(expect.arrayContaining(['simulator', 'temporal']));
    expect(disturbed.end).toEqual(undisturbed.end);
  },
);
