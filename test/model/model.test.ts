/** Random stays in one hotel, run through planner, room rules and locks in one process, against the rules of `steps.ts` and `laws.ts`. */
import fc from 'fast-check';
import { it } from 'vitest';
import { openings, plots } from './plot.js';
import { runPlot } from './run-plot.js';

/** Seed of the same plots every time; `model.full.test.ts` runs more. */
const SEED = 20261123;

it(
  'whatever happens to the stays of a hotel, each guest opens what their stay holds, and no guest is locked out by another',
  // Takes ten seconds on an idle machine.
  { timeout: 300_000 },
  () => {
    fc.assert(
      fc.property(plots(200), openings, (plot, opening) => void runPlot(opening, plot)),
      { numRuns: 10, seed: SEED },
    );
  },
);
