/** How stays are looked at that no worker keeps in memory, on the time-skipping server. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type WorkflowClientInterceptor, type WorkflowHandle } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { createStayClient, stayWorkflowId, type StayClient } from '../../src/client.js';
import { typeOfEvent } from './history-count.js';

const LOOK_AGAIN_MS = 10;

/** Long enough for a task on a busy machine; the usual 10 s are most of what a test waits. */
const TASK_TIMEOUT_MS = 3_000;

/**
 * A client that asks a stay for its view between its workflow tasks only: there, a query that meets a task of a stay which is not in
 * memory costs that task its timeout. Where a task begins while a query is at work, a short timeout keeps that cheap.
 */
export function lookingBetweenTasks(temporal: Client): StayClient {
  const { namespace } = temporal.options;
  const hurried = new Client({
    connection: temporal.connection,
    namespace,
    interceptors: { workflow: [shortTasks] },
  });
  // The server's own client lets it skip time while a result is waited for.
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

/** A task that stays due longer than that has lost its worker: the query will tell. */
const PATIENCE_MS = 10_000;

async function noTaskIsDue(stay: WorkflowHandle): Promise<void> {
  const patientUntil = performance.now() + PATIENCE_MS;
  while (performance.now() < patientUntil) {
    const { events } = await stay.fetchHistory();
    const last = events?.map(typeOfEvent).findLast((type) => type.startsWith('WORKFLOW_TASK_'));
    if (last !== 'WORKFLOW_TASK_SCHEDULED' && last !== 'WORKFLOW_TASK_STARTED') return;
    await delay(LOOK_AGAIN_MS);
  }
}
