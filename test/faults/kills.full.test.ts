/**
 * The worker is killed at every single call to Seam of a small stay (`kills.ts`). The kill comes before Seam receives the call, after
 * Seam has carried it out, or before Seam carries it out late. Each time the stay comes to the same end. Issue 3, "It must show" 4, for
 * killed workers.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLanes, type Lanes } from '../harness/lanes.js';
import { MODES, MOST_CALLS, runKilled, runUndisturbed } from './kills.js';

const everyCall = Array.from({ length: MOST_CALLS }, (_, index) => index + 1);

let lanes: Lanes;
beforeAll(async () => {
  lanes = await openLanes(4);
}, 300_000);
afterAll(async () => lanes.stop());

test('the kills cover every call to Seam of the small stay', async () => {
  expect(await lanes.use(runUndisturbed)).toBeLessThanOrEqual(MOST_CALLS);
});

describe.each(MODES)('a worker killed during a call with $kind', (call) => {
  // The timeout starts when the story begins to wait for its world.
  test.concurrent.for(everyCall)(
    'a stay reaches its desired state when the worker is killed at call %i',
    { timeout: 600_000 },
    async (atCall) => {
      await lanes.use((world) => runKilled(world, atCall, call));
    },
  );
});
