/** Scenarios of arrival: bookings that become stays, rooms and phones that come late, guests who come early or not at all. */
import { Temporal } from '@js-temporal/polyfill';
import { expect } from 'vitest';
import type { BookingChanges } from './hotel.js';
import { IN_REAL_TIME, scenario, type Scenario } from './scenario.js';

export const arrival: readonly Scenario[] = [
  scenario(1, 'One guest, booked, with a room and a phone')
    .given('Ann is booked for tomorrow, and so is Ben in a hotel that issues keys at check-in only', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const stay = await hotel.booked(['Ann'], { rooms: [room] });
      const ben = await hotel.booked(['Ben'], { propertyId: 'lobby', rooms: [other] });
      await ben.settled();
      return { room, other, stay, ben };
    })
    .when('it is more than two hours before they arrive, the lead time of her hotel', async ({ stay }, hotel) => {
      await stay.settled();
      await hotel.passes('21 hours and 58 minutes');
    })
    .holds('no key has been made', async ({ room, stay }, hotel) => {
      await stay.settled();
      hotel.hasMade(room, { overrides: 0, joiners: 0 });
    })
    .when('the two hours begin', (_, hotel) => hotel.passes('3 minutes'))
    .holds('one key is made, an override, and told of only once it is issued', async ({ room, stay }, hotel) => {
      const view = await stay.haveKeys();
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
      expect(view.keys[0]?.issuedAt).toBeDefined();
    })
    .holds('it does not open the room before her time', ({ room, stay }) => stay.lockSays(room, 'Ann', 'too-early'))
    .when('the time of both comes', (_, hotel) => hotel.passes('2 hours'))
    .holds('she opens her room and the main entrance', async ({ room, stay }) => {
      await stay.onlyTheseOpen(room, 'Ann');
      await stay.onlyTheseOpen('Main Entrance', 'Ann');
    })
    .holds('he has no key', async ({ other, ben }, hotel) => {
      await ben.nobodyOpens(other);
      hotel.hasMade(other, { overrides: 0, joiners: 0 });
    })
    .when('he checks in', ({ ben }) => ben.amend({ status: 'in-house' }))
    .holds('he opens his room, by one override', async ({ other, ben }, hotel) => {
      await ben.onlyTheseOpen(other, 'Ben');
      hotel.hasMade(other, { overrides: 1, joiners: 0 });
    }),

  scenario(2, 'Four guests, whose phones are set up in any order')
    .given('four guests are checked in, none with a phone yet', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.checkedIn(['Ann', 'Ben', 'Cleo', 'Dan'], { rooms: [room], phones: 'by-hand' });
      await stay.settled();
      return { room, stay };
    })
    .when('Cleo, Ann, Dan and Ben set up their phones, one after the other', async ({ room, stay }) => {
      for (const guest of ['Cleo', 'Ann', 'Dan', 'Ben']) {
        stay.enrol(guest);
        await stay.haveKeys(guest);
        await stay.lockSays(room, guest, 'opened');
      }
    })
    .holds('the first to be ready had the override, the others joined him', ({ room }, hotel) =>
      hotel.hasMade(room, { overrides: 1, joiners: 3 }),
    )
    .holds('all four open the room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben', 'Cleo', 'Dan')),

  scenario(3, 'The guest who booked never sets up a phone, her companion does')
    .given('Ann, who booked, and Ben are checked in', async (hotel) => {
      const room = hotel.room();
      const party = [{ guestId: 'Ann', primary: true }, { guestId: 'Ben' }];
      return { room, stay: await hotel.checkedIn(party, { rooms: [room], phones: 'by-hand' }) };
    })
    .when('only Ben sets up a phone', async ({ stay }) => {
      await stay.settled();
      stay.enrol('Ben');
      await stay.haveKeys('Ben');
    })
    .holds('Ben opens the room; nothing waited for Ann', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ben'))
    .when('Ann sets up hers half an hour later', async ({ stay }, hotel) => {
      await hotel.passes('30 minutes');
      stay.enrol('Ann');
      await stay.haveKeys('Ann');
    })
    .holds('she joins him, and both open the room', async ({ room, stay }, hotel) => {
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
      await stay.onlyTheseOpen(room, 'Ben', 'Ann');
    }),

  scenario(4, 'Nobody has set up a phone at check-in')
    .given('Ann checks in without a phone', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.checkedIn(['Ann'], { rooms: [room], phones: 'by-hand' });
      await stay.settled();
      return { room, stay };
    })
    .when('a quarter of an hour has gone by', async (_, hotel) => hotel.passes('16 minutes'))
    .holds('the desk is told that a phone is missing', ({ stay }) => stay.shows('phone-missing'))
    .when('the desk cuts a card, which opens the room, and says that her phone may join it', async (scene, hotel) => {
      const card = await hotel.cutsCard(scene.room, 'new');
      expect(await card.opens(scene.room)).toBe(true);
      await scene.stay.signal('joinTo', { acsCredentialId: card.acsCredentialId });
      scene.stay.enrol('Ann');
      await scene.stay.haveKeys('Ann');
      expect(await card.opens(scene.room)).toBe(true);
    })
    .holds('her phone opens the room as well as the card: it has joined, not overridden', async (scene, hotel) => {
      await scene.stay.onlyTheseOpen(scene.room, 'Ann');
      expect(hotel.keysMadeFor(scene.room)).toEqual({ overrides: 0, joiners: 1 });
      await scene.stay.showsOnly();
    }),

  scenario(5, 'No room is assigned at arrival')
    .given('Ann and Ben check in, and have no room yet', async (hotel) => {
      const stay = await hotel.checkedIn(['Ann', 'Ben'], { rooms: [] });
      return { room: hotel.room(), stay };
    })
    .when('five minutes have gone by', (_, hotel) => hotel.passes('5 minutes'))
    .holds('the desk is told that the room is missing', ({ stay }) => stay.showsOnly('room-missing'))
    .when('a room is assigned', ({ stay, room }) => stay.amend({ rooms: [room] }))
    .holds('one override and one joiner are made, and both open the room', async ({ room, stay }, hotel) => {
      await stay.showsOnly();
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
      await stay.onlyTheseOpen(room, 'Ann', 'Ben');
    }),

  scenario(6, 'The room is taken back before arrival')
    .given('Ann is booked, and has the key to her room an hour ahead', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.booked(['Ann'], { rooms: [room], hours: [1, 48] });
      await stay.haveKeys();
      return { room, stay };
    })
    .when('the room is unassigned', ({ stay }) => stay.amend({ rooms: [] }))
    .holds('the key to it ends, and opens nothing when her time comes', async ({ room, stay }, hotel) => {
      await stay.settled();
      await hotel.passes('61 minutes');
      await stay.nobodyOpens(room);
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
    }),

  scenario(7, 'Another room before check-in')
    .given('Ann and Ben are booked, and have the keys to their room an hour ahead', async (hotel) => {
      const [first = '', second = ''] = hotel.rooms(2);
      const stay = await hotel.booked(['Ann', 'Ben'], { rooms: [first], hours: [1, 48] });
      await stay.haveKeys();
      return { first, second, stay };
    })
    .when('they are given another room before they come', async ({ second, stay }, hotel) => {
      await stay.amend({ rooms: [second] });
      await stay.settled();
      await hotel.passes('61 minutes');
    })
    .holds('they open the second room, and never the first', async ({ first, second, stay }) => {
      await stay.nobodyOpens(first);
      await stay.onlyTheseOpen(second, 'Ann', 'Ben');
    })
    .holds('the second room costs one override and one joiner', ({ second }, hotel) =>
      hotel.hasMade(second, { overrides: 1, joiners: 1 }),
    ),

  scenario(13, 'The guests come early')
    .given('Ann is booked for tonight', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.booked(['Ann'], { rooms: [room], hours: [8, 48] });
      await stay.settled();
      return { room, stay };
    })
    .when('she is checked in now, and the booking system moves the start to a minute ago', async ({ stay }, hotel) => {
      const to = (await stay.view()).window?.to ?? '';
      await stay.amend({ status: 'in-house', window: { from: await hotel.inHours(-1 / 60), to } });
    })
    .holds('her key opens the room at once', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann'))
    .holds('it is one override, and the past start is no error', async ({ room, stay }, hotel) => {
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
      await stay.showsOnly();
    }),

  scenario(14, 'Checked in ahead, while the room is still being cleaned')
    .given('Ann has checked in, and the booking holds her keys back until the room is clean', async (hotel) => {
      const room = hotel.room();
      const hold = { reason: 'room is being cleaned' };
      return { room, stay: await hotel.checkedIn(['Ann'], { rooms: [room], hold }) };
    })
    .holds('no key to the room is made', async ({ room, stay }, hotel) => {
      await stay.nobodyOpens(room);
      hotel.hasMade(room, { overrides: 0, joiners: 0 });
    })
    .when('the room is clean', ({ stay }) => stay.amend({ hold: undefined }))
    .holds('she opens it', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann')),

  scenario(34, 'A no-show who comes at two in the night')
    .given('Ann and Ben did not come, and have keys that were issued ahead', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const stay = await hotel.booked(['Ann'], { rooms: [room], hours: [1, 48] });
      const second = await hotel.booked(['Ben'], { rooms: [other], hours: [1, 48] });
      await stay.haveKeys();
      await second.haveKeys();
      await hotel.passes('10 hours');
      return { room, other, stay, second };
    })
    .when('the night audit makes no-shows of them', async ({ stay, second }) => {
      await stay.amend({ status: 'no-show' });
      await second.amend({ status: 'no-show' });
    })
    .holds('their keys end', async ({ room, other, stay, second }) => {
      await stay.nobodyOpens(room);
      await second.nobodyOpens(other);
    })
    .when('they come: Ann is checked in on her own booking, Ben on a new one', async ({ other, stay }, hotel) => {
      await hotel.passes('1 hour');
      await stay.amend({ status: 'in-house' });
      const again = await hotel.checkedIn(['Ben'], { rooms: [other] });
      await again.onlyTheseOpen(other, 'Ben');
    })
    .holds('Ann opens her room, too, and each had a new override', async ({ room, other, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ann');
      expect(hotel.keysMadeFor(room).overrides).toBe(2);
      expect(hotel.keysMadeFor(other).overrides).toBe(2);
    }),

  scenario(35, 'A room for some hours of a day')
    .given(
      'tomorrow Ann has a room from one to four, and Ben the same room from half past four to seven',
      async (hotel) => {
        const room = hotel.room();
        const today = Temporal.Instant.fromEpochMilliseconds(await hotel.world.now()).toZonedDateTimeISO(
          'Europe/Berlin',
        );
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
      },
    )
    .when('it is three, and Ben’s lead time of two hours has begun', ({ at }, hotel) => hotel.clockReaches(at('15:00')))
    .holds('she opens it, and he does not yet', async ({ room, first, second }) => {
      await second.nobodyOpens(room);
      await first.onlyTheseOpen(room, 'Ann');
    })
    .when('it is half past four', async ({ second, at }, hotel) => {
      await hotel.clockReaches(at('16:30'));
      await second.haveKeys();
    })
    .holds('he opens it, and she does not', async ({ room, first, second }) => {
      await first.nobodyOpens(room);
      await second.onlyTheseOpen(room, 'Ben');
    })
    .when('it is seven', ({ at }, hotel) => hotel.clockReaches(at('19:00')))
    .holds('neither opens it; each had one override', async ({ room, first, second }, hotel) => {
      await first.nobodyOpens(room);
      await second.nobodyOpens(room);
      hotel.hasMade(room, { overrides: 2, joiners: 0 });
    }),

  scenario(36, 'A walk-in: booked, given a room and checked in within ten seconds', IN_REAL_TIME)
    .given('Ann and Ben are booked as they stand at the desk, without a room', async (hotel) => {
      const stay = await hotel.booked(['Ann', 'Ben'], { rooms: [], hours: [0, 24], status: 'tentative' });
      return { room: hotel.room(), stay };
    })
    .when('the booking is confirmed, given a room and checked in, all within ten seconds', async ({ room, stay }) => {
      await stay.amend({ status: 'confirmed' });
      await stay.amend({ rooms: [room] });
      await stay.amend({ status: 'in-house' });
    })
    .holds('one plan comes of it: one override and one joiner', async ({ room, stay }, hotel) => {
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
