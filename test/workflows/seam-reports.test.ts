/** Errors and warnings of Seam's objects, one of each outcome. `seam-reports.ci.test.ts` has all of them. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StayView } from '../../src/client.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterEach(async () => world.undisturb());
afterAll(async () => world.stop());

const attentionOf = (view: StayView): readonly string[] => view.attention.map(({ code }) => code);
const inPeace = (view: StayView): boolean =>
  view.settled && view.attention.length === 0 && view.keys.some(({ state }) => state === 'live');

test('reports of a door, a guest and their key are attention with an act, one text each, until Seam ends them', async () => {
  const [room = ''] = world.freeRooms(1);
  const { id } = world.simulator.hotel.door(room);
  await world.disturb({ kind: 'report', resource: 'acs_entrance', code: 'entrance_setup_required', id });
  await world.disturb({ kind: 'report', resource: 'acs_user', code: 'acs_user_inactive' });
  await world.disturb({ kind: 'report', resource: 'acs_credential', code: 'needs_to_be_reissued' });
  const stay = await world.book('reported', { rooms: [room] });
  const view = await stay.until((now) => now.settled && now.keys.some(({ state }) => state === 'live'));
  expect(view.attention).toMatchObject([
    {
      code: 'seam-report',
      room,
      message: expect.stringMatching(/^room .*: the door is not set up .*set it up/) as string,
    },
    {
      code: 'seam-report',
      guestId: 'g1',
      message: expect.stringMatching(/inactive.*activate.*; .*send replaceKey/) as string,
    },
  ]);
  expect(await stay.tap('g1', room)).toBe('opened');
  await world.undisturb();
  await stay.inTime(inPeace, { minutes: 10 });
});

test('a report that passes delays the key, and its attention says what to check', async () => {
  await world.disturb({ kind: 'report', resource: 'acs_system', code: 'visionline_instance_unreachable' });
  // The look beside this key's request tells the worker of the report.
  await (await world.book('unaware', {})).settled();
  const stay = await world.book('passing', {});
  const view = await stay.inTime((now) => attentionOf(now).includes('access-system-down'), { minutes: 10 });
  expect(view.attention[0]?.message).toContain('check that the server runs (Seam: visionline_instance_unreachable)');
  await world.undisturb();
  await stay.inTime(inPeace, { minutes: 10 });
});
