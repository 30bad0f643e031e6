/**
 * Worker process: `npm run worker`, or `node dist/src/worker.js`. Its environment configures it (`src/config.ts`).
 * Exit codes: 0 after SIGTERM or SIGINT, once running activities have ended; 1 if it failed; 2 if the configuration is
 * wrong.
 */
import { Client } from '@temporalio/client';
import { createBookingActivities } from '../activities/bookings.js';
import { createActivities } from '../activities/index.js';
import { createKeyRequestActivities } from '../activities/key-requests.js';
import { ADAPTERS } from './booking/adapters/index.js';
import { NO_CONNECTIONS, readConnections, type Connections } from './booking/ingress/connections.js';
import { ensureSchedules } from './booking/ingress/sweeps.js';
import { workerConfig, type WorkerConfig } from './config.js';
import { defined } from './domain/model/defined.js';
import type { Log } from './log.js';
import { runProcess } from './process.js';
import { openPropertyFile } from './property-file.js';
import { createSeamClient } from './seam/index.js';
import { connect, temporalTarget, type TemporalTarget } from './temporal/connection.js';
import { installRuntime, temporalLogger } from './temporal/runtime.js';
import { builtBundle, bundleWorkflows } from './temporal/workflow-bundle.js';
import { connectNatively, createStayWorkers, runWorkers, WORKER_PROFILES } from './temporal/workers.js';

async function work(config: WorkerConfig, log: Log): Promise<void> {
  const properties = await openPropertyFile(config.propertiesFile, {
    onInvalid: ({ problems }) => {
      log.error({ problems }, 'the changed property file cannot be used; the previous content stays in force');
    },
  });
  const connections = await openConnections(config);
  installRuntime(log);
  const target = temporalTarget(process.env);
  const { namespace, ...server } = target;
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
      options: { timing: defined({ lateCommitMs: config.lateCommitMs }) },
    }),
    bookings: createBookingActivities({
      connections,
      count: (connectionId, what) => log.info({ connectionId, what }, 'received from a booking system'),
    }),
    keyRequests: createKeyRequestActivities(),
    workflowBundle,
    profile: WORKER_PROFILES[config.profile],
    ...defined({ seamActivitiesPerSecond: config.seamActivitiesPerSecond, identity: config.identity }),
  });
  const running = runWorkers(workers);
  await schedule(target, connections);
  log.info({ address: server.address, namespace, profile: config.profile }, 'running');
  process.send?.({ atWork: true });
  await running;
  await connection.close();
}

async function openConnections({ bookingsFile }: WorkerConfig): Promise<Connections> {
  if (bookingsFile === undefined) return NO_CONNECTIONS;
  return readConnections(bookingsFile, { adapters: ADAPTERS, env: process.env });
}

/** Ensures that Temporal has the sweep schedules and listeners of the connections; Temporal runs them. */
async function schedule(target: TemporalTarget, connections: Connections): Promise<void> {
  if (connections.all.length === 0) return;
  const connection = await connect(target);
  await ensureSchedules(new Client({ connection, namespace: target.namespace }), connections);
  await connection.close();
}

async function findBundle(config: WorkerConfig, log: Log): Promise<{ code: string } | { codePath: string }> {
  const codePath = config.workflowBundle ?? builtBundle();
  return codePath === undefined ? bundleWorkflows({ logger: temporalLogger(log) }) : { codePath };
}

await runProcess({ name: 'worker', configOf: workerConfig, run: work });
