/**
 * The whole stack on one machine: Temporal's dev server (unless one is given), the simulated hotel, a worker and, if asked for, the
 * server that takes Seam's events, each a process of its own. For `npm run dev`, the demo, tests and benchmarks; what is started here
 * does not outlive this process.
 */
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../package-root.js';
import { SEAM_EVENT_TYPES } from '../seam/webhooks/index.js';
import { SEAM_WEBHOOK_PATH } from '../server/seam-webhook.js';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/server.js';
import { connect, isTemporalGiven, temporalTarget } from '../temporal/connection.js';
import { startDevServer, type DevServer } from '../temporal/dev-server.js';
import { freePorts } from '../temporal/ports.js';
import { registerSearchAttributes } from '../temporal/register-search-attributes.js';
import { cachedBundle } from './bundle-cache.js';
import { startChild, type Child } from './child-process.js';

export interface StackOptions {
  /** Database, logs and property file go here; the database is kept. */
  readonly folder: string;
  /** Whether a server that the environment gives is used, or always one of our own. */
  readonly temporal: 'given-or-own' | 'own';
  /** Ports to take if they are free. */
  readonly preferredPorts?: { readonly temporal: number; readonly webUi: number };
  readonly simulator: SimulatorOptions;
  /** Settings of the worker besides those that the stack itself makes (`src/config.ts`). */
  readonly workerSettings?: Readonly<Record<string, string>>;
  /** Starts the server, and has the simulator deliver its events there; absent: stays hear of no event. */
  readonly server?: { readonly preferredPort?: number };
  /** Settings of the server besides those that the stack itself makes. */
  readonly serverSettings?: Readonly<Record<string, string>>;
  /** Told what is being started. */
  readonly onProgress?: (text: string) => void;
}

export interface Stack {
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    /** Absent for a server that was given: only its owner knows. */
    readonly webUi?: string;
    /** Absent for a server that was given. */
    readonly server?: DevServer;
  };
  readonly simulator: Simulator;
  /** Where the worker's logs go. */
  readonly workerLog: string;
  /** Absent if it was not asked for. */
  readonly server?: StackServer;
  /** The worker that runs now. */
  worker(): Child;
  /** Starts another worker in place of one that has ended. */
  startWorker(): Promise<Child>;
  /** Ends server, worker, simulator and Temporal, in this order. */
  stop(): Promise<void>;
}

export interface StackServer {
  readonly url: string;
  /** Where Seam's events are delivered. */
  readonly webhookUrl: string;
  readonly log: string;
  /** The server that runs now. */
  process(): Child;
  /** Starts another in place of one that has ended, for the same webhook. */
  start(): Promise<Child>;
}

/** Starts everything; whatever has been started is stopped again if a part fails, with that part's error. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { folder, onProgress = () => undefined } = options;
  mkdirSync(folder, { recursive: true });
  const opened: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of opened.toReversed()) await close();
    opened.length = 0;
  };
  try {
    onProgress('starting the Temporal server, a simulated hotel, and bundling the workflows');
    const [temporal, simulator, bundle] = await settled(
      openTemporal(options).then((one) => {
        opened.push(one.close);
        return one;
      }),
      startSimulator(options.simulator).then((one) => {
        opened.push(() => one.close());
        return one;
      }),
      cachedBundle(),
    );
    const propertiesFile = path.join(folder, 'properties.json');
    writeFileSync(propertiesFile, JSON.stringify({ properties: [simulator.property] }, null, 2));
    const env = {
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      STAYLINE_PROPERTIES: propertiesFile,
      STAYLINE_WORKER_PROFILE: 'embedded',
      STAYLINE_WORKFLOW_BUNDLE: bundle,
      SEAM_ENDPOINT: simulator.url,
      SEAM_API_KEY: simulator.apiKey,
      ...options.workerSettings,
    };
    const workerLog = path.join(folder, 'worker.log');
    let worker: Child;
    const startWorker = async (): Promise<Child> => {
      worker = await startLogging('src/worker.ts', env, workerLog);
      return worker;
    };
    onProgress('starting the worker');
    worker = await startWorker();
    opened.push(() => worker.end('SIGTERM'));
    if (options.server === undefined) {
      return { temporal, simulator, workerLog, worker: () => worker, startWorker, stop };
    }
    onProgress('starting the server');
    const server = await startServer(options, { ...env, ...bookingSettings(temporal.webUi) }, simulator);
    opened.push(() => server.process().end('SIGTERM'));
    return { temporal, simulator, workerLog, server, worker: () => worker, startWorker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startLogging(file: string, env: Readonly<Record<string, string>>, logFile: string): Promise<Child> {
  const log = openSync(logFile, 'a');
  try {
    return await startChild({ file, env, log });
  } finally {
    closeSync(log);
  }
}

/** The webhook is made first: its secret is part of the server's environment. */
async function startServer(
  { folder, server: { preferredPort } = {}, serverSettings }: StackOptions,
  env: Readonly<Record<string, string>>,
  simulator: Simulator,
): Promise<StackServer> {
  const [port = 0] = await freePorts(preferredPort);
  const url = `http://127.0.0.1:${String(port)}`;
  const webhookUrl = `${url}${SEAM_WEBHOOK_PATH}`;
  const environment = {
    ...env,
    SEAM_WEBHOOK_SECRET: await makeWebhook(simulator, webhookUrl),
    STAYLINE_SERVER_PORT: String(port),
    ...serverSettings,
  };
  const log = path.join(folder, 'server.log');
  let child = await startLogging('src/server.ts', environment, log);
  const start = async (): Promise<Child> => {
    child = await startLogging('src/server.ts', environment, log);
    return child;
  };
  return { url, webhookUrl, log, process: () => child, start };
}

/** The API key that everybody knows, for development on this machine only (`examples/api-keys.json`). */
export const DEV_API_KEY = 'sl_dev_c3RheWxpbmUtZm9yLWRldmVsb3BtZW50LW9ubHktMTI';

/** The HTTP API with that key. */
function bookingSettings(webUi: string | undefined): Readonly<Record<string, string>> {
  return {
    STAYLINE_API_KEYS: path.join(packageRoot(), 'examples/api-keys.json'),
    ...(webUi === undefined ? {} : { STAYLINE_WEB_UI_URL: webUi }),
  };
}

const webhookSchema = z.object({ webhook: z.object({ secret: z.string() }) });

/** As one would at Seam; answers the webhook's secret. */
async function makeWebhook({ url, apiKey }: Simulator, webhookUrl: string): Promise<string> {
  const response = await fetch(`${url}/webhooks/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: webhookUrl, event_types: SEAM_EVENT_TYPES }),
  });
  return webhookSchema.parse(await response.json()).webhook.secret;
}

type OpenTemporal = Stack['temporal'] & { readonly close: () => Promise<void> };

async function openTemporal({ folder, temporal, preferredPorts }: StackOptions): Promise<OpenTemporal> {
  if (temporal === 'given-or-own' && isTemporalGiven(process.env)) {
    const target = temporalTarget(process.env);
    const connection = await connect(target);
    await registerSearchAttributes(connection, target.namespace);
    await connection.close();
    return { address: target.address, namespace: target.namespace, close: () => Promise.resolve() };
  }
  const server = await startDevServer({
    databaseFile: path.join(folder, 'temporal.db'),
    ...(preferredPorts === undefined
      ? {}
      : { preferredPort: preferredPorts.temporal, preferredUiPort: preferredPorts.webUi }),
  });
  const { address, namespace, uiUrl } = server;
  return { address, namespace, webUi: uiUrl, server, close: () => server.stop() };
}

/** Like `Promise.all`, but waits for every one before it fails, so that nothing comes up after we have cleaned up. */
async function settled<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c]);
  return Promise.all([a, b, c]);
}
