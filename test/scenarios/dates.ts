/** Scenarios of dates: stays that get longer, shorter, later or earlier, that end and resume; and guests with their own dates. */
import { expect } from 'vitest';
import { scenario, type Scenario } from './scenario.js';

const COUPLE = ['Ann', 'Ben'];

export const dates: readonly Scenario[] = [
  scenario(15, 'The stay is extended')
    .given('Ann and Ben are in house until tonight; Cleo is booked into a room after Dan', async (hotel) => {
      const [room = '', shared = ''] = hotel.rooms(2);
      const stay = await hotel.inHouse(COUPLE, { rooms: [room], hours: [-24, 6] });
      const before = await hotel.inHouse(['Dan'], { rooms: [shared], hours: [-24, 6] });
      const after = await hotel.booked(['Cleo'], { rooms: [shared], hours: [6, 48] });
      await after.settled();
      return { room, shared, stay, before, after };
    })
    .when('Ann and Ben stay a day longer', async ({ stay }, hotel) => {
      await stay.amend({ window: { from: await hotel.inHours(-24), to: await hotel.inHours(30) } });
      await stay.settled();
    })
    .holds('each has a new joiner before the old key ends; there is no further override', ({ room }, hotel) => {
      hotel.hasMade(room, { overrides: 1, joiners: 3 });
    })
    .when('Dan would stay longer, too, into the time for which Cleo has his room', async ({ before }, hotel) => {
      await before.amend({ window: { from: await hotel.inHours(-24), to: await hotel.inHours(30) } });
    })
    .holds('the desk is told that the room is taken', ({ before }) => before.shows('room-taken'))
    .when('it is past the old end', async ({ after }, hotel) => {
      await hotel.passes('7 hours');
      await after.haveKeys();
    })
    .holds('Ann and Ben open their room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben'))
    .holds('Cleo opens hers, and Dan does not', async ({ shared, before, after }) => {
      await before.nobodyOpens(shared);
      await after.onlyTheseOpen(shared, 'Cleo');
    })
    .when('it is past the new end', (_, hotel) => hotel.passes('24 hours'))
    .holds('Ann and Ben no longer open theirs', ({ room, stay }) => stay.nobodyOpens(room)),

  scenario(16, 'The stay is shortened')
    .given("Ann and Ben are in house for a day; Ben's phone is offline", async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse(COUPLE, { rooms: [room], hours: [-1, 24] });
      stay.phoneGoesOffline('Ben');
      return { room, stay };
    })
    .when('they are to leave in two hours', async ({ stay }, hotel) => {
      await stay.amend({ window: { from: await hotel.inHours(-1), to: await hotel.inHours(2) } });
    })
    .holds('the desk is told that a phone may not have heard of it', ({ stay }) => stay.shows('shortening-unconfirmed'))
    .holds('it cost joiners only', async ({ room, stay }, hotel) => {
      await stay.settled();
      hotel.hasMade(room, { overrides: 1, joiners: 3 });
    })
    .when('the two hours are over', (_, hotel) => hotel.passes('3 hours'))
    .holds("Ann's phone does not open the room; Ben's does, as the desk was told", async ({ room, stay }) => {
      await stay.lockSays(room, 'Ann', 'too-late');
      await stay.lockSays(room, 'Ben', 'phone-offline-key');
    })
    .when('the day is over', (_, hotel) => hotel.passes('22 hours'))
    .holds("Ben's phone does not open it either, and nothing is left for the desk", async ({ room, stay }) => {
      await stay.lockSays(room, 'Ben', 'too-late');
      await stay.inTime((view) => view.attention.length === 0);
    }),

  scenario(17, 'A late check-out')
    .given('Ann and Ben are in house on their last morning', async (hotel) => {
      const room = hotel.room();
      return { room, stay: await hotel.inHouse(COUPLE, { rooms: [room], hours: [-24, 1] }) };
    })
    .when(
      'the desk lets them stay three hours longer, and the booking system never hears of it',
      async (scene, hotel) => {
        await scene.stay.signal('changeDates', { window: { to: await hotel.inHours(4) }, by: 'desk-1' });
        await scene.stay.amend({ guests: COUPLE.map((guestId) => ({ guestId, name: 'Corrected' })) });
        await scene.stay.settled();
        await hotel.passes('3 hours');
      },
    )
    .holds('they open the room past the old end, by joiners only', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(room, { overrides: 1, joiners: 3 });
    })
    .when('the three hours are over', (_, hotel) => hotel.passes('61 minutes'))
    .holds('they do not', ({ room, stay }) => stay.nobodyOpens(room)),

  scenario(18, 'The guests leave early')
    .given("Ann and Ben are in house for three days; Ben's phone is offline", async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse(COUPLE, { rooms: [room] });
      stay.phoneGoesOffline('Ben');
      return { room, stay };
    })
    .when('they check out today', ({ stay }) => stay.amend({ status: 'departed' }))
    .holds("Ann's phone no longer opens the room", async ({ room, stay }) => {
      await stay.settled();
      await stay.lockSays(room, 'Ann', 'no-key');
    })
    .holds("Ben's might until the end of the third day, which the stay says", async ({ room, stay }) => {
      await stay.lockSays(room, 'Ben', 'phone-offline-key');
      const { keys, window } = await stay.view();
      expect(keys.find((key) => key.guestId === 'Ben')?.residualUntil).toBe(window?.to);
    })
    .when('his phone is back', ({ stay }) => stay.phoneComesBack('Ben'))
    .holds('it does not either', ({ room, stay }) => stay.nobodyOpens(room)),

  scenario(19, 'A check-out is reversed')
    .given('Ann and Ben have checked out by mistake, and so has Cleo, whose room Dan has meanwhile', async (hotel) => {
      const [room = '', given = ''] = hotel.rooms(2);
      const stay = await hotel.inHouse(COUPLE, { rooms: [room] });
      const other = await hotel.inHouse(['Cleo'], { rooms: [given] });
      await stay.amend({ status: 'departed' });
      await other.amend({ status: 'departed' });
      await stay.nobodyOpens(room);
      await other.nobodyOpens(given);
      const next = await hotel.checkedIn(['Dan'], { rooms: [given] });
      await next.onlyTheseOpen(given, 'Dan');
      return { room, given, stay, other, next };
    })
    .when('the check-outs are reversed', async ({ stay, other }) => {
      await stay.amend({ status: 'in-house' });
      await other.amend({ status: 'in-house' });
    })
    .holds('Ann and Ben open their room again, by one override and one joiner', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(room, { overrides: 2, joiners: 2 });
    })
    .holds(
      'for Cleo the desk is told that her room is taken; Dan goes on opening it',
      async ({ given, other, next }) => {
        await other.shows('room-taken');
        await other.nobodyOpens(given);
        await next.onlyTheseOpen(given, 'Dan');
      },
    ),

  scenario(20, 'A check-in is reversed')
    .given('Ann and Ben are in house, in a hotel that issues keys at check-in only', async (hotel) => {
      const room = hotel.room();
      return { room, stay: await hotel.inHouse(COUPLE, { propertyId: 'lobby', rooms: [room] }) };
    })
    .when('the check-in is reversed', ({ stay }) => stay.amend({ status: 'confirmed' }))
    .holds('nobody opens the room, and the stay waits as before', async ({ room, stay }) => {
      await stay.nobodyOpens(room);
      expect((await stay.view()).phase).toBe('expected');
    })
    .when('they are checked in again', ({ stay }) => stay.amend({ status: 'in-house' }))
    .holds('both open it, by a new override and a joiner', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(room, { overrides: 2, joiners: 2 });
    }),

  scenario(23, 'A guest who comes later and leaves earlier than the others')
    .given('Ann is in house for three days; Ben is to be with her on the second', async (hotel) => {
      const room = hotel.room();
      const window = { from: await hotel.inHours(24), to: await hotel.inHours(48) };
      const stay = await hotel.checkedIn(['Ann', { guestId: 'Ben', window }], { rooms: [room] });
      return { room, stay };
    })
    .holds('on the first day only Ann opens the room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann'))
    .when('the second day comes', async ({ stay }, hotel) => {
      await hotel.passes('24 hours and 1 minute');
      await stay.haveKeys();
    })
    .holds('both do; Ben has joined', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
    })
    .when('it is over', (_, hotel) => hotel.passes('24 hours'))
    .holds('only Ann does', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann')),

  scenario(32, 'Cancelled before arrival')
    .given('Ann is booked, and has her key an hour ahead', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.booked(['Ann'], { rooms: [room], hours: [1, 48] });
      await stay.haveKeys();
      return { room, stay, first: stay.snapshot };
    })
    .when('the booking is cancelled', ({ stay }) => stay.amend({ status: 'cancelled' }))
    .holds('her key ends, and opens nothing when her time would have come', async ({ room, stay }, hotel) => {
      await stay.settled();
      await hotel.passes('61 minutes');
      await stay.nobodyOpens(room);
    })
    .when('the first message about the booking is delivered once more, late', async ({ stay, first }, hotel) => {
      await expect(hotel.world.client.applyReservation({ ...first, status: 'in-house' })).rejects.toMatchObject({
        type: 'StaleRevision',
      });
      await stay.settled();
    })
    .holds('no key comes of it', async ({ room, stay }, hotel) => {
      await stay.nobodyOpens(room);
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
    })
    .when('the stay has closed, and that message is delivered yet again', async ({ stay, first }, hotel) => {
      await hotel.passes('72 hours');
      expect((await hotel.world.client.result(stay.name)).phase).toBe('cancelled');
      await expect(hotel.world.client.applyReservation(first)).rejects.toMatchObject({
        type: expect.stringMatching(/^(StaleRevision|StayOver)$/),
      });
    })
    .holds('nothing begins anew', ({ room }, hotel) => hotel.hasMade(room, { overrides: 1, joiners: 0 })),

  scenario(33, 'Cancelled, and reinstated under the same number')
    .given('Ann and Ben had their keys an hour ahead, and were cancelled', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.booked(COUPLE, { rooms: [room], hours: [1, 48] });
      await stay.haveKeys();
      await stay.amend({ status: 'cancelled' });
      await stay.settled();
      return { room, stay };
    })
    .when('the booking is reinstated, and their time comes', async ({ stay }, hotel) => {
      await stay.amend({ status: 'confirmed' });
      await stay.settled();
      await hotel.passes('61 minutes');
    })
    .holds('both open the room, by a new override and a joiner', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(room, { overrides: 2, joiners: 2 });
    }),
];
