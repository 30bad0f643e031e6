/**
 * Five hundred plots of random stays in one hotel: the same at every run, or those of `STAYLINE_MODEL_SEED` (a number). A failing plot is
 * reduced to what it needs.
 */
import fc from 'fast-check';
import { it } from 'vitest';
import { openings, plots } from './plot.js';
import { runPlot } from './run-plot.js';

const RUNS = 500;
const SEED = Number(process.env.STAYLINE_MODEL_SEED ?? 777);
/** Time limit of shrinking, early enough to print the result. */
const GIVE_UP_MS = 60 * 60_000;

it(
  'whatever happens to the stays of a hotel, each guest opens what their stay holds, and no guest is locked out by another',
  { timeout: GIVE_UP_MS + 60_000 },
  () => {
    fc.assert(
      fc.property(plots(200), openings, (plot, opening) => void runPlot(opening, plot)),
      { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: GIVE_UP_MS, markInterruptAsFailure: true },
    );
  },
);
