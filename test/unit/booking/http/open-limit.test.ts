/** Limit of what one API key has open at a time. */
import { expect, test } from 'vitest';
import { openLimit } from '../../../../src/booking/http/open-limit.js';

test('a key is refused more than its limit, another key is not, and what ends makes room', async () => {
  const limit = openLimit(2, 'wait for one of them', 1);
  const ends: (() => void)[] = [];
  const work = (): Promise<string> => new Promise((resolve) => ends.push(() => resolve('done')));
  const first = limit.during('desk', work);
  const second = limit.during('desk', work);
  await expect(limit.during('desk', work)).rejects.toMatchObject({ kind: 'too-many-requests' });
  const other = limit.during('portal', work);
  ends[0]?.();
  expect(await first).toBe('done');
  const third = limit.during('desk', work);
  for (const end of ends) end();
  expect(await Promise.all([second, other, third])).toEqual(['done', 'done', 'done']);
});

test('work that fails makes room as well', async () => {
  const limit = openLimit(1, 'wait for it', 1);
  await expect(limit.during('desk', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await limit.during('desk', () => Promise.resolve('done'))).toBe('done');
});
