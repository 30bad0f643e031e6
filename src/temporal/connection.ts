/**
 * Where Temporal is, for client and worker alike: environment (`TEMPORAL_ADDRESS`, `_NAMESPACE`, `_API_KEY`, `_TLS*`) over a
 * profile (`TEMPORAL_PROFILE`) of the Temporal configuration file, over localhost. Never log what is in here: it holds keys.
 */
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';

const DEFAULT_ADDRESS = '127.0.0.1:7233';
const DEFAULT_NAMESPACE = 'default';
/** Between two attempts to reach a server that is away. */
const LONGEST_PAUSE_MS = 1_000;

export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  /** Absent for a server without TLS. */
  readonly tls?: NonNullable<NativeConnectionOptions['tls']>;
  readonly apiKey?: string;
  /** gRPC headers sent with every call. */
  readonly metadata?: Record<string, string>;
}

/**
 * @param env the environment to read
 * @throws Error if the configuration file cannot be read or lacks the named profile
 */
export function temporalTarget(env: NodeJS.ProcessEnv): TemporalTarget {
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: definedOnly(env) });
  const { address, tls, apiKey, metadata } = connectionOptions;
  return {
    address: address ?? DEFAULT_ADDRESS,
    namespace: namespace ?? DEFAULT_NAMESPACE,
    ...(tls === undefined || tls === null ? {} : { tls }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
    ...(metadata === undefined ? {} : { metadata: metadata as Record<string, string> }),
  };
}

/**
 * True if a server is given by environment or profile, so that none has to be embedded.
 * @param env the environment to read
 */
export function isTemporalGiven(env: NodeJS.ProcessEnv): boolean {
  return loadClientConnectConfig({ overrideEnvVars: definedOnly(env) }).connectionOptions.address !== undefined;
}

/**
 * For clients. Close it when done.
 * @throws if the server does not answer within ten seconds
 */
export function connect(target: TemporalTarget): Promise<Connection> {
  const options: ConnectionOptions = connectionOptions(target);
  return Connection.connect(options);
}

/** For a process that has to answer while Temporal is away, and to find it again soon. Fails at calls, not now. */
export function connectWhenNeeded(target: TemporalTarget): Connection {
  const options: ConnectionOptions = connectionOptions(target);
  return Connection.lazy({ ...options, channelArgs: { 'grpc.max_reconnect_backoff_ms': LONGEST_PAUSE_MS } });
}

/** What both kinds of connection take. */
export function connectionOptions({ namespace: _, ...options }: TemporalTarget): Omit<TemporalTarget, 'namespace'> {
  return options;
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
