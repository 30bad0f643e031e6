/** Who asks a task queue for work, as the server remembers it (for about five minutes). */
import type { Connection } from '@temporalio/client';

/** An idle worker asks anew at least this often: a long poll ends after a minute. */
const LATELY_MS = 90_000;

const ACTIVITY_QUEUE = 2;

export interface PollingQuestion {
  readonly namespace: string;
  readonly taskQueue: string;
  /** Name of the machine, as it ends a worker's default identity (`pid@host`). */
  readonly host: string;
}

/** @returns whether a worker on that machine has asked the queue for activities in the last minute and a half */
export async function isPolling(connection: Connection, question: PollingQuestion): Promise<boolean> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace: question.namespace,
    taskQueue: { name: question.taskQueue },
    taskQueueType: ACTIVITY_QUEUE,
  });
  return pollers.some(({ identity, lastAccessTime }) => {
    const seenMs = Number(lastAccessTime?.seconds ?? 0) * 1000;
    return identity?.endsWith(`@${question.host}`) === true && Date.now() - seenMs < LATELY_MS;
  });
}
