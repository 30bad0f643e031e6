/** Scenarios of guests: joining and leaving a stay, their phones, groups, sharers, families. */
import { expect } from 'vitest';
import type { Stay } from './hotel.js';
import { EITHER_WAY_WITH_EARLIER_KEYS, KEYS_ARE_COUNTED, scenario, type Scenario } from './scenario.js';

const COUPLE = ['Ann', 'Ben'];
const THREE = ['Ann', 'Ben', 'Cleo'];
const party = (...guestIds: readonly string[]): { guestId: string }[] => guestIds.map((guestId) => ({ guestId }));

export const guests: readonly Scenario[] = [
  scenario(21, 'A guest is added to the party')
    .given('Ann is in house', async (hotel) => {
      const room = hotel.room();
      return { room, stay: await hotel.inHouse(['Ann'], { rooms: [room] }) };
    })
    .when('the booking system adds Ben, and the front desk adds Cleo', async ({ stay }) => {
      await stay.amend({ guests: party('Ann', 'Ben') });
      await stay.signal('addGuests', { guests: party('Cleo'), by: 'desk-1' });
    })
    .holds('all three open the room', ({ room, stay }) => stay.onlyTheseOpen(room, ...THREE))
    .holds('Ben and Cleo have joiner keys, and no second override key is made', ({ room }, hotel) =>
      hotel.hasMade(room, { overrides: 1, joiners: 2 }),
    )
    .when('the booking system sends its next message, which does not include Cleo', ({ stay }) =>
      stay.amend({ guests: party('Ann', 'Ben') }),
    )
    .holds('all three still open the room', ({ room, stay }) => stay.onlyTheseOpen(room, ...THREE)),

  scenario(22, 'A guest leaves the party', KEYS_ARE_COUNTED)
    .given('Ann, who has the override key, is in house with Ben and Cleo', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse([{ guestId: 'Ann', primary: true }, 'Ben', 'Cleo'], { rooms: [room] });
      return { room, stay };
    })
    .when('Ann leaves the party, and Dan is added', async ({ room, stay }) => {
      await stay.amend({ guests: party('Ben', 'Cleo') });
      await stay.onlyTheseOpen(room, 'Ben', 'Cleo');
      await stay.amend({ guests: party('Ben', 'Cleo', 'Dan') });
    })
    .holds(
      'Ben, Cleo and Dan open the room, Dan with a joiner key, and Ann does not',
      async ({ room, stay }, hotel) => {
        await stay.onlyTheseOpen(room, 'Ben', 'Cleo', 'Dan');
        hotel.hasMade(room, { overrides: 1, joiners: 3 });
      },
    )
    .when("the front desk removes Ben for security while Ben's phone is offline", async ({ room, stay }) => {
      stay.phoneGoesOffline('Ben');
      await stay.signal('removeGuest', { guestId: 'Ben', cause: 'security', by: 'desk-1' });
      await stay.settled();
      for (const guest of ['Cleo', 'Dan']) await stay.lockAnswers(room, guest, 'opened');
    })
    .holds(
      "Ben's phone is locked out as soon as the others have used their new keys",
      async ({ room, stay }, hotel) => {
        await stay.lockAnswers(room, 'Ben', 'older-generation');
        expect(hotel.keysMadeFor(room).overrides).toBe(2);
      },
    ),

  scenario(24, 'A phone is lost', KEYS_ARE_COUNTED)
    .given("Ann, Ben and Cleo are in house, and Ann's phone is lost and offline", async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse(THREE, { rooms: [room] });
      stay.phoneGoesOffline('Ann');
      return { room, stay, lost: stay.phones('Ann')[0]?.id ?? '' };
    })
    .when('the front desk reports the loss, and Ann sets up another phone', async ({ lost, stay }) => {
      await stay.signal('replaceKey', { guestId: 'Ann', mode: 'secure', deviceId: lost, by: 'desk-1' });
      await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
      stay.enrol('Ann');
      await stay.haveKeys();
    })
    .holds(
      'all three open the room with one new override key and two new joiner keys',
      async ({ room, stay }, hotel) => {
        await stay.onlyTheseOpen(room, ...THREE);
        hotel.hasMade(room, { overrides: 2, joiners: 4 });
      },
    )
    .holds('the lost phone does not open the room', async ({ lost, room }, hotel) => {
      expect(await hotel.phoneAt(lost, room)).toBe('older-generation');
    })
    .when("the front desk replaces Ben's key for convenience, and Ben's phone is not lost", async ({ stay }) => {
      await stay.signal('replaceKey', { guestId: 'Ben', mode: 'convenient', by: 'desk-1' });
      await stay.settled();
    })
    .holds('one more joiner key is made, and all three open the room', async ({ room, stay }, hotel) => {
      await stay.onlyTheseOpen(room, ...THREE);
      hotel.hasMade(room, { overrides: 2, joiners: 5 });
    }),

  scenario(25, 'A guest sets up a second phone and keeps the first', KEYS_ARE_COUNTED)
    .given('Ann is in house', async (hotel) => {
      const room = hotel.room();
      const stay = await hotel.inHouse(['Ann'], { rooms: [room] });
      return { room, stay, old: stay.phones('Ann')[0]?.id ?? '' };
    })
    .when('Ann sets up a second phone', async (scene, hotel) => {
      const next = scene.stay.enrol('Ann').id;
      hotel.simulated.settle();
      expect(await hotel.phoneAt(next, scene.room)).toBe('opened');
    })
    .holds(
      'the same key opens the room from both phones, and no new key is made',
      async ({ old, room, stay }, hotel) => {
        await stay.settled();
        expect(await hotel.phoneAt(old, room)).toBe('opened');
        hotel.hasMade(room, { overrides: 1, joiners: 0 });
      },
    )
    .when('the front desk removes the first phone', async ({ old, stay }) => {
      await stay.signal('replaceKey', { guestId: 'Ann', mode: 'convenient', deviceId: old, by: 'desk-1' });
      await stay.settled();
    })
    .holds('only the second phone opens the room, with a joiner key', async ({ old, room, stay }, hotel) => {
      expect(await hotel.phoneAt(old, room)).toBe('no-key');
      await stay.onlyTheseOpen(room, 'Ann');
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
    }),

  scenario(26, 'Two reservations with different dates share a room', KEYS_ARE_COUNTED)
    .given('Ann has the room for one day, and Ben shares it for three days', async (hotel) => {
      const room = hotel.room();
      const shareGroup = `share ${room}`;
      const first = await hotel.inHouse(['Ann'], { rooms: [room], shareGroup, hours: [-1, 24] });
      const second = await hotel.inHouse(['Ben'], { rooms: [room], shareGroup });
      return { room, first, second };
    })
    .holds('both open the room, and Ben has a joiner key', async ({ room, first, second }, hotel) => {
      await first.onlyTheseOpen(room, 'Ann');
      await second.onlyTheseOpen(room, 'Ben');
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
    })
    .when('Ann checks out', ({ first }) => first.amend({ status: 'departed' }))
    .holds("only Ann's key ends", async ({ room, first, second }, hotel) => {
      await first.noOneOpens(room);
      await second.onlyTheseOpen(room, 'Ben');
      expect(hotel.keysMadeFor(room).overrides).toBe(1);
    })
    .when('Ben checks out, and Cleo checks in', async ({ room, second }, hotel) => {
      await second.amend({ status: 'departed' });
      await second.noOneOpens(room);
      const next = await hotel.checkedIn(['Cleo'], { rooms: [room] });
      await next.haveKeys();
      await next.onlyTheseOpen(room, 'Cleo');
    })
    .holds('the lease has ended, and Cleo has a new override key', ({ room }, hotel) => {
      expect(hotel.keysMadeFor(room).overrides).toBe(2);
    }),

  scenario(27, 'One of two guests who share a room moves out', KEYS_ARE_COUNTED)
    .given('Ann and Ben share a room on two reservations', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const shareGroup = `share ${room}`;
      const first = await hotel.inHouse(['Ann'], { rooms: [room], shareGroup });
      const second = await hotel.inHouse(['Ben'], { rooms: [room], shareGroup });
      return { room, other, first, second };
    })
    .when('Ann, who arrived first, moves to a separate room', async ({ other, first }) => {
      await first.amend({ rooms: [other], shareGroup: undefined });
      await first.haveKeys();
    })
    .holds('Ann opens the new room and no longer opens the shared room', async ({ room, other, first }) => {
      await first.noOneOpens(room);
      await first.onlyTheseOpen(other, 'Ann');
    })
    .holds("Ben's key is unchanged", async ({ room, second }, hotel) => {
      await second.onlyTheseOpen(room, 'Ben');
      hotel.hasMade(room, { overrides: 1, joiners: 1 });
    }),

  scenario(28, 'A group of sixty guests in thirty rooms checks in at once')
    .given('sixty guests with phones are booked, two to a room', async (hotel) => {
      const rooms = hotel.rooms(30);
      const stays = await Promise.all(rooms.map((room) => hotel.booked(COUPLE, { rooms: [room] })));
      for (const stay of stays) await stay.settled();
      return { rooms, stays };
    })
    .when('all of them check in at once', async ({ stays }) => {
      await Promise.all(stays.map((stay) => stay.amend({ status: 'in-house' })));
      for (const stay of stays) await stay.haveKeys();
    })
    .holds('every guest opens their own room', async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) await stay.onlyTheseOpen(rooms[index] ?? '', ...COUPLE);
    })
    .holds('no guest opens the room next door', async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) await stay.noOneOpens(rooms[(index + 1) % rooms.length] ?? '');
    })
    .holds('one override key and one joiner key have been made for each room', ({ rooms }, hotel) => {
      for (const room of rooms) hotel.hasMade(room, { overrides: 1, joiners: 1 });
    }),

  scenario(29, 'One person has three rooms on three reservations', EITHER_WAY_WITH_EARLIER_KEYS)
    .given('Ann is in house in the first room', async (hotel) => {
      const rooms = hotel.rooms(3);
      const ann = { guestId: 'Ann', personId: `Ann of ${rooms.join()}` };
      const first = await hotel.inHouse([ann], { rooms: rooms.slice(0, 1) });
      return { rooms, ann, stays: [first] };
    })
    .when('the other two stays check in, each with Ann and a companion', async ({ rooms, ann, stays }, hotel) => {
      for (const room of rooms.slice(1)) stays.push(await hotel.checkedIn([ann, 'Ben'], { rooms: [room] }));
      for (const stay of stays) await stay.settled();
    })
    .holds('Ann still opens the first room', ({ rooms, stays }) => opens(stays[0], rooms[0]))
    .holds('attention `guest-has-other-stay` is open on the other two stays', async ({ stays }) => {
      for (const stay of stays.slice(1)) await stay.showsOnly('guest-has-other-stay');
    })
    .holds('the companions open their rooms', async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) if (index > 0) await stay.onlyTheseOpen(rooms[index] ?? '', 'Ben');
    })
    .when('Ann checks out of the first room', ({ stays }) => stays[0]?.amend({ status: 'departed' }))
    .holds(
      'Ann opens another room, and attention `guest-has-other-stay` is open for any room that Ann cannot open',
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
    .holds('the companions still open their rooms', async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) {
        if (index > 0) expect(await stay.whoOpens(rooms[index] ?? '', ['Ben'])).toEqual(['Ben']);
      }
    })
    .when('all guests check out', async ({ stays }) => {
      for (const stay of stays.slice(1)) await stay.amend({ status: 'departed' });
    })
    .holds('no one opens any of the rooms', async ({ rooms, stays }) => {
      for (const [index, stay] of stays.entries()) await stay.noOneOpens(rooms[index] ?? '');
    }),

  scenario(30, 'A family has one e-mail address and one phone number', EITHER_WAY_WITH_EARLIER_KEYS)
    .given('Ann, Ben and their child Cleo are booked with the same e-mail address and phone number', async (hotel) => {
      const room = hotel.room();
      const contact = { email: `family.${room}@example.com`, phone: `+4915100000${room}` };
      const family = THREE.map((guestId) => ({ guestId, ...contact }));
      return { room, family };
    })
    .when('all three check in, each with a phone', async ({ room, family }, hotel) => {
      const stay = await hotel.checkedIn(family, { rooms: [room] });
      await stay.onlyTheseOpen(room, ...THREE);
    })
    .holds('each has a separate key, and no key ends another', ({ room }, hotel) =>
      hotel.hasMade(room, { overrides: 1, joiners: 2 }),
    ),
];

async function opens(stay: Stay | undefined, room: string | undefined): Promise<void> {
  await stay?.onlyTheseOpen(room ?? '', 'Ann');
}
