/**
 * The worker is killed at every single call to Seam of a small stay (`kills.ts`): before Seam has got the call, after it has carried it
 * out, and while it is still to. Each time the stay comes to the same end. Issue 3, "It must show" 4, for killed workers.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLanes, type Lanes } from '../harness/lanes.js';
import { MODES, MOST_CALLS, tellKilled, tellUndisturbed } from './kills.js';

const everyCall = Array.from({ length: MOST_CALLS }, (_, index) => index + 1);

let lanes: Lanes;
beforeAll(async () => {
  lanes = await openLanes(4);
}, 120_000);
afterAll(async () => lanes.stop());

test('no call is left out', async () => {
  expect(await lanes.use(tellUndisturbed)).toBeLessThanOrEqual(MOST_CALLS);
});

describe.each(MODES)('killed, and the call: $kind', (call) => {
  // A timeout counts from when the story begins to wait for its world.
  test.concurrent.for(everyCall)('at call %i', { timeout: 600_000 }, async (atCall) => {
    await lanes.use((world) => tellKilled(world, atCall, call));
  });
});
