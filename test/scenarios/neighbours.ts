/** Scenarios of one stay after another in the same room. */
import { expect } from 'vitest';
import type { StayView } from '../../src/client.js';
import { scenario, type Scenario } from './scenario.js';

export const neighbours: readonly Scenario[] = [
  scenario(11, 'One guest follows another in the same room on the same day')
    .given('Ann is in house for four more hours with an offline phone, and Ben has the room next', async (hotel) => {
      const room = hotel.room();
      const before = await hotel.inHouse(['Ann'], { rooms: [room], hours: [-24, 4] });
      const after = await hotel.booked(['Ben'], { rooms: [room], hours: [4, 48] });
      await after.settled();
      before.phoneGoesOffline('Ann');
      return { room, before, after };
    })
    .when("Ben's lead time has begun, and Ann has not checked out", (_, hotel) => hotel.passes('3 hours'))
    .holds('Ben has no key yet, and no attention is open for the front desk', async ({ room, after }, hotel) => {
      await after.showsOnly();
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
    })
    .when('Ann checks out, and Ben checks in early', async ({ before, after }, hotel) => {
      await before.amend({ status: 'departed' });
      await before.settled();
      await after.amend({ status: 'in-house', window: { from: await hotel.inHours(0), to: await hotel.inHours(45) } });
      await after.haveKeys();
    })
    .holds("Ann's offline phone still opens the room, and Ann's stay shows until when", async (scene) => {
      await scene.before.lockAnswers(scene.room, 'Ann', 'phone-offline-key');
      const { keys, window } = await scene.before.view();
      expect(keys[0]?.residualUntil).toBe(window?.to);
    })
    .holds('the room lists Ann as a possible key holder', ({ room }, hotel) => hotel.roomSuspects(room, 'Ann'))
    .when('Ben uses the key', ({ room, after }) => after.lockAnswers(room, 'Ben', 'opened'))
    .holds("Ann's phone no longer opens the room", ({ room, before }) =>
      before.lockAnswers(room, 'Ann', 'older-generation'),
    ),

  scenario(12, 'The next guest arrives before the previous guest has left')
    .given('Ann and Cleo are in house for two more days, and Ben and Dan check in without rooms', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const ann = await hotel.inHouse(['Ann'], { rooms: [room], hours: [-24, 48] });
      const cleo = await hotel.inHouse(['Cleo'], { rooms: [other], hours: [-24, 48] });
      const ben = await hotel.checkedIn(['Ben'], { rooms: [] });
      const dan = await hotel.checkedIn(['Dan'], { rooms: [] });
      return { room, other, ann, ben, cleo, dan };
    })
    .when("Ben is assigned Ann's room, and Dan is assigned Cleo's room", async ({ room, other, ben, dan }) => {
      await ben.amend({ rooms: [room] });
      await dan.amend({ rooms: [other] });
    })
    .holds(
      'attention `room-taken` is open for the front desk and names the stay that holds each room',
      async ({ ann, ben, cleo, dan }) => {
        expect(taken(await ben.shows('room-taken'))).toContain(ann.workflowId);
        expect(taken(await dan.shows('room-taken'))).toContain(cleo.workflowId);
      },
    )
    .holds('Ann and Cleo still open their rooms, and no one else does', async (scene) => {
      await scene.ben.noOneOpens(scene.room);
      await scene.dan.noOneOpens(scene.other);
      await scene.ann.onlyTheseOpen(scene.room, 'Ann');
      await scene.cleo.onlyTheseOpen(scene.other, 'Cleo');
    })
    .when('Ann checks out', async ({ ann, ben }) => {
      await ann.amend({ status: 'departed' });
      await ben.haveKeys();
    })
    .holds('Ben gets a key automatically and opens the room, and Ann no longer does', async ({ room, ann, ben }) => {
      await ann.noOneOpens(room);
      await ben.onlyTheseOpen(room, 'Ben');
      await ben.showsOnly();
    })
    .when('Cleo stays, and the front desk gives the room to Dan with `forceRoom`', async ({ other, dan }, hotel) => {
      await hotel.givesByForce(other, dan);
      await dan.haveKeys();
    })
    .holds(
      "Dan opens the room, Cleo does not, and attention `room-taken` is open on Cleo's stay",
      async ({ other, cleo, dan }) => {
        await cleo.shows('room-taken');
        await cleo.noOneOpens(other);
        await dan.onlyTheseOpen(other, 'Dan');
      },
    ),
];

function taken(view: StayView): string {
  return view.attention
    .filter((notice) => notice.code === 'room-taken')
    .map((notice) => notice.message)
    .join();
}
