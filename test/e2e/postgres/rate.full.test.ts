/**
 * Time that the same stays take on Temporal's server on PostgreSQL and on the dev server, with two workers each. The test prints the figures
 * in `docs/operations.md`. It asserts that every guest gets a key, not how fast.
 */
import { describe, expect, test } from 'vitest';
import { medianOf } from '../../harness/median.js';
import { HAS_POSTGRES, openTemporalOnPostgres } from '../../harness/postgres/temporal.js';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';
import { waitUntil } from '../../harness/wait-until.js';

const ROUNDS = 7;
const STAYS = 40;
/** More than these stays need, so that Temporal is measured, and not the budget of calls to Seam. */
const OPTIONS = { workers: 'two', settings: { SEAM_REQUESTS_PER_SECOND: '2000' } } as const;

describe.skipIf(!HAS_POSTGRES)('rates', () => {
  test('forty stays at once get their keys on PostgreSQL as on the dev server', { timeout: 1_800_000 }, async () => {
    const start = performance.now();
    const temporal = await openTemporalOnPostgres();
    const startUp = performance.now() - start;
    const onPostgres = await measured(await openRealWorld({ ...OPTIONS, temporal: temporal.env }));
    await temporal.stop();
    const onDevServer = await measured(await openRealWorld(OPTIONS));
    const ratio = medianOf(onPostgres) / medianOf(onDevServer);
    process.stdout.write(
      [
        `start of PostgreSQL and Temporal, until ready for stays: ${seconds(startUp)}`,
        `${STAYS} stays on PostgreSQL: ${spreadOf(onPostgres)}`,
        `${STAYS} stays on the dev server: ${spreadOf(onDevServer)}`,
        `ratio of the medians: ${ratio.toFixed(2)}\n`,
      ].join('\n'),
    );
    expect(onPostgres.length + onDevServer.length).toBe(2 * ROUNDS);
  });
});

/** Returns the milliseconds of each round, and closes the world. The first round only fills the caches. */
async function measured(world: RealWorld): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) times.push(await timeOfRound(world, round));
  await world.stop();
  return times.slice(1);
}

/** Returns the time from the first booking until the last key is on its phone, and checks out. */
async function timeOfRound(world: RealWorld, round: number): Promise<number> {
  const onPhones = (): number => world.simulator.hotel.journal().filter(({ what }) => what === 'key-on-phone').length;
  const expected = onPhones() + STAYS;
  const start = performance.now();
  const ids = Array.from({ length: STAYS }, (_, index) => `round-${round}-${index}`);
  const stays = await Promise.all(ids.map((id) => world.book(id, {})));
  await waitUntil(() => onPhones() >= expected, { timeout: 300_000, interval: 20 });
  const took = performance.now() - start;
  for (const stay of stays) await stay.until(({ settled, keys }) => settled && keys.length === 1);
  for (const stay of stays) await stay.signal('checkOut', {});
  for (const stay of stays)
    await stay.until(({ settled, keys }) => settled && keys.every(({ state }) => state === 'dead'));
  return took;
}

function spreadOf(times: readonly number[]): string {
  return `min ${seconds(Math.min(...times))}, median ${seconds(medianOf(times))}, max ${seconds(Math.max(...times))}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
