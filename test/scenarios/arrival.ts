/** Scenarios of arrival: bookings that become stays, rooms and phones that come late, guests who come early or not at all. */
import { Temporal } from '@js-temporal/polyfill';
import { expect } from 'vitest';
import type { BookingChanges } from './hotel.js';
import { IN_REAL_TIME, scenario, type Scenario } from './scenario.js';

export const arrival: readonly Scenario[] = [
  scenario(1, 'A booked guest gets a key when the lead time begins')
    .given(
      'Ann is booked for tomorrow, and Ben is booked in a hotel that issues keys only at check-in',
      async (hotel) => {
        const [room = '', other = ''] = hotel.rooms(2);
        const stay = await hotel.booked(['Ann'], { rooms: [room] });
        const ben = await hotel.booked(['Ben'], { propertyId: 'lobby', rooms: [other] });
        await ben.settled();
        return { room, other, stay, ben };
      },
    )
    .when("two minutes remain before the two-hour lead time of Ann's hotel begins", async ({ stay }, hotel) => {
      await stay.settled();
      await hotel.passes('21 hours and 58 minutes');
    })
    .holds("no key to Ann's room has been made", async ({ room, stay }, hotel) => {
      await stay.settled();
      hotel.hasMade(room, { overrides: 0, joiners: 0 });
    })
    .when('the lead time begins', (_, hotel) => hotel.passes('3 minutes'))
    .holds('Ann has one key, an override key, and the stay shows when it was issued', async ({ room, stay }, hotel) => {
      const view = await stay.haveKeys();
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
      expect(view.keys[0]?.issuedAt).toBeDefined();
    })
    .holds('the key does not open the room before the arrival time', ({ room, stay }) =>
      stay.lockAnswers(room, 'Ann', 'too-early'),
    )
    .when('the arrival time of both guests comes', (_, hotel) => hotel.passes('2 hours'))
    .holds('Ann opens the room and the main entrance', async ({ room, stay }) => {
      await stay.onlyTheseOpen(room, 'Ann');
      await stay.onlyTheseOpen('Main Entrance', 'Ann');
    })
    .holds('Ben has no key', async ({ other, ben }, hotel) => {
      await ben.noOneOpens(other);
      hotel.hasMade(other, { overrides: 0, joiners: 0 });
    })
    .when('Ben checks in', ({ ben }) => ben.amend({ status: 'in-house' }))
    .holds('Ben opens the room with one override key', async ({ other, ben }, hotel) => {
      await ben.onlyTheseOpen(other, 'Ben');
      hotel.hasMade(other, { overrides: 1, joiners: 0 });
    }),

  scenario(2, 'Guests set up their phones in any order')
    .given('four guests are checked in, and none of them has set up a phone', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.checkedIn(['Ann', 'Ben', 'Cleo', 'Dan'], { rooms: [room], phones: 'by-hand' });
      await stay.settled();
      return { room, stay };
    })
    .when('Cleo, Ann, Dan and Ben set up their phones one after another', async ({ room, stay }) => {
      for (const guest of ['Cleo', 'Ann', 'Dan', 'Ben']) {
        stay.enrol(guest);
        await stay.haveKeys(guest);
        await stay.lockAnswers(room, guest, 'opened');
      }
    })
    .holds('Cleo, who was ready first, has the override key, and the others have joiner keys', ({ room }, hotel) =>
      hotel.hasMade(room, { overrides: 1, joiners: 3 }),
    )
    .holds('all four open the room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben', 'Cleo', 'Dan')),

  scenario(3, 'A primary guest without a phone does not delay a companion')
    .given('Ann, the primary guest, and Ben are checked in without phones', async (hotel) => {
      const room = hotel.room();
      const party = [{ guestId: 'Ann', primary: true }, { guestId: 'Ben' }];
      return { room, stay: await hotel.checkedIn(party, { rooms: [room], phones: 'by-hand' }) };
    })
    .when('only Ben sets up a phone', async ({ stay }) => {
      await stay.settled();
      stay.enrol('Ben');
      await stay.haveKeys('Ben');
    })
    .holds('Ben opens the room without waiting for Ann', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ben'))
    .when('Ann sets up a phone half an hour later', async ({ stay }, hotel) => {
      await hotel.passes('30 minutes');
      stay.enrol('Ann');
      await stay.haveKeys('Ann');
    })
    .holds('Ann gets a joiner key, and both open the room', async ({ room, stay }, hotel) => {
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
      await stay.onlyTheseOpen(room, 'Ben', 'Ann');
    }),

  scenario(4, 'No guest has set up a phone at check-in')
    .given('Ann checks in without a phone', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.checkedIn(['Ann'], { rooms: [room], phones: 'by-hand' });
      await stay.settled();
      return { room, stay };
    })
    .when('a quarter of an hour passes', async (_, hotel) => hotel.passes('16 minutes'))
    .holds('attention `phone-missing` is open for the front desk', ({ stay }) => stay.shows('phone-missing'))
    .when("the front desk cuts a card that opens the room, and allows Ann's phone to join it", async (scene, hotel) => {
      const card = await hotel.cutsCard(scene.room, 'new');
      expect(await card.opens(scene.room)).toBe(true);
      await scene.stay.signal('joinTo', { acsCredentialId: card.acsCredentialId });
      scene.stay.enrol('Ann');
      await scene.stay.haveKeys('Ann');
      expect(await card.opens(scene.room)).toBe(true);
    })
    .holds("Ann's phone opens the room with a joiner key, which leaves the card valid", async (scene, hotel) => {
      await scene.stay.onlyTheseOpen(scene.room, 'Ann');
      expect(hotel.keysMadeFor(scene.room)).toEqual({ overrides: 0, joiners: 1 });
      await scene.stay.showsOnly();
    }),

  scenario(5, 'No room is assigned at arrival')
    .given('Ann and Ben check in without a room', async (hotel) => {
      const stay = await hotel.checkedIn(['Ann', 'Ben'], { rooms: [] });
      return { room: hotel.room(), stay };
    })
    .when('five minutes pass', (_, hotel) => hotel.passes('5 minutes'))
    .holds('attention `room-missing` is open for the front desk', ({ stay }) => stay.showsOnly('room-missing'))
    .when('a room is assigned', ({ stay, room }) => stay.amend({ rooms: [room] }))
    .holds('both open the room with one override key and one joiner key', async ({ room, stay }, hotel) => {
      await stay.showsOnly();
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
    }),

  scenario(6, 'A room is unassigned before arrival')
    .given('Ann has a key to the room an hour before arrival', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.booked(['Ann'], { rooms: [room], hours: [1, 48] });
      await stay.haveKeys();
      return { room, stay };
    })
    .when('the room is unassigned', ({ stay }) => stay.amend({ rooms: [] }))
    .holds("Ann's key is revoked and does not open the room at the arrival time", async ({ room, stay }, hotel) => {
      await stay.settled();
      await hotel.passes('61 minutes');
      await stay.noOneOpens(room);
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
    }),

  scenario(7, 'A booking gets another room before check-in')
    .given('Ann and Ben have keys to their room an hour before arrival', async (hotel) => {
      const [first = '', second = ''] = hotel.rooms(2);
      const stay = await hotel.booked(['Ann', 'Ben'], { rooms: [first], hours: [1, 48] });
      await stay.haveKeys();
      return { first, second, stay };
    })
    .when('they are assigned a second room, and the arrival time comes', async ({ second, stay }, hotel) => {
      await stay.amend({ rooms: [second] });
      await stay.settled();
      await hotel.passes('61 minutes');
    })
    .holds('they open the second room and not the first', async ({ first, second, stay }) => {
      await stay.noOneOpens(first);
      await stay.onlyTheseOpen(second, 'Ann', 'Ben');
    })
    .holds('one override key and one joiner key have been made for the second room', ({ second }, hotel) =>
      hotel.hasMade(second, { overrides: 1, joiners: 1 }),
    ),

  scenario(13, 'A guest arrives early')
    .given('Ann is booked for tonight', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.booked(['Ann'], { rooms: [room], hours: [8, 48] });
      await stay.settled();
      return { room, stay };
    })
    .when('Ann checks in now, and the booking system moves the start to a minute ago', async ({ stay }, hotel) => {
      const to = (await stay.view()).window?.to ?? '';
      await stay.amend({ status: 'in-house', window: { from: await hotel.inHours(-1 / 60), to } });
    })
    .holds('Ann opens the room at once', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann'))
    .holds('one override key has been made, and the past start is not an error', async ({ room, stay }, hotel) => {
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
      await stay.showsOnly();
    }),

  scenario(14, 'A guest checks in while the room is being cleaned')
    .given("Ann is checked in, and the booking system holds Ann's key until the room is clean", async (hotel) => {
      const room = hotel.room();
      const hold = { reason: 'room is being cleaned' };
      return { room, stay: await hotel.checkedIn(['Ann'], { rooms: [room], hold }) };
    })
    .holds('no key to the room is made', async ({ room, stay }, hotel) => {
      await stay.noOneOpens(room);
      hotel.hasMade(room, { overrides: 0, joiners: 0 });
    })
    .when('the room is clean, and the booking system removes the hold', ({ stay }) => stay.amend({ hold: undefined }))
    .holds('Ann opens the room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann')),

  scenario(34, 'A no-show arrives during the night')
    .given('Ann and Ben have keys, and neither of them has arrived', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const stay = await hotel.booked(['Ann'], { rooms: [room], hours: [1, 48] });
      const second = await hotel.booked(['Ben'], { rooms: [other], hours: [1, 48] });
      await stay.haveKeys();
      await second.haveKeys();
      await hotel.passes('10 hours');
      return { room, other, stay, second };
    })
    .when('the night audit marks both as no-shows', async ({ stay, second }) => {
      await stay.amend({ status: 'no-show' });
      await second.amend({ status: 'no-show' });
    })
    .holds('their keys no longer open the rooms', async ({ room, other, stay, second }) => {
      await stay.noOneOpens(room);
      await second.noOneOpens(other);
    })
    .when('both arrive: Ann checks in on the old booking, and Ben on a new one', async ({ other, stay }, hotel) => {
      await hotel.passes('1 hour');
      await stay.amend({ status: 'in-house' });
      const again = await hotel.checkedIn(['Ben'], { rooms: [other] });
      await again.onlyTheseOpen(other, 'Ben');
    })
    .holds('Ann and Ben each open their room with a new override key', async ({ room, other, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann');
      expect(hotel.keysMadeFor(room).overrides).toBe(2);
      expect(hotel.keysMadeFor(other).overrides).toBe(2);
    }),

  scenario(35, 'Two day-use bookings follow each other in one room')
    .given('Ann has a room tomorrow from 13:00 to 16:00, and Ben has it from 16:30 to 19:00', async (hotel) => {
      const room = hotel.room();
      const today = Temporal.Instant.fromEpochMilliseconds(await hotel.world.now()).toZonedDateTimeISO('Europe/Berlin');
      const day = today.toPlainDate().add({ days: 1 });
      const hours = (checkIn: string, checkOut: string): BookingChanges => ({
        propertyId: 'berlin',
        rooms: [room],
        window: { arrival: day.toString(), departure: day.toString(), checkIn, checkOut },
      });
      const first = await hotel.booked(['Ann'], hours('13:00', '16:00'));
      const second = await hotel.booked(['Ben'], hours('16:30', '19:00'));
      for (const stay of [first, second]) await stay.settled();
      const at = (clock: string): string =>
        day.toZonedDateTime({ timeZone: 'Europe/Berlin', plainTime: clock }).toInstant().toString();
      return { room, first, second, at };
    })
    .when("it is 15:00, and Ben's two-hour lead time has begun", ({ at }, hotel) => hotel.clockReaches(at('15:00')))
    .holds('Ann opens the room, and Ben does not yet', async ({ room, first, second }) => {
      await second.noOneOpens(room);
      await first.onlyTheseOpen(room, 'Ann');
    })
    .when('it is 16:30', async ({ second, at }, hotel) => {
      await hotel.clockReaches(at('16:30'));
      await second.haveKeys();
    })
    .holds('Ben opens the room, and Ann does not', async ({ room, first, second }) => {
      await first.noOneOpens(room);
      await second.onlyTheseOpen(room, 'Ben');
    })
    .when('it is 19:00', ({ at }, hotel) => hotel.clockReaches(at('19:00')))
    .holds('neither opens the room, and each has had one override key', async ({ room, first, second }, hotel) => {
      await first.noOneOpens(room);
      await second.noOneOpens(room);
      hotel.hasMade(room, { overrides: 2, joiners: 0 });
    }),

  scenario(36, 'A walk-in is booked and checked in within ten seconds', IN_REAL_TIME)
    .given('Ann and Ben stand at the front desk with a tentative booking and no room', async (hotel) => {
      const stay = await hotel.booked(['Ann', 'Ben'], { rooms: [], hours: [0, 24], status: 'tentative' });
      return { room: hotel.room(), stay };
    })
    .when('the booking is confirmed, assigned a room and checked in within ten seconds', async ({ room, stay }) => {
      await stay.amend({ status: 'confirmed' });
      await stay.amend({ rooms: [room] });
      await stay.amend({ status: 'in-house' });
    })
    .holds('only one override key and one joiner key are made', async ({ room, stay }, hotel) => {
      await stay.settled();
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
    })
    .holds('both open the room within a minute', async ({ room, stay }) => {
      const view = await stay.view();
      const asked = Date.parse(view.timeline[0]?.at ?? '');
      const issued = view.keys.map((key) => Date.parse(key.issuedAt ?? ''));
      expect(Math.max(...issued) - asked).toBeLessThanOrEqual(60_000);
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
    }),
];
