/** PostgreSQL of a test: data in a folder of its own, on the loopback interface, as a user other than root. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { requireTool } from '../../../src/temporal/binaries.js';
import { freePorts } from '../../../src/temporal/ports.js';
import { startSupervised } from '../guarded.js';
import { waitUntil } from '../wait-until.js';

const run = promisify(execFile);

/** Superuser of the database, and the user of the operating system that Debian has for it. */
export const POSTGRES_USER = 'postgres';
/** Time in which the database serves, also after a crash and on a busy machine. */
const PATIENCE_MS = 180_000;

export interface Postgres {
  readonly port: number;
  /** Kills the server with SIGKILL, starts it again at once, and resolves when it serves. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Creates a database cluster and starts its server. @param log file descriptor of its output */
export async function startPostgres(log: number): Promise<Postgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-postgres-'));
  const data = path.join(folder, 'data');
  const [port = 0] = await freePorts(undefined);
  if (isRoot()) await run('chown', [POSTGRES_USER, folder]);
  await command(['initdb', '-D', data, '-A', 'trust', '-U', POSTGRES_USER, '--no-sync']);
  const listen = ['-c', 'listen_addresses=127.0.0.1', '-c', `port=${port}`, '-c', `unix_socket_directories=${folder}`];
  // After a kill it may end again at its start, as long as connections of the killed one hold its memory.
  const server = await startSupervised(asUser(['postgres', '-D', data, ...listen]), log);
  await waitUntil(() => serves(port), { timeout: PATIENCE_MS });
  return {
    port,
    async kill() {
      await server.kill();
      await waitUntil(() => serves(port), { timeout: PATIENCE_MS });
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serves(port: number): Promise<boolean> {
  return command(['pg_isready', '-h', '127.0.0.1', '-p', String(port)]).then(
    () => true,
    () => false,
  );
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Returns the command line of a program of PostgreSQL; root hands over to another user, as PostgreSQL refuses root. */
function asUser([program = '', ...args]: readonly string[]): readonly string[] {
  const file = path.join(path.dirname(requireTool('postgres')), program);
  const user = ['setpriv', `--reuid=${POSTGRES_USER}`, `--regid=${POSTGRES_USER}`, '--clear-groups', '--'];
  return [...(isRoot() ? user : []), file, ...args];
}

async function command(line: readonly string[]): Promise<void> {
  const [program = '', ...args] = asUser(line);
  await run(program, args, { cwd: tmpdir() });
}
