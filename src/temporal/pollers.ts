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
  /** Returns true for the identity of a worker that counts. */
  readonly isOurs: (identity: string) => boolean;
}

/**
 * Returns the check for workers of one machine. Their identity is the configured one, or the default: `pid@host`.
 * @param configured the value of `STAYLINE_IDENTITY`; undefined if it is not set
 */
export function workersOf(host: string, configured: string | undefined): PollingQuestion['isOurs'] {
  return configured === undefined || configured === ''
    ? (identity) => identity.endsWith(`@${host}`)
    : (identity) => identity === configured;
}

/** Returns true if a worker that counts has polled the queue for activities in the last 90 seconds. */
export async function isPolling(connection: Connection, question: PollingQuestion): Promise<boolean> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace: question.namespace,
    taskQueue: { name: question.taskQueue },
    taskQueueType: ACTIVITY_QUEUE,
  });
  return pollers.some(({ identity, lastAccessTime }) => {
    const seenMs = Number(lastAccessTime?.seconds ?? 0) * 1000;
    return question.isOurs(identity ?? '') && Date.now() - seenMs < LATELY_MS;
  });
}
