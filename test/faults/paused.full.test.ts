/**
 * A worker is paused in the middle of a call, as by a machine that stands still, and goes on just after another worker has taken over. What
 * it then sends is late, although nothing was lost.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_KEY_TIMING } from '../../src/seam/context.js';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';
import { waitUntil } from '../harness/wait-until.js';

const GUESTS = ['g1', 'g2'];
const CALL_MS = 150;
/** A stay of two guests makes no more calls until both have their keys. */
const MOST_CALLS = 14;
const PATIENCE = { timeout: 120_000, interval: 2 };

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld({ seamTimeoutMs: 10_000, lateCommitMs: DEFAULT_KEY_TIMING.lateCommitMs });
  await world.disturb({ kind: 'latency', ms: CALL_MS });
});
afterAll(async () => world.stop());

test.for(Array.from({ length: MOST_CALLS }, (_, index) => index + 1))(
  'each guest holds one key at Seam after a worker was paused at call %i and went on beside the next one',
  { timeout: 300_000 },
  async (call) => {
    const before = world.calls();
    const stay = await world.book(`paused-${call}`, { guests: GUESTS.map((guestId) => ({ guestId })) });
    const hasKeys = async (): Promise<boolean> => {
      const { settled, guests } = await stay.view();
      return settled && guests.every(({ keyState }) => keyState === 'issued');
    };
    await waitUntil(async () => world.calls() >= before + call || (await hasKeys()), PATIENCE);
    const paused = world.stack.worker();
    process.kill(paused.pid, 'SIGSTOP');
    const sent = world.calls();
    await world.stack.startWorker();
    await waitUntil(async () => world.calls() > sent || (await hasKeys()), PATIENCE);
    process.kill(paused.pid, 'SIGCONT');
    await waitUntil(hasKeys, PATIENCE);
    // It sends no more requests after its end.
    await paused.end('SIGTERM');
    await waitUntil(hasKeys, PATIENCE);

    const { keys, attention } = await stay.view();
    expect(attention).toEqual([]);
    const [room = ''] = stay.snapshot.rooms ?? [];
    expect(await stay.whoOpens(room, GUESTS)).toEqual(GUESTS);
    const { hotel } = world.simulator;
    const ofStay = [...hotel.world.credentials.values()]
      .filter(({ life, guestDoorIds }) => life === 'live' && guestDoorIds.includes(hotel.door(room).id))
      .map(({ id }) => id);
    const live = keys.filter(({ state }) => state === 'live').map(({ acsCredentialId }) => acsCredentialId);
    expect(new Set(ofStay)).toEqual(new Set(live));
    expect(ofStay).toHaveLength(GUESTS.length);
  },
);
