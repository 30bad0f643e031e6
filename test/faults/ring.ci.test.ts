/** Stays in house that swap rooms while the worker is killed: at once, and at each of the calls that the swap makes. */
import { afterAll, beforeAll, test } from 'vitest';
import { openRealWorld, type Kill, type RealWorld } from '../harness/real-world.js';
import { runSwap } from './swap.js';

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(async () => world.stop());

test.each([0, 1, 3, 6])('two stays have swapped rooms after a kill at call %i', { timeout: 600_000 }, async (call) => {
  let kill: Kill | undefined;
  await runSwap(world, `swap-${call}`, {
    beforeTheMove: async () => {
      if (call > 0) kill = await world.killAtCall(call, { kind: 'answer-lost' });
    },
    afterTheMove: async () => {
      if (call === 0) await world.killWorker();
    },
  });
  await kill?.over();
});
