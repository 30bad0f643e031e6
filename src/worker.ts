/**
 * The worker process: `npm run worker`, or `node dist/src/worker.js`. Configured by its environment (`src/config.ts`).
 * Ends with 0 after SIGTERM or SIGINT, when running activities have ended; 1 if it did not work; 2 if the configuration is wrong.
 */
import { createActivities } from '../activities/index.js';
import { ConfigError, workerConfig, type WorkerConfig } from './config.js';
import { createLog, type Log } from './log.js';
import { openPropertyFile, PropertyFileError } from './property-file.js';
import { createSeamClient } from './seam/index.js';
import { temporalTarget } from './temporal/connection.js';
import { installRuntime, temporalLogger } from './temporal/runtime.js';
import { builtBundle, bundleWorkflows } from './temporal/workflow-bundle.js';
import { connectNatively, createStayWorkers, runWorkers, WORKER_PROFILES } from './temporal/workers.js';

const NOT_WORKED = 1;
const BAD_INPUT = 2;

async function work(config: WorkerConfig, log: Log): Promise<void> {
  const properties = await openPropertyFile(config.propertiesFile, {
    onInvalid: ({ problems }) => {
      log.error({ problems }, 'the changed property file cannot be used; what was read before stays in force');
    },
  });
  installRuntime(log);
  const { namespace, ...server } = temporalTarget(process.env);
  const [connection, workflowBundle] = await Promise.all([
    connectNatively({ namespace, ...server }),
    findBundle(config, log),
  ]);
  const workers = await createStayWorkers({
    connection,
    namespace,
    activities: createActivities({
      seam: createSeamClient(config.seam),
      properties,
      ...(config.lateCommitSettleMs === undefined
        ? {}
        : { options: { timing: { lateCommitSettleMs: config.lateCommitSettleMs } } }),
    }),
    workflowBundle,
    profile: WORKER_PROFILES[config.profile],
    ...(config.seamActivitiesPerSecond === undefined
      ? {}
      : { seamActivitiesPerSecond: config.seamActivitiesPerSecond }),
    ...(config.identity === undefined ? {} : { identity: config.identity }),
  });
  const running = runWorkers(workers);
  log.info({ address: server.address, namespace, profile: config.profile }, 'at work');
  process.send?.({ atWork: true });
  await running;
  await connection.close();
}

async function findBundle(config: WorkerConfig, log: Log): Promise<{ code: string } | { codePath: string }> {
  const codePath = config.workflowBundle ?? builtBundle();
  return codePath === undefined ? bundleWorkflows({ logger: temporalLogger(log) }) : { codePath };
}

async function main(): Promise<number> {
  let config: WorkerConfig;
  try {
    config = workerConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The worker's environment is not right:\n${error.message}\n`);
    return BAD_INPUT;
  }
  const log = createLog(config.logLevel);
  try {
    await work(config, log);
    return 0;
  } catch (error) {
    if (error instanceof PropertyFileError) {
      process.stderr.write(`${error.message}\n`);
      return BAD_INPUT;
    }
    log.error({ error }, 'the worker did not work');
    return NOT_WORKED;
  }
}

// Forked (`src/dev/child-process.ts`): without the process that wanted us, we end as by SIGTERM.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The SDK's threads may keep a worker that has bundled alive for minutes.
process.exit(await main());
