/**
 * Scenarios of the front desk and of the equipment: cards, decisions of staff, outages, keys that do not arrive, keys that hold too much.
 */
import { expect } from 'vitest';
import { scenario, type Scenario } from './scenario.js';

const COUPLE = ['Ann', 'Ben'];

export const desk: readonly Scenario[] = [
  scenario(45, 'The front desk cuts a new card for a room with mobile keys')
    .given('Ann and Ben are in house, and the front desk has cut a new card for their room', async (hotel) => {
      const room = hotel.room();
      return { room, stay: await hotel.inHouse(COUPLE, { rooms: [room] }), card: await hotel.cutsCard(room, 'new') };
    })
    .when('the card is used, and Seam reports the keys as invalidated', async ({ room, stay, card }) => {
      expect(await card.opens(room)).toBe(true);
      await stay.receivesFromSeam('acs_credential.invalidated');
    })
    .holds('attention `key-invalidated` is open for the front desk', ({ stay }) => stay.shows('key-invalidated'))
    .holds(
      'no override key is made against the card, and the card still opens the room',
      async ({ room, stay, card }, hotel) => {
        await hotel.passes('1 hour');
        await stay.noOneOpens(room);
        hotel.hasMade(room, { overrides: 1, joiners: 1 });
        expect(await card.opens(room)).toBe(true);
      },
    )
    .when('the front desk confirms that the card belongs to the same stay', async ({ stay, card }) => {
      await stay.signal('joinTo', { acsCredentialId: card.acsCredentialId, by: 'desk-1' });
      await stay.haveKeys();
    })
    .holds('both phones open the room with new joiner keys, and the card still does', async (scene, hotel) => {
      await scene.stay.onlyTheseOpen(scene.room, 'Ann', 'Ben');
      expect(await scene.card.opens(scene.room)).toBe(true);
      hotel.hasMade(scene.room, { overrides: 1, joiners: 3 });
      await scene.stay.showsOnly();
    }),

  scenario(46, 'Later booking messages do not undo decisions of staff')
    .given('Ann and Ben are booked for tomorrow in one room, and Dan in another', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const stay = await hotel.booked(COUPLE, { rooms: [room] });
      const early = await hotel.booked(['Dan'], { rooms: [other] });
      for (const each of [stay, early]) await each.settled();
      return { room, other, stay, early };
    })
    .when('the front desk holds the keys, Ann and Ben check in, and Cleo is added', async ({ stay }) => {
      await stay.signal('hold', { reason: 'passport missing', by: 'desk-1' });
      await stay.amend({ status: 'in-house' });
      await stay.settled();
      await stay.amend({ guests: ['Ann', 'Ben', 'Cleo'].map((guestId) => ({ guestId })) });
    })
    .holds('no key is made', async ({ room, stay }, hotel) => {
      await stay.noOneOpens(room);
      hotel.hasMade(room, { overrides: 0, joiners: 0 });
    })
    .when('the front desk releases the hold', ({ stay }) =>
      stay.signal('release', { reason: 'passport seen', by: 'desk-1' }),
    )
    .holds('all three open the room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben', 'Cleo'))
    .when('the front desk blocks Cleo, and the booking system sends Cleo again', async ({ stay }) => {
      await stay.signal('block', { reason: 'house ban', guestId: 'Cleo', by: 'desk-1' });
      await stay.amend({ guests: ['Ann', 'Ben', 'Cleo'].map((guestId) => ({ guestId, name: 'Corrected' })) });
    })
    .holds('only Ann and Ben open the room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben'))
    .when('the front desk lifts the block', ({ stay }) =>
      stay.signal('release', { reason: 'ban lifted', guestId: 'Cleo', by: 'desk-1' }),
    )
    .holds('all three open the room again', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben', 'Cleo'))
    .when('the front desk forces a key for Dan, who arrives tomorrow', async ({ early }) => {
      await early.signal('force', { reason: 'flies in tonight', by: 'desk-1' });
      await early.haveKeys();
    })
    .holds('Dan has a key, which does not open the room before the arrival time', async ({ other, early }, hotel) => {
      hotel.hasMade(other, { overrides: 1, joiners: 0 });
      await early.lockAnswers(other, 'Dan', 'too-early');
    }),

  scenario(47, 'The bridge is down for hours, during check-in and check-out')
    .given('Ann arrives in four hours, Ben is in house, and Cleo arrives tonight', async (hotel) => {
      const [first = '', second = '', third = ''] = hotel.rooms(3);
      const ann = await hotel.booked(['Ann'], { rooms: [first], hours: [4.25, 48] });
      const ben = await hotel.inHouse(['Ben'], { rooms: [second] });
      const cleo = await hotel.booked(['Cleo'], { rooms: [third], hours: [8, 48] });
      for (const stay of [ann, cleo]) await stay.settled();
      return { first, second, third, ann, ben, cleo };
    })
    .when("the bridge goes down, and Ann's lead time begins two hours later", async (_, hotel) => {
      await hotel.bridgeGoesDown();
      await hotel.passes('2 hours and 18 minutes');
    })
    .holds('attention `access-system-down` is open for the front desk', ({ ann }) => ann.shows('access-system-down'))
    .when('Ann checks in, Ben checks out, and Cleo checks in and out again', async ({ ann, ben, cleo }, hotel) => {
      await ann.amend({ status: 'in-house' });
      await ben.amend({ status: 'departed' });
      await cleo.amend({ status: 'in-house' });
      await hotel.passes('3 minutes');
      await cleo.amend({ status: 'departed' });
    })
    .holds(
      "attention `revoke-unconfirmed` is open on Ben's stay, and Ben's key still opens the room",
      async ({ second, ben }) => {
        await ben.shows('revoke-unconfirmed');
        await ben.isOpenTo('Ben', second);
      },
    )
    .when('the bridge is up again', async ({ ann, ben, cleo }, hotel) => {
      await hotel.passes('3 minutes');
      await hotel.allIsWell();
      await ann.haveKeys();
      for (const stay of [ben, cleo]) await stay.inTime((view) => view.phase === 'over' && view.settled);
    })
    .holds('Ann opens their room, and Ben and Cleo do not open theirs', async (scene, hotel) => {
      await scene.ben.noOneOpens(scene.second);
      await scene.cleo.noOneOpens(scene.third);
      await scene.ann.onlyTheseOpen(scene.first, 'Ann');
      // One in the outage, and one for the earlier check-in.
      expect(hotel.keysMadeFor(scene.first).overrides).toBe(2);
    })
    .holds('no attention is open for the front desk', async ({ ann, ben, cleo }) => {
      for (const stay of [ann, ben, cleo]) await stay.showsOnly();
    }),

  scenario(48, 'A key is made but never arrives')
    .given("the access system loses Ann's key, and Ben arrives in two and a half hours", async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const ben = await hotel.booked(['Ben'], { rooms: [other], hours: [2.5, 48] });
      await ben.settled();
      await hotel.disturb({ kind: 'never-synced', times: 1 });
      const stay = await hotel.checkedIn(['Ann'], { rooms: [room] });
      await stay.until((view) => view.keys.some((key) => key.state === 'issuing'));
      return { room, other, stay, ben };
    })
    .when('the key stays unconfirmed for longer than the property allows', async ({ stay }, hotel) => {
      await stay.until((view) => {
        hotel.world.hurryHotel?.(1);
        return view.attention.length > 0;
      });
    })
    .holds(
      'attention `key-delayed` is open for the front desk, and the key does not count as issued',
      async ({ room, stay }) => {
        const view = await stay.view();
        expect(view.attention.map((notice) => notice.code)).toEqual(['key-delayed']);
        expect(view.guests[0]?.keyState).not.toBe('issued');
        await stay.isShutTo('Ann', room);
      },
    )
    .when('the front desk replaces the key', async ({ stay }) => {
      await stay.signal('replaceKey', { guestId: 'Ann', mode: 'convenient', by: 'desk-1' });
      await stay.until((view) => view.guests[0]?.keyState === 'issued');
    })
    .holds('Ann opens the room, and the lost key has ended', async ({ room, stay }) => {
      await stay.showsOnly();
      await stay.onlyTheseOpen(room, 'Ann');
      expect((await stay.view()).keys.map((key) => key.state)).toEqual(['dead', 'live']);
    })
    .when("Ben's key is made while Ben's phone is offline, and Ben checks in", async ({ ben }, hotel) => {
      ben.phoneGoesOffline('Ben');
      await hotel.passes('2 hours and 40 minutes');
      await ben.amend({ status: 'in-house' });
    })
    .holds(
      "attention `phone-missing` is open a quarter of an hour later, because no phone has Ben's key",
      async ({ other, ben }, hotel) => {
        await ben.haveKeys();
        await hotel.passes('16 minutes');
        await ben.shows('phone-missing');
        await ben.isShutTo('Ben', other);
      },
    )
    .when("Ben's phone is online again", async ({ ben }) => {
      ben.phoneComesBack('Ben');
      await ben.inTime((view) => view.attention.length === 0);
    })
    .holds('the phone receives the key, and Ben opens the room', async ({ other, ben }, hotel) => {
      await ben.onlyTheseOpen(other, 'Ben');
      hotel.hasMade(other, { overrides: 1, joiners: 0 });
    }),

  scenario(49, 'A booking has more rooms than one key can hold')
    .given('Ann, a tour guide, needs a key to 42 rooms, and a key holds at most 40', async (hotel) => {
      const doors = hotel.rooms(42);
      return { doors, stay: await hotel.checkedIn(['Ann'], { rooms: doors }) };
    })
    .holds(
      'attention `impossible-plan` is open for the front desk before any request to Seam',
      async ({ doors, stay }, hotel) => {
        await stay.showsOnly('impossible-plan');
        for (const door of doors) hotel.hasMade(door, { overrides: 0, joiners: 0 });
      },
    )
    .when('two rooms are removed', ({ doors, stay }) => stay.amend({ rooms: doors.slice(0, 40) }))
    .holds('one key opens the first and the last of the other rooms', async ({ doors, stay }) => {
      await stay.onlyTheseOpen(doors[0] ?? '', 'Ann');
      await stay.onlyTheseOpen(doors[39] ?? '', 'Ann');
      await stay.noOneOpens(doors[40] ?? '');
      await stay.showsOnly();
    }),
];
