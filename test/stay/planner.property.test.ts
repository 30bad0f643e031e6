/** Random stories of stays, told to the planner and to simulated locks: what must hold, holds at every step (`story.ts`). */
import fc from 'fast-check';
import { it } from 'vitest';
import { starts, tell, turns } from './story.js';

/** The same stories every time; `planner.property.full.test.ts` tells new ones. */
const SEED = 20261123;

it('whatever changes and in whatever order steps end, exactly the wanted guests open exactly the wanted doors', () => {
  fc.assert(
    fc.property(starts, turns, (start, plot) => tell(start, plot)),
    { numRuns: 300, seed: SEED },
  );
});
