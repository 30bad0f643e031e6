/** Continue-as-new of key requests: a run that has received much goes on with its answers. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { keyRequestsWorkflowId } from '../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { WORKFLOW_TYPES } from '../../src/temporal/workflow-types.js';
import { keyRequestAnswerUpdate, keysAskedForSignal } from '../../workflows/booking/key-request-messages.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

/** The server suggests continue-as-new at 4 MB. */
const BALLAST = 'x'.repeat(1_000_000);

test('key requests with a long history continue as new and keep their answers', async () => {
  const handle = await world.temporal.workflow.start(WORKFLOW_TYPES.keyRequests, {
    workflowId: keyRequestsWorkflowId({ propertyId: PROPERTY_ID, reservationId: 'long' }),
    taskQueue: TASK_QUEUES.stays,
    args: [],
  });
  const requestId = randomUUID();
  const answer = (): Promise<unknown> => handle.executeUpdate(keyRequestAnswerUpdate, { args: [{ requestId }] });
  await handle.signal(keysAskedForSignal, { requestId, kind: 'new', rooms: [], by: 'opera' } as never);
  const before = await answer();
  expect(before).toMatchObject({ kind: 'refused' });
  const { runId } = await handle.describe();
  const hasLeft = async (): Promise<boolean> => {
    if ((await handle.describe()).runId !== runId) return true;
    await handle.signal(keysAskedForSignal, { ballast: BALLAST } as never);
    return false;
  };
  await vi.waitUntil(hasLeft, { timeout: 120_000, interval: 300 });
  expect(await answer()).toEqual(before);
});
