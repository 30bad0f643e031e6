/** One kill of a worker, with SIGKILL in the middle of a request; `kills.ci.test.ts` and `kills.full.test.ts` have many. */
import { afterAll, beforeAll, test } from 'vitest';
import { openLanes, type Lanes } from '../harness/lanes.js';
import { MODES, runKilled } from './kills.js';

let lanes: Lanes;
beforeAll(async () => {
  lanes = await openLanes(1);
}, 300_000);
afterAll(async () => lanes.stop());

test('a stay whose worker is killed in the middle of a request to Seam still gets its keys', async () => {
  const [call] = MODES;
  if (call === undefined) throw new Error('there is no way to kill a worker');
  await lanes.use((world) => runKilled(world, 6, call));
}, 300_000);
