/** New random stays in one hotel through Temporal at every run; a failing plot prints its seed, shrunk as far as time allows. */
import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { openStayWorld, type StayWorld } from '../support/stay-world.js';
import { openings, plots } from './plot.js';
import { tellTemporal } from './tell-temporal.js';

const RUNS = 25;
/** Shrinking ends in time to be shown. */
const GIVE_UP_MS = 50 * 60_000;

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ providerLatencyMs: 2, callOff: 'by-worker' });
});
afterAll(() => world.stop());

it('what holds in one process holds through Temporal', { timeout: GIVE_UP_MS + 240_000 }, async () => {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(plots(200), openings, (plot, opening) =>
      tellTemporal(world, opening, plot, `model-${(told += 1)}`),
    ),
    { numRuns: RUNS, interruptAfterTimeLimit: GIVE_UP_MS, markInterruptAsFailure: true },
  );
});
