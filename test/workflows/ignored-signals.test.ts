/** Signals that a workflow beside the stay cannot use: it ignores them and goes on. */
import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyRequestsWorkflowId } from '../../src/domain/model/ids.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { WORKFLOW_TYPES } from '../../src/temporal/workflow-types.js';
import { keyRequestAnswerUpdate, keysAskedForSignal } from '../../workflows/booking/key-request-messages.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

function startKeyRequests(reservationId: string): Promise<WorkflowHandle> {
  return world.temporal.workflow.start(WORKFLOW_TYPES.keyRequests, {
    workflowId: keyRequestsWorkflowId({ propertyId: PROPERTY_ID, reservationId }),
    taskQueue: TASK_QUEUES.stays,
    args: [],
  });
}

test('a key request that is not valid has no effect, whatever JSON it holds', async () => {
  const handle = await startKeyRequests('any-request');
  const request = { requestId: randomUUID(), kind: 'new', rooms: [], at: '2026-11-29T10:00:00Z', by: 'opera' };
  for (const payload of [undefined, null, 'new', 7, {}, [], { ...request, requestId: 7 }]) {
    await handle.signal(keysAskedForSignal, payload as never);
  }
  await handle.signal('noSuchSignal', { requestId: '1' });
  // Nothing is waiting: the workflow completes after its idle time.
  expect(await handle.result()).toEqual({ carriedOut: 0 });
});

test('an invalid key request whose id can be read is refused, and the refusal names the field', async () => {
  const handle = await startKeyRequests('refused-request');
  const requestId = randomUUID();
  await handle.signal(keysAskedForSignal, { requestId, kind: 'new', rooms: [], by: 'opera' } as never);
  const answer = await handle.executeUpdate(keyRequestAnswerUpdate, { args: [{ requestId }] });
  expect(answer).toMatchObject({ kind: 'refused', why: expect.stringMatching(/at (is missing|must be)/) as string });
});

test('a question for an answer without a request id is refused, and the refusal names the field', async () => {
  const handle = await startKeyRequests('any-question');
  const asked = handle.executeUpdate(keyRequestAnswerUpdate, { args: [{} as never] });
  await expect(asked).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
  await expect(asked).rejects.toMatchObject({
    cause: { type: 'InvalidMessage', message: expect.stringMatching(/requestId/) as string },
  });
  expect(await handle.result()).toEqual({ carriedOut: 0 });
});
