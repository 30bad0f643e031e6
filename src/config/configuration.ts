/** Whole configuration of a process: its variables, the Temporal server, and the files that variables name. */
import { ADAPTERS } from '../booking/adapters/index.js';
import { openApiKeys, type ApiKeys } from '../booking/http/index.js';
import { keepConnections, NO_CONNECTIONS, type Connections } from '../booking/ingress/connections.js';
import type { ConfigFileError } from './config-file.js';
import { openTokenVerifier, type TokenVerifier } from '../codec/oidc.js';
import type { EncryptionKeys } from '../temporal/encryption/index.js';
import {
  codecConfig,
  serverConfig,
  workerConfig,
  type CodecConfig,
  type ServerConfig,
  type WorkerConfig,
} from './process-variables.js';
import type { Log } from '../log.js';
import { openPropertyFile, type Properties } from '../property-file.js';
import { temporalSettings, type TemporalTarget } from '../temporal/connection.js';
import { readAll } from './variables.js';

export interface WorkerConfiguration {
  readonly config: WorkerConfig;
  readonly target: TemporalTarget;
  readonly properties: Properties;
  readonly connections: Connections;
}

/** Opens the configuration of a worker process. @throws ConfigError naming every problem */
export async function openWorker(env: NodeJS.ProcessEnv, log: Log): Promise<WorkerConfiguration> {
  const { STAYLINE_PROPERTIES: properties, ...read } = await readAll({
    config: () => workerConfig(env),
    target: () => temporalSettings(env, keepingPrevious(log, 'encryption keys')),
    ...files(env, log),
  });
  // `workerConfig` refuses an environment without a property file.
  if (properties === undefined) throw new Error('the property file is needed');
  const { config, target, STAYLINE_BOOKINGS_FILE: connections = NO_CONNECTIONS } = read;
  return { config, target, properties, connections };
}

export interface ServerConfiguration {
  readonly config: ServerConfig;
  readonly target: TemporalTarget;
  /** Absent: only workers check the local dates of deliveries. */
  readonly properties: Properties | undefined;
  /** Absent: no booking system delivers here. */
  readonly connections: Connections | undefined;
  /** Absent: the HTTP API for bookings is off. */
  readonly apiKeys: ApiKeys | undefined;
}

/** Opens the configuration of a server process. @throws ConfigError naming every problem */
export async function openServer(env: NodeJS.ProcessEnv, log: Log): Promise<ServerConfiguration> {
  const { config, target, ...file } = await readAll({
    config: () => serverConfig(env),
    target: () => temporalSettings(env, keepingPrevious(log, 'encryption keys')),
    ...files(env, log),
    STAYLINE_API_KEYS: keysFile(env, log),
  });
  return {
    config,
    target,
    properties: file.STAYLINE_PROPERTIES,
    connections: file.STAYLINE_BOOKINGS_FILE,
    apiKeys: file.STAYLINE_API_KEYS,
  };
}

export interface CodecConfiguration {
  readonly config: CodecConfig;
  readonly encryption: EncryptionKeys;
  /** Absent: no API keys are accepted. */
  readonly apiKeys: ApiKeys | undefined;
  /** Absent: no access tokens are accepted. */
  readonly tokens: TokenVerifier | undefined;
}

/** Opens the configuration of a codec server process. @throws ConfigError naming every problem */
export async function openCodec(env: NodeJS.ProcessEnv, log: Log): Promise<CodecConfiguration> {
  const {
    config,
    settings,
    STAYLINE_API_KEYS: apiKeys,
  } = await readAll({
    config: () => codecConfig(env),
    settings: () => temporalSettings(env, keepingPrevious(log, 'encryption keys')),
    STAYLINE_API_KEYS: keysFile(env, log),
  });
  // `codecConfig` refuses an environment without keys.
  if (settings.encryption === undefined) throw new Error('encryption keys are needed');
  const tokens = config.oidc === undefined ? undefined : openTokenVerifier(config.oidc);
  return { config, encryption: settings.encryption, apiKeys, tokens };
}

interface SharedFiles {
  readonly STAYLINE_PROPERTIES: () => Promise<Properties | undefined>;
  readonly STAYLINE_BOOKINGS_FILE: () => Promise<Connections | undefined>;
}

/** Returns the readers of files that workers and servers have in common, by the variable that names the file. */
function files(env: NodeJS.ProcessEnv, log: Log): SharedFiles {
  return {
    STAYLINE_PROPERTIES: () =>
      opened(env['STAYLINE_PROPERTIES'], (path) =>
        openPropertyFile(path, { onInvalid: keepingPrevious(log, 'properties') }),
      ),
    STAYLINE_BOOKINGS_FILE: () =>
      opened(env['STAYLINE_BOOKINGS_FILE'], (path) =>
        keepConnections(path, { adapters: ADAPTERS, env }, keepingPrevious(log, 'booking systems')),
      ),
  };
}

function keysFile(env: NodeJS.ProcessEnv, log: Log): () => Promise<ApiKeys | undefined> {
  return () =>
    opened(env['STAYLINE_API_KEYS'], (path) => openApiKeys(path, { onInvalid: keepingPrevious(log, 'API keys') }));
}

/** Opens a file, unless no variable names one. */
async function opened<Content>(
  path: string | undefined,
  open: (path: string) => Promise<Content>,
): Promise<Content | undefined> {
  return path === undefined || path === '' ? undefined : open(path);
}

function keepingPrevious(log: Log, content: string): (error: ConfigFileError) => void {
  return ({ problems }) =>
    log.error({ problems }, `the changed file of ${content} cannot be used; the previous content stays in force`);
}
