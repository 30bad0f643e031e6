/** Scenarios of rooms: moves, suites, rooms that fail, rooms that are exchanged. */
import { expect } from 'vitest';
import type { Hotel, Stay } from './hotel.js';
import { EARLIER_KEYS_LIVE_ON, scenario, type Scenario } from './scenario.js';

const COUPLE = ['Ann', 'Ben'];

export const rooms: readonly Scenario[] = [
  scenario(8, 'Guests in house move to another room')
    .given("Ann and Ben are in house, Ben's phone is offline, and Cleo is checked in without a room", async (hotel) => {
      const [old = '', next = ''] = hotel.rooms(2);
      const stay = await hotel.inHouse(COUPLE, { rooms: [old] });
      stay.phoneGoesOffline('Ben');
      const cleo = await hotel.checkedIn(['Cleo'], { rooms: [] });
      return { old, next, stay, cleo };
    })
    .when('Ann and Ben are assigned another room', async ({ next, stay }) => {
      await stay.amend({ rooms: [next] });
      await stay.settled();
    })
    .holds('one override key and one joiner key are made for the new room', ({ next }, hotel) => {
      hotel.hasMade(next, { overrides: 1, joiners: 1 });
    })
    .holds('Ann opens the new room and no longer opens the old one', async ({ old, next, stay }) => {
      await stay.isShutTo('Ann', old);
      await stay.lockAnswers(next, 'Ann', 'opened');
    })
    .holds("Ben's offline phone still opens the old room, and the stay shows until when", async (scene) => {
      await scene.stay.lockAnswers(scene.old, 'Ben', 'phone-offline-key');
      const { keys, window } = await scene.stay.view();
      const left = keys.find((key) => key.guestId === 'Ben' && key.rooms.includes(scene.old));
      expect(left?.residualUntil).toBe(window?.to);
    })
    .when('Cleo gets a key to the old room', async ({ old, cleo }) => {
      await cleo.amend({ rooms: [old] });
      await cleo.haveKeys();
    })
    .holds("the room lists Ann and Ben as possible key holders until Cleo's key is used", ({ old }, hotel) =>
      hotel.roomSuspects(old, 'Ann', 'Ben'),
    )
    .when('Cleo uses the key', ({ old, cleo }) => cleo.onlyTheseOpen(old, 'Cleo'))
    .holds("Ben's phone no longer opens the old room", ({ old, stay }) =>
      stay.lockAnswers(old, 'Ben', 'older-generation'),
    )
    .when("Ben's phone is online again", ({ stay }) => stay.phoneComesBack('Ben'))
    .holds('Ann and Ben open the new room', ({ next, stay }) => stay.onlyTheseOpen(next, 'Ann', 'Ben')),

  scenario(9, 'A move arrives in two steps, with no room in between')
    .given('Ann and Ben are in house', async (hotel) => {
      const [old = '', next = ''] = hotel.rooms(2);
      return { old, next, stay: await hotel.inHouse(COUPLE, { rooms: [old] }) };
    })
    .when('the old room is unassigned while Seam returns only errors', async ({ stay }, hotel) => {
      await hotel.disturb({ kind: 'status', status: 503 });
      await stay.amend({ rooms: [] });
    })
    .holds('attention `revoke-unconfirmed` is open for the front desk', ({ stay }) => stay.shows('revoke-unconfirmed'))
    .when('Seam is available again', async ({ stay }, hotel) => {
      await hotel.allIsWell();
      await stay.inTime((view) => view.keys.every((key) => key.state === 'dead'), { minutes: 60 });
    })
    .holds('the keys are revoked without another message', ({ old, stay }) => stay.noOneOpens(old))
    .when('the new room is assigned', ({ next, stay }) => stay.amend({ rooms: [next] }))
    .holds('both open the new room with one override key and one joiner key', async ({ next, stay }, hotel) => {
      await stay.onlyTheseOpen(next, 'Ann', 'Ben');
      hotel.hasMade(next, { overrides: 1, joiners: 1 });
    }),

  scenario(10, 'A move arrives as a new reservation')
    .given('Ann and Ben are in house in separate rooms, on separate reservations', async (hotel) => {
      const [old = '', next = '', kept = ''] = hotel.rooms(3);
      const ann = { guestId: 'Ann', personId: `Ann of ${old}` };
      const ben = { guestId: 'Ben', personId: `Ben of ${old}` };
      const shareGroup = `goes on ${old}`;
      const first = await hotel.inHouse([ann], { rooms: [old] });
      const second = await hotel.inHouse([ben], { rooms: [kept], shareGroup });
      return { old, next, kept, ann, ben, shareGroup, first, second };
    })
    .when(
      "Ann's stay continues on a new reservation in another room, and the old reservation ends",
      async (scene, hotel) => {
        const goesOn = await hotel.checkedIn([scene.ann], { rooms: [scene.next] });
        await goesOn.settled();
        await scene.first.amend({ status: 'departed' });
        await goesOn.haveKeys('Ann');
        await goesOn.onlyTheseOpen(scene.next, 'Ann');
      },
    )
    .holds('Ann opens the new room with one override key and no longer opens the old one', async (scene, hotel) => {
      await scene.first.noOneOpens(scene.old);
      hotel.hasMade(scene.next, { overrides: 1, joiners: 0 });
    })
    .when(
      "Ben's stay continues in the same room on a new reservation of the share group, and the old one ends",
      async (scene, hotel) => {
        const goesOn = await hotel.checkedIn([scene.ben], { rooms: [scene.kept], shareGroup: scene.shareGroup });
        await goesOn.settled();
        await scene.second.amend({ status: 'departed' });
        await goesOn.haveKeys('Ben');
        await goesOn.onlyTheseOpen(scene.kept, 'Ben');
      },
    )
    .holds('Ben opens the room with a joiner key, and no second override key is made', ({ kept }, hotel) => {
      expect(hotel.keysMadeFor(kept).overrides).toBe(1);
    }),

  scenario(31, 'A suite of connecting rooms gets a third room')
    .given('Ann and Ben are in house in two connecting rooms', async (hotel) => {
      const [salon = '', bedroom = '', added = ''] = hotel.rooms(3);
      return { salon, bedroom, added, stay: await hotel.inHouse(COUPLE, { rooms: [salon, bedroom] }) };
    })
    .holds('each of them opens both rooms with one key', async ({ salon, bedroom, stay }, hotel) => {
      await stay.onlyTheseOpen(salon, 'Ann', 'Ben');
      await stay.onlyTheseOpen(bedroom, 'Ann', 'Ben');
      hotel.hasMade(salon, { overrides: 1, joiners: 1 });
      expect((await stay.view()).keys).toHaveLength(2);
    })
    .when('a third room is added', ({ salon, bedroom, added, stay }) => stay.amend({ rooms: [salon, bedroom, added] }))
    .holds('both open all three rooms with new keys, one override key and one joiner key', async (scene, hotel) => {
      for (const room of [scene.salon, scene.bedroom, scene.added]) await scene.stay.onlyTheseOpen(room, 'Ann', 'Ben');
      hotel.hasMade(scene.added, { overrides: 1, joiners: 1 });
      hotel.hasMade(scene.salon, { overrides: 2, joiners: 2 });
    }),

  scenario(43, 'A room becomes unusable while guests are in it', EARLIER_KEYS_LIVE_ON)
    .given('Ann and Ben are in house', async (hotel) => {
      const [flooded = '', next = ''] = hotel.rooms(2);
      return { flooded, next, stay: await hotel.inHouse(COUPLE, { rooms: [flooded] }) };
    })
    .when('their room is out of order, and they are assigned another', async ({ next, stay }) => {
      await stay.amend({ rooms: [next] });
    })
    .holds('both open the new room and no longer open the old one', async ({ flooded, next, stay }) => {
      await stay.noOneOpens(flooded);
      await stay.onlyTheseOpen(next, 'Ann', 'Ben');
    })
    .holds('neither is ever without a key: each old key ends after the new one is issued', (scene, hotel) => {
      for (const { made, ended } of hotel.exchangesOf(scene.flooded, scene.next)) expect(made).toBeLessThan(ended);
    })
    .holds('no more keys to the old room are made', async ({ flooded, stay }, hotel) => {
      await hotel.passes('3 hours');
      await stay.settled();
      hotel.hasMade(flooded, { overrides: 1, joiners: 1 });
    }),

  scenario(44, 'Two stays swap rooms, and three stays rotate rooms')
    .given('five couples are in house', async (hotel) => {
      const doors = hotel.rooms(5);
      const stays: Stay[] = [];
      for (const door of doors) stays.push(await hotel.inHouse(COUPLE, { rooms: [door] }));
      return { doors, stays };
    })
    .when("two couples swap rooms, and the other three each move to the next one's room", async ({ doors, stays }) => {
      const [a, b, c, d, e] = doors;
      await giveRooms(stays, [b, a, d, e, c]);
      for (const stay of stays) await stay.haveKeys();
    })
    .holds('every guest opens the new room', async (scene, hotel) => {
      for (const stay of scene.stays) await stay.onlyTheseOpen(roomOf(stay), 'Ann', 'Ben');
      await eachCost(hotel, scene.doors);
    })
    .holds('no guest opens the old room', async ({ doors, stays }) => {
      for (const [index, stay] of stays.entries()) await stay.noOneOpens(doors[index] ?? '');
    })
    .holds('no attention is open for the front desk', async ({ stays }) => {
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
