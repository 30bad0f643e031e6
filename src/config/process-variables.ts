/** Configuration of a process, from its environment. Temporal's address: see `src/temporal/connection.ts`. */
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { z } from 'zod';
import { defined } from '../domain/model/defined.js';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import type { SeamAuth } from '../seam/index.js';
import { isWebhookSecret } from '../seam/webhooks/index.js';
import { ownBuildId } from '../temporal/build-id.js';
import { TEMPORAL_SECRETS } from '../temporal/variables.js';
import type { WORKER_PROFILES } from '../temporal/workers.js';
import { ALL_AT_ONCE, hostAndPort, readVariables, text } from './variables.js';

/** Default port of the server. */
export const SERVER_PORT = 4020;
/** Default request limit of one API key on one server process: a hundred a second. */
const REQUESTS_PER_MINUTE = 6_000;

/** Default port of the codec server, and request limit of one caller: Web UI sends one request for each event it shows. */
const CODEC_PORT = 4030;
const CODEC_REQUESTS_PER_MINUTE = 3_000;

/** Default of the longest wait for a Temporal server, after which the worker ends, and its supervisor starts it again. */
const TEMPORAL_WAIT_SECONDS = 120;

const perSecond = z.coerce.number({ error: 'must be a number such as 10' }).positive('must be more than 0');

const milliseconds = z.coerce.number({ error: 'must be a number of milliseconds such as 10000' }).int().positive();

/** Temporal joins name and build id with a colon, and older parts of it with a dot. */
const deploymentName = text.regex(
  /^(?!__)[^.:]+$/,
  'must have no dot, no colon and no leading "__", such as "stayline"',
);

const logLevel = z
  .enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` })
  .default('info')
  .describe(`Lowest level of the log: ${LOG_LEVELS.join(', ')}`);

const port = z.coerce
  .number({ error: 'must be a port such as 4020' })
  .int('must be a port such as 4020')
  .min(0, 'must be from 0 to 65535')
  .max(65_535, 'must be from 0 to 65535');

const perMinute = z.coerce
  .number({ error: 'must be a number such as 6000' })
  .int('must be a whole number')
  .positive('must be more than 0');

const httpUrl = (example: string): z.ZodType<string> =>
  z.url({ protocol: /^https?$/, error: `must be a URL such as "${example}"` });

const tracesEndpoint = httpUrl('http://127.0.0.1:4318')
  .optional()
  .describe('Collector of [traces](operations.md#traces); none if absent');

const seamVariables = {
  SEAM_ENDPOINT: httpUrl('http://127.0.0.1:4010')
    .optional()
    .describe("Another endpoint than Seam's own, such as the simulator's"),
  SEAM_API_KEY: text.optional().describe('API key of the workspace at Seam'),
  SEAM_PERSONAL_ACCESS_TOKEN: text.optional().describe('Instead of an API key, with `SEAM_WORKSPACE_ID`'),
  SEAM_WORKSPACE_ID: text.optional().describe('Workspace of the personal access token'),
  SEAM_TIMEOUT_MS: milliseconds.optional().describe('Timeout of one request to Seam, in milliseconds'),
};

/** Variables of a worker. */
export const workerVariables = z
  .object({
    STAYLINE_PROPERTIES: text.describe('[Property file](property.md)'),
    STAYLINE_BOOKINGS_FILE: text.optional().describe('File of [booking systems](booking-systems.md)'),
    ...seamVariables,
    SEAM_REQUESTS_PER_SECOND: perSecond.optional().describe('Highest rate of calls to one access system; 50 if absent'),
    SEAM_LATE_COMMIT_MS: milliseconds.optional().describe('Time in which Seam may still do what it did not answer'),
    STAYLINE_WORKER_PROFILE: z
      .enum(['embedded', 'cluster', 'large'], { error: 'must be one of embedded, cluster, large' })
      .default('cluster')
      .describe('[Profile](operations.md#sizing) of the worker: `embedded`, `cluster` or `large`'),
    STAYLINE_SEAM_ACTIVITIES_PER_SECOND: perSecond
      .optional()
      .describe('Limit of activities of the queue `seam`, over all workers'),
    STAYLINE_TEMPORAL_WAIT_SECONDS: z.coerce
      .number({ error: 'must be a number of seconds such as 120' })
      .min(0, 'must not be negative')
      .default(TEMPORAL_WAIT_SECONDS)
      .describe('Longest wait for a Temporal server that is coming up'),
    STAYLINE_WORKFLOW_BUNDLE: text.optional().describe("Workflow bundle; the build's own if absent"),
    STAYLINE_AUDIT_HOURS: z.coerce
      .number({ error: 'must be a number of hours such as 24' })
      .min(0, 'must not be negative')
      .default(24)
      .describe('Interval of the [audits](audit.md) of keys; 0: no schedule is made'),
    STAYLINE_DEPLOYMENT: deploymentName
      .optional()
      .describe('Name of the deployment, for [releases](upgrading.md); none if absent'),
    STAYLINE_BUILD_ID: text.optional().describe("Build id of the worker's version; the build's own if absent"),
    STAYLINE_METRICS_ADDRESS: hostAndPort('0.0.0.0:9464')
      .optional()
      .describe('Where Prometheus reads metrics, such as `0.0.0.0:9464`'),
    STAYLINE_IDENTITY: text.optional().describe('Name of the worker at Temporal; else process id and host'),
    OTEL_EXPORTER_OTLP_ENDPOINT: tracesEndpoint,
    STAYLINE_LOG_LEVEL: logLevel,
  })
  .superRefine((env, context) => {
    if (env.SEAM_API_KEY === undefined && env.SEAM_PERSONAL_ACCESS_TOKEN === undefined) {
      refuse(context, 'SEAM_API_KEY', 'is needed (or SEAM_PERSONAL_ACCESS_TOKEN with SEAM_WORKSPACE_ID)');
    }
    judgeSeamAuth(env, context);
    if (env.STAYLINE_DEPLOYMENT !== undefined && env.STAYLINE_BUILD_ID === undefined && ownBuildId() === undefined) {
      refuse(context, 'STAYLINE_BUILD_ID', 'is needed with STAYLINE_DEPLOYMENT where no build has made one');
    }
  }, ALL_AT_ONCE);

/** Variables of a server. */
export const serverVariables = z
  .object({
    SEAM_WEBHOOK_SECRET: text
      .transform((secrets) => secrets.split(/[\s,]+/).filter((secret) => secret !== ''))
      .refine(
        (secrets) => secrets.length > 0 && secrets.every(isWebhookSecret),
        'must be the secret of the webhook at Seam, "whsec_…"; several of them separated by spaces',
      )
      .optional()
      .describe("Secrets of [Seam's webhooks](webhooks.md); no events if absent"),
    ...seamVariables,
    STAYLINE_API_KEYS: text.optional().describe('File of [API keys](http-api.md#keys); no API if absent'),
    STAYLINE_BOOKINGS_FILE: text.optional().describe('File of [booking systems](booking-systems.md)'),
    STAYLINE_API_REQUESTS_PER_MINUTE: perMinute
      .default(REQUESTS_PER_MINUTE)
      .describe('Limit of one API key on this process'),
    STAYLINE_PROPERTIES: text.optional().describe('[Property file](property.md); needed with API keys'),
    STAYLINE_WEB_UI_URL: httpUrl('http://127.0.0.1:8233').optional().describe('Root of Temporal Web UI, for links'),
    STAYLINE_SERVER_HOST: text.default('127.0.0.1').describe('Listening address'),
    STAYLINE_SERVER_PORT: port.default(SERVER_PORT).describe('Listening port; 0: any free one'),
    STAYLINE_DRAIN_SECONDS: z.coerce
      .number({ error: 'must be a number of seconds such as 5' })
      .min(0, 'must not be negative')
      .max(60, 'must be at most 60')
      .default(0)
      .describe('Time after SIGTERM in which it serves and is not ready'),
    OTEL_EXPORTER_OTLP_ENDPOINT: tracesEndpoint,
    STAYLINE_LOG_LEVEL: logLevel,
  })
  .superRefine((env, context) => {
    judgeSeamAuth(env, context);
    if (env.STAYLINE_API_KEYS !== undefined && env.STAYLINE_PROPERTIES === undefined) {
      refuse(context, 'STAYLINE_PROPERTIES', 'is needed with STAYLINE_API_KEYS');
    }
    const doors = [env.STAYLINE_API_KEYS, env.STAYLINE_BOOKINGS_FILE, env.SEAM_WEBHOOK_SECRET];
    if (doors.every((door) => door === undefined)) {
      refuse(
        context,
        'STAYLINE_API_KEYS',
        'is needed (or STAYLINE_BOOKINGS_FILE, or SEAM_WEBHOOK_SECRET to receive only events of Seam)',
      );
    }
  }, ALL_AT_ONCE);

/** Variables of a codec server. */
export const codecVariables = z
  .object({
    STAYLINE_ENCRYPTION_KEYS: text.describe('Keys that [encrypt](encryption.md) payloads, newest first'),
    STAYLINE_CODEC_ORIGIN: z
      .url({ protocol: /^https?$/, error: 'must be the origin of Temporal Web UI, such as "http://127.0.0.1:8233"' })
      .refine((url) => URL.canParse(url) && new URL(url).origin === url, 'must be an origin, without a path')
      .describe('Origin of Temporal Web UI, the only one that may call'),
    STAYLINE_API_KEYS: text.optional().describe('File of API keys, for those with the access `decode`'),
    STAYLINE_CODEC_OIDC_ISSUER: httpUrl('https://login.example.com').optional().describe('OpenID Connect provider'),
    STAYLINE_CODEC_OIDC_AUDIENCE: text.optional().describe('Audience that an access token must have'),
    STAYLINE_CODEC_REQUESTS_PER_MINUTE: perMinute.default(CODEC_REQUESTS_PER_MINUTE).describe('Limit of one caller'),
    STAYLINE_CODEC_HOST: text.default('127.0.0.1').describe('Listening address'),
    STAYLINE_CODEC_PORT: port.default(CODEC_PORT).describe('Listening port; 0: any free one'),
    STAYLINE_LOG_LEVEL: logLevel,
  })
  .superRefine((env, context) => {
    const { STAYLINE_CODEC_OIDC_ISSUER: issuer, STAYLINE_CODEC_OIDC_AUDIENCE: audience } = env;
    if (env.STAYLINE_API_KEYS === undefined && issuer === undefined) {
      refuse(context, 'STAYLINE_API_KEYS', 'is needed (or STAYLINE_CODEC_OIDC_ISSUER)');
    }
    if (issuer !== undefined && audience === undefined) {
      refuse(context, 'STAYLINE_CODEC_OIDC_AUDIENCE', 'is needed with STAYLINE_CODEC_OIDC_ISSUER');
    }
  }, ALL_AT_ONCE);

/** Variables with a secret, which may be in a file instead: `SEAM_API_KEY_FILE` names it. */
export const SECRETS = ['SEAM_API_KEY', 'SEAM_PERSONAL_ACCESS_TOKEN', 'SEAM_WEBHOOK_SECRET'];

type SeamVariables = z.infer<z.ZodObject<typeof seamVariables>>;

function refuse(context: z.RefinementCtx, variable: string, message: string): void {
  context.addIssue({ code: 'custom', path: [variable], message });
}

function judgeSeamAuth(env: SeamVariables, context: z.RefinementCtx): void {
  const { SEAM_API_KEY: apiKey, SEAM_PERSONAL_ACCESS_TOKEN: token, SEAM_WORKSPACE_ID: workspace } = env;
  if (apiKey !== undefined && token !== undefined) {
    refuse(context, 'SEAM_PERSONAL_ACCESS_TOKEN', 'must not be set together with SEAM_API_KEY');
  }
  if (token !== undefined && workspace === undefined) {
    refuse(context, 'SEAM_WORKSPACE_ID', 'is needed with SEAM_PERSONAL_ACCESS_TOKEN');
  }
}

/** Endpoint, credentials and timeout for requests to Seam. */
export interface SeamConfig {
  /** Absent: Seam's own endpoint. */
  readonly endpoint?: string;
  readonly auth: SeamAuth;
  readonly timeoutMs?: number;
}

export interface WorkerConfig {
  readonly seam: SeamConfig;
  /** Highest rate of this worker's calls to one access system; absent: the client's default. */
  readonly seamRequestsPerSecond?: number;
  /** Longest wait for a Temporal server that is coming up, in milliseconds. */
  readonly temporalWaitMs: number;
  /** Time in which Seam may still carry out an unanswered request, in milliseconds; absent: `KeyTiming`'s default. */
  readonly lateCommitMs?: number;
  readonly profile: keyof typeof WORKER_PROFILES;
  /** Rate limit of the task queue `seam`, over all workers; absent: none. */
  readonly seamActivitiesPerSecond?: number;
  /** Path of the workflow bundle; absent: the build's bundle, else one made at startup. */
  readonly workflowBundle?: string;
  /** Interval of the audits of keys, in hours; 0: no schedules are made. */
  readonly auditHours: number;
  /** Version of the worker at Temporal; absent: it takes the tasks of every workflow, whatever version that is. */
  readonly version?: WorkerDeploymentVersion;
  /** Host and port at which Prometheus reads metrics; absent: none. */
  readonly metricsAddress?: string;
  /** Identity of this worker at Temporal; absent: process id and host. */
  readonly identity?: string;
  /** True if a collector of traces is named. The exporter itself reads the variables. */
  readonly isTraced: boolean;
  readonly logLevel: LogLevel;
}

export interface ServerConfig {
  /** Secrets of the Seam webhooks that send events here; absent: no events are received. */
  readonly webhookSecrets?: readonly [string, ...string[]];
  /** Request limit of one API key, on this process. */
  readonly requestsPerMinute: number;
  /** Root URL of Temporal Web UI; absent: responses have no link to it. */
  readonly webUiUrl?: string;
  /** Absent: the server has no credentials for Seam. */
  readonly seam?: SeamConfig;
  readonly host: string;
  /** 0: the operating system picks a free port. */
  readonly port: number;
  /** Time after SIGTERM in which the server serves and reports that it is not ready, in milliseconds. */
  readonly drainNoticeMs: number;
  /** True if a collector of traces is named. The exporter itself reads the variables. */
  readonly isTraced: boolean;
  readonly logLevel: LogLevel;
}

/**
 * Returns the configuration of a worker process.
 * @param env the environment to read
 * @throws ConfigError naming every variable that is missing or wrong
 */
export function workerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const data = readVariables(workerVariables, env, SECRETS);
  return defined({
    seam: seamConfig(data, seamAuth(data)),
    seamRequestsPerSecond: data.SEAM_REQUESTS_PER_SECOND,
    temporalWaitMs: data.STAYLINE_TEMPORAL_WAIT_SECONDS * 1_000,
    lateCommitMs: data.SEAM_LATE_COMMIT_MS,
    profile: data.STAYLINE_WORKER_PROFILE,
    isTraced: data.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    logLevel: data.STAYLINE_LOG_LEVEL,
    seamActivitiesPerSecond: data.STAYLINE_SEAM_ACTIVITIES_PER_SECOND,
    workflowBundle: data.STAYLINE_WORKFLOW_BUNDLE,
    auditHours: data.STAYLINE_AUDIT_HOURS,
    version: versionOf(data),
    metricsAddress: data.STAYLINE_METRICS_ADDRESS,
    identity: data.STAYLINE_IDENTITY,
  });
}

function versionOf(env: z.infer<typeof workerVariables>): WorkerDeploymentVersion | undefined {
  const { STAYLINE_DEPLOYMENT: deploymentName, STAYLINE_BUILD_ID: buildId = ownBuildId() } = env;
  return deploymentName === undefined || buildId === undefined ? undefined : { deploymentName, buildId };
}

/**
 * Returns the configuration of a server process.
 * @param env the environment to read
 * @throws ConfigError naming every variable that is missing or wrong
 */
export function serverConfig(env: NodeJS.ProcessEnv): ServerConfig {
  const data = readVariables(serverVariables, env, SECRETS);
  const mayAskSeam = data.SEAM_API_KEY !== undefined || data.SEAM_PERSONAL_ACCESS_TOKEN !== undefined;
  return {
    ...webhookConfig(data.SEAM_WEBHOOK_SECRET),
    ...defined({ requestsPerMinute: data.STAYLINE_API_REQUESTS_PER_MINUTE, webUiUrl: data.STAYLINE_WEB_UI_URL }),
    ...(mayAskSeam ? { seam: seamConfig(data, seamAuth(data)) } : {}),
    host: data.STAYLINE_SERVER_HOST,
    port: data.STAYLINE_SERVER_PORT,
    drainNoticeMs: data.STAYLINE_DRAIN_SECONDS * 1_000,
    isTraced: data.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    logLevel: data.STAYLINE_LOG_LEVEL,
  };
}

export interface CodecConfig {
  /** Origin of Temporal Web UI. */
  readonly origin: string;
  /** Absent: no access tokens are accepted. */
  readonly oidc?: { readonly issuer: string; readonly audience: string };
  readonly requestsPerMinute: number;
  readonly host: string;
  /** 0: the operating system picks a free port. */
  readonly port: number;
}

/**
 * Returns the configuration of a codec server process.
 * @param env the environment to read
 * @throws ConfigError naming every variable that is missing or wrong
 */
export function codecConfig(env: NodeJS.ProcessEnv): CodecConfig {
  const data = readVariables(codecVariables, env, [...SECRETS, ...TEMPORAL_SECRETS]);
  const { STAYLINE_CODEC_OIDC_ISSUER: issuer, STAYLINE_CODEC_OIDC_AUDIENCE: audience } = data;
  return {
    origin: data.STAYLINE_CODEC_ORIGIN,
    ...(issuer === undefined || audience === undefined ? {} : { oidc: { issuer, audience } }),
    requestsPerMinute: data.STAYLINE_CODEC_REQUESTS_PER_MINUTE,
    host: data.STAYLINE_CODEC_HOST,
    port: data.STAYLINE_CODEC_PORT,
  };
}

function webhookConfig([first, ...more]: readonly string[] = []): Pick<ServerConfig, 'webhookSecrets'> {
  return first === undefined ? {} : { webhookSecrets: [first, ...more] };
}

function seamConfig(env: SeamVariables, auth: SeamAuth): SeamConfig {
  return defined({
    auth,
    endpoint: env.SEAM_ENDPOINT,
    timeoutMs: env.SEAM_TIMEOUT_MS,
  });
}

function seamAuth(env: SeamVariables): SeamAuth {
  return env.SEAM_API_KEY === undefined
    ? {
        kind: 'personal-access-token',
        token: env.SEAM_PERSONAL_ACCESS_TOKEN ?? '',
        workspaceId: env.SEAM_WORKSPACE_ID ?? '',
      }
    : { kind: 'api-key', apiKey: env.SEAM_API_KEY };
}
