/** A weekend of a small hotel, as `month.full.test.ts` runs a month of a large one. */
import { expect, test } from 'vitest';
import { runMonth } from './month.js';

test('over a weekend in a hotel of six rooms every guest gets in, no one else does, and every stay ends', async () => {
  const { problems, reservations, keys } = await runMonth({ seed: 7, rooms: 6, days: 2 });
  expect(problems).toEqual([]);
  expect(reservations).toBeGreaterThan(5);
  expect(keys.ended).toBeGreaterThan(0);
});
