/** Many new stories of stays at every run; a failing one prints its seed, to be told again. */
import fc from 'fast-check';
import { it } from 'vitest';
import { starts, tell, turns } from './story.js';

it('whatever changes and in whatever order steps end, exactly the desired guests open exactly the desired doors', () => {
  fc.assert(
    fc.property(starts, turns, (start, plot) => tell(start, plot)),
    { numRuns: 5_000 },
  );
});
