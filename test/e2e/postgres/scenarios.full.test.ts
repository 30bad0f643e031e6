/**
 * Scenarios of hotel life on Temporal as hotels run it: its server on PostgreSQL, two worker processes and the HTTP server, TLS between
 * them. Time cannot be skipped here, so these are the scenarios that skip none; the others stay with the time-skipping server.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HAS_POSTGRES, openTemporalOnPostgres, type TemporalOnPostgres } from '../../harness/postgres/temporal.js';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';
import { scenarios } from '../../scenarios/all.js';
import { PROPERTIES } from '../../scenarios/hotel.js';
import { runsOf } from '../../scenarios/run-scenario.js';

/** Numbers of the scenarios that skip no time. */
const IN_REAL_TIME = [2, 8, 9, 10, 12, 13, 14, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 30, 31, 36, 44, 46, 49];

describe.skipIf(!HAS_POSTGRES)('on PostgreSQL', () => {
  let temporal: TemporalOnPostgres;
  let world: RealWorld;
  beforeAll(async () => {
    temporal = await openTemporalOnPostgres();
    world = await openRealWorld({
      temporal: temporal.env,
      workers: 'two',
      properties: PROPERTIES,
      phones: 'by-stays',
      seamEvents: 'delivered',
    });
  }, 900_000);
  afterAll(async () => {
    await world.stop();
    await temporal.stop();
  });

  const chosen = scenarios.filter(({ number }) => IN_REAL_TIME.includes(number));
  for (const { scenario, title, run } of runsOf(chosen)) {
    const { number } = scenario;
    test(title, { meta: { scenario: { number, title: scenario.title } }, timeout: 900_000 }, async () => {
      await run(world);
    });
  }

  test('the list names scenarios that exist', () => {
    expect(chosen.map(({ number }) => number)).toEqual(IN_REAL_TIME);
  });
});
