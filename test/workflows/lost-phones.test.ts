/** Lost phones: each is deactivated for certain, whatever else happens meanwhile. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../src/simulator/control/faults.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterEach(async () => world.undisturb());
afterAll(async () => world.stop());

const DEACTIVATE = '/phones/deactivate';
const faults: readonly (Fault & { readonly title: string })[] = [
  { title: 'does not answer', kind: 'status', status: 503 },
  { title: 'loses requests', kind: 'drop-before' },
  { title: 'loses answers', kind: 'drop-after' },
  { title: 'refuses the deactivation', kind: 'status', status: 400, path: DEACTIVATE },
];

test.each(faults)(
  'a lost phone is deactivated although Seam $title for a while and the guest sets up a new phone meanwhile',
  async ({ title: _title, ...fault }) => {
    const stay = await world.book(`lost-${fault.kind}-${fault.status ?? 0}`, {});
    await stay.settled();
    const [lost] = stay.phones('g1');
    await world.disturb(fault);
    await stay.signal('replaceKey', { guestId: 'g1', mode: 'secure', deviceId: lost?.id ?? '' });
    stay.enrol('g1');
    await world.pass('30 seconds');
    await world.undisturb();
    await stay.inTime((view) => view.settled && view.guests[0]?.keyState === 'issued', { minutes: 60 });
    expect(lost?.presence).toBe('gone');
  },
);

test('a phone that is lost before its guest is known at Seam is deactivated', async () => {
  const stay = await world.book('lost-early', {});
  await stay.settled();
  const [lost] = stay.phones('g1');
  await world.disturb({ kind: 'status', status: 400, path: '/acs/credentials/create' });
  await stay.signal('replaceKey', { guestId: 'g1', mode: 'convenient' });
  await stay.until((view) => view.guests[0]?.keyState === 'failed' || view.attention.length > 0);
  await world.disturb({ kind: 'status', status: 503 });
  await stay.signal('replaceKey', { guestId: 'g1', mode: 'secure', deviceId: lost?.id ?? '' });
  await stay.signal('retry', {});
  await world.pass('30 seconds');
  await world.undisturb();
  stay.enrol('g1');
  await stay.inTime((view) => view.settled && view.guests[0]?.keyState === 'issued', { minutes: 60 });
  expect(lost?.presence).toBe('gone');
});

test('a lost phone is deactivated although its guest checks out at once', async () => {
  const stay = await world.book('lost-and-out', {});
  await stay.settled();
  const [lost] = stay.phones('g1');
  await world.disturb({ kind: 'status', status: 503 });
  await stay.signal('replaceKey', { guestId: 'g1', mode: 'secure', deviceId: lost?.id ?? '' });
  await stay.signal('checkOut', {});
  await world.pass('30 seconds');
  await world.undisturb();
  await stay.inTime((view) => view.settled && view.phase === 'over', { minutes: 60 });
  expect(lost?.presence).toBe('gone');
});
