/**
 * Health check of a container: exits with 0 if a worker of this machine polled every task queue lately, else with 1.
 */
import os from 'node:os';
import { connect, temporalTarget } from './temporal/connection.js';
import { isPolling } from './temporal/pollers.js';
import { TASK_QUEUES } from './temporal/task-queues.js';

const target = temporalTarget(process.env);
const connection = await connect(target);
const polls = await Promise.all(
  Object.values(TASK_QUEUES).map((taskQueue) =>
    isPolling(connection, { namespace: target.namespace, taskQueue, host: os.hostname() }),
  ),
);
await connection.close();
process.exit(polls.every(Boolean) ? 0 : 1);
