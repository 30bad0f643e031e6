/** Random stories of a room, new ones on every run (`room-story.ts`); a failure prints the seed to repeat it. */
import fc from 'fast-check';
import { it } from 'vitest';
import { peaceful, tellAndWatchEnds, tellInPeace, tellTwice, tellWithRooms, withDesk } from './room-story.js';

const RUNS = { numRuns: 20_000 };
const PATIENCE_MS = 3_600_000;

it(
  'no two holders’ leases ever overlap, no stay waits for nothing, and free time goes to the stay that came first',
  () => {
    fc.assert(fc.property(peaceful, tellInPeace), RUNS);
  },
  PATIENCE_MS,
);

it(
  'decisions of the front desk make no two leases overlap, and every stay receives its current decision',
  () => {
    fc.assert(fc.property(withDesk, tellWithRooms), RUNS);
  },
  PATIENCE_MS,
);

it(
  'a message that a room receives twice changes nothing the second time',
  () => {
    fc.assert(fc.property(peaceful, tellTwice), RUNS);
  },
  PATIENCE_MS,
);

it(
  'no lease is dropped before its stay has received its end',
  () => {
    fc.assert(fc.property(withDesk, tellAndWatchEnds), RUNS);
  },
  PATIENCE_MS,
);
