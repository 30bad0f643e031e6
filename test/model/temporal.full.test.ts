/** New random stays in a new hotel through Temporal at every run. A failing plot prints its seed, and is shrunk as far as time allows. */
import fc from 'fast-check';
import { it } from 'vitest';
import { openStayWorld } from '../harness/stay-world.js';
import { openings, plots, type Opening, type Turn } from './plot.js';
import { runPlotOnTemporal } from './run-plot-on-temporal.js';

/** Each takes one to four minutes: more would come near the time limit on a busy machine. */
const RUNS = 10;
/** Time limit of shrinking, early enough to print the result. */
const GIVE_UP_MS = 2 * 60 * 60_000;

it(
  'every rule that holds for random stays in one process also holds when Temporal runs them',
  { timeout: GIVE_UP_MS + 240_000 },
  async () => {
    await fc.assert(fc.asyncProperty(plots(200), openings, tellInNewWorld), {
      numRuns: RUNS,
      interruptAfterTimeLimit: GIVE_UP_MS,
      markInterruptAsFailure: true,
    });
  },
);

/** Runs each plot in a new world: one that has seen many plots answers several times slower. */
async function tellInNewWorld(plot: readonly Turn[], opening: Opening): Promise<void> {
  const world = await openStayWorld({ providerLatencyMs: 2 });
  try {
    await runPlotOnTemporal(world, opening, plot, 'model');
  } finally {
    await world.stop();
  }
}
