/** The sweep: what events missed is found by asking what has changed, and counted. */
import { expect, test } from 'vitest';
import { outage } from './outage.js';

test('after an outage of the booking system one sweep repairs every stay, and the next one finds nothing to repair', async () => {
  const report = await outage({ reservations: 30 });
  expect(report).toMatchObject({ stale: 0, repaired: 30, first: { repaired: 30 }, after: { repaired: 0 } });
  expect(report.after.looksBackTo).toBe(report.expectedLookBack);
});
