/** A small hotel's weekend, as `month.full.test.ts` has a large one's month. */
import { expect, test } from 'vitest';
import { runMonth } from './month.js';

test('in a hotel of six rooms everybody gets in over a weekend, nobody else does, and every stay ends', async () => {
  const { problems, reservations, keys } = await runMonth({ seed: 7, rooms: 6, days: 2 });
  expect(problems).toEqual([]);
  expect(reservations).toBeGreaterThan(5);
  expect(keys.ended).toBeGreaterThan(0);
});
