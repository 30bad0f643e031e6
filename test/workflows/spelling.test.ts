/** Workflow ids in another spelling than the one valid one: every workflow refuses it and names the right one. */
import { WithStartWorkflowOperation, WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WORKFLOW_TYPES } from '../../src/temporal/workflow-types.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

const OTHER = 'Smith%20%282%29%20O%27Hara%21';
const RIGHT = "Smith%20(2)%20O'Hara!";
const NAME = "Smith (2) O'Hara!";
const guest = { propertyId: PROPERTY_ID, reservationId: NAME, guestId: 'g1' };
const sweep = { connectionId: 'house', propertyId: NAME, firstDays: 1, overlapMinutes: 1 };

test.each([
  [WORKFLOW_TYPES.stay, `stay/${PROPERTY_ID}/${OTHER}`, `stay/${PROPERTY_ID}/${RIGHT}`, {}],
  [WORKFLOW_TYPES.stay, `stay/${PROPERTY_ID}/caf%c3%a9`, `stay/${PROPERTY_ID}/caf%C3%A9`, {}],
  [WORKFLOW_TYPES.stay, `stay/${PROPERTY_ID}/café 1`, `stay/${PROPERTY_ID}/caf%C3%A9%201`, {}],
  [WORKFLOW_TYPES.stay, 'stay/%73easide/R-1', 'stay/seaside/R-1', {}],
  [WORKFLOW_TYPES.room, `room/${PROPERTY_ID}/${OTHER}`, `room/${PROPERTY_ID}/${RIGHT}`, {}],
  [WORKFLOW_TYPES.ingest, `ingest/${PROPERTY_ID}/${OTHER}`, `ingest/${PROPERTY_ID}/${RIGHT}`, {}],
  [WORKFLOW_TYPES.keyRequests, `key-requests/${PROPERTY_ID}/${OTHER}`, `key-requests/${PROPERTY_ID}/${RIGHT}`, {}],
  [WORKFLOW_TYPES.eraseGuest, `erase/${PROPERTY_ID}/${OTHER}/g1`, `erase/${PROPERTY_ID}/${RIGHT}/g1`, guest],
  [WORKFLOW_TYPES.keyAudit, `audit/${OTHER}`, `audit/${RIGHT}`, { propertyId: NAME }],
  [
    WORKFLOW_TYPES.bookingCommand,
    `command/house/${OTHER}`,
    `command/house/${RIGHT}`,
    { connectionId: 'house', commandId: NAME },
  ],
  [
    WORKFLOW_TYPES.bookingDelivery,
    'delivery/h%6Fuse/d',
    'delivery/house/d',
    {
      connectionId: 'house',
      deliveryId: 'd',
      pace: { quietMs: 1, longestMs: 1, rereadMs: [], goneMs: 1 },
      reservations: [],
    },
  ],
  [WORKFLOW_TYPES.bookingListener, 'listen/h%6Fuse', 'listen/house', { connectionId: 'house' }],
  [
    WORKFLOW_TYPES.findDoors,
    `doors/${PROPERTY_ID}/${OTHER}`,
    `doors/${PROPERTY_ID}/${RIGHT}`,
    { propertyId: PROPERTY_ID, questionId: NAME, rooms: ['101'] },
  ],
  [WORKFLOW_TYPES.bookingSweep, `sweep/house/${OTHER}`, `sweep/house/${RIGHT}`, sweep],
  [WORKFLOW_TYPES.bookingSweep, `sweep/house/${OTHER}-2026-11-29T12:00:00Z`, `sweep/house/${RIGHT}`, sweep],
])('the workflow %s refuses the id %s and names %s', async (workflowType, workflowId, right, argument) => {
  const handle = await world.temporal.workflow.start(workflowType, {
    workflowId,
    taskQueue: 'stays',
    args: [argument],
  });
  const failure = await handle.result().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(WorkflowFailedError);
  expect((failure as WorkflowFailedError).cause?.message).toContain(`workflow id must be ${right}`);
});

test('a snapshot for a stay under another spelling of its id is refused, and the refusal names the right one', async () => {
  const snapshot = await world.snapshotOf(NAME, {});
  const startWorkflowOperation = new WithStartWorkflowOperation('stay', {
    workflowId: `stay/${PROPERTY_ID}/${OTHER}`,
    taskQueue: 'stays',
    args: [{}],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  const sent = world.temporal.workflow.executeUpdateWithStart('applyReservation', {
    args: [snapshot],
    startWorkflowOperation,
  });
  await expect(sent).rejects.toMatchObject({
    cause: { message: `workflow id must be stay/${PROPERTY_ID}/${RIGHT}; it is stay/${PROPERTY_ID}/${OTHER}` },
  });
  const right = world.client.view({ propertyId: PROPERTY_ID, reservationId: NAME });
  await expect(right).rejects.toThrow(`there is no stay stay/${PROPERTY_ID}/${RIGHT}`);
});
