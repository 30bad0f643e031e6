/** New random stays in one hotel at every run; a failing plot prints its seed, shrunk to what it needs. */
import fc from 'fast-check';
import { it } from 'vitest';
import { openings, plots } from './plot.js';
import { tell } from './tell.js';

const RUNS = 500;
/** Shrinking ends in time to be shown. */
const GIVE_UP_MS = 25 * 60_000;

it(
  'whatever happens to the stays of a hotel, each guest opens what his stay holds, and nobody is locked out by another',
  { timeout: GIVE_UP_MS + 60_000 },
  () => {
    fc.assert(
      fc.property(plots(200), openings, (plot, opening) => void tell(opening, plot)),
      { numRuns: RUNS, interruptAfterTimeLimit: GIVE_UP_MS, markInterruptAsFailure: true },
    );
  },
);
