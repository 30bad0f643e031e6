/**
 * The embedded Temporal server: the CLI's dev server with Web UI, tuned for one machine, on a database file that is kept.
 * It cannot outlive this process: a guard (`scripts/guard.mjs`) stops it, even if we are killed.
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
/** Of the server's log, in an error. */
const LOG_LINES = 10;

/**
 * What the defaults cost on one machine with one shard: 50 ms at every hop (poll rate), up to a second at every timer, retry and
 * quick continue-as-new. Strings are JSON, as the server wants them.
 */
const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxTimeShift': '"10ms"',
  'history.workflowIdReuseMinimalInterval': '"0s"',
};

/** The write-ahead log doubles throughput; `synchronous=1` survives a killed process (not a power cut, at worst the last moments). */
const SQLITE_PRAGMAS = { journal_mode: 'WAL', synchronous: '1' };

export interface DevServerOptions {
  /** Made if it does not exist; a server on a file that exists goes on where the last one stopped. */
  readonly databaseFile: string;
  /** Taken if free, else the operating system chooses; it always chooses if absent. */
  readonly preferredPort?: number;
  readonly preferredUiPort?: number;
}

export interface DevServer {
  readonly address: string;
  readonly namespace: string;
  /** Root of Temporal Web UI. */
  readonly uiUrl: string;
  readonly databaseFile: string;
  /** What the server logs (warnings and errors). */
  readonly logFile: string;
  /** Of the server itself, for tests that kill it. */
  readonly pid: number;
  /** Resolves when the server has ended and its database is free. */
  stop(): Promise<void>;
}

class EndedAtStart extends Error {}

/**
 * Starts the server and waits until it answers.
 * @throws DatabaseInUse if another server has the database file
 * @throws Error with the end of the server's log if it does not start
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  mkdirSync(path.dirname(options.databaseFile), { recursive: true });
  assertDatabaseFree(options.databaseFile);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Somebody may have taken a port between a look and the start: ours, or those that the server looks for itself.
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
    if (pid === undefined) throw new EndedAtStart(`The Temporal server ended at its start:\n${reasonIn(logFile)}`);
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

/** The options of `temporal server start-dev` that do not depend on where it runs; `docker-compose.yml` has the same. */
export function serverSettings(): string[] {
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
 * Resolves with the server's process id when this very server (its own word on its standard output, not whoever has the port)
 * is up and its namespace answers.
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

/** A crash says why before it says where, at length. */
function reasonIn(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  const crash = lines.findIndex((line) => /^(panic|fatal error):/.test(line));
  return (crash < 0 ? lines.slice(-LOG_LINES) : lines.slice(crash, crash + LOG_LINES)).join('\n');
}
