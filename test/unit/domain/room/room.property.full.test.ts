/** Random stories of a room, new ones every time (`room-story.ts`); a failure prints the seed to tell it again. */
import fc from 'fast-check';
import { it } from 'vitest';
import { peaceful, tellAndWatchEnds, tellInPeace, tellTwice, tellWithRooms, withDesk } from './room-story.js';

const RUNS = { numRuns: 2_000 };
const PATIENCE_MS = 300_000;

it(
  'no two holders’ leases ever overlap, nobody waits for nothing, and what becomes free goes to who came first',
  () => {
    fc.assert(fc.property(peaceful, tellInPeace), RUNS);
  },
  PATIENCE_MS,
);

it(
  'that the front desk decides otherwise makes no two leases overlap, and leaves nobody without news',
  () => {
    fc.assert(fc.property(withDesk, tellWithRooms), RUNS);
  },
  PATIENCE_MS,
);

it(
  'hearing the same message twice changes nothing',
  () => {
    fc.assert(fc.property(peaceful, tellTwice), RUNS);
  },
  PATIENCE_MS,
);

it(
  'no lease is forgotten before its stay has heard of its end',
  () => {
    fc.assert(fc.property(withDesk, tellAndWatchEnds), RUNS);
  },
  PATIENCE_MS,
);
