/** Slots of the workers: keys that never arrive hold none, so other stays get and lose their keys meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkerSlots } from '../../src/temporal/workers.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';

const SLOTS = 4;
const STUCK = 4 * SLOTS;

/** The least of slots by resources is given whatever the machine does beside the test, and here no more than that. */
const KINDS: readonly WorkerSlots[] = [
  { kind: 'fixed', seam: SLOTS, revokes: 2 },
  {
    kind: 'by-resources',
    targets: { targetMemoryUsage: 0.8, targetCpuUsage: 0.9 },
    seam: { minimumSlots: SLOTS, maximumSlots: SLOTS },
    revokes: { minimumSlots: 2, maximumSlots: 2 },
  },
];

describe.each(KINDS)('$kind slots of a worker', (slots) => {
  let world: StayWorld;
  beforeAll(async () => {
    world = await openStayWorld({ profile: { slots } });
  });
  afterAll(async () => world.stop());

  test('a check-out and a check-in wait for none of many keys that never reach the provider', async () => {
    const [leaving, coming] = ['leaving', 'coming'];
    const [left = '', taken = ''] = world.freeRooms(2);
    const guest = await world.book(leaving, { rooms: [left] });
    await guest.settled();
    await world.disturb({ kind: 'never-synced', times: STUCK });
    const stuck = await Promise.all(
      Array.from({ length: STUCK }, (_, index) => world.book(`stuck-${index}`, {}, { withinMs: 180_000 })),
    );
    // Every one of them has its key at Seam, and none is confirmed.
    await Promise.all(stuck.map((stay) => stay.until(({ keys }) => keys[0]?.acsCredentialId !== undefined)));

    await guest.signal('checkOut', {});
    const over = await guest.until((view) => view.phase === 'over');
    expect(over.attention).toEqual([]);
    expect(await guest.whoOpens(left, ['g1'])).toEqual([]);

    const next = await world.book(coming, { rooms: [taken] });
    await next.until((view) => view.guests[0]?.keyState === 'issued');
    expect(await next.whoOpens(taken, ['g1'])).toEqual(['g1']);

    const views = await Promise.all(stuck.map((stay) => stay.view()));
    expect(views.map((view) => view.guests[0]?.keyState)).toEqual(Array(STUCK).fill('issuing'));
  });
});
