/** Readiness of the server process: Temporal answers, and has what stays need. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { Log } from '../log.js';
import { awaitServer } from '../temporal/await-server.js';
import type { TemporalTarget } from '../temporal/connection.js';
import { requireServer, ServerNotReady, type ServerRequirements } from '../temporal/server-check.js';

const ANSWER_MS = 2_000;
const PAUSE_MS = 1_000;

export interface Readiness {
  /** Returns why the process cannot serve now; undefined if it can. */
  readonly whyNotReady: () => Promise<string | undefined>;
  /** Resolves once the server has been checked. @throws ServerNotReady if it lacks something */
  readonly checked: Promise<void>;
}

/** Checks the Temporal server once it answers: the process may start before it. */
export function watchReadiness(
  connection: Connection,
  target: TemporalTarget,
  { log, signal, ...requirements }: ServerRequirements & { readonly log: Log; readonly signal: AbortSignal },
): Readiness {
  const { address, namespace } = target;
  let isChecked = false;
  const check = async (): Promise<void> => {
    const onWait = (why: string): void => log.warn({ address, why }, 'waiting for the Temporal server');
    for (;;) {
      await awaitServer(connection, target, { onWait, signal });
      try {
        await requireServer(connection, target, requirements);
        isChecked = true;
        return;
      } catch (error) {
        if (error instanceof ServerNotReady) throw error;
        log.warn({ address, error }, 'the check of the Temporal server failed; it is retried');
        await sleep(PAUSE_MS);
      }
    }
  };
  return {
    checked: check(),
    whyNotReady: async () => {
      try {
        await connection.withDeadline(Date.now() + ANSWER_MS, () =>
          connection.workflowService.describeNamespace({ namespace }),
        );
      } catch {
        return 'Temporal does not answer';
      }
      return isChecked ? undefined : 'the Temporal server is being checked';
    },
  };
}
