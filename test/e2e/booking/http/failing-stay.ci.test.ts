/** A stay whose workflow task fails: callers are told so with the run's id, and operators find the stay within a minute. */
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stayWorkflowId } from '../../../../src/domain/model/ids.js';
import { packageRoot } from '../../../../src/package-root.js';
import { failingStays, failingTaskOf } from '../../../../src/temporal/failing-tasks.js';
import { bundleWorkflows } from '../../../../src/temporal/workflow-bundle.js';
import { PROPERTY_ID } from '../../../harness/stay-world.js';
import { waitUntil } from '../../../harness/wait-until.js';
import { openApiWorld, type ApiWorld } from './api-world.js';

const NAME = { propertyId: PROPERTY_ID, reservationId: 'failing' };
const WORKFLOW_ID = stayWorkflowId(NAME);
const PATH = `/v1/properties/${PROPERTY_ID}/reservations/failing`;

let world: ApiWorld;
let worker: Worker;
let running: Promise<void>;
let runId: string;
beforeAll(async () => {
  world = await openApiWorld();
  const { temporal, native } = world.hotel;
  const workflowsPath = path.join(packageRoot(), 'test/harness/failing/stay.ts');
  const workflowBundle = await bundleWorkflows({ workflowsPath });
  worker = await Worker.create({ connection: native, namespace: 'default', taskQueue: 'failing', workflowBundle });
  running = worker.run();
  const handle = await temporal.workflow.start('stay', { workflowId: WORKFLOW_ID, taskQueue: 'failing', args: [] });
  runId = handle.firstExecutionRunId;
  await waitUntil(() => failingTaskOf(temporal, WORKFLOW_ID), { timeout: 120_000 });
}, 300_000);
afterAll(async () => {
  worker.shutdown();
  await running;
  await world.stop();
});

const failing = {
  status: 503,
  body: {
    detail: expect.stringContaining(`the workflow task of ${WORKFLOW_ID} fails (run `) as string,
    failingTask: { workflowId: WORKFLOW_ID, attempt: expect.any(Number) as number },
  },
};

test('reading, sending and checking out a failing stay say that its task fails, and name the run', async () => {
  const snapshot = await world.hotel.snapshotOf('failing', {});
  const { propertyId: _property, reservationId: _reservation, ...body } = snapshot;
  for (const [method, url, sent] of [
    ['GET', PATH, undefined],
    ['PUT', PATH, body],
    ['POST', `${PATH}/check-out`, {}],
  ] as const) {
    const answer = await world.call(method, url, sent);
    expect(answer, method).toMatchObject(failing);
    expect(JSON.stringify(answer.body)).toContain(runId);
  }
}, 300_000);

test('a failing stay is found by its name, and one that is well is not', async () => {
  const { temporal } = world.hotel;
  const well = await world.hotel.book('well', {});
  await well.settled();
  const found = await waitUntil(
    async () => {
      const seen = await failingStays(temporal);
      return seen !== undefined && seen.count > 0 ? seen : undefined;
    },
    { timeout: 120_000 },
  );
  expect(found).toEqual({ count: 1, stays: [{ workflowId: WORKFLOW_ID, runId }] });
  expect(await failingTaskOf(temporal, well.workflowId)).toBeUndefined();
}, 300_000);
