/** Random stories of a room, the same on every run: the invariants hold after every turn (`room-story.ts`). */
import fc from 'fast-check';
import { it } from 'vitest';
import { peaceful, tellAndWatchEnds, tellInPeace, tellTwice, tellWithRooms, withDesk } from './room-story.js';

const RUNS = { numRuns: 100, seed: 20261123 };

it('no two holders’ leases ever overlap, no stay waits for nothing, and free time goes to the stay that came first', () => {
  fc.assert(fc.property(peaceful, tellInPeace), RUNS);
});

it('decisions of the front desk make no two leases overlap, and every stay receives its current decision', () => {
  fc.assert(fc.property(withDesk, tellWithRooms), RUNS);
});

it('a message that a room receives twice changes nothing the second time', () => {
  fc.assert(fc.property(peaceful, tellTwice), RUNS);
});

it('no lease is dropped before its stay has received its end', () => {
  fc.assert(fc.property(withDesk, tellAndWatchEnds), RUNS);
});
