/** The sweep at size: an outage of the booking system during which a thousand reservations change. Prints how long it took and its calls. */
import { expect, test } from 'vitest';
import { outage } from './outage.js';

const RESERVATIONS = 1_000;
const IN_HOUSE = 20;
/** An hour of the hotel's day in a second. */
const LASTS_MS = 24_000;

test(
  'after an outage with a thousand changed reservations the sweep repairs every stay',
  async () => {
    const report = await outage({ reservations: RESERVATIONS, inHouse: IN_HOUSE, lastsMs: LASTS_MS });
    process.stdout.write(
      `${RESERVATIONS} reservations changed in an outage: repaired ${report.repaired} in ${(report.ms / 1_000).toFixed(1)} s, ` +
        `${report.calls.pages} pages and ${report.calls.reservations} reservations read; ` +
        `first sweep ${(report.first.ms / 1_000).toFixed(1)} s; ${JSON.stringify(report.counts)}\n`,
    );
    expect(report).toMatchObject({ undisturbed: IN_HOUSE, movedAtDoors: IN_HOUSE });
    // On a busy machine a sweep may not wait for each of them: that stay is repaired all the same, and counted as pending.
    expect(report).toMatchObject({ stale: 0, listed: RESERVATIONS, after: { repaired: 0 } });
    expect(report.repaired + report.counts.pending).toBe(RESERVATIONS);
  },
  25 * 60_000,
);
