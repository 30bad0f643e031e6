/**
 * Settings of Temporal for clients and workers alike: connection, namespace and data converter. The environment (`TEMPORAL_ADDRESS`, `_NAMESPACE`,
 * `_API_KEY`, `_TLS*`) overrides a profile (`TEMPORAL_PROFILE`) of the Temporal configuration file, which overrides
 * localhost. Never log these settings: they hold keys.
 */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { z } from 'zod';
import { defined } from '../domain/model/defined.js';
import type { ConfigFileError } from '../config/config-file.js';
import { ConfigError } from '../config/secret-files.js';
import { readVariables } from '../config/variables.js';
import { retryUntilAborted } from './abortable-retry.js';
import {
  encryptingConverter,
  keepEncryptionKeys,
  readEncryptionKeys,
  type EncryptionKeys,
} from './encryption/index.js';
import { tracedCalls } from './tracing/client-calls.js';
import { TEMPORAL_SECRETS, temporalVariables } from './variables.js';

const DEFAULT_ADDRESS = '127.0.0.1:7233';
const DEFAULT_NAMESPACE = 'default';
/** Longest pause between two attempts to reach an unavailable server. */
const LONGEST_PAUSE_MS = 1_000;

export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  /** Absent for a server without TLS. */
  readonly tls?: NonNullable<NativeConnectionOptions['tls']>;
  readonly apiKey?: string;
  /** gRPC headers sent with every call. */
  readonly metadata?: Record<string, string>;
  /** Absent: payloads are not encrypted. */
  readonly encryption?: EncryptionKeys;
}

/**
 * Returns everything that clients and workers need: `temporalTarget`, and the data converter with the encryption keys.
 * @param env the environment to read
 * @param onInvalidKeys receives the error if a changed file of encryption keys cannot be used; its previous keys stay in force
 * @throws ConfigError naming everything that is wrong
 */
export async function temporalSettings(
  env: NodeJS.ProcessEnv,
  onInvalidKeys: (error: ConfigFileError) => void = () => undefined,
): Promise<TemporalTarget> {
  const target = temporalTarget(env);
  const encryption = await encryptionKeys(env, onInvalidKeys);
  return { ...target, ...defined({ encryption }) };
}

/** Returns the keys in the variable, or those in the file that it names, as they are at any time. */
async function encryptionKeys(
  env: NodeJS.ProcessEnv,
  onInvalid: (error: ConfigFileError) => void,
): Promise<EncryptionKeys | undefined> {
  const { STAYLINE_ENCRYPTION_KEYS: keys } = variablesIn(env);
  const { STAYLINE_ENCRYPTION_KEYS_FILE: file } = setIn(env);
  if (file !== undefined) {
    return keepEncryptionKeys(file, onInvalid).catch((error: unknown) => {
      throw new ConfigError(`STAYLINE_ENCRYPTION_KEYS_FILE: ${String((error as Error).message)}`);
    });
  }
  return keys === undefined ? undefined : readEncryptionKeys(keys);
}

/** Returns a client with the namespace and the data converter. */
export function clientOn(connection: Connection, { namespace, encryption }: Omit<TemporalTarget, 'address'>): Client {
  const dataConverter = encryption === undefined ? undefined : encryptingConverter(encryption, 'client');
  return new Client({
    connection,
    namespace,
    interceptors: { workflow: [tracedCalls] },
    ...defined({ dataConverter }),
  });
}

/**
 * Returns the address, namespace and credentials of the Temporal server.
 * @param env the environment to read
 * @throws ConfigError naming every variable that is wrong, and the configuration file if it cannot be used
 */
export function temporalTarget(env: NodeJS.ProcessEnv): TemporalTarget {
  const { connectionOptions, namespace } = clientConfig(env);
  const { address, tls, apiKey, metadata } = connectionOptions;
  return {
    address: address ?? DEFAULT_ADDRESS,
    namespace: namespace ?? DEFAULT_NAMESPACE,
    ...(tls === undefined || tls === null ? {} : { tls }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
    ...defined({ metadata: metadata as Record<string, string> | undefined }),
  };
}

/**
 * Returns true if the environment or a profile names a server, so that none has to be embedded.
 * @param env the environment to read
 */
export function isTemporalGiven(env: NodeJS.ProcessEnv): boolean {
  return clientConfig(env).connectionOptions.address !== undefined;
}

/** Returns the SDK's settings. @throws ConfigError as `temporalTarget` */
function clientConfig(env: NodeJS.ProcessEnv): ReturnType<typeof loadClientConnectConfig> {
  const overrideEnvVars = { ...(setIn(env) as Record<string, string>), ...defined(variablesIn(env)) };
  try {
    return loadClientConnectConfig({ overrideEnvVars });
  } catch (error) {
    throw new ConfigError(`the configuration of Temporal (TEMPORAL_…) cannot be used: ${(error as Error).message}`);
  }
}

function variablesIn(env: NodeJS.ProcessEnv): z.infer<typeof temporalVariables> {
  return readVariables(temporalVariables, setIn(env), TEMPORAL_SECRETS);
}

/** Returns the variables with a value: an empty one is not set, as in a compose file with an absent value. */
function setIn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}

/** Error for a Temporal server that does not answer; the message is a sentence for people. */
export class NoTemporalServer extends Error {
  override readonly name = 'NoTemporalServer';

  constructor(address: string, cause: unknown) {
    super(`no Temporal server answers at ${address}; start one ("npm run dev"), or set TEMPORAL_ADDRESS`, { cause });
  }
}

/**
 * Opens a connection for clients. Close it when done.
 * @throws NoTemporalServer if the server does not answer within ten seconds
 */
export async function connect(target: TemporalTarget): Promise<Connection> {
  const options: ConnectionOptions = connectionOptions(target);
  try {
    return await Connection.connect(options);
  } catch (error) {
    throw new NoTemporalServer(target.address, error);
  }
}

/**
 * Creates a lazy connection for a process that must answer during an outage of Temporal and reconnect soon after.
 * Errors appear at calls, not here. A call that is aborted is not sent any more.
 */
export function connectWhenNeeded(target: TemporalTarget): Connection {
  const options: ConnectionOptions = connectionOptions(target);
  const connection: Connection = Connection.lazy({
    ...options,
    channelArgs: { 'grpc.max_reconnect_backoff_ms': LONGEST_PAUSE_MS },
    interceptors: [retryUntilAborted(() => connection.callContextStorage.getStore()?.abortSignal)],
  });
  return connection;
}

/** Returns the options that both kinds of connection take. */
export function connectionOptions(target: TemporalTarget): Omit<TemporalTarget, 'namespace' | 'encryption'> {
  const { namespace: _namespace, encryption: _encryption, ...options } = target;
  return options;
}
