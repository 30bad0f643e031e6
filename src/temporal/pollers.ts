/** Pollers of a task queue, which the server records for about five minutes. */
import type { Connection } from '@temporalio/client';

/**
 * Longest age of a live worker's last poll. An idle worker polls at least this often, because a long poll ends after a
 * minute.
 */
const LATELY_MS = 90_000;

const ACTIVITY_QUEUE = 2;

export interface PollingQuestion {
  readonly namespace: string;
  readonly taskQueue: string;
  /** Host name, the end of a worker's default identity (`pid@host`). */
  readonly host: string;
}

/** Returns true if a worker on that host has polled the queue for activities in the last 90 seconds. */
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
