/**
 * A run that holds as many signals as Temporal allows takes no decision of a room. The room sends the decision again
 * until the stay takes it.
 */
import { WithStartWorkflowOperation } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stayWorkflowId } from '../../src/client.js';
import { roomWorkflowId } from '../../src/domain/model/ids.js';
import { isRunFull } from '../../src/temporal/grpc-errors.js';
import { claimUpdate, releaseSignal, roomQuery } from '../../workflows/room/messages.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';
import { waitUntil } from '../harness/wait-until.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

const AT_ONCE = 50;
const PATIENCE = { timeout: 300_000 };
/** No worker polls it: the stay's run takes signals and handles none. */
const TASK_QUEUE = 'no-worker';

const [first, second] = ['F-1', 'F-2'].map((reservationId) =>
  stayWorkflowId({ propertyId: PROPERTY_ID, reservationId }),
) as [string, string];

/** Starts a run of the second stay, which takes signals and handles none. */
async function startUnattended(): Promise<void> {
  await world.temporal.workflow.start('stay', { workflowId: second, taskQueue: TASK_QUEUE });
}

/** Sends signals to the second stay until its run takes no more. */
async function fill(): Promise<void> {
  const handle = world.temporal.workflow.getHandle(second);
  const send = (): Promise<boolean> =>
    handle.signal('hold', {}).then(
      () => false,
      (error: unknown) => {
        if (isRunFull(error)) return true;
        throw error;
      },
    );
  const sender = (): Promise<boolean> => waitUntil(send, { ...PATIENCE, interval: 0 });
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

test('a room sends a decision again to a stay whose run was full', async () => {
  const workflowId = roomWorkflowId({ propertyId: PROPERTY_ID, room: '905' });
  const room = world.temporal.workflow.getHandle(workflowId);
  const window = { from: await world.inMinutes(-60), to: await world.inMinutes(600) };
  for (const stayId of [first, second]) {
    const startWorkflowOperation = new WithStartWorkflowOperation('room', {
      workflowId,
      taskQueue: 'stays',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{}],
    });
    const claim = { stayId, window, chain: 'c', revision: 1, seq: 1 };
    await world.temporal.workflow.executeUpdateWithStart(claimUpdate, { args: [claim], startWorkflowOperation });
  }
  await startUnattended();
  await fill();
  await room.signal(releaseSignal, { stayId: first, chain: 'c', revision: 1, seq: 2 });

  const isNoted = async (): Promise<boolean> =>
    (await room.query(roomQuery)).history.some(
      ({ what }) => what === `${second}: decision not delivered; it is sent again`,
    );
  await waitUntil(isNoted, PATIENCE);
  expect((await room.query(roomQuery)).leases.map(({ stays }) => stays)).toEqual([[second]]);

  await world.temporal.workflow.getHandle(second).terminate('make room for a run that takes signals');
  await startUnattended();
  const decisions = async (): Promise<number> => {
    const { events } = await world.temporal.workflow.getHandle(second).fetchHistory();
    const names = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    return names.filter((name) => name === 'leaseChanged').length;
  };
  await waitUntil(async () => (await decisions()) > 0, PATIENCE);
});
