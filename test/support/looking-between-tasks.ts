/** How stays are looked at that no worker keeps in memory, on the time-skipping server. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { createStayClient, stayWorkflowId, type StayClient } from '../../src/client.js';
import { typeOfEvent } from './history-count.js';

const LOOK_AGAIN_MS = 10;

/**
 * A client that asks a stay for its view between its workflow tasks only: there, a query that meets a task of a stay which is not in
 * memory costs that task its timeout, 10 s.
 */
export function lookingBetweenTasks(temporal: Client): StayClient {
  const client = createStayClient(temporal);
  return {
    ...client,
    async view(name) {
      await noTaskIsDue(temporal.workflow.getHandle(stayWorkflowId(name)));
      return client.view(name);
    },
  };
}

async function noTaskIsDue(stay: WorkflowHandle): Promise<void> {
  for (;;) {
    const { events } = await stay.fetchHistory();
    const last = events?.map(typeOfEvent).findLast((type) => type.startsWith('WORKFLOW_TASK_'));
    if (last !== 'WORKFLOW_TASK_SCHEDULED' && last !== 'WORKFLOW_TASK_STARTED') return;
    await delay(LOOK_AGAIN_MS);
  }
}
