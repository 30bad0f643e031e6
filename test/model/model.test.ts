/** Random stays in one hotel, told to planner, room rules and locks in one process: what must hold, holds (`steps.ts`, `laws.ts`). */
import fc from 'fast-check';
import { it } from 'vitest';
import { openings, plots } from './plot.js';
import { tell } from './tell.js';

/** The same plots every time; `model.full.test.ts` tells more. */
const SEED = 20261123;

it(
  'whatever happens to the stays of a hotel, each guest opens what his stay holds, and nobody is locked out by another',
  // A quarter of a minute on a machine of its own.
  { timeout: 300_000 },
  () => {
    fc.assert(
      fc.property(plots(200), openings, (plot, opening) => void tell(opening, plot)),
      { numRuns: 20, seed: SEED },
    );
  },
);
