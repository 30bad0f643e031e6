/** Answers about stays whose workflow task fails: they say so and name the run. */
import type { Client } from '@temporalio/client';
import {
  RoomNotFound,
  StayNotFound,
  StayRefused,
  stayWorkflowId,
  type StayClient,
  type StayName,
} from '../../client.js';
import { HttpProblem } from '../../http/problem.js';
import { failingTaskOf, type FailingTask } from '../../temporal/failing-tasks.js';

/**
 * Returns the client with errors that name a failing stay instead of a missing worker. A signal to such a stay is
 * recorded and reported as an error too, because no key changes for it yet.
 */
export function namingFailingStays(temporal: Client, stays: StayClient): StayClient {
  const failing = (name: StayName): Promise<FailingTask | undefined> =>
    failingTaskOf(temporal, stayWorkflowId(name)).catch(() => undefined);
  const naming = async <T>(name: StayName, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof StayRefused || error instanceof StayNotFound || error instanceof RoomNotFound) throw error;
      const task = await failing(name);
      throw task === undefined ? error : problemOf(task, 'nothing is known to have changed');
    }
  };
  return {
    ...stays,
    applyReservation: (snapshot) => naming(snapshot, () => stays.applyReservation(snapshot)),
    view: (name) => naming(name, () => stays.view(name)),
    planFor: (name, change) => naming(name, () => stays.planFor(name, change)),
    async signal(name, message, payload) {
      await naming(name, () => stays.signal(name, message, payload));
      const task = await failing(name);
      if (task !== undefined)
        throw problemOf(task, 'the change is recorded, but no key changes until the task succeeds');
    },
  };
}

function problemOf({ workflowId, runId, attempt }: FailingTask, effect: string): HttpProblem {
  const detail =
    `the workflow task of ${workflowId} fails (run ${runId}, attempt ${attempt}); ${effect}; ` +
    'see "A workflow task fails" in docs/failures.md';
  return new HttpProblem('unavailable', detail, {
    headers: { 'retry-after': '60' },
    members: { failingTask: { workflowId, runId, attempt } },
  });
}
