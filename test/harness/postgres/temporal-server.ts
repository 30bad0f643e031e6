/** Temporal's own server, configured as its operators do: services in one process, TLS on both sides, a database in PostgreSQL. */
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { requireTool } from '../../../src/temporal/binaries.js';
import { DYNAMIC_CONFIG } from '../../../src/temporal/dev-server.js';
import { freePorts } from '../../../src/temporal/ports.js';
import { startSupervised, type Supervised } from '../guarded.js';
import { SERVER_NAME, type Certificates } from './certificates.js';
import { POSTGRES_USER } from './postgres.js';

const run = promisify(execFile);
const HOST = '127.0.0.1';
const PLUGIN = 'postgres12';
const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;
/** Databases of the server, by schema: one for workflows, one for searches. */
const DATABASES = { temporal: 'temporal', visibility: 'temporal_visibility' } as const;
/** Parts of the history that the server locks one by one; fixed for the life of a database. */
const HISTORY_SHARDS = 4;

export interface TemporalServerOptions {
  /** Folder of the configuration. */
  readonly folder: string;
  readonly databasePort: number;
  readonly certificates: Certificates;
  /** File descriptor of the server's output. */
  readonly log: number;
}

export interface TemporalServer extends Supervised {
  readonly address: string;
}

/** Creates the databases and starts the server. It answers after a while. */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  for (const [schema, database] of Object.entries(DATABASES))
    await createDatabase(options.databasePort, database, schema);
  const ports = await servicePorts();
  const file = writeConfiguration(options, ports);
  const services = SERVICES.flatMap((service) => ['--service', service]);
  const line = [requireTool('temporalServer'), '--config-file', file, 'start', ...services];
  const server = await startSupervised(line, options.log);
  return { ...server, address: `${HOST}:${ports.frontend.grpcPort}` };
}

/** Creates a database and its tables, by the three commands of Temporal's documentation. */
async function createDatabase(port: number, database: string, schema: string): Promise<void> {
  const place = ['--plugin', PLUGIN, '--ep', HOST, '-p', String(port), '-u', POSTGRES_USER, '--db', database];
  for (const command of [
    ['create'],
    ['setup-schema', '-v', '0.0'],
    ['update-schema', '--schema-name', `postgresql/v12/${schema}`],
  ]) {
    await run(requireTool('temporalSql'), [...place, ...command]);
  }
}

interface ServicePorts {
  readonly grpcPort: number;
  readonly membershipPort: number;
}

type Ports = Readonly<Record<(typeof SERVICES)[number], ServicePorts>>;

/** Highest port that the database has room for. */
const HIGHEST_MEMBERSHIP_PORT = 32_767;
const LOWEST_MEMBERSHIP_PORT = 20_000;

/** Returns free ports; those of the membership are among the ones that fit into the database. */
async function servicePorts(): Promise<Ports> {
  const wanted = SERVICES.map(() => randomInt(LOWEST_MEMBERSHIP_PORT, HIGHEST_MEMBERSHIP_PORT));
  const membership = await freePorts(...wanted);
  if (membership.some((port) => port > HIGHEST_MEMBERSHIP_PORT)) return servicePorts();
  const grpc = await freePorts(...SERVICES.map(() => undefined));
  return Object.fromEntries(
    SERVICES.map((service, index) => [service, { grpcPort: grpc[index] ?? 0, membershipPort: membership[index] ?? 0 }]),
  ) as Ports;
}

/** Writes the files of the server, and returns that of its configuration: JSON, which is YAML. The dynamic configuration is that of the dev server. */
function writeConfiguration({ folder, databasePort, certificates }: TemporalServerOptions, ports: Ports): string {
  const write = (name: string, content: object): string => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(content, null, 2));
    return file;
  };
  const dynamic = Object.entries(DYNAMIC_CONFIG).map(([key, value]) => [
    key,
    [{ value: JSON.parse(value) as unknown }],
  ]);
  const dynamicFile = write('dynamic.yaml', Object.fromEntries(dynamic) as object);
  const frontend = `${HOST}:${ports.frontend.grpcPort}`;
  return write('temporal.yaml', {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: HISTORY_SHARDS,
      datastores: {
        default: { sql: sqlOf(databasePort, DATABASES.temporal) },
        visibility: { sql: sqlOf(databasePort, DATABASES.visibility) },
      },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: HOST },
      tls: tlsOf(certificates),
    },
    services: Object.fromEntries(SERVICES.map((service) => [service, { rpc: { ...ports[service], bindOnIP: HOST } }])),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: frontend },
      },
    },
    dynamicConfigClient: { filepath: dynamicFile, pollInterval: '60s' },
    publicClient: { hostPort: frontend },
  });
}

function sqlOf(port: number, databaseName: string): object {
  return {
    pluginName: PLUGIN,
    databaseName,
    connectAddr: `${HOST}:${port}`,
    connectProtocol: 'tcp',
    user: POSTGRES_USER,
    maxConns: 20,
    maxIdleConns: 20,
    maxConnLifetime: '1h',
  };
}

/** Requires a certificate of the authority from every caller, services of the server included. */
function tlsOf({ authority, server }: Certificates): object {
  const pair = { certFile: server.certificate, keyFile: server.key };
  const serving = { ...pair, requireClientAuth: true, clientCaFiles: [authority] };
  const calling = { serverName: SERVER_NAME, rootCaFiles: [authority] };
  return {
    frontend: { server: serving, client: calling },
    internode: { server: serving, client: calling },
    systemWorker: { ...pair, client: calling },
  };
}
