/** The rules of `model.test.ts`, checked through Temporal's time-skipping server and a simulated Seam. */
import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';
import { openings, plots } from './plot.js';
import { runPlotOnTemporal } from './run-plot-on-temporal.js';

const RUNS = 1;
/** Seed of the same plot every time; `temporal.full.test.ts` runs new ones. */
const SEED = 20261123;
/** Fewer changes than in the long runs: each costs a sixth of a second of CPU. */
const CHANGES = 100;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ providerLatencyMs: 2 });
});
afterAll(() => world.stop());

it(
  'guests of stays that Temporal runs open what their stay holds, and no guest is locked out by another',
  { timeout: 600_000 },
  async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(openings, plots(CHANGES), (opening, plot) =>
        runPlotOnTemporal(world, opening, plot, `model-${(count += 1)}`),
      ),
      // A plot takes long to run, so a failing one is printed without shrinking. The long runs shrink it.
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  },
);
