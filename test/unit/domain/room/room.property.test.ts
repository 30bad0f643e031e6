/** Random stories of a room, the same every time: what must hold, holds after every turn (`room-story.ts`). */
import fc from 'fast-check';
import { it } from 'vitest';
import { peaceful, tellAndWatchEnds, tellInPeace, tellTwice, tellWithRooms, withDesk } from './room-story.js';

const RUNS = { numRuns: 100, seed: 20261123 };

it('no two holders’ leases ever overlap, nobody waits for nothing, and what becomes free goes to who came first', () => {
  fc.assert(fc.property(peaceful, tellInPeace), RUNS);
});

it('that the front desk decides otherwise makes no two leases overlap, and leaves nobody without news', () => {
  fc.assert(fc.property(withDesk, tellWithRooms), RUNS);
});

it('hearing the same message twice changes nothing', () => {
  fc.assert(fc.property(peaceful, tellTwice), RUNS);
});

it('no lease is forgotten before its stay has heard of its end', () => {
  fc.assert(fc.property(withDesk, tellAndWatchEnds), RUNS);
});
