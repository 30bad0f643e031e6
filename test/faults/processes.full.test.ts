/**
 * Random stories in which worker, simulator and Temporal's server are killed, each against the same story without faults:
 * `STAYLINE_FAULT_SEED=117` begins with another seed. Each ten have a new world: in one with a long journal, the simulator writes its
 * state less often than at every call, and a kill could lose what it has already answered.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProcessWorld, type ProcessWorld } from './process-world.js';
import { runStory, storyOfEveryProcess, type Story, type Victim } from './story.js';

const SEEDS = 50;
const SEEDS_PER_WORLD = 10;
const first = Number(process.env.STAYLINE_FAULT_SEED ?? '100');
const worlds = Array.from({ length: SEEDS / SEEDS_PER_WORLD }, (_, index) => first + index * SEEDS_PER_WORLD);
const killed: Victim[] = [];

describe.each(worlds)('ten stories from seed %i on', (seedOfWorld) => {
  const seeds = Array.from({ length: SEEDS_PER_WORLD }, (_, index) => seedOfWorld + index);
  /** Ends without faults, by what the story changes. */
  const ends = new Map<string, object>();
  let world: ProcessWorld;
  beforeAll(async () => {
    world = await openProcessWorld();
  });
  afterAll(async () => world.stop());

  async function undisturbedEnd(story: Story): Promise<object> {
    const name = JSON.stringify(story.changes);
    const { end } = ends.has(name)
      ? { end: ends.get(name) ?? {} }
      : await runStory(world, { ...story, title: `${story.title}-undisturbed`, troubles: [] });
    ends.set(name, end);
    return end;
  }

  test.each(seeds)('the stay of seed %i ends as without faults', { timeout: 600_000 }, async (seed) => {
    const story = storyOfEveryProcess(seed);
    const expected = await undisturbedEnd(story);
    const disturbed = await runStory(world, story);
    killed.push(...disturbed.killed);
    expect(disturbed.end).toEqual(expected);
  });
});

test('most stories have met the kill of each process', () => {
  for (const victim of ['worker', 'simulator', 'temporal'] as const) {
    expect(killed.filter((one) => one === victim).length, victim).toBeGreaterThan(SEEDS / 4);
  }
});
