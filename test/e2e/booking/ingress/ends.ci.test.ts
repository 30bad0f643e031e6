/** Readings of a booking system that a stay cannot use: an end is carried out all the same, and all else becomes attention. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StayView } from '../../../../src/client.js';
import { waitUntil } from '../../../harness/wait-until.js';
import type { HouseReservation } from './house-system.js';
import { openIngressWorld, type IngressWorld } from './ingress-world.js';

const HOUR = 3_600_000;
const PATIENCE = { timeout: 120_000, interval: 50 };

let world: IngressWorld;
beforeAll(async () => {
  world = await openIngressWorld();
});
afterAll(() => world.stop());

async function seen(reservationId: string, isRight: (view: StayView) => boolean): Promise<StayView> {
  let last: StayView | undefined;
  try {
    return await waitUntil(async () => {
      for (const { key, id, deviceIds } of world.hotel.simulator.hotel.identities.list({}))
        if (key?.includes(`/${reservationId}/`) === true && deviceIds.size === 0)
          world.hotel.simulator.hotel.phones.add(id);
      last = await world.view(reservationId).catch(() => undefined);
      return last !== undefined && isRight(last) ? last : undefined;
    }, PATIENCE);
  } catch {
    throw new Error(`The view did not come; it is ${JSON.stringify(last, null, 1)}`);
  }
}

const hasLiveKey = ({ keys }: StayView): boolean => keys.some(({ state }) => state === 'live');
const codes = ({ attention }: StayView): readonly string[] => attention.map(({ code }) => code);

/** A stay in house whose guest has a live key. */
async function inHouse(reservationId: string): Promise<HouseReservation> {
  const window = {
    from: new Date(Date.now() - HOUR).toISOString(),
    to: new Date(Date.now() + 72 * HOUR).toISOString(),
  };
  const reservation = world.save(reservationId, { status: 'in-house', window, rooms: world.hotel.freeRooms(1) });
  expect(await world.deliver(reservationId)).toBe(202);
  await seen(reservationId, hasLiveKey);
  return reservation;
}

async function change(reservation: HouseReservation, changes: object): Promise<void> {
  world.house.save({ ...reservation, ...changes });
  expect(await world.deliver(reservation.reservationId)).toBe(202);
}

test('a check-out with a window, rooms or guests that are wrong ends the keys', async () => {
  const wrongs = [
    { window: { from: '2027-01-01T10:00Z', to: '2027-01-01T10:00Z' } },
    { guests: [{ name: 'Ada' }] },
    { window: null, rooms: 'none', guests: 'none' },
  ];
  for (const [index, wrong] of wrongs.entries()) {
    const id = `R-out-${index}`;
    const reservation = await inHouse(id);
    await change(reservation, { ...wrong, status: 'departed' });
    const view = await seen(id, (now) => !hasLiveKey(now) && now.settled);
    expect(view.phase).toBe('over');
    expect(codes(view)).toEqual([]);
  }
});

test('a refused reading of a stay with live keys is attention that names the field, until a reading can be used', async () => {
  const reservation = await inHouse('R-refused');
  await change(reservation, { guests: [{ guestId: 'g1', primary: true, name: 'Ada Quill', email: 'ada(at)example' }] });
  const refused = await seen('R-refused', (view) => codes(view).includes('booking-unreadable'));
  const [notice] = refused.attention;
  expect(notice?.message).toMatch(/guests\[0\]\.email must be an e-mail address/);
  expect(JSON.stringify(refused.attention)).not.toMatch(/quill|\(at\)/i);
  expect(hasLiveKey(refused)).toBe(true);
  await change(reservation, {});
  await seen('R-refused', (view) => codes(view).length === 0);
});
