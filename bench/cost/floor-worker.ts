/** Worker process of floor workflows: the task queues and slots of a stay's worker, and none of its interceptors or checks. */
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { ACTIVITY_QUEUES, TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { floorActivity } from './floor-activity.js';

const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is needed`);
  return value;
};

const logger = new DefaultLogger('ERROR');
Runtime.install({ logger });
const connection = await NativeConnection.connect({ address: variable('TEMPORAL_ADDRESS') });
const workflowsPath = fileURLToPath(new URL('./floor-workflow.ts', import.meta.url));
const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
const activity = floorActivity({ url: variable('SEAM_ENDPOINT'), apiKey: variable('SEAM_API_KEY') });
const workers = await Promise.all(
  [TASK_QUEUES.stays, TASK_QUEUES.seam, TASK_QUEUES.revokes].map((taskQueue) =>
    Worker.create({
      connection,
      namespace: variable('TEMPORAL_NAMESPACE'),
      taskQueue,
      activities: Object.fromEntries(Object.keys(ACTIVITY_QUEUES).map((name) => [name, activity])),
      maxConcurrentActivityTaskExecutions: 100,
      ...(taskQueue === TASK_QUEUES.stays ? { workflowBundle } : {}),
    }),
  ),
);
const running = Promise.all(workers.map((worker) => worker.run()));
process.send?.({ atWork: true });
await running;
await connection.close();
