/**
 * Temporal as hotels run it themselves: its server on PostgreSQL, which only callers with a certificate reach, and a namespace that
 * `stayline temporal setup` has prepared. Both processes can be killed.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findTool } from '../../../src/temporal/binaries.js';
import { temporalTarget, type TemporalTarget } from '../../../src/temporal/connection.js';
import { prepareServer } from '../operator-setup.js';
import { makeCertificates, SERVER_NAME, type Certificates } from './certificates.js';
import { startPostgres } from './postgres.js';
import { startTemporalServer } from './temporal-server.js';

/** Set-up has found or built the programs; otherwise, tests report that they were skipped. */
export const HAS_POSTGRES = (['postgres', 'temporalServer', 'temporalSql'] as const).every(
  (tool) => findTool(tool) !== undefined,
);

const NAMESPACE = 'hotels';
const PATIENCE_MS = 300_000;
const LOG = 'servers.log';
/** Number of lines of the log in an error. */
const LOG_LINES = 30;

export interface TemporalOnPostgres {
  /** Environment of a process that connects. */
  readonly env: Readonly<Record<string, string>>;
  readonly target: TemporalTarget;
  readonly certificates: Certificates;
  /** Each kills a process with SIGKILL and starts it again at once. */
  readonly kill: {
    readonly postgres: () => Promise<void>;
    readonly temporal: () => Promise<void>;
  };
  stop(): Promise<void>;
}

/** Starts everything, and resolves when stays can run on it. */
export async function openTemporalOnPostgres(): Promise<TemporalOnPostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-temporal-'));
  const log = openSync(path.join(folder, LOG), 'a');
  const opened: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of opened.toReversed()) await close();
    closeSync(log);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const certificates = await makeCertificates(folder);
    const postgres = await startPostgres(log);
    opened.push(() => postgres.stop());
    const server = await startTemporalServer({ folder, databasePort: postgres.port, certificates, log });
    opened.push(() => server.stop());
    const env = {
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: NAMESPACE,
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.client.certificate,
      TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.client.key,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.authority,
      TEMPORAL_TLS_SERVER_NAME: SERVER_NAME,
    };
    await prepareServer(env, PATIENCE_MS);
    const kill = { postgres: () => postgres.kill(), temporal: () => server.kill() };
    return { env, target: temporalTarget(env), certificates, kill, stop };
  } catch (error) {
    const logged = readFileSync(path.join(folder, LOG), 'utf8').split('\n').slice(-LOG_LINES).join('\n');
    await stop();
    throw new Error(`Temporal on PostgreSQL does not start:\n${logged}`, { cause: error });
  }
}
