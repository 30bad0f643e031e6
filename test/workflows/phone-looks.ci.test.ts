/** Looks for phones that a hold cancels while Seam is about to answer. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

test('a hold that ends a look for a phone is no outage, and the key comes once the hold is released and a phone is there', async () => {
  const [door = ''] = world.freeRooms(1);
  const stay = await world.book('look', { rooms: [door] }, { phones: 'by-hand' });
  await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
  // The attempt that is under way ends before it can notice its cancellation: it finds no phone.
  await world.disturb({ kind: 'latency', path: '/phones/list', ms: 600 });
  for (let round = 0; round < 8; round++) {
    await stay.signal('hold', { reason: 'no passport' });
    const held = await stay.until((view) => view.guests[0]?.waitingFor === 'hold');
    expect(held.attention).toEqual([]);
    await stay.signal('release', { reason: 'passport seen' });
    const looking = await stay.until((view) => view.guests[0]?.waitingFor === 'phone');
    expect(looking.attention).toEqual([]);
    // A look begins at once, and then after two seconds; the hold comes in the middle of one.
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect((await stay.view()).attention).toEqual([]);
  }
  await world.undisturb();
  stay.enrol('g1');
  const view = await stay.until((now) => now.guests[0]?.keyState === 'issued');
  expect(view.attention).toEqual([]);
});
