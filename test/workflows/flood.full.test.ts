/**
 * Ten thousand signals to one stay within a minute, and parties beyond the limit. The stay takes every message in bounded workflow tasks,
 * and its neighbours do not notice.
 */
import { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERROR_TYPES, StayRefused } from '../../src/client.js';
import { openStayWorld, type StayWorld } from '../harness/stay-world.js';
import { waitUntil } from '../harness/wait-until.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld({ server: 'dev' });
});
afterAll(async () => world.stop());

const { EventType } = temporal.api.enums.v1;
const SIGNALS = 10_000;
const AT_ONCE = 20;
/** Longer than anything here takes on a busy machine. */
const PATIENCE = { timeout: 300_000 };

/**
 * Runs of the stay, as counts: completed tasks, tasks that the worker failed, and the most signals that one task received. The server
 * itself gives up a task while which a hundred signals arrive, and starts another with them.
 */
async function tasksOf(
  workflowId: string,
): Promise<{ runs: number; tasks: number; failed: number; mostSignals: number }> {
  let [runs, tasks, failed, mostSignals, signals] = [0, 0, 0, 0, 0];
  for await (const { runId } of world.temporal.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { events } = await world.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    runs += 1;
    for (const { eventType, workflowTaskFailedEventAttributes } of events ?? []) {
      const type = Number(eventType);
      if (type === Number(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)) signals += 1;
      if (workflowTaskFailedEventAttributes?.failure != null) failed += 1;
      if (type !== Number(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)) continue;
      tasks += 1;
      mostSignals = Math.max(mostSignals, signals);
      signals = 0;
    }
  }
  return { runs, tasks, failed, mostSignals };
}

/** Sends a signal, again for as long as the run has had as many as Temporal allows. */
async function taken(send: () => Promise<void>): Promise<void> {
  const isTaken = (): Promise<boolean> =>
    send().then(
      () => true,
      (error: unknown) => {
        if (error instanceof StayRefused && error.type === ERROR_TYPES.tooManyMessages) return false;
        throw error;
      },
    );
  await waitUntil(isTaken, PATIENCE);
}

test('ten thousand signals to one stay are all taken, and other stays get their keys meanwhile', async () => {
  const stay = await world.book('flooded', {});
  await stay.settled();
  let sent = 0;
  const sender = async (): Promise<void> => {
    while (sent < SIGNALS) {
      const number = sent++;
      const guests = Array.from({ length: 5 }, (_, index) => ({ guestId: `f${number}-${index}`, wantsKey: false }));
      await taken(() =>
        number % 2 === 0
          ? stay.signal('hold', { reason: `reason ${number}`, requestId: `flood-${number}` })
          : stay.signal('addGuests', { guests }),
      );
    }
  };
  const flood = Promise.all(Array.from({ length: AT_ONCE }, sender));
  for (let index = 0; index < 3; index++) {
    const neighbour = await world.book(`beside-${index}`, {});
    await waitUntil(
      () =>
        neighbour.settled().then(
          ({ guests: [guest] }) => guest?.keyState === 'issued',
          () => false,
        ),
      PATIENCE,
    );
  }
  await flood;
  await taken(() => stay.signal('checkOut', {}));
  await waitUntil(async () => (await stay.view()).phase === 'over', PATIENCE);
  const view = await stay.view();
  expect(view.guests).toHaveLength(196);
  const tasks = await tasksOf(stay.workflowId);
  expect(tasks.failed).toBe(0);
});
