/**
 * Embedded Temporal server: the CLI's dev server with Web UI, tuned for one machine, on a persistent database file. It
 * cannot outlive this process: a guard (`scripts/guard.mjs`) stops it, even if this process is killed.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { TypedSearchAttributes } from '@temporalio/common';
import { z } from 'zod';
import { packageRoot } from '../package-root.js';
import { requireTool } from './binaries.js';
import { connect } from './connection.js';
import { assertDatabaseFree, lockDatabase, unlockDatabase } from './database-lock.js';
import { freePorts } from './ports.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';

const HOST = '127.0.0.1';
const NAMESPACE = 'default';
const START_ATTEMPTS = 3;
/** Number of lines of the server's log in an error. */
const LOG_LINES = 10;

/**
 * Overrides of slow defaults. On one machine with one shard, the defaults cost 50 ms at every hop (poll rate). They
 * cost up to a second at every timer, retry and quick continue-as-new. Strings are JSON, as the server requires.
 * `deploy/temporal/dynamic-config.yaml` has the same.
 */
export const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxTimeShift': '"10ms"',
  'history.workflowIdReuseMinimalInterval': '"0s"',
  // Tasks of hotels in turn (`workflows/fairness.ts`).
  'matching.useNewMatcher': 'true',
  'matching.enableFairness': 'true',
};

/**
 * SQLite settings. The write-ahead log doubles throughput. `synchronous=1` survives a killed process; a power cut can
 * lose the last moments.
 */
const SQLITE_PRAGMAS = { journal_mode: 'WAL', synchronous: '1' };

export interface DevServerOptions {
  /** Created if it does not exist; a server on an existing file resumes from its state. */
  readonly databaseFile: string;
  /** Used if free; otherwise, or if absent, the operating system chooses a port. */
  readonly preferredPort?: number;
  readonly preferredUiPort?: number;
}

export interface DevServer {
  readonly address: string;
  readonly namespace: string;
  /** Root URL of Temporal Web UI. */
  readonly uiUrl: string;
  readonly databaseFile: string;
  /** Log file of the server (warnings and errors). */
  readonly logFile: string;
  /** Process id of the server itself, for tests that kill it. */
  readonly pid: number;
  /** Stops the server. Resolves when it has ended and its database is free. */
  stop(): Promise<void>;
}

class EndedAtStart extends Error {}

/**
 * Starts the server and waits until it answers.
 * @throws DatabaseInUse if another server uses the database file
 * @throws Error with the end of the server's log if it does not start
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  mkdirSync(path.dirname(options.databaseFile), { recursive: true });
  assertDatabaseFree(options.databaseFile);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Another process may take a port between the check and the start: one of ours, or one that the server chooses
      // itself.
      if (attempt === START_ATTEMPTS || !(error instanceof EndedAtStart)) throw error;
    }
  }
}

async function startOnce({ databaseFile, preferredPort, preferredUiPort }: DevServerOptions): Promise<DevServer> {
  const [port = 0, uiPort = 0, httpPort = 0, metricsPort = 0] = await freePorts(
    preferredPort,
    preferredUiPort,
    undefined,
    undefined,
  );
  const address = `${HOST}:${String(port)}`;
  const logFile = `${databaseFile}.log`;
  const log = openSync(logFile, 'w');
  const guard = fork(
    path.join(packageRoot(), 'scripts/guard.mjs'),
    [requireTool('temporal'), ...startArguments({ databaseFile, port, uiPort, httpPort, metricsPort })],
    { stdio: ['ignore', 'pipe', log, 'ipc'], execArgv: [], detached: true },
  );
  closeSync(log);
  const exited = once(guard, 'exit');
  try {
    const pid = await Promise.race([readiness(guard, address), exited.then(() => undefined)]);
    if (pid === undefined) throw new EndedAtStart(`The Temporal server ended during its start:\n${reasonIn(logFile)}`);
    lockDatabase(databaseFile, { pid, address });
    return {
      address,
      namespace: NAMESPACE,
      uiUrl: `http://${HOST}:${String(uiPort)}`,
      databaseFile,
      logFile,
      pid,
      stop: async () => {
        guard.kill('SIGTERM');
        await exited;
        unlockDatabase(databaseFile);
      },
    };
  } catch (error) {
    guard.kill('SIGTERM');
    await exited;
    throw error;
  }
}

interface Ports {
  readonly port: number;
  readonly uiPort: number;
  readonly httpPort: number;
  readonly metricsPort: number;
}

function startArguments({ databaseFile, ...ports }: Ports & { readonly databaseFile: string }): string[] {
  return [
    ...['server', 'start-dev', `--ip=${HOST}`, `--port=${String(ports.port)}`, `--ui-port=${String(ports.uiPort)}`],
    ...[`--http-port=${String(ports.httpPort)}`, `--metrics-port=${String(ports.metricsPort)}`],
    `--db-filename=${databaseFile}`,
    ...serverSettings(),
  ];
}

/** Returns the options of `temporal server start-dev` that do not depend on its location. */
function serverSettings(): string[] {
  return [
    '--ui-disable-news-fetch',
    '--log-level=warn',
    ...Object.entries(SQLITE_PRAGMAS).map(([name, value]) => `--sqlite-pragma=${name}=${value}`),
    ...Object.entries(DYNAMIC_CONFIG).map(([key, value]) => `--dynamic-config-value=${key}=${value}`),
    ...Object.values(SEARCH_ATTRIBUTES).map(
      ({ name, type }) => `--search-attribute=${name}=${TypedSearchAttributes.toMetadataType(type)}`,
    ),
  ];
}

const startedSchema = z.object({ pid: z.int() });

/**
 * Resolves with the server's process id once this server is up and its namespace answers. The server's own standard
 * output is the proof, because another process may have the port.
 */
async function readiness(guard: ChildProcess, address: string): Promise<number> {
  const [message] = (await once(guard, 'message')) as [unknown];
  const { pid } = startedSchema.parse(message);
  await new Promise<void>((resolve) => {
    let said = '';
    guard.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('Temporal Server:')) resolve();
    });
  });
  const connection = await connect({ address, namespace: NAMESPACE });
  await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
  await connection.close();
  return pid;
}

/** Returns the reason from the log. A crash logs its cause first, then a long stack trace. */
function reasonIn(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  const crash = lines.findIndex((line) => /^(panic|fatal error):/.test(line));
  return (crash < 0 ? lines.slice(-LOG_LINES) : lines.slice(crash, crash + LOG_LINES)).join('\n');
}
