/** Stays in house that swap rooms while Temporal's server or the simulator is killed. `ring.ci.test.ts` kills the worker. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Kill } from '../harness/real-world.js';
import { openProcessWorld, type ProcessWorld } from './process-world.js';
import { runSwap } from './swap.js';

let world: ProcessWorld;
beforeAll(async () => {
  world = await openProcessWorld();
});
afterAll(async () => world.stop());

test.each([
  { victim: 'temporal', call: 1 },
  { victim: 'temporal', call: 4 },
  { victim: 'simulator', call: 2 },
] as const)(
  'two stays have swapped rooms after $victim was killed at call $call',
  { timeout: 600_000 },
  async ({ victim, call }) => {
    let kill: Kill | undefined;
    await runSwap(world, `${victim}-${call}`, {
      beforeTheMove: async () => {
        kill = await world.killAtCall(call, { kind: 'answer-lost' }, victim);
      },
    });
    expect(await kill?.over()).toBe(true);
  },
);
