/**
 * Scenarios of the front desk and of the equipment: cards, decisions of staff, outages, keys that do not arrive, keys that hold too much.
 */
import { expect } from 'vitest';
import { scenario, type Scenario } from './scenario.js';

const COUPLE = ['Ann', 'Ben'];

export const desk: readonly Scenario[] = [
  scenario(45, 'The desk cuts a new card for a room whose guests have mobile keys')
    .given('Ann and Ben are in house', async (hotel) => {
      const room = hotel.room();
      return { room, stay: await hotel.inHouse(COUPLE, { rooms: [room] }), card: await hotel.cutsCard(room, 'new') };
    })
    .when('the card is used, and Seam tells of the keys that it has ended', async ({ room, stay, card }) => {
      expect(await card.opens(room)).toBe(true);
      await stay.hearsFromSeam('acs_credential.invalidated');
    })
    .holds('the desk is told that somebody ended the keys', ({ stay }) => stay.shows('key-invalidated'))
    .holds('no override is made against the card, which goes on opening', async ({ room, stay, card }, hotel) => {
      await hotel.passes('1 hour');
      await stay.nobodyOpens(room);
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
      expect(await card.opens(room)).toBe(true);
    })
    .when('the desk says that the card is of the same stay', async ({ stay, card }) => {
      await stay.signal('joinTo', { acsCredentialId: card.acsCredentialId, by: 'desk-1' });
      await stay.haveKeys();
    })
    .holds('both phones open the room again, and so does the card: they have joined it', async (scene, hotel) => {
      await scene.stay.onlyTheseOpen(scene.room, 'Ann', 'Ben');
      expect(await scene.card.opens(scene.room)).toBe(true);
      hotel.hasMade(scene.room, { overrides: 1, joiners: 3 });
      await scene.stay.showsOnly();
    }),

  scenario(46, 'Staff hold, force and block; later messages of the booking system change nothing of it')
    .given('Ann and Ben are booked for tomorrow, and so is Dan', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const stay = await hotel.booked(COUPLE, { rooms: [room] });
      const early = await hotel.booked(['Dan'], { rooms: [other] });
      for (const each of [stay, early]) await each.settled();
      return { room, other, stay, early };
    })
    .when('the desk holds the keys back, and then they are checked in and a guest is added', async ({ stay }) => {
      await stay.signal('hold', { reason: 'passport missing', by: 'desk-1' });
      await stay.amend({ status: 'in-house' });
      await stay.settled();
      await stay.amend({ guests: ['Ann', 'Ben', 'Cleo'].map((guestId) => ({ guestId })) });
    })
    .holds('no key is made', async ({ room, stay }, hotel) => {
      await stay.nobodyOpens(room);
      hotel.hasMade(room, { overrides: 0, joiners: 0 });
    })
    .when('the desk releases them', ({ stay }) => stay.signal('release', { reason: 'passport seen', by: 'desk-1' }))
    .holds('all three open the room', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben', 'Cleo'))
    .when('the desk blocks Cleo, and the booking system names her again', async ({ stay }) => {
      await stay.signal('block', { reason: 'house ban', guestId: 'Cleo', by: 'desk-1' });
      await stay.amend({ guests: ['Ann', 'Ben', 'Cleo'].map((guestId) => ({ guestId, name: 'Corrected' })) });
    })
    .holds('she does not open it any more', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben'))
    .when('the desk releases her', ({ stay }) =>
      stay.signal('release', { reason: 'ban lifted', guestId: 'Cleo', by: 'desk-1' }),
    )
    .holds('she does again', ({ room, stay }) => stay.onlyTheseOpen(room, 'Ann', 'Ben', 'Cleo'))
    .when('for Dan, who is due tomorrow, the desk forces a key now', async ({ early }) => {
      await early.signal('force', { reason: 'flies in tonight', by: 'desk-1' });
      await early.haveKeys();
    })
    .holds('he has it ahead of time; it opens at his time only', async ({ other, early }, hotel) => {
      hotel.hasMade(other, { overrides: 1, joiners: 0 });
      await early.lockSays(other, 'Dan', 'too-early');
    }),

  scenario(47, 'The bridge to the hotel is down for hours, over a check-in and a check-out')
    .given('Ann is booked in four hours, Ben is in house, Cleo is booked for tonight', async (hotel) => {
      const [first = '', second = '', third = ''] = hotel.rooms(3);
      const ann = await hotel.booked(['Ann'], { rooms: [first], hours: [4.25, 48] });
      const ben = await hotel.inHouse(['Ben'], { rooms: [second] });
      const cleo = await hotel.booked(['Cleo'], { rooms: [third], hours: [8, 48] });
      for (const stay of [ann, cleo]) await stay.settled();
      return { first, second, third, ann, ben, cleo };
    })
    .when('the bridge goes down, and two hours later the lead time of Ann’s key begins', async (_, hotel) => {
      await hotel.bridgeGoesDown();
      await hotel.passes('2 hours and 18 minutes');
    })
    .holds('the desk is told that the hotel cannot be reached', ({ ann }) => ann.shows('access-system-down'))
    .when('Ann is checked in, Ben checks out, and Cleo comes and goes again', async ({ ann, ben, cleo }, hotel) => {
      await ann.amend({ status: 'in-house' });
      await ben.amend({ status: 'departed' });
      await cleo.amend({ status: 'in-house' });
      await hotel.passes('3 minutes');
      await cleo.amend({ status: 'departed' });
    })
    .holds('the desk is told of Ben’s key, which has not ended', async ({ second, ben }) => {
      await ben.shows('revoke-unconfirmed');
      await ben.isOpenTo('Ben', second);
    })
    .when('the bridge is back', async ({ ann, ben, cleo }, hotel) => {
      await hotel.passes('3 minutes');
      await hotel.allIsWell();
      await ann.haveKeys();
      for (const stay of [ben, cleo]) await stay.inTime((view) => view.phase === 'over' && view.settled);
    })
    .holds('Ann opens her room; Ben no longer opens his, and Cleo never did', async (scene, hotel) => {
      await scene.ben.nobodyOpens(scene.second);
      await scene.cleo.nobodyOpens(scene.third);
      await scene.ann.onlyTheseOpen(scene.first, 'Ann');
      expect(hotel.keysMadeFor(scene.first).overrides).toBe(1);
    })
    .holds('nothing is left for the desk to do', async ({ ann, ben, cleo }) => {
      for (const stay of [ann, ben, cleo]) await stay.showsOnly();
    }),

  scenario(48, 'A key that is made and never arrives')
    .given('the hotel’s system loses the next key that is made, Ann’s; Ben is booked', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const ben = await hotel.booked(['Ben'], { rooms: [other], hours: [2.5, 48] });
      await ben.settled();
      await hotel.disturb({ kind: 'never-synced', times: 1 });
      const stay = await hotel.checkedIn(['Ann'], { rooms: [room] });
      await stay.until((view) => view.keys.some((key) => key.state === 'issuing'));
      return { room, other, stay, ben };
    })
    .when('it has not been confirmed for longer than the hotel is willing to wait', async ({ stay }, hotel) => {
      await stay.until((view) => {
        hotel.world.hurryHotel(1);
        return view.attention.length > 0;
      });
    })
    .holds('the desk is told, and nobody says that she has a key', async ({ room, stay }) => {
      const view = await stay.view();
      expect(view.attention.map((notice) => notice.code)).toEqual(['key-delayed']);
      expect(view.guests[0]?.keyState).not.toBe('issued');
      await stay.isShutTo('Ann', room);
    })
    .when('the desk has it sent again', async ({ stay }) => {
      await stay.signal('replaceKey', { guestId: 'Ann', mode: 'convenient', by: 'desk-1' });
      await stay.until((view) => view.guests[0]?.keyState === 'issued');
    })
    .holds('she opens the room, and the lost key is ended', async ({ room, stay }) => {
      await stay.showsOnly();
      await stay.onlyTheseOpen(room, 'Ann');
      expect((await stay.view()).keys.map((key) => key.state)).toEqual(['dead', 'live']);
    })
    .when('Ben’s key is made while his phone is off, as it still is when he has checked in', async ({ ben }, hotel) => {
      ben.phoneGoesOffline('Ben');
      await hotel.passes('2 hours and 40 minutes');
      await ben.amend({ status: 'in-house' });
    })
    .holds('a quarter of an hour later the desk is told that no phone of his has it', async ({ other, ben }, hotel) => {
      await ben.haveKeys();
      await hotel.passes('16 minutes');
      await ben.shows('phone-missing');
      await ben.isShutTo('Ben', other);
    })
    .when('his phone is back', async ({ ben }) => {
      ben.phoneComesBack('Ben');
      await ben.inTime((view) => view.attention.length === 0);
    })
    .holds('it fetches the key, and he opens his room', async ({ other, ben }, hotel) => {
      await ben.onlyTheseOpen(other, 'Ben');
      hotel.hasMade(other, { overrides: 1, joiners: 0 });
    }),

  scenario(49, 'More rooms than a key can hold')
    .given('a tour guide is to have a key to forty-two rooms, a key holds forty at most', async (hotel) => {
      const doors = hotel.rooms(42);
      return { doors, stay: await hotel.checkedIn(['Ann'], { rooms: doors }) };
    })
    .holds('the desk is told before Seam is asked', async ({ doors, stay }, hotel) => {
      await stay.showsOnly('impossible-plan');
      for (const door of doors) hotel.hasMade(door, { overrides: 0, joiners: 0 });
    })
    .when('two of the rooms are taken off', ({ doors, stay }) => stay.amend({ rooms: doors.slice(0, 40) }))
    .holds('one key opens the first and the last of the others', async ({ doors, stay }) => {
      await stay.onlyTheseOpen(doors[0] ?? '', 'Ann');
      await stay.onlyTheseOpen(doors[39] ?? '', 'Ann');
      await stay.nobodyOpens(doors[40] ?? '');
      await stay.showsOnly();
    }),
];
