/**
 * Worker process: `npm run worker`, or `node dist/src/worker.js`. Its environment configures it (`src/config/process-variables.ts`).
 * Exit codes: 0 after SIGTERM or SIGINT, once running activities have ended; 1 if it failed; 2 if the configuration is
 * wrong.
 */
import { Runtime } from '@temporalio/worker';
import { createBookingActivities } from '../activities/bookings.js';
import { createActivities } from '../activities/index.js';
import { createKeyRequestActivities } from '../activities/key-requests.js';
import type { WorkerConfig } from './config/process-variables.js';
import { openWorker, type WorkerConfiguration } from './config/configuration.js';
import { defined } from './domain/model/defined.js';
import type { Log } from './log.js';
import { runProcess } from './process.js';
import { retentionHoursFor } from './property-file.js';
import { createSeamClient } from './seam/index.js';
import { connectOnceUp } from './temporal/await-server.js';
import { clientOn, type TemporalTarget } from './temporal/connection.js';
import { installRuntime, temporalLogger } from './temporal/runtime.js';
import { builtBundle, bundleWorkflows } from './temporal/workflow-bundle.js';
import { openTracing } from './tracing.js';
import { BUCKETS, countingKeys, seamCallMetrics } from './worker-metrics.js';
import { keepSchedules } from './worker-schedules.js';
import { connectNatively, createStayWorkers, runWorkers, WORKER_PROFILES } from './temporal/workers.js';

async function work({ config, target, properties, connections }: WorkerConfiguration, log: Log): Promise<void> {
  const { metricsAddress } = config;
  const tracing = config.isTraced ? openTracing('stayline-worker') : undefined;
  installRuntime(log, metricsAddress === undefined ? undefined : { address: metricsAddress, buckets: BUCKETS });
  const meter = Runtime.instance().metricMeter;
  const { address, namespace } = target;
  if (target.encryption === undefined) {
    log.warn('guest data is not encrypted at Temporal: set STAYLINE_ENCRYPTION_KEYS (docs/encryption.md)');
  }
  const requirements = { retentionHours: retentionHoursFor(await properties.all()) };
  const client = await connectOnceUp(target, requirements, {
    patienceMs: config.temporalWaitMs,
    onWait: (why) => log.warn({ address, why }, 'waiting for the Temporal server'),
  });
  const [connection, workflowBundle] = await Promise.all([connectNatively(target), findBundle(config, target, log)]);
  const workers = await createStayWorkers({
    connection,
    namespace,
    ...defined({ encryption: target.encryption }),
    activities: countingKeys(
      createActivities({
        seam: createSeamClient({
          ...config.seam,
          budget: defined({ requestsPerSecond: config.seamRequestsPerSecond }),
          onCall: seamCallMetrics(meter),
        }),
        properties,
        options: { timing: defined({ lateCommitMs: config.lateCommitMs }) },
      }),
      meter,
    ),
    bookings: createBookingActivities({
      connections,
      count: (connectionId, what) => log.info({ connectionId, what }, 'received from a booking system'),
    }),
    keyRequests: createKeyRequestActivities(),
    workflowBundle,
    profile: WORKER_PROFILES[config.profile],
    ...defined({
      seamActivitiesPerSecond: config.seamActivitiesPerSecond,
      identity: config.identity,
      version: config.version,
    }),
  });
  const running = runWorkers(workers);
  const temporal = clientOn(client, target);
  const schedules = await keepSchedules(temporal, { connections, properties, auditHours: config.auditHours, log });
  log.info({ address, namespace, profile: config.profile }, 'running');
  process.send?.({ atWork: true });
  await running;
  await schedules.stop();
  await client.close();
  await connection.close();
  await tracing?.close();
}

async function findBundle(
  { workflowBundle }: WorkerConfig,
  { encryption }: TemporalTarget,
  log: Log,
): Promise<{ code: string } | { codePath: string }> {
  const kind = encryption === undefined ? 'plain' : 'encrypted';
  const codePath = workflowBundle ?? builtBundle(kind);
  return codePath === undefined ? bundleWorkflows({ kind, logger: temporalLogger(log) }) : { codePath };
}

await runProcess({ name: 'worker', open: openWorker, run: work });
