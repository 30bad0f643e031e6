/** Scenarios of clocks: the nights of clock changes, and a hotel in another time zone than its server and its guests. */
import { Temporal } from '@js-temporal/polyfill';
import { expect } from 'vitest';
import type { Hotel, Stay } from './hotel.js';
import { scenario, type Scenario } from './scenario.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Booked {
  readonly stay: Stay;
  readonly guest: string;
  readonly room: string;
}

export const clocks: readonly Scenario[] = [
  scenario(41, 'Stays span the nights in which the clocks change')
    .given('two stays span each night, one until 11:00 and one until 02:30', async (hotel) => {
      const { forward, back } = await clockChanges(hotel);
      const until = (guest: string, change: number, checkOut: string): Promise<Booked> =>
        booked(hotel, guest, { arrival: dayOf(change - DAY), departure: dayOf(change), checkOut });
      return {
        forward,
        back,
        ann: await until('Ann', forward, '11:00'),
        ben: await until('Ben', forward, '02:30'),
        cleo: await until('Cleo', back, '11:00'),
        dan: await until('Dan', back, '02:30'),
      };
    })
    .holds('in the short night, 02:30 does not exist, and that key opens until 03:30', async (scene, hotel) => {
      await opensJustUntil(scene.forward + HOUR / 2, scene.ben, hotel);
    })
    .holds('in the short night, the other key opens until 11:00 local time', async (scene, hotel) => {
      await opensJustUntil(scene.forward + 8 * HOUR, scene.ann, hotel);
    })
    .holds('in the long night, 02:30 occurs twice, and that key opens until the first', async (scene, hotel) => {
      await opensJustUntil(scene.back - HOUR / 2, scene.dan, hotel);
    })
    .holds('in the long night, the other key opens until 11:00 local time', async (scene, hotel) => {
      await opensJustUntil(scene.back + 9 * HOUR, scene.cleo, hotel);
    }),

  scenario(42, 'A hotel is in a time zone with a half-hour offset')
    .given('in Kolkata, Ann is booked by local dates, and Ben by instants with another UTC offset', async (hotel) => {
      const [first = '', second = ''] = hotel.rooms(2);
      const day = (await hotel.world.now()) + 2 * DAY;
      const [arrival, departure] = [dayOf(day), dayOf(day + DAY)];
      const window = { from: `${arrival}T10:30+02:00`, to: `${departure}T08:30+02:00` };
      const ann = await hotel.booked(['Ann'], {
        propertyId: 'kolkata',
        rooms: [first],
        window: { arrival, departure },
      });
      const ben = await hotel.booked(['Ben'], { propertyId: 'kolkata', rooms: [second], window });
      for (const stay of [ann, ben]) await stay.settled();
      return { first, second, ann, ben, from: `${arrival}T08:30Z`, to: `${departure}T06:30Z` };
    })
    .holds('both stays show the same window', async ({ ann, ben, from, to }) => {
      for (const stay of [ann, ben]) expect((await stay.view()).window).toEqual({ from, to });
    })
    .holds(
      'attention `zone-mismatch` is open, because Seam has another time zone for the hotel',
      async ({ ann, ben }) => {
        for (const stay of [ann, ben]) await stay.showsOnly('zone-mismatch');
      },
    )
    .when('it is 13:59 in Kolkata', async ({ from }, hotel) => {
      await hotel.clockReaches(new Date(Date.parse(from) - 60_000).toISOString());
    })
    .holds('both guests have keys, which do not open the rooms yet', async ({ first, second, ann, ben }) => {
      for (const stay of [ann, ben]) await stay.haveKeys();
      await ann.lockAnswers(first, 'Ann', 'too-early');
      await ben.lockAnswers(second, 'Ben', 'too-early');
    })
    .when('it is 14:00 in Kolkata', ({ from }, hotel) => hotel.clockReaches(from))
    .holds('both guests open their rooms', async ({ first, second, ann, ben }) => {
      await ann.onlyTheseOpen(first, 'Ann');
      await ben.onlyTheseOpen(second, 'Ben');
    })
    .when('it is 12:00 in Kolkata on the day of departure', ({ to }, hotel) => hotel.clockReaches(to))
    .holds('neither guest opens their room', async ({ first, second, ann, ben }) => {
      await ann.noOneOpens(first);
      await ben.noOneOpens(second);
    }),
];

/** Returns the instants of the next change forward and the next change back in the hotel's zone, in milliseconds since 1970. */
async function clockChanges(hotel: Hotel): Promise<{ forward: number; back: number }> {
  const now = Temporal.Instant.fromEpochMilliseconds(await hotel.world.now()).toZonedDateTimeISO('Europe/Berlin');
  const next = now.getTimeZoneTransition('next');
  const afterNext = next?.getTimeZoneTransition('next');
  if (next == null || afterNext == null) throw new Error('Europe/Berlin changes its clocks no more');
  const goesForward = next.offsetNanoseconds > now.offsetNanoseconds;
  const [forward, back] = goesForward ? [next, afterNext] : [afterNext, next];
  return { forward: forward.epochMilliseconds, back: back.epochMilliseconds };
}

/** Returns the date at this instant in UTC. At night and in the morning, it is the date of all of Europe. */
function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

async function booked(
  hotel: Hotel,
  guest: string,
  window: { arrival: string; departure: string; checkOut: string },
): Promise<Booked> {
  const room = hotel.room();
  const stay = await hotel.booked([guest], { propertyId: 'berlin', rooms: [room], window });
  await stay.settled();
  return { stay, guest, room };
}

async function opensJustUntil(end: number, { stay, guest, room }: Booked, hotel: Hotel): Promise<void> {
  await hotel.clockReaches(new Date(end - 60_000).toISOString());
  await stay.onlyTheseOpen(room, guest);
  await hotel.clockReaches(new Date(end).toISOString());
  await stay.noOneOpens(room);
}
