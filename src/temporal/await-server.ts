/** Wait for a Temporal server that is coming up: a worker may start before it, or during its upgrade. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { connectWhenNeeded, NoTemporalServer, type TemporalTarget } from './connection.js';
import { grpcErrorIn, isUnanswered } from './grpc-errors.js';

/** Timeout of one attempt, and the pause between two. */
const ATTEMPT_MS = 5_000;
const PAUSE_MS = 500;
/** Interval of reports about the wait. */
const REPORT_MS = 10_000;

export interface Wait {
  /** Longest wait, in milliseconds; absent: no limit. */
  readonly patienceMs?: number;
  /** Receives the reason at the first failed attempt, and then every ten seconds. */
  readonly onWait: (why: string) => void;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves once the server answers, with the reason of the refusal if it answers that it refuses the caller.
 * @throws NoTemporalServer after `patienceMs`, or when `signal` aborts
 */
export async function awaitServer(connection: Connection, target: TemporalTarget, wait: Wait): Promise<void> {
  const giveUpAt = Date.now() + (wait.patienceMs ?? Number.POSITIVE_INFINITY);
  let reportAt = 0;
  for (;;) {
    try {
      await connection.withDeadline(Date.now() + ATTEMPT_MS, () => connection.workflowService.getSystemInfo({}));
      return;
    } catch (error) {
      const answer = grpcErrorIn(error);
      if (answer !== undefined && !isUnanswered(answer)) return;
      if (Date.now() >= giveUpAt || wait.signal?.aborted === true) throw new NoTemporalServer(target.address, error);
      if (Date.now() >= reportAt) {
        wait.onWait(answer?.details ?? String(error));
        reportAt = Date.now() + REPORT_MS;
      }
    }
    await sleep(PAUSE_MS, undefined, wait.signal === undefined ? {} : { signal: wait.signal }).catch(() => undefined);
  }
}

/** Opens a connection like `connectWhenNeeded`, and resolves once the server answers. @throws NoTemporalServer */
export async function connectOnceUp(target: TemporalTarget, wait: Wait): Promise<Connection> {
  const connection = connectWhenNeeded(target);
  try {
    await awaitServer(connection, target, wait);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
