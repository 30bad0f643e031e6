/** Scenarios of one stay after another in the same room. */
import { expect } from 'vitest';
import type { StayView } from '../../src/client.js';
import { scenario, type Scenario } from './scenario.js';

export const neighbours: readonly Scenario[] = [
  scenario(11, 'One guest after the other in the same room on the same day')
    .given('Ann is in house for four more hours, her phone is offline; Ben has her room after her', async (hotel) => {
      const room = hotel.room();
      const before = await hotel.inHouse(['Ann'], { rooms: [room], hours: [-24, 4] });
      const after = await hotel.booked(['Ben'], { rooms: [room], hours: [4, 48] });
      await after.settled();
      before.phoneGoesOffline('Ann');
      return { room, before, after };
    })
    .when("Ben's lead time has begun, and Ann is still there", (_, hotel) => hotel.passes('3 hours'))
    .holds('he has no key yet, and that is nothing that the desk need know', async ({ room, after }, hotel) => {
      await after.showsOnly();
      hotel.hasMade(room, { overrides: 1, joiners: 0 });
    })
    .when('she checks out, and he is checked in early', async ({ before, after }, hotel) => {
      await before.amend({ status: 'departed' });
      await before.settled();
      await after.amend({ status: 'in-house', window: { from: await hotel.inHours(0), to: await hotel.inHours(45) } });
      await after.haveKeys();
    })
    .holds(
      'until he has used his key, her offline phone still opens the room; her stay says until when',
      async (scene) => {
        await scene.before.lockSays(scene.room, 'Ann', 'phone-offline-key');
        const { keys, window } = await scene.before.view();
        expect(keys[0]?.residualUntil).toBe(window?.to);
      },
    )
    .holds('the room names her, too, as one who may open it', ({ room }, hotel) => hotel.roomSuspects(room, 'Ann'))
    .when('he uses his key', ({ room, after }) => after.lockSays(room, 'Ben', 'opened'))
    .holds('her phone does not any more', ({ room, before }) => before.lockSays(room, 'Ann', 'older-generation')),

  scenario(12, 'The next guest is there, and the one before has not left')
    .given('Ann and Cleo are in house for two more days; Ben and Dan are at the desk', async (hotel) => {
      const [room = '', other = ''] = hotel.rooms(2);
      const ann = await hotel.inHouse(['Ann'], { rooms: [room], hours: [-24, 48] });
      const cleo = await hotel.inHouse(['Cleo'], { rooms: [other], hours: [-24, 48] });
      const ben = await hotel.checkedIn(['Ben'], { rooms: [] });
      const dan = await hotel.checkedIn(['Dan'], { rooms: [] });
      return { room, other, ann, ben, cleo, dan };
    })
    .when("Ben is given Ann's room, and Dan Cleo's", async ({ room, other, ben, dan }) => {
      await ben.amend({ rooms: [room] });
      await dan.amend({ rooms: [other] });
    })
    .holds('the desk is told that the rooms are taken, and by which stays', async ({ ann, ben, cleo, dan }) => {
      expect(taken(await ben.shows('room-taken'))).toContain(ann.workflowId);
      expect(taken(await dan.shows('room-taken'))).toContain(cleo.workflowId);
    })
    .holds('those who are there go on opening them, and nobody else does', async (scene) => {
      await scene.ben.nobodyOpens(scene.room);
      await scene.dan.nobodyOpens(scene.other);
      await scene.ann.onlyTheseOpen(scene.room, 'Ann');
      await scene.cleo.onlyTheseOpen(scene.other, 'Cleo');
    })
    .when('Ann checks out', async ({ ann, ben }) => {
      await ann.amend({ status: 'departed' });
      await ben.haveKeys();
    })
    .holds("Ben's key comes by itself: he opens the room, and she does not", async ({ room, ann, ben }) => {
      await ann.nobodyOpens(room);
      await ben.onlyTheseOpen(room, 'Ben');
      await ben.showsOnly();
    })
    .when('Cleo stays, and the desk gives her room to Dan by force', async ({ other, dan }, hotel) => {
      await hotel.givesByForce(other, dan);
      await dan.haveKeys();
    })
    .holds('he opens it, she does not, and the desk is told so at her stay', async ({ other, cleo, dan }) => {
      await cleo.shows('room-taken');
      await cleo.nobodyOpens(other);
      await dan.onlyTheseOpen(other, 'Dan');
    }),
];

function taken(view: StayView): string {
  return view.attention
    .filter((notice) => notice.code === 'room-taken')
    .map((notice) => notice.message)
    .join();
}
