/** Scenarios of dates: stays that get longer, shorter, later or earlier, that end and resume; and guests with their own dates. */
import { expect } from 'vitest';
import { scenario, type Scenario } from './scenario.js';

const COUPLE = ['Ann', 'Ben'];

export const dates: readonly Scenario[] = [
  scenario(15, 'A stay is extended')
    .given("Ann, Ben and Dan are in house until tonight, and Cleo has Dan's room next", async (hotel) => {
      const [room = '', shared = ''] = hotel.rooms(2);
      const stay = await hotel.inHouse(COUPLE, { rooms: [room], hours: [-24, 6] });
      const before = await hotel.inHouse(['Dan'], { rooms: [shared], hours: [-24, 6] });
      const after = await hotel.booked(['Cleo'], { rooms: [shared], hours: [6, 48] });
      await after.settled();
      return { room, shared, stay, before, after };
    })
    .when('Ann and Ben extend their stay by one day', async ({ stay }, hotel) => {
      await stay.amend({ window: { from: await hotel.inHours(-24), to: await hotel.inHours(30) } });
      await stay.settled();
    })
    .holds(
      'each of them gets a new joiner key before the old key ends, and no override key is made',
      ({ room }, hotel) => {
        hotel.hasMade(room, { overrides: 1, joiners: 3 });
      },
    )
    .when("Dan's booking is extended into the time for which Cleo has the room", async ({ before }, hotel) => {
      await before.amend({ window: { from: await hotel.inHours(-24), to: await hotel.inHours(30) } });
    })
    .holds('attention `room-taken` is open for the front desk', ({ before }) => before.shows('room-taken'))
    .when('the original end of the stays has passed', async ({ after }, hotel) => {
      await hotel.passes('7 hours');
      await after.haveKeys();
    })
    .holds('Ann and Ben open their room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben'))
    .holds('Cleo opens the other room, and Dan does not', async ({ shared, before, after }) => {
      await before.noOneOpens(shared);
      await after.onlyTheseOpen(shared, 'Cleo');
    })
    .when('the extended end has passed', (_, hotel) => hotel.passes('24 hours'))
    .holds('Ann and Ben no longer open their room', ({ room, stay }) => stay.noOneOpens(room)),

  scenario(16, 'A stay is shortened')
    .given("Ann and Ben are in house for another day, and Ben's phone is offline", async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse(COUPLE, { rooms: [room], hours: [-1, 24] });
      stay.phoneGoesOffline('Ben');
      return { room, stay };
    })
    .when('the end of the stay moves to two hours from now', async ({ stay }, hotel) => {
      await stay.amend({ window: { from: await hotel.inHours(-1), to: await hotel.inHours(2) } });
    })
    .holds('attention `shortening-unconfirmed` is open, because a phone may still hold the longer key', ({ stay }) =>
      stay.shows('shortening-unconfirmed'),
    )
    .holds('only joiner keys are made for the change', async ({ room, stay }, hotel) => {
      await stay.settled();
      hotel.hasMade(room, { overrides: 1, joiners: 3 });
    })
    .when('the two hours have passed', (_, hotel) => hotel.passes('3 hours'))
    .holds("Ann's phone does not open the room, and Ben's offline phone still does", async ({ room, stay }) => {
      await stay.lockAnswers(room, 'Ann', 'too-late');
      await stay.lockAnswers(room, 'Ben', 'phone-offline-key');
    })
    .when('the original end has passed', (_, hotel) => hotel.passes('22 hours'))
    .holds(
      "Ben's phone does not open the room either, and no attention is open for the front desk",
      async ({ room, stay }) => {
        await stay.lockAnswers(room, 'Ben', 'too-late');
        await stay.inTime((view) => view.attention.length === 0);
      },
    ),

  scenario(17, 'The front desk grants a late check-out')
    .given('Ann and Ben are in house on their last morning', async (hotel) => {
      const room = hotel.room();
      return { room, stay: await hotel.inHouse(COUPLE, { rooms: [room], hours: [-24, 1] }) };
    })
    .when('the front desk adds three hours, and the booking system never learns of it', async (scene, hotel) => {
      await scene.stay.signal('changeDates', { window: { to: await hotel.inHours(4) }, by: 'desk-1' });
      await scene.stay.amend({ guests: COUPLE.map((guestId) => ({ guestId, name: 'Corrected' })) });
      await scene.stay.settled();
      await hotel.passes('3 hours');
    })
    .holds(
      'both open the room after the original end, and only joiner keys are made',
      async ({ room, stay }, hotel) => {
        await stay.onlyTheseOpen(room, 'Ann', 'Ben');
        hotel.hasMade(room, { overrides: 1, joiners: 3 });
      },
    )
    .when('the three hours have passed', (_, hotel) => hotel.passes('61 minutes'))
    .holds('neither opens the room', ({ room, stay }) => stay.noOneOpens(room)),

  scenario(18, 'Guests leave early')
    .given("Ann and Ben are in house for three days, and Ben's phone is offline", async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse(COUPLE, { rooms: [room] });
      stay.phoneGoesOffline('Ben');
      return { room, stay };
    })
    .when('both check out today', ({ stay }) => stay.amend({ status: 'departed' }))
    .holds("Ann's phone no longer opens the room", async ({ room, stay }) => {
      await stay.settled();
      await stay.lockAnswers(room, 'Ann', 'no-key');
    })
    .holds(
      "Ben's phone may open it until the end of the third day, and the stay shows this",
      async ({ room, stay }) => {
        await stay.lockAnswers(room, 'Ben', 'phone-offline-key');
        const { keys, window } = await stay.view();
        expect(keys.find((key) => key.guestId === 'Ben')?.residualUntil).toBe(window?.to);
      },
    )
    .when("Ben's phone is online again", ({ stay }) => stay.phoneComesBack('Ben'))
    .holds("Ben's phone no longer opens the room", ({ room, stay }) => stay.noOneOpens(room)),

  scenario(19, 'A check-out is reversed')
    .given("Ann, Ben and Cleo were checked out by mistake, and Dan now has Cleo's room", async (hotel) => {
      const [room = '', given = ''] = hotel.rooms(2);
      const stay = await hotel.inHouse(COUPLE, { rooms: [room] });
      const other = await hotel.inHouse(['Cleo'], { rooms: [given] });
      await stay.amend({ status: 'departed' });
      await other.amend({ status: 'departed' });
      await stay.noOneOpens(room);
      await other.noOneOpens(given);
      const next = await hotel.checkedIn(['Dan'], { rooms: [given] });
      await next.onlyTheseOpen(given, 'Dan');
      return { room, given, stay, other, next };
    })
    .when('the check-outs are reversed', async ({ stay, other }) => {
      await stay.amend({ status: 'in-house' });
      await other.amend({ status: 'in-house' });
    })
    .holds(
      'Ann and Ben open their room again with one override key and one joiner key',
      async ({ room, stay }, hotel) => {
        await stay.onlyTheseOpen(room, 'Ann', 'Ben');
        hotel.hasMade(room, { overrides: 2, joiners: 2 });
      },
    )
    .holds(
      "attention `room-taken` is open on Cleo's stay, and Dan still opens the room",
      async ({ given, other, next }) => {
        await other.shows('room-taken');
        await other.noOneOpens(given);
        await next.onlyTheseOpen(given, 'Dan');
      },
    ),

  scenario(20, 'A check-in is reversed')
    .given('Ann and Ben are in house in a hotel that issues keys only at check-in', async (hotel) => {
      const room = hotel.room();
      return { room, stay: await hotel.inHouse(COUPLE, { propertyId: 'lobby', rooms: [room] }) };
    })
    .when('the check-in is reversed', ({ stay }) => stay.amend({ status: 'confirmed' }))
    .holds('no one opens the room, and the stay is in phase `expected` again', async ({ room, stay }) => {
      await stay.noOneOpens(room);
      expect((await stay.view()).phase).toBe('expected');
    })
    .when('both check in again', ({ stay }) => stay.amend({ status: 'in-house' }))
    .holds('both open the room with a new override key and a new joiner key', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(room, { overrides: 2, joiners: 2 });
    }),

  scenario(23, 'A guest arrives later and leaves earlier than the others')
    .given('Ann is in house for three days, and Ben is a guest on the second day only', async (hotel) => {
      const room = hotel.room();
      const window = { from: await hotel.inHours(24), to: await hotel.inHours(48) };
      const stay = await hotel.checkedIn(['Ann', { guestId: 'Ben', window }], { rooms: [room] });
      return { room, stay };
    })
    .holds('only Ann opens the room on the first day', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann'))
    .when('the second day begins', async ({ stay }, hotel) => {
      await hotel.passes('24 hours and 1 minute');
      await stay.haveKeys();
    })
    .holds('both open the room, and Ben has a joiner key', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
    })
    .when('the second day ends', (_, hotel) => hotel.passes('24 hours'))
    .holds('only Ann opens the room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann')),

  scenario(32, 'A booking is cancelled before arrival')
    .given('Ann has a key an hour before arrival', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.booked(['Ann'], { rooms: [room], hours: [1, 48] });
      await stay.haveKeys();
      return { room, stay, first: stay.snapshot };
    })
    .when('the booking is cancelled', ({ stay }) => stay.amend({ status: 'cancelled' }))
    .holds("Ann's key is revoked and does not open the room at the arrival time", async ({ room, stay }, hotel) => {
      await stay.settled();
      await hotel.passes('61 minutes');
      await stay.noOneOpens(room);
    })
    .when('an earlier message about the booking is delivered again', async ({ stay, first }, hotel) => {
      await expect(hotel.world.client.applyReservation({ ...first, status: 'in-house' })).rejects.toMatchObject({
        type: 'StaleRevision',
      });
      await stay.settled();
    })
    .holds('no further key is made', async ({ room, stay }, hotel) => {
      await stay.noOneOpens(room);
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
    })
    .when('the stay has closed, and the message is delivered once more', async ({ stay, first }, hotel) => {
      await hotel.passes('72 hours');
      expect((await hotel.world.client.result(stay.name)).phase).toBe('cancelled');
      await expect(hotel.world.client.applyReservation(first)).rejects.toMatchObject({
        type: expect.stringMatching(/^(StaleRevision|StayOver)$/),
      });
    })
    .holds('no stay starts, and no further key is made', ({ room }, hotel) =>
      hotel.hasMade(room, { overrides: 1, joiners: 0 }),
    ),

  scenario(33, 'A cancelled booking is reinstated under the same number')
    .given('Ann and Ben had keys an hour before arrival, and their booking was cancelled', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.booked(COUPLE, { rooms: [room], hours: [1, 48] });
      await stay.haveKeys();
      await stay.amend({ status: 'cancelled' });
      await stay.settled();
      return { room, stay };
    })
    .when('the booking is reinstated, and the arrival time comes', async ({ stay }, hotel) => {
      await stay.amend({ status: 'confirmed' });
      await stay.settled();
      await hotel.passes('61 minutes');
    })
    .holds('both open the room with a new override key and a new joiner key', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(room, { overrides: 2, joiners: 2 });
    }),
];
