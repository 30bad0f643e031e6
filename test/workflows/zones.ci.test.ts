/** Hotels' clocks: doors follow the local wall clock in ordinary nights and in nights of a clock change, and Seam's zone is checked. */
import { Temporal } from '@js-temporal/polyfill';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import type { SimulatedHotel } from '../../src/simulator/hotel/hotel.js';
import type { BookedStay } from '../harness/booked-stay.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

const ZONES = ['Europe/Berlin', 'Australia/Lord_Howe', 'Australia/Adelaide', 'Asia/Kolkata'] as const;

/** The property of a zone. */
const hotelIn = (timeZone: string): string => timeZone.split('/')[1] ?? '';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({
    properties: Object.fromEntries(ZONES.map((timeZone) => [hotelIn(timeZone), { timeZone }])),
  });
});
afterAll(async () => world.stop());

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const room = (): string => world.freeRooms(1)[0] ?? '';

/** Returns the wall clock from the platform, not from the product: "2027-03-28 11:00". */
function wallClock(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (at) => format.format(at);
}

/** The first minute of a day (and those around it) at which the clock on the wall shows a time; undefined if it never does. */
function whenWallShows(timeZone: string, date: string, clock: string): number | undefined {
  const shows = wallClock(timeZone);
  const start = Date.parse(`${date}T00:00Z`) - DAY;
  for (let at = start; at < start + 3 * DAY; at += MINUTE) if (shows(at) === `${date} ${clock}`) return at;
  return undefined;
}

/** Variant of `whenWallShows` for a time that does exist. */
function wallTime(timeZone: string, date: string, clock: string): number {
  const at = whenWallShows(timeZone, date, clock);
  if (at === undefined) throw new Error(`The clocks of ${timeZone} never show ${clock} on ${date}`);
  return at;
}

async function passUntil(at: number): Promise<void> {
  await world.pass(at - (await world.now()));
}

const dayOf = (at: number, timeZone: string): string => wallClock(timeZone)(at).slice(0, 10);

interface Change {
  readonly date: string;
  readonly eve: string;
  readonly after: string;
  /** Clock time in the middle of the period that is skipped or repeated. */
  readonly oddClock: string;
}

/** The next night in which a zone's clocks are put forward or back. */
async function nextChange(timeZone: string, way: 'forward' | 'back'): Promise<Change> {
  let at = Temporal.Instant.fromEpochMilliseconds(await world.now()).toZonedDateTimeISO(timeZone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null) throw new Error(`The clocks of ${timeZone} are never changed`);
    const before = next.subtract({ nanoseconds: 1 });
    const gained = next.offsetNanoseconds - before.offsetNanoseconds;
    at = next;
    if (gained > 0 !== (way === 'forward')) continue;
    const middle = Math.abs(gained) / 2;
    const odd =
      gained > 0
        ? next.toPlainDateTime().subtract({ nanoseconds: middle })
        : next.toPlainDateTime().add({ nanoseconds: middle });
    const date = next.toPlainDate();
    return {
      date: date.toString(),
      eve: date.subtract({ days: 1 }).toString(),
      after: date.add({ days: 1 }).toString(),
      oddClock: odd.toPlainTime().toString().slice(0, 5),
    };
  }
}

/** A stay of local dates whose guest has a phone already. */
async function expected(
  timeZone: string,
  reservationId: string,
  window: { readonly arrival: string; readonly departure: string; readonly checkOut?: string },
): Promise<BookedStay> {
  const propertyId = hotelIn(timeZone);
  const stay = await world.book(reservationId, { propertyId, status: 'confirmed', rooms: [room()], window });
  await stay.settled();
  return stay;
}

const door = (stay: BookedStay): string => stay.snapshot.rooms?.[0] ?? '';
const codes = (view: StayView): string[] => view.attention.map((notice) => notice.code);

describe.each(['Europe/Berlin', 'Australia/Lord_Howe', 'Australia/Adelaide'] as const)(
  'a night when the clocks of %s change',
  (timeZone) => {
    beforeAll(() => world.simulator.hotel.setZoneAtSeam({ timeZone, trust: 'trusted' }));
    afterAll(() => world.simulator.hotel.setZoneAtSeam({ timeZone: 'Europe/Berlin', trust: 'trusted' }));

    test.each(['forward', 'back'] as const)(
      'on a night when clocks are put %s, doors open and close by the wall clock',
      async (way) => {
        const { eve, date, after, oddClock } = await nextChange(timeZone, way);
        const overnight = await expected(timeZone, `${way}-overnight`, { arrival: eve, departure: date });
        const across = await expected(timeZone, `${way}-across`, { arrival: eve, departure: after });
        const odd = await expected(timeZone, `${way}-odd`, { arrival: eve, departure: date, checkOut: oddClock });
        const all = [overnight, across, odd];
        const whoOpens = async (): Promise<string[]> => {
          const opened: string[] = [];
          for (const stay of all)
            if ((await stay.tap('g1', door(stay))) === 'opened') opened.push(stay.name.reservationId);
          return opened;
        };
        const ids = all.map((stay) => stay.name.reservationId);
        const [overnightId = '', acrossId = ''] = ids;

        await passUntil(wallTime(timeZone, eve, '14:59'));
        for (const stay of all) await stay.until((view) => view.phase === 'ready');
        expect(await whoOpens()).toEqual([]);
        await passUntil(wallTime(timeZone, eve, '15:00'));
        expect(await whoOpens()).toEqual(ids);

        // A skipped time is moved on by the length of the gap; a repeated time means its first occurrence.
        const shownAt = whenWallShows(timeZone, date, oddClock);
        expect(shownAt === undefined).toBe(way === 'forward');
        const lastMinuteBefore = wallTime(timeZone, date, '00:59');
        const minutes = Number(oddClock.slice(0, 2)) * 60 + Number(oddClock.slice(3)) - 59;
        const oddEnd = shownAt ?? lastMinuteBefore + minutes * MINUTE;
        await passUntil(oddEnd - MINUTE);
        expect(await whoOpens()).toEqual(ids);
        await passUntil(oddEnd);
        expect(await whoOpens()).toEqual([overnightId, acrossId]);

        await passUntil(wallTime(timeZone, date, '10:59'));
        expect(await whoOpens()).toEqual([overnightId, acrossId]);
        await passUntil(wallTime(timeZone, date, '11:00'));
        expect(await whoOpens()).toEqual([acrossId]);
        await passUntil(wallTime(timeZone, after, '10:59'));
        expect(await whoOpens()).toEqual([acrossId]);
        await passUntil(wallTime(timeZone, after, '11:00'));
        expect(await whoOpens()).toEqual([]);
      },
    );
  },
);

test('doors in a time zone with a half-hour offset open and close by the wall clock', async () => {
  const timeZone = 'Asia/Kolkata';
  const now = await world.now();
  const [arrival, departure] = [dayOf(now + DAY, timeZone), dayOf(now + 2 * DAY, timeZone)];
  const stay = await expected(timeZone, 'ordinary', { arrival, departure });
  await passUntil(wallTime(timeZone, arrival, '14:59'));
  await stay.until((view) => view.phase === 'ready');
  expect(await stay.tap('g1', door(stay))).toBe('too-early');
  await passUntil(wallTime(timeZone, arrival, '15:00'));
  expect(await stay.tap('g1', door(stay))).toBe('opened');
  await passUntil(wallTime(timeZone, departure, '10:59'));
  expect(await stay.tap('g1', door(stay))).toBe('opened');
  await passUntil(wallTime(timeZone, departure, '11:00'));
  expect(await stay.tap('g1', door(stay))).toBe('too-late');
});

describe("a property's zone that is corrected during a stay", () => {
  test('a corrected time zone of a property moves the end of its stays: a guest gets in until the new end, and no longer', async () => {
    const [wrong, right] = ['Europe/Berlin', 'Europe/London'] as const;
    world.configure('corrected', { timeZone: wrong });
    const now = await world.now();
    const [arrival, departure] = [dayOf(now - DAY, wrong), dayOf(now + 2 * DAY, wrong)];
    const stay = await world.book('corrected', {
      propertyId: 'corrected',
      rooms: [room()],
      window: { arrival, departure },
    });
    await stay.settled();
    world.simulator.hotel.setZoneAtSeam({ timeZone: right, trust: 'trusted' });
    world.configure('corrected', { timeZone: right });
    await stay.signal('policyChanged', {});
    const view = await stay.until(
      ({ settled, window }) => settled && Date.parse(window?.to ?? '') === wallTime(right, departure, '11:00'),
    );
    expect(view.attention).toEqual([]);
    expect(view.keys.filter((key) => key.kind === 'override')).toHaveLength(1);
    expect(view.keys.filter((key) => key.state === 'live').map((key) => key.kind)).toEqual(['joiner']);
    await passUntil(wallTime(wrong, departure, '11:00'));
    expect(await stay.tap('g1', door(stay))).toBe('opened');
    await passUntil(wallTime(right, departure, '11:00'));
    expect(await stay.tap('g1', door(stay))).toBe('too-late');
    world.simulator.hotel.setZoneAtSeam({ timeZone: wrong, trust: 'trusted' });
  });
});

describe("a zone of the access system that is not the property's", () => {
  const setZoneAtSeam: SimulatedHotel['setZoneAtSeam'] = (zone) => world.simulator.hotel.setZoneAtSeam(zone);

  test.each([
    ['another one', 'America/New_York', 'trusted'],
    ['none', null, 'trusted'],
    ['one that Seam doubts', 'Europe/Berlin', 'doubted'],
  ] as const)(
    'a zone of the access system that differs (%s) raises attention until it is fixed, and the guest still gets the key',
    async (what, timeZone, trust) => {
      setZoneAtSeam({ timeZone, trust });
      const stay = await world.book(`mismatch-${what}`, { rooms: [room()] });
      const view = await stay.settled();
      expect(codes(view)).toEqual(['zone-mismatch']);
      expect(view.attention[0]?.message).toContain('Europe/Berlin');
      expect(await stay.tap('g1', door(stay))).toBe('opened');

      setZoneAtSeam({ timeZone: 'Europe/Berlin', trust: 'trusted' });
      await stay.signal('policyChanged', {});
      expect(codes(await stay.until((now) => now.settled && now.attention.length === 0))).toEqual([]);
      expect(await stay.tap('g1', door(stay))).toBe('opened');
    },
  );

  test('a zone of the access system with another name for the same clock raises no attention', async () => {
    setZoneAtSeam({ timeZone: 'Asia/Calcutta', trust: 'trusted' });
    const stay = await world.book('same-clock', { propertyId: hotelIn('Asia/Kolkata'), rooms: [room()] });
    expect(codes(await stay.settled())).toEqual([]);
    setZoneAtSeam({ timeZone: 'Europe/Berlin', trust: 'trusted' });
  });

  test('a changed zone in the property file raises attention zone-mismatch', async () => {
    world.configure('moved', { timeZone: 'Europe/Berlin' });
    const stay = await world.book('moved', { propertyId: 'moved', rooms: [room()] });
    expect(codes(await stay.settled())).toEqual([]);
    world.configure('moved', { timeZone: 'Asia/Kolkata' });
    await stay.signal('policyChanged', {});
    await stay.until((view) => view.settled && codes(view).includes('zone-mismatch'));
    await stay.signal('checkOut', {});
    expect(codes(await stay.settled())).toEqual([]);
  });
});
