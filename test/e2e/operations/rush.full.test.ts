/**
 * Hundreds of guests check in at once, at the default rate of calls to Seam: each gets their key, and a guest who checks out meanwhile does
 * not wait behind them. Prints the figures in `docs/operations.md`; `STAYLINE_CHECK_INS=2000` makes a larger rush, of most of an hour.
 */
import { ServiceError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StayView } from '../../../src/client.js';
import { instantAt } from '../../../src/domain/model/instants.js';
import type { BookedStay } from '../../harness/booked-stay.js';
import { inTurns } from '../../harness/in-turns.js';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';
import { waitUntil } from '../../harness/wait-until.js';

const CHECK_INS = Number(process.env['STAYLINE_CHECK_INS'] ?? 300);
/** Requests of this test to Temporal at a time. */
const AT_ONCE = { atOnce: 40 };
const HOUR = 3_600_000;
const PATIENCE = { timeout: 2 * HOUR, interval: 1_000 };

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld({ rooms: CHECK_INS + 1, seamTimeoutMs: 10_000 });
});
afterAll(async () => world.stop());

/** Waits for a view of the stay without asking it all the time: two thousand stays have better things to do. */
function inTime(stay: BookedStay, condition: (view: StayView) => boolean): Promise<StayView> {
  return waitUntil(async () => {
    try {
      const view = await stay.view();
      return condition(view) ? view : undefined;
    } catch (error) {
      // No answer in time: the worker has other things to do.
      if (error instanceof ServiceError) return undefined;
      throw error;
    }
  }, PATIENCE);
}

test(
  'everyone gets a key in a rush of check-ins, and a check-out does not wait behind them',
  async () => {
    const leaving = await world.book('leaving', {});
    const { keys } = await inTime(leaving, (view) => view.settled && view.keys.length === 1);
    const leavingKey = keys[0]?.acsCredentialId ?? '';
    const tomorrow = { from: instantAt(Date.now() + 24 * HOUR), to: instantAt(Date.now() + 72 * HOUR) };
    const stays: BookedStay[] = [];
    await inTurns(world.freeRooms(CHECK_INS).entries(), AT_ONCE, async ([index, room]) => {
      stays[index] = await world.book(`rush-${index}`, { status: 'confirmed', window: tomorrow, rooms: [room] });
    });
    await inTurns(stays, AT_ONCE, (stay) => inTime(stay, ({ settled }) => settled));

    const { hotel } = world.simulator;
    const onPhones = (): number => hotel.journal().filter(({ what }) => what === 'key-on-phone').length;
    const before = { calls: world.calls(), onPhones: onPhones(), at: performance.now() };
    let busiest = 0;
    let seen = before.calls;
    const sampling = setInterval(() => {
      busiest = Math.max(busiest, world.calls() - seen);
      seen = world.calls();
    }, 1_000);
    await inTurns(stays, AT_ONCE, (stay) => stay.signal('checkIn', {}));
    await leaving.signal('checkOut', {});
    const sentAt = world.calls();
    // Seen at Seam: the stay itself may be too busy to show it.
    await waitUntil(() => hotel.world.credentials.get(leavingKey)?.life !== 'live', { ...PATIENCE, interval: 20 });
    const callsUntilEnded = world.calls() - sentAt;
    const keysByThen = onPhones() - before.onPhones;
    await waitUntil(() => onPhones() - before.onPhones >= CHECK_INS, PATIENCE);
    clearInterval(sampling);
    const seconds = (performance.now() - before.at) / 1_000;
    const calls = world.calls() - before.calls;
    process.stdout.write(
      `${CHECK_INS} check-ins at once: all keys on phones after ${seconds.toFixed(0)} s, ` +
        `${(calls / CHECK_INS).toFixed(1)} calls each, ${(calls / seconds).toFixed(0)} calls a second, ` +
        `${busiest} in the busiest; a check-out meanwhile: ${callsUntilEnded} calls, ${keysByThen} keys before its end\n`,
    );
    expect(keysByThen).toBeLessThan(CHECK_INS / 2);
    await inTurns(stays, AT_ONCE, async (stay) => {
      const { attention } = await inTime(stay, ({ settled, guests }) => settled && guests[0]?.keyState === 'issued');
      expect(attention).toEqual([]);
    });
  },
  3 * HOUR,
);
