/** Guests with a phone get their keys, whatever holds, releases and lost phones came while the stay looked for a phone. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

const STAYS = 40;
const SEED = 20261129;
const GUESTS = ['g1', 'g2'];

/** `looks`: views that are read before the act, so that it comes at another moment of the stay's work. */
const acts = fc.array(
  fc.record({
    looks: fc.nat({ max: 12 }),
    act: fc.constantFrom('hold', 'release', 'enrol', 'lose', 'lose-any', 'replace'),
    guestId: fc.constantFrom(...GUESTS),
  }),
  { minLength: 4, maxLength: 10 },
);

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

/** Reports the guest's phone lost without naming it. The phones that they set up once the stay knows of it are others. */
async function reportLoss(stay: BookedStay, guestId: string): Promise<void> {
  const reports = ({ timeline }: StayView): number => timeline.filter(({ what }) => what.includes('(secure)')).length;
  const before = reports(await stay.view());
  await stay.signal('replaceKey', { guestId, mode: 'secure' });
  await stay.until((view) => reports(view) > before);
}

async function liveThrough(
  stay: BookedStay,
  plot: readonly { looks: number; act: string; guestId: string }[],
): Promise<void> {
  await stay.until(({ guests }) => guests.every(({ waitingFor }) => waitingFor === 'phone'));
  for (const { looks, act, guestId } of plot) {
    for (let look = 0; look < looks; look++) await stay.view();
    const [deviceId] = stay.phones(guestId).map(({ id }) => id);
    if (act === 'hold') await stay.signal('hold', { reason: 'unpaid' });
    else if (act === 'release') await stay.signal('release', { reason: 'paid' });
    else if (act === 'enrol') stay.enrol(guestId);
    else if (act === 'replace') await stay.signal('replaceKey', { guestId, mode: 'convenient' });
    else if (act === 'lose-any') await reportLoss(stay, guestId);
    else if (deviceId !== undefined) await stay.signal('replaceKey', { guestId, mode: 'secure', deviceId });
  }
  await stay.signal('release', { reason: 'paid' });
  for (const guestId of GUESTS) stay.enrol(guestId);
}

test('guests who set up a phone have keys at the end, whatever came before', { timeout: 900_000 }, async () => {
  const plots = fc.sample(acts, { numRuns: STAYS, seed: SEED });
  const ends = plots.map(async (plot, index) => {
    const [room = ''] = world.freeRooms(1);
    const guests = GUESTS.map((guestId) => ({ guestId }));
    const stay = await world.book(`held-${index}`, { rooms: [room], guests }, { phones: 'by-hand', withinMs: 720_000 });
    await liveThrough(stay, plot);
    try {
      await stay.until((view) => view.settled && view.guests.every(({ keyState }) => keyState === 'issued'));
    } catch (error) {
      throw new Error(`After ${JSON.stringify(plot)}`, { cause: error });
    }
    for (const guestId of GUESTS) expect(await stay.tap(guestId, room)).toBe('opened');
  });
  const failed = (await Promise.allSettled(ends)).filter((end) => end.status === 'rejected');
  expect(failed.map(({ reason }) => `${String(reason)} ${String((reason as Error).cause)}`)).toEqual([]);
});
