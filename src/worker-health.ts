/**
 * Health check of a container: exits with 0 if a worker of this machine polled every task queue lately, else with 1.
 * With `STAYLINE_IDENTITY`, the worker with that identity counts.
 */
import os from 'node:os';
import { connect, temporalTarget } from './temporal/connection.js';
import { isPolling, workersOf } from './temporal/pollers.js';
import { TASK_QUEUES } from './temporal/task-queues.js';

const target = temporalTarget(process.env);
const connection = await connect(target);
const isOurs = workersOf(os.hostname(), process.env['STAYLINE_IDENTITY']);
const polls = await Promise.all(
  Object.values(TASK_QUEUES).map((taskQueue) =>
    isPolling(connection, { namespace: target.namespace, taskQueue, isOurs }),
  ),
);
await connection.close();
process.exit(polls.every(Boolean) ? 0 : 1);
