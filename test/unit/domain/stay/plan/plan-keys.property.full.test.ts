/** Random stories of stays, new at every run; a failing story prints its seed, so that it can be run again. */
import fc from 'fast-check';
import { it } from 'vitest';
import { starts, tell, turns } from './story.js';

it.each([true, false])(
  'whatever changes, exactly the desired guests open exactly the desired doors, and joiners survive their anchor: %s',
  { timeout: 4 * 60 * 60_000 },
  (joinersSurviveAnchorDeletion) => {
    fc.assert(
      fc.property(starts, turns, (start, plot) =>
        tell({ ...start, switches: { ...start.switches, joinersSurviveAnchorDeletion } }, plot),
      ),
      { numRuns: 20_000 },
    );
  },
);
