/** Plots of `model.test.ts` that once failed. */
import fc from 'fast-check';
import { test } from 'vitest';
import { openings, plots } from './plot.js';
import { runPlot } from './run-plot.js';

test.each([{ what: 'a stay whose lease would begin later joins the ring that holds it up', seed: 33, path: '14' }])(
  'a plot that once failed holds: $what',
  { timeout: 600_000 },
  ({ seed, path }) => {
    fc.assert(
      fc.property(plots(200), openings, (plot, opening) => void runPlot(opening, plot)),
      { seed, path, numRuns: 1, endOnFailure: true },
    );
  },
);
