/** Random stays in one hotel, told to the product as it runs on Temporal (`tell-temporal.ts`): what must hold, holds (`laws.ts`). */
import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { openStayWorld, type StayWorld } from '../support/stay-world.js';
import { openings, plots } from './plot.js';
import { tellTemporal } from './tell-temporal.js';

/** The same plots every time; `temporal.full.test.ts` tells new ones. */
const SEED = 20261123;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(() => world.stop());

it('what holds in one process holds through Temporal', { timeout: 240_000 }, async () => {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(plots(20), openings, (plot, opening) =>
      tellTemporal(world, opening, plot, `model-${(told += 1)}`),
    ),
    { numRuns: 3, seed: SEED },
  );
});
