/** What `model.test.ts` holds in one process, through Temporal's time-skipping server and a simulated Seam. */
import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';
import { openings, plots } from './plot.js';
import { tellTemporal } from './tell-temporal.js';

const RUNS = 3;
/** The same plots every time; `temporal.full.test.ts` tells new ones. */
const SEED = 20261123;
/** Fewer than in the long runs: each costs a sixth of a second of CPU. */
const CHANGES = 100;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ providerLatencyMs: 2, callOff: 'by-worker' });
});
afterAll(() => world.stop());

it(
  'stays that Temporal runs open what they hold, and nobody is locked out by another',
  { timeout: 600_000 },
  async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(openings, plots(CHANGES), (opening, plot) =>
        tellTemporal(world, opening, plot, `model-${(told += 1)}`),
      ),
      // A plot takes long to tell: what fails is shown as it is. The long runs shrink it.
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  },
);
