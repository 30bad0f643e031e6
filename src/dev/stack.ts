/**
 * Whole stack on one machine: Temporal's dev server (unless one is given), the simulated hotel, a worker and, on
 * request, the server for Seam's events. Each is a process of its own, and none outlives this process. `npm run dev`,
 * the demo, tests and benchmarks use the stack.
 */
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { defined } from '../domain/model/defined.js';
import type { Property } from '../domain/model/property-schema.js';
import { packageRoot } from '../package-root.js';
import { SEAM_EVENT_TYPES } from '../seam/webhooks/index.js';
import { SEAM_WEBHOOK_PATH } from '../server/seam-webhook.js';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/server.js';
import {
  connect,
  isTemporalGiven,
  temporalSettings,
  temporalTarget,
  type TemporalTarget,
} from '../temporal/connection.js';
import { startDevServer, type DevServer } from '../temporal/dev-server.js';
import { freePorts } from '../temporal/ports.js';
import { awaitSearchAttributes, registerSearchAttributes } from '../temporal/register-search-attributes.js';
import { cachedBundle } from './bundle-cache.js';
import { startChild, type Child } from './child-process.js';
import { worldFiles } from './world.js';

export interface StackOptions {
  /** Folder of database, logs and property file; the database is kept. */
  readonly folder: string;
  /**
   * Choice of the Temporal server: the one that the environment gives, if any; always a new one; or the one that these
   * variables give (`src/temporal/variables.ts`), which is prepared for stays.
   */
  readonly temporal: 'given-or-own' | 'own' | Readonly<Record<string, string>>;
  /** Ports to take if they are free. */
  readonly preferredPorts?: { readonly temporal: number; readonly webUi: number };
  readonly simulator: SimulatorOptions;
  /** Returns the entries of the property file; absent: that of the simulated hotel. */
  readonly propertiesOf?: (simulator: Simulator) => readonly Property[];
  /** Settings of the worker in addition to those of the stack (`src/config/process-variables.ts`). */
  readonly workerSettings?: Readonly<Record<string, string>>;
  /** Starts the server, and delivers the simulator's events to it; absent: stays receive no events. */
  readonly server?: { readonly preferredPort?: number };
  /** Settings of the server in addition to those of the stack. */
  readonly serverSettings?: Readonly<Record<string, string>>;
  /** Receives a line of text for each part that starts. */
  readonly onProgress?: (text: string) => void;
}

export interface Stack {
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    /** Absent for a server without TLS. */
    readonly tls?: NonNullable<TemporalTarget['tls']>;
    /** Address of the Web UI; absent for a given server, since only its owner knows it. */
    readonly webUi?: string;
    /** Absent for a given server. */
    readonly server?: DevServer;
    /** Absent: payloads are not encrypted. */
    readonly encryption?: NonNullable<TemporalTarget['encryption']>;
  };
  readonly simulator: Simulator;
  /** Environment of the worker, without what it inherits. */
  readonly workerEnvironment: Readonly<Record<string, string>>;
  /** File of the worker's logs. */
  readonly workerLog: string;
  /** Absent if not requested. */
  readonly server?: StackServer;
  /** Returns the current worker. */
  worker(): Child;
  /** Starts a worker to replace one that has ended. */
  startWorker(settings?: Readonly<Record<string, string>>): Promise<Child>;
  /** Ends server, worker, simulator and Temporal, in this order. */
  stop(): Promise<void>;
}

export interface StackServer {
  readonly url: string;
  /** URL that Seam's events are delivered to. */
  readonly webhookUrl: string;
  readonly log: string;
  /** Returns the current server. */
  process(): Child;
  /** Starts a server for the same webhook, to replace one that has ended. */
  start(): Promise<Child>;
}

/** Starts the stack. If a part fails, it stops all the others. @throws Error of the part that fails */
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
    const { encryption } = await temporalSettings({ ...process.env, ...options.workerSettings });
    const [running, simulator, bundle] = await settled(
      openTemporal(options).then((one) => {
        opened.push(one.close);
        return one;
      }),
      startSimulator(options.simulator).then((one) => {
        opened.push(() => one.close());
        return one;
      }),
      cachedBundle([], encryption === undefined ? 'plain' : 'encrypted'),
    );
    const temporal = { ...running, ...defined({ encryption }) };
    const propertiesFile = path.join(folder, 'properties.json');
    const properties = options.propertiesOf?.(simulator) ?? [simulator.property];
    writeFileSync(propertiesFile, JSON.stringify({ properties }, null, 2));
    const env = {
      ...(typeof options.temporal === 'object' ? options.temporal : {}),
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
    const startWorker = async (settings: Readonly<Record<string, string>> = {}): Promise<Child> => {
      worker = await startLogging('src/worker.ts', { ...env, ...settings }, workerLog);
      return worker;
    };
    onProgress('starting the worker');
    worker = await startWorker();
    opened.push(() => worker.end('SIGTERM'));
    const parts = { temporal, simulator, workerEnvironment: env, workerLog, worker: () => worker, startWorker };
    if (options.server === undefined) {
      return { ...parts, stop };
    }
    onProgress('starting the server');
    const server = await startServer(options, { ...env, ...bookingSettings(temporal.webUi) }, simulator);
    opened.push(() => server.process().end('SIGTERM'));
    return { ...parts, server, stop };
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

/** Starts the server. The webhook comes first, because its secret is part of the server's environment. */
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

/** Publicly known API key, for development on this machine only (`examples/api-keys.json`). */
export const DEV_API_KEY = 'sl_dev_c3RheWxpbmUtZm9yLWRldmVsb3BtZW50LW9ubHktMTI';

/** Returns the settings of the HTTP API with that key. */
function bookingSettings(webUi: string | undefined): Readonly<Record<string, string>> {
  return defined({
    STAYLINE_API_KEYS: path.join(packageRoot(), 'examples/api-keys.json'),
    STAYLINE_WEB_UI_URL: webUi,
  });
}

const webhookSchema = z.object({ webhook: z.object({ secret: z.string() }) });
const webhooksSchema = z.object({ webhooks: z.array(z.object({ webhook_id: z.string(), url: z.url() })) });

/**
 * Creates a webhook, as at Seam, and returns its secret. Deletes those of earlier servers of this machine, whose ports
 * may be different.
 */
async function makeWebhook({ url, apiKey }: Simulator, webhookUrl: string): Promise<string> {
  const call = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  const { webhooks } = webhooksSchema.parse(await call('/webhooks/list', {}));
  for (const { webhook_id, url: earlier } of webhooks) {
    if (new URL(earlier).pathname === SEAM_WEBHOOK_PATH) await call('/webhooks/delete', { webhook_id });
  }
  const created = await call('/webhooks/create', { url: webhookUrl, event_types: SEAM_EVENT_TYPES });
  return webhookSchema.parse(created).webhook.secret;
}

type OpenTemporal = Stack['temporal'] & { readonly close: () => Promise<void> };

async function openTemporal({ folder, temporal, preferredPorts }: StackOptions): Promise<OpenTemporal> {
  if (typeof temporal === 'object') return { ...temporalTarget(temporal), close: () => Promise.resolve() };
  if (temporal === 'given-or-own' && isTemporalGiven(process.env)) {
    const target = temporalTarget(process.env);
    const connection = await connect(target);
    await registerSearchAttributes(connection, target.namespace);
    await awaitSearchAttributes(connection, target.namespace);
    await connection.close();
    return { address: target.address, namespace: target.namespace, close: () => Promise.resolve() };
  }
  const server = await startDevServer({
    databaseFile: worldFiles(folder).databaseFile,
    ...defined({ preferredPort: preferredPorts?.temporal, preferredUiPort: preferredPorts?.webUi }),
  });
  const { address, namespace, uiUrl } = server;
  return { address, namespace, webUi: uiUrl, server, close: () => server.stop() };
}

/** Waits like `Promise.all`, but for every promise before it fails, so that nothing starts after the clean-up. */
async function settled<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c]);
  return Promise.all([a, b, c]);
}
