/** Scenarios of guests: joining and leaving a stay, their phones, groups, sharers, families. */
import { expect } from 'vitest';
import type { Stay } from './hotel.js';
import { EITHER_WAY_WITH_EARLIER_KEYS, scenario, type Scenario } from './scenario.js';

const COUPLE = ['Ann', 'Ben'];
const THREE = ['Ann', 'Ben', 'Cleo'];
const party = (...guestIds: readonly string[]): { guestId: string }[] => guestIds.map((guestId) => ({ guestId }));

export const guests: readonly Scenario[] = [
  scenario(21, 'A guest is added')
    .given('Ann is in house', async (hotel) => {
      const room = hotel.room();
      return { room, stay: await hotel.inHouse(['Ann'], { rooms: [room] }) };
    })
    .when('the booking system adds Ben, and the desk adds Cleo', async ({ stay }) => {
      await stay.amend({ guests: party('Ann', 'Ben') });
      await stay.signal('addGuests', { guests: party('Cleo'), by: 'desk-1' });
    })
    .holds('all three open the room', ({ room, stay }) => stay.onlyTheseOpen(room, ...THREE))
    .holds('each of them has joined: there is no further override', ({ room }, hotel) =>
      hotel.hasMade(room, { overrides: 1, joiners: 2 }),
    )
    .when('the booking system, which has never heard of Cleo, sends its next message', ({ stay }) =>
      stay.amend({ guests: party('Ann', 'Ben') }),
    )
    .holds('she still opens the room', ({ room, stay }) => stay.onlyTheseOpen(room, ...THREE)),

  scenario(22, 'A guest leaves the party')
    .given('Ann, who has the override, Ben and Cleo are in house', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse([{ guestId: 'Ann', primary: true }, 'Ben', 'Cleo'], { rooms: [room] });
      return { room, stay };
    })
    .when('Ann leaves, and Dan is added', async ({ room, stay }) => {
      await stay.amend({ guests: party('Ben', 'Cleo') });
      await stay.onlyTheseOpen(room, 'Ben', 'Cleo');
      await stay.amend({ guests: party('Ben', 'Cleo', 'Dan') });
    })
    .holds('she opens no more; the others do, and Dan, who has joined them', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, 'Ben', 'Cleo', 'Dan');
      hotel.hasMade(room, { overrides: 1, joiners: 3 });
    })
    .when(
      'Ben is removed for cause, and his phone is offline so that it does not hear of it',
      async ({ room, stay }) => {
        stay.phoneGoesOffline('Ben');
        await stay.signal('removeGuest', { guestId: 'Ben', cause: 'security', by: 'desk-1' });
        await stay.settled();
        for (const guest of ['Cleo', 'Dan']) await stay.lockSays(room, guest, 'opened');
      },
    )
    .holds('his phone is locked out as soon as the others have used their new keys', async ({ room, stay }, hotel) => {
      await stay.lockSays(room, 'Ben', 'older-generation');
      expect(hotel.keysMadeFor(room).overrides).toBe(2);
    }),

  scenario(24, 'A phone is lost')
    .given("Ann, Ben and Cleo are in house; Ann's phone is lost and offline", async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse(THREE, { rooms: [room] });
      stay.phoneGoesOffline('Ann');
      return { room, stay, lost: stay.phones('Ann')[0]?.id ?? '' };
    })
    .when('the desk reports it, and Ann sets up another phone', async ({ lost, stay }) => {
      await stay.signal('replaceKey', { guestId: 'Ann', mode: 'secure', deviceId: lost, by: 'desk-1' });
      await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
      stay.enrol('Ann');
      await stay.haveKeys();
    })
    .holds('all three open the room, by one more override and two joiners', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, ...THREE);
      hotel.hasMade(room, { overrides: 2, joiners: 4 });
    })
    .holds('the lost phone does not', async ({ lost, room }, hotel) => {
      expect(await hotel.phoneAt(lost, room)).toBe('older-generation');
    })
    .when("Ben's phone is replaced for convenience: it is not lost", async ({ stay }) => {
      await stay.signal('replaceKey', { guestId: 'Ben', mode: 'convenient', by: 'desk-1' });
      await stay.settled();
    })
    .holds('that costs one joiner, and everyone opens the room', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, ...THREE);
      hotel.hasMade(room, { overrides: 2, joiners: 5 });
    }),

  scenario(25, 'A new phone, and the old one is still there')
    .given('Ann is in house', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse(['Ann'], { rooms: [room] });
      return { room, stay, old: stay.phones('Ann')[0]?.id ?? '' };
    })
    .when('she sets up another phone', async (scene, hotel) => {
      const next = scene.stay.enrol('Ann').id;
      hotel.simulated.settle();
      expect(await hotel.phoneAt(next, scene.room)).toBe('opened');
    })
    .holds('the same key opens the room from both: none is made', async ({ old, room, stay }, hotel) => {
      await stay.settled();
      expect(await hotel.phoneAt(old, room)).toBe('opened');
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
    })
    .when('the desk strikes off the old phone', async ({ old, stay }) => {
      await stay.signal('replaceKey', { guestId: 'Ann', mode: 'convenient', deviceId: old, by: 'desk-1' });
      await stay.settled();
    })
    .holds('only the new one opens the room, by a joiner', async ({ old, room, stay }, hotel) => {
      expect(await hotel.phoneAt(old, room)).toBe('no-key');
      await stay.onlyTheseOpen(room, 'Ann');
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
    }),

  scenario(26, 'Two reservations share a room, with different dates')
    .given('Ann has the room for a day, and Ben shares it with her for three', async (hotel) => {
      const room = hotel.room();
      const shareGroup = `share ${room}`;
      const first = await hotel.inHouse(['Ann'], { rooms: [room], shareGroup, hours: [-1, 24] });
      const second = await hotel.inHouse(['Ben'], { rooms: [room], shareGroup });
      return { room, first, second };
    })
    .holds('both open it; the second has joined', async ({ room, first, second }, hotel) => {
      await first.onlyTheseOpen(room, 'Ann');
      await second.onlyTheseOpen(room, 'Ben');
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
    })
    .when('Ann checks out', ({ first }) => first.amend({ status: 'departed' }))
    .holds('only her key ends', async ({ room, first, second }, hotel) => {
      await first.nobodyOpens(room);
      await second.onlyTheseOpen(room, 'Ben');
      expect(hotel.keysMadeFor(room).overrides).toBe(1);
    })
    .when('Ben checks out, too, and Cleo comes', async ({ room, second }, hotel) => {
      await second.amend({ status: 'departed' });
      await second.nobodyOpens(room);
      const next = await hotel.checkedIn(['Cleo'], { rooms: [room] });
      await next.haveKeys();
      await next.onlyTheseOpen(room, 'Cleo');
    })
    .holds('the lease has ended: she has an override', ({ room }, hotel) => {
      expect(hotel.keysMadeFor(room).overrides).toBe(2);
    }),

  scenario(27, 'Of two who share a room, one moves out')
    .given('Ann and Ben share a room on two reservations', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const shareGroup = `share ${room}`;
      const first = await hotel.inHouse(['Ann'], { rooms: [room], shareGroup });
      const second = await hotel.inHouse(['Ben'], { rooms: [room], shareGroup });
      return { room, other, first, second };
    })
    .when('Ann, who was first, moves to a room of her own', async ({ other, first }) => {
      await first.amend({ rooms: [other], shareGroup: undefined });
      await first.haveKeys();
    })
    .holds('she opens hers and no longer his', async ({ room, other, first }) => {
      await first.nobodyOpens(room);
      await first.onlyTheseOpen(other, 'Ann');
    })
    .holds('his key is untouched', async ({ room, second }, hotel) => {
      await second.onlyTheseOpen(room, 'Ben');
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
    }),

  scenario(28, 'A group of sixty in thirty rooms is checked in at once')
    .given('sixty guests are booked, two to a room, all with phones', async (hotel) => {
      const rooms = hotel.rooms(30);
      const stays = await Promise.all(rooms.map((room) => hotel.booked(COUPLE, { rooms: [room] })));
      for (const stay of stays) await stay.settled();
      return { rooms, stays };
    })
    .when('they are all checked in at once', async ({ stays }) => {
      await Promise.all(stays.map((stay) => stay.amend({ status: 'in-house' })));
      for (const stay of stays) await stay.haveKeys();
    })
    .holds('each opens his own room', async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) await stay.onlyTheseOpen(rooms[index] ?? '', ...COUPLE);
    })
    .holds("nobody opens his neighbour's", async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) await stay.nobodyOpens(rooms[(index + 1) % rooms.length] ?? '');
    })
    .holds('each room cost one override and one joiner', ({ rooms }, hotel) => {
      for (const room of rooms) hotel.hasMade(room, { overrides: 1, joiners: 1 });
    }),

  scenario(29, 'One person has three rooms on three reservations', EITHER_WAY_WITH_EARLIER_KEYS)
    .given('Ann is in house in the first of them', async (hotel) => {
      const rooms = hotel.rooms(3);
      const ann = { guestId: 'Ann', personId: `Ann of ${rooms.join()}` };
      const first = await hotel.inHouse([ann], { rooms: rooms.slice(0, 1) });
      return { rooms, ann, stays: [first] };
    })
    .when('the second and the third are checked in, each with a companion', async ({ rooms, ann, stays }, hotel) => {
      for (const room of rooms.slice(1)) stays.push(await hotel.checkedIn([ann, 'Ben'], { rooms: [room] }));
      for (const stay of stays) await stay.settled();
    })
    .holds('the first goes on opening', ({ rooms, stays }) => opens(stays[0], rooms[0]))
    .holds('for the others the desk is told that she holds a key of another stay', async ({ stays }) => {
      for (const stay of stays.slice(1)) await stay.showsOnly('guest-has-other-stay');
    })
    .holds('her companions open them', async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) if (index > 0) await stay.onlyTheseOpen(rooms[index] ?? '', 'Ben');
    })
    .when('she checks out of the first', ({ stays }) => stays[0]?.amend({ status: 'departed' }))
    .holds(
      'her key to another comes by itself; if there is one that she cannot open, the desk is told',
      async (scene, hotel) => {
        await hotel.passes('10 minutes');
        const others = scene.stays.map((stay, index) => ({ stay, room: scene.rooms[index] ?? '' })).slice(1);
        const shut: Stay[] = [];
        for (const { stay, room } of others) {
          await stay.settled();
          if (!(await stay.whoOpens(room, ['Ann'])).includes('Ann')) shut.push(stay);
        }
        expect(shut.length).toBeLessThan(others.length);
        for (const stay of shut) await stay.showsOnly('guest-has-other-stay');
      },
    )
    .holds('her companions go on opening them', async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) {
        if (index > 0) expect(await stay.whoOpens(rooms[index] ?? '', ['Ben'])).toEqual(['Ben']);
      }
    })
    .when('all check out', async ({ stays }) => {
      for (const stay of stays.slice(1)) await stay.amend({ status: 'departed' });
    })
    .holds('nobody opens any of the rooms', async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) await stay.nobodyOpens(rooms[index] ?? '');
    }),

  scenario(30, 'A family with one e-mail address and one phone number', EITHER_WAY_WITH_EARLIER_KEYS)
    .given('Ann, Ben and their child Cleo are booked with the same address and number', async (hotel) => {
      const room = hotel.room();
      const contact = { email: `family.${room}@example.com`, phone: `+4915100000${room}` };
      const family = THREE.map((guestId) => ({ guestId, ...contact }));
      return { room, family };
    })
    .when('they are checked in, and each has a phone', async ({ room, family }, hotel) => {
      const stay = await hotel.checkedIn(family, { rooms: [room] });
      await stay.onlyTheseOpen(room, ...THREE);
    })
    .holds('each has a key of his own, and nobody’s ended another’s', ({ room }, hotel) =>
      hotel.hasMade(room, { overrides: 1, joiners: 2 }),
    ),
];

async function opens(stay: Stay | undefined, room: string | undefined): Promise<void> {
  await stay?.onlyTheseOpen(room ?? '', 'Ann');
}
