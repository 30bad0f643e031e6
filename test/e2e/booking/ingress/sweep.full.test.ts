/** The sweep at size: a thousand reservations change during an outage of the booking system. Prints duration and calls. */
import { expect, test } from 'vitest';
import { outage } from './outage.js';

const RESERVATIONS = 1_000;
const IN_HOUSE = 20;
/** One hour of the hotel's day, scaled to a second. */
const LASTS_MS = 24_000;

test(
  'the sweep repairs every stay after an outage with a thousand changed reservations',
  async () => {
    const report = await outage({ reservations: RESERVATIONS, inHouse: IN_HOUSE, lastsMs: LASTS_MS });
    process.stdout.write(
      `${RESERVATIONS} reservations changed in an outage: repaired ${report.repaired} in ${(report.ms / 1_000).toFixed(1)} s, ` +
        `${report.calls.pages} pages and ${report.calls.reservations} reservations read; ` +
        `first sweep ${(report.first.ms / 1_000).toFixed(1)} s; ${JSON.stringify(report.counts)}\n`,
    );
    expect(report).toMatchObject({ undisturbed: IN_HOUSE, movedAtDoors: IN_HOUSE });
    // On a busy machine a sweep may not wait for each stay; such a stay is repaired too, and counted as pending.
    expect(report).toMatchObject({ stale: 0, listed: RESERVATIONS, after: { repaired: 0 } });
    expect(report.repaired + report.counts.pending).toBe(RESERVATIONS);
  },
  2 * 60 * 60_000,
);
