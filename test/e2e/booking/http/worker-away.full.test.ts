/** No worker is running: stays are shown as far as Temporal has them, and changes are refused until they can take effect, once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stayWorkflowId } from '../../../../src/domain/model/ids.js';
import { callApi } from '../../../harness/call-api.js';
import { runCli } from '../../../../src/cli/run.js';
import { collecting } from '../../../harness/collecting.js';
import { openRealWorld, type RealWorld } from '../../../harness/real-world.js';
import { waitUntil } from '../../../harness/wait-until.js';

const NAME = { propertyId: 'simulated-hotel', reservationId: 'R-1' };

const WINDOW = {
  from: new Date(Date.now() - 3_600_000).toISOString(),
  to: new Date(Date.now() + 86_400_000).toISOString(),
};

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld({ seamEvents: 'delivered' });
});
afterAll(() => world.stop());

async function put(revision: number, room: string): Promise<Response> {
  const snapshot = {
    revision,
    status: 'confirmed',
    window: WINDOW,
    rooms: [room],
    guests: [{ guestId: 'g1', primary: true }],
  };
  return callApi(world.stack.server?.url ?? '', NAME, { body: snapshot });
}

test('a stay is shown without a worker as far as Temporal itself has it, over HTTP and on the command line', async () => {
  const name = { ...NAME, reservationId: 'R-0' };
  const stay = await world.book(name.reservationId, { rooms: ['150'] });
  await stay.until(({ guests: [guest], settled }) => settled && guest?.keyState === 'issued');
  await world.stack.worker().end('SIGKILL');
  const url = world.stack.server?.url ?? '';
  const answer = await callApi(url, name);
  expect(answer.status).toBe(503);
  const lastKnown = { stay: stay.workflowId, ...name, phase: 'in-house', rooms: ['150'], attention: [] };
  expect(await answer.json()).toMatchObject({ lastKnown });
  const absent = await callApi(url, { ...name, reservationId: `${name.reservationId}-absent` });
  expect(absent.status).toBe(404);

  const [out, err] = [collecting(), collecting()];
  const { address, namespace } = world.stack.temporal;
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  const code = await runCli(['show', name.propertyId, name.reservationId], { env, out: out.stream, err: err.stream });
  expect([code, err.text()]).toEqual([1, expect.stringContaining('no worker answered')]);
  expect(out.text()).toMatch(
    /phase +in-house\n[\s\S]*rooms +150\n[\s\S]*No worker answers\. This is what Temporal has/,
  );
  await world.stack.startWorker();
});

test('a reservation sent while the worker is away, and again after its return, becomes one stay with one key', async () => {
  await world.stack.worker().end('SIGKILL');
  const early = [await put(1, '101'), await put(2, '102')];
  expect(early.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
    [503, '2'],
    [503, '2'],
  ]);
  await world.stack.startWorker();
  expect((await put(2, '102')).status).toBe(200);
  const view = await waitUntil(
    async () => {
      const seen = await world.client.view(NAME);
      return seen.settled && seen.guests[0]?.keyState === 'issued' ? seen : undefined;
    },
    { timeout: 120_000 },
  );
  expect(view).toMatchObject({ revision: 2, rooms: ['102'] });
  expect(view.keys.filter(({ state }) => state === 'live')).toHaveLength(1);
  const { count } = await world.temporal.workflow.count(`WorkflowId = "${stayWorkflowId(NAME)}"`);
  expect(count).toBe(1);
});
