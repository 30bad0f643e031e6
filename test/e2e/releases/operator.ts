/** Releases as an operator makes them: with Temporal's command line, by the commands of `docs/upgrading.md`. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { requireTool } from '../../../src/temporal/binaries.js';
import type { RealWorld } from '../../harness/real-world.js';
import { waitUntil } from '../../harness/wait-until.js';

const run = promisify(execFile);

export const DEPLOYMENT = 'stayline';
const PATIENCE = { timeout: 180_000, interval: 1_000 };

export interface Operator {
  /** Lets this share of the workflows, in percent, begin on the build, or move to it. */
  ramp(buildId: string, percent: number): Promise<void>;
  promote(buildId: string): Promise<void>;
  /** Signals `moveOn` to every open workflow that is not on the build, until all are; resolves then. */
  moveAllTo(buildId: string): Promise<void>;
  /** Returns the number of open workflows on the build. */
  open(buildId: string): Promise<number>;
}

export function operatorOf({ stack, temporal }: RealWorld): Operator {
  const { address, namespace } = stack.temporal;
  const cli = async (...args: readonly string[]): Promise<void> => {
    await run(requireTool('temporal'), [...args, '--address', address, '--namespace', namespace]);
  };
  /** Repeats the command until the server accepts it. */
  const insist = async (...args: readonly string[]): Promise<void> => {
    let problem: unknown;
    const isDone = (): Promise<boolean> =>
      cli(...args).then(
        () => true,
        (error: unknown) => {
          problem = error;
          return false;
        },
      );
    await waitUntil(isDone, PATIENCE).catch((error: unknown) => {
      throw new Error(`${args.join(' ')} was refused: ${String(problem)}`, { cause: error });
    });
  };
  // The server refuses a version until every queue of the one before has a worker of it.
  const deployment = (command: string, buildId: string, ...more: readonly string[]): Promise<void> =>
    insist(
      ...['worker', 'deployment', command, '--deployment-name', DEPLOYMENT, '--build-id', buildId, '--yes', ...more],
    );
  const count = async (query: string): Promise<number> =>
    (await temporal.workflow.count(`ExecutionStatus = 'Running' AND ${query}`)).count;

  /** Returns what each of the workflows is doing. */
  const whatHolds = async (query: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { workflowId } of temporal.workflow.list({ query })) {
      const handle = temporal.workflow.getHandle(workflowId);
      const { raw } = await handle.describe();
      const { events = [] } = await handle.fetchHistory();
      const failures = (events ?? []).flatMap(
        (event) => event.workflowTaskFailedEventAttributes?.failure?.message ?? [],
      );
      found.push(`${workflowId}: ${JSON.stringify([raw.pendingWorkflowTask, raw.pendingActivities, failures.at(-1)])}`);
    }
    return found;
  };

  return {
    ramp: (buildId, percent) => deployment('set-ramping-version', buildId, '--percentage', String(percent)),
    promote: (buildId) => deployment('set-current-version', buildId),
    async moveAllTo(buildId) {
      const others = `TemporalWorkerDeploymentVersion != '${DEPLOYMENT}:${buildId}'`;
      const query = `ExecutionStatus = 'Running' AND ${others}`;
      await waitUntil(async () => {
        if ((await count(others)) === 0) return true;
        // The server runs one batch at a time. Visibility lags, so the last batch may have missed some.
        await insist('workflow', 'signal', '--query', query, '--name', 'moveOn', '--reason', 'release', '--yes');
        return false;
      }, PATIENCE).catch(async (error: unknown) => {
        throw new Error(`not on ${buildId}: ${(await whatHolds(query)).join('; ')}`, { cause: error });
      });
    },
    open: (buildId) => count(`TemporalWorkerDeploymentVersion = '${DEPLOYMENT}:${buildId}'`),
  };
}
