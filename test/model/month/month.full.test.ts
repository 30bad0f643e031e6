/** A month of a hotel with 150 rooms. Its cost is printed. */
import { expect, test } from 'vitest';
import { runMonth } from './month.js';

const SEED = Number(process.env.STAYLINE_MONTH_SEED ?? 1);
const ROOMS = Number(process.env.STAYLINE_MONTH_ROOMS ?? 150);
const DAYS = Number(process.env.STAYLINE_MONTH_DAYS ?? 30);

test(
  'in a month of a hotel with 150 rooms every guest gets in, no one else does, and every stay ends',
  { timeout: 2 * 60 * 60_000 },
  async () => {
    const { problems, ...report } = await runMonth({ seed: SEED, rooms: ROOMS, days: DAYS });
    process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
    expect(problems).toEqual([]);
  },
);
