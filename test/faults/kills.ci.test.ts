/** The worker is killed at every eighth call of a small stay (`kills.ts`); `kills.full.test.ts` does so at every one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLanes, type Lanes } from '../harness/lanes.js';
import { MODES, MOST_CALLS, runKilled } from './kills.js';

const kills = Array.from({ length: MOST_CALLS / 8 }, (_, index) => {
  const [call] = MODES.slice(index % MODES.length);
  return { atCall: 8 * index + 2, call: call ?? expect.unreachable() };
});

let lanes: Lanes;
beforeAll(async () => {
  lanes = await openLanes(3);
}, 300_000);
afterAll(async () => lanes.stop());

test.concurrent.for(kills)(
  'a stay reaches its desired state when the worker is killed at call $atCall ($call.kind)',
  { timeout: 600_000 },
  async (kill) => {
    await lanes.use((world) => runKilled(world, kill.atCall, kill.call));
  },
);
