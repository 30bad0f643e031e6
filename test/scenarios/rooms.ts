/** Scenarios of rooms: moves, suites, rooms that fail, rooms that are exchanged. */
import { expect } from 'vitest';
import type { Hotel, Stay } from './hotel.js';
import { EARLIER_KEYS_LIVE_ON, scenario, type Scenario } from './scenario.js';

const COUPLE = ['Ann', 'Ben'];

export const rooms: readonly Scenario[] = [
  scenario(8, 'Another room while in house')
    .given("Ann and Ben are in house, Ben's phone is offline; Cleo is at the desk", async (hotel) => {
      const [old = '', next = ''] = hotel.rooms(2);
      const stay = await hotel.inHouse(COUPLE, { rooms: [old] });
      stay.phoneGoesOffline('Ben');
      const cleo = await hotel.checkedIn(['Cleo'], { rooms: [] });
      return { old, next, stay, cleo };
    })
    .when('they are given another room', async ({ next, stay }) => {
      await stay.amend({ rooms: [next] });
      await stay.settled();
    })
    .holds('the new room costs one override and one joiner', ({ next }, hotel) => {
      hotel.hasMade(next, { overrides: 1, joiners: 1 });
    })
    .holds('Ann opens the new room, and the old one no more', async ({ old, next, stay }) => {
      await stay.isShutTo('Ann', old);
      await stay.lockSays(next, 'Ann', 'opened');
    })
    .holds(
      "Ben's phone, which has not heard of it, still opens the old room; the stay says until when",
      async (scene) => {
        await scene.stay.lockSays(scene.old, 'Ben', 'phone-offline-key');
        const { keys, window } = await scene.stay.view();
        const left = keys.find((key) => key.guestId === 'Ben' && key.rooms.includes(scene.old));
        expect(left?.residualUntil).toBe(window?.to);
      },
    )
    .when('the next guest has his key to the old room', async ({ old, cleo }) => {
      await cleo.amend({ rooms: [old] });
      await cleo.haveKeys();
    })
    .holds('the room says whose phones may still open it, until that key is used', ({ old }, hotel) =>
      hotel.roomSuspects(old, 'Ann', 'Ben'),
    )
    .when('it is used', ({ old, cleo }) => cleo.onlyTheseOpen(old, 'Cleo'))
    .holds("the old room is shut to Ben's phone, too", ({ old, stay }) => stay.lockSays(old, 'Ben', 'older-generation'))
    .when('his phone is back', ({ stay }) => stay.phoneComesBack('Ben'))
    .holds('both open the new room', ({ next, stay }) => stay.onlyTheseOpen(next, 'Ann', 'Ben')),

  scenario(9, 'A move told as two steps: the old room is taken away, then the new one is given')
    .given('Ann and Ben are in house', async (hotel) => {
      const [old = '', next = ''] = hotel.rooms(2);
      return { old, next, stay: await hotel.inHouse(COUPLE, { rooms: [old] }) };
    })
    .when('the old room is taken away, while Seam answers nothing but errors', async ({ stay }, hotel) => {
      await hotel.disturb({ kind: 'status', status: 503 });
      await stay.amend({ rooms: [] });
    })
    .holds('the desk is told that the keys have not ended yet', ({ stay }) => stay.shows('revoke-unconfirmed'))
    .when('Seam answers again', async ({ stay }, hotel) => {
      await hotel.allIsWell();
      await stay.inTime((view) => view.keys.every((key) => key.state === 'dead'), { minutes: 60 });
    })
    .holds('the keys end, although nobody has said it twice', ({ old, stay }) => stay.nobodyOpens(old))
    .when('the new room is given', ({ next, stay }) => stay.amend({ rooms: [next] }))
    .holds('both open it, by one override and one joiner', async ({ next, stay }, hotel) => {
      await stay.onlyTheseOpen(next, 'Ann', 'Ben');
      hotel.hasMade(next, { overrides: 1, joiners: 1 });
    }),

  scenario(10, 'A move told as a new reservation')
    .given('Ann is in house in one room, Ben in another', async (hotel) => {
      const [old = '', next = '', kept = ''] = hotel.rooms(3);
      const ann = { guestId: 'Ann', personId: `Ann of ${old}` };
      const ben = { guestId: 'Ben', personId: `Ben of ${old}` };
      const shareGroup = `goes on ${old}`;
      const first = await hotel.inHouse([ann], { rooms: [old] });
      const second = await hotel.inHouse([ben], { rooms: [kept], shareGroup });
      return { old, next, kept, ann, ben, shareGroup, first, second };
    })
    .when("Ann's stay goes on under another number in another room, and her old one ends", async (scene, hotel) => {
      const goesOn = await hotel.checkedIn([scene.ann], { rooms: [scene.next] });
      await goesOn.settled();
      await scene.first.amend({ status: 'departed' });
      await goesOn.haveKeys('Ann');
      await goesOn.onlyTheseOpen(scene.next, 'Ann');
    })
    .holds('she opens the new room by one override, and the old one no more', async (scene, hotel) => {
      await scene.first.nobodyOpens(scene.old);
      hotel.hasMade(scene.next, { overrides: 1, joiners: 0 });
    })
    .when(
      "Ben's goes on under another number of the same group in the same room, and his old one ends",
      async (scene, hotel) => {
        const goesOn = await hotel.checkedIn([scene.ben], { rooms: [scene.kept], shareGroup: scene.shareGroup });
        await goesOn.settled();
        await scene.second.amend({ status: 'departed' });
        await goesOn.haveKeys('Ben');
        await goesOn.onlyTheseOpen(scene.kept, 'Ben');
      },
    )
    .holds('he opens it by a joiner: a second override has not been made', ({ kept }, hotel) => {
      expect(hotel.keysMadeFor(kept).overrides).toBe(1);
    }),

  scenario(31, 'A suite of connecting rooms, and a room that is added to it')
    .given('Ann and Ben are in house in two connecting rooms', async (hotel) => {
      const [salon = '', bedroom = '', added = ''] = hotel.rooms(3);
      return { salon, bedroom, added, stay: await hotel.inHouse(COUPLE, { rooms: [salon, bedroom] }) };
    })
    .holds('each opens both with one key', async ({ salon, bedroom, stay }, hotel) => {
      await stay.onlyTheseOpen(salon, 'Ann', 'Ben');
      await stay.onlyTheseOpen(bedroom, 'Ann', 'Ben');
      hotel.hasMade(salon, { overrides: 1, joiners: 1 });
      expect((await stay.view()).keys).toHaveLength(2);
    })
    .when('a third room is added', ({ salon, bedroom, added, stay }) => stay.amend({ rooms: [salon, bedroom, added] }))
    .holds('both have new keys to all three, by one override and one joiner', async (scene, hotel) => {
      for (const room of [scene.salon, scene.bedroom, scene.added]) await scene.stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(scene.added, { overrides: 1, joiners: 1 });
      hotel.hasMade(scene.salon, { overrides: 2, joiners: 2 });
    }),

  scenario(43, 'A room fails while its guests are in it', EARLIER_KEYS_LIVE_ON)
    .given('Ann and Ben are in house', async (hotel) => {
      const [flooded = '', next = ''] = hotel.rooms(2);
      return { flooded, next, stay: await hotel.inHouse(COUPLE, { rooms: [flooded] }) };
    })
    .when('their room is out of order, and they are given another', async ({ next, stay }) => {
      await stay.amend({ rooms: [next] });
    })
    .holds('both open the new room, and the flooded one no more', async ({ flooded, next, stay }) => {
      await stay.nobodyOpens(flooded);
      await stay.onlyTheseOpen(next, 'Ann', 'Ben');
    })
    .holds(
      'neither was without a key at any moment: each old one ended after the new one was there',
      (scene, hotel) => {
        for (const { made, ended } of hotel.exchangesOf(scene.flooded, scene.next)) expect(made).toBeLessThan(ended);
      },
    )
    .holds('no further key to the flooded room is made', async ({ flooded, stay }, hotel) => {
      await hotel.passes('3 hours');
      await stay.settled();
      hotel.hasMade(flooded, { overrides: 1, joiners: 1 });
    }),

  scenario(44, 'Two stays exchange their rooms; three go round in a ring')
    .given('five couples are in house', async (hotel) => {
      const doors = hotel.rooms(5);
      const stays: Stay[] = [];
      for (const door of doors) stays.push(await hotel.inHouse(COUPLE, { rooms: [door] }));
      return { doors, stays };
    })
    .when('two exchange their rooms, and of the others each goes into the next one’s', async ({ doors, stays }) => {
      const [a, b, c, d, e] = doors;
      await giveRooms(stays, [b, a, d, e, c]);
      for (const stay of stays) await stay.haveKeys();
    })
    .holds('everyone opens his new room', async (scene, hotel) => {
      for (const stay of scene.stays) await stay.onlyTheseOpen(roomOf(stay), 'Ann', 'Ben');
      await eachCost(hotel, scene.doors);
    })
    .holds('nobody opens his old one', async ({ doors, stays }) => {
      for (const [index, stay] of stays.entries()) await stay.nobodyOpens(doors[index] ?? '');
    })
    .holds('nothing is left for the desk to do', async ({ stays }) => {
      for (const stay of stays) await stay.showsOnly();
    }),
];

/** Assigns the rooms one message at a time, as booking systems send them. */
async function giveRooms(stays: readonly Stay[], doors: readonly (string | undefined)[]): Promise<void> {
  for (const [index, stay] of stays.entries()) await stay.amend({ rooms: [doors[index] ?? ''] });
}

function roomOf(stay: Stay): string {
  return stay.snapshot.rooms?.join() ?? '';
}

/** Checks that each room cost one override and one joiner for its first guests, and the same for the guests who came. */
async function eachCost(hotel: Hotel, doors: readonly string[]): Promise<void> {
  for (const door of doors) hotel.hasMade(door, { overrides: 2, joiners: 2 });
}
