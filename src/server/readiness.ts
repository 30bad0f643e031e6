/** Readiness of the server process: Temporal answers, and has what stays need. */
import type { Connection } from '@temporalio/client';
import type { Log } from '../log.js';
import { awaitServer } from '../temporal/await-server.js';
import type { TemporalTarget } from '../temporal/connection.js';
import type { ServerRequirements } from '../temporal/server-check.js';

const ANSWER_MS = 2_000;

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
    await awaitServer(connection, target, requirements, { onWait, signal });
    isChecked = true;
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
