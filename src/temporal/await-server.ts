/** Wait for a Temporal server that is coming up: a process may start before it, or during its upgrade. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { connectWhenNeeded, NoTemporalServer, type TemporalTarget } from './connection.js';
import { grpcErrorIn } from './grpc-errors.js';
import { requireServer, ServerNotReady, type ServerRequirements } from './server-check.js';

/** Pause between two attempts. */
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
 * Resolves once the server has been checked. Repeats the whole check while it is not answered: a server that is coming
 * up answers some calls before others.
 * @throws ServerNotReady if the server lacks a requirement, or refuses the caller
 * @throws NoTemporalServer after `patienceMs`, or when `signal` aborts
 */
export async function awaitServer(
  connection: Connection,
  target: TemporalTarget,
  requirements: ServerRequirements,
  wait: Wait,
): Promise<void> {
  const giveUpAt = Date.now() + (wait.patienceMs ?? Number.POSITIVE_INFINITY);
  let reportAt = 0;
  for (;;) {
    try {
      await requireServer(connection, target, requirements);
      return;
    } catch (error) {
      if (error instanceof ServerNotReady) throw error;
      if (Date.now() >= giveUpAt || wait.signal?.aborted === true) throw new NoTemporalServer(target.address, error);
      if (Date.now() >= reportAt) {
        wait.onWait(grpcErrorIn(error)?.details ?? String(error));
        reportAt = Date.now() + REPORT_MS;
      }
    }
    await sleep(PAUSE_MS, undefined, wait.signal === undefined ? {} : { signal: wait.signal }).catch(() => undefined);
  }
}

/** Opens a connection like `connectWhenNeeded`, and resolves once the server has been checked. @throws as `awaitServer` */
export async function connectOnceUp(
  target: TemporalTarget,
  requirements: ServerRequirements,
  wait: Wait,
): Promise<Connection> {
  const connection = connectWhenNeeded(target);
  try {
    await awaitServer(connection, target, requirements, wait);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
