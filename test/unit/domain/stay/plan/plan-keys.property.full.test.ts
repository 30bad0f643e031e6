/** Random stories of stays, new at every run; a failing story prints its seed, so that it can be run again. */
import fc from 'fast-check';
import { it } from 'vitest';
import { starts, tell, turns } from './story.js';

it('whatever changes and in whatever order steps end, exactly the desired guests open exactly the desired doors', () => {
  fc.assert(
    fc.property(starts, turns, (start, plot) => tell(start, plot)),
    { numRuns: 5_000 },
  );
});
