/** Views of stays that no worker keeps in memory, on the time-skipping server. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type WorkflowClientInterceptor, type WorkflowHandle } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { createStayClient, stayWorkflowId, type StayClient } from '../../src/client.js';
import { typeOfEvent } from './history-count.js';

const LOOK_AGAIN_MS = 10;

/** Long enough for a task on a busy machine; with the usual 10 s, a test would spend most of its time waiting. */
const TASK_TIMEOUT_MS = 3_000;

/**
 * Returns a client that queries a stay's view between its workflow tasks only. On this server, a query that meets a task of an uncached
 * stay makes that task time out. A task may still begin while a query runs; a short timeout limits that cost.
 */
export function lookingBetweenTasks(temporal: Client): StayClient {
  const { namespace } = temporal.options;
  const hurried = new Client({
    connection: temporal.connection,
    namespace,
    interceptors: { workflow: [shortTasks] },
  });
  // The server's own client allows it to skip time while a result is pending.
  const client = createStayClient(temporal);
  return {
    ...client,
    applyReservation: (snapshot) => createStayClient(hurried).applyReservation(snapshot),
    async view(name) {
      await noTaskIsDue(temporal.workflow.getHandle(stayWorkflowId(name)));
      return client.view(name);
    },
  };
}

const shortTasks: WorkflowClientInterceptor = {
  startUpdateWithStart: (input, next) =>
    next({
      ...input,
      workflowStartOptions: { ...input.workflowStartOptions, workflowTaskTimeout: msToTs(TASK_TIMEOUT_MS) },
    }),
};

/** Limit for a task that stays due. After that, the task has lost its worker, and the query reports it. */
const PATIENCE_MS = 60_000;

async function noTaskIsDue(stay: WorkflowHandle): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const { events } = await stay.fetchHistory();
    const last = events?.map(typeOfEvent).findLast((type) => type.startsWith('WORKFLOW_TASK_'));
    if (last !== 'WORKFLOW_TASK_SCHEDULED' && last !== 'WORKFLOW_TASK_STARTED') return;
    await delay(LOOK_AGAIN_MS);
  }
}
