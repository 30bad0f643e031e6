/** The configuration of a process, from its environment. Where Temporal is: see `src/temporal/connection.ts`. */
import { z } from 'zod';
import { LOG_LEVELS, type LogLevel } from './log.js';
import type { SeamAuth } from './seam/index.js';

const text = z.string({ error: 'is needed' }).min(1, 'must not be empty');
const perSecond = z.coerce.number({ error: 'must be a number such as 10' }).positive('must be more than 0');

const milliseconds = z.coerce.number({ error: 'must be a number of milliseconds such as 10000' }).int().positive();

const logLevel = z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info');

const workerSchema = z
  .object({
    STAYLINE_PROPERTIES: text,
    SEAM_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be a URL such as "http://127.0.0.1:4010"' }).optional(),
    SEAM_API_KEY: text.optional(),
    SEAM_PERSONAL_ACCESS_TOKEN: text.optional(),
    SEAM_WORKSPACE_ID: text.optional(),
    SEAM_TIMEOUT_MS: milliseconds.optional(),
    SEAM_LATE_COMMIT_MS: milliseconds.optional(),
    STAYLINE_WORKER_PROFILE: z
      .enum(['embedded', 'cluster'], { error: 'must be one of embedded, cluster' })
      .default('cluster'),
    STAYLINE_SEAM_ACTIVITIES_PER_SECOND: perSecond.optional(),
    STAYLINE_WORKFLOW_BUNDLE: text.optional(),
    STAYLINE_IDENTITY: text.optional(),
    STAYLINE_LOG_LEVEL: logLevel,
  })
  .superRefine((env, context) => {
    const refuse = (variable: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [variable], message });
    const { SEAM_API_KEY: apiKey, SEAM_PERSONAL_ACCESS_TOKEN: token, SEAM_WORKSPACE_ID: workspace } = env;
    if (apiKey === undefined && token === undefined) {
      refuse('SEAM_API_KEY', 'is needed (or SEAM_PERSONAL_ACCESS_TOKEN with SEAM_WORKSPACE_ID)');
    }
    if (apiKey !== undefined && token !== undefined) {
      refuse('SEAM_PERSONAL_ACCESS_TOKEN', 'must not be set where SEAM_API_KEY is');
    }
    if (token !== undefined && workspace === undefined) {
      refuse('SEAM_WORKSPACE_ID', 'is needed with SEAM_PERSONAL_ACCESS_TOKEN');
    }
  });

export interface WorkerConfig {
  /** Path of the property file. */
  readonly propertiesFile: string;
  /** No endpoint: Seam itself. */
  readonly seam: { readonly endpoint?: string; readonly auth: SeamAuth; readonly timeoutMs?: number };
  /** How long a request that went unanswered may still be carried out, in milliseconds; absent: the default of `KeyTiming`. */
  readonly lateCommitSettleMs?: number;
  readonly profile: 'embedded' | 'cluster';
  /** Rate limit of the task queue `seam`, over all workers; absent: none. */
  readonly seamActivitiesPerSecond?: number;
  /** Path of the workflow bundle; absent: the build's own, else bundled at the start. */
  readonly workflowBundle?: string;
  /** How this worker names itself to Temporal; absent: process id and host. */
  readonly identity?: string;
  readonly logLevel: LogLevel;
}

/** Thrown for an environment that is not right; the message has one line per variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * @param env the environment to read
 * @throws ConfigError naming every variable that is missing or wrong
 */
export function workerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const parsed = workerSchema.safeParse(env);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'));
  }
  const { data } = parsed;
  return {
    propertiesFile: data.STAYLINE_PROPERTIES,
    seam: {
      auth: seamAuth(data),
      ...(data.SEAM_ENDPOINT === undefined ? {} : { endpoint: data.SEAM_ENDPOINT }),
      ...(data.SEAM_TIMEOUT_MS === undefined ? {} : { timeoutMs: data.SEAM_TIMEOUT_MS }),
    },
    ...(data.SEAM_LATE_COMMIT_MS === undefined ? {} : { lateCommitSettleMs: data.SEAM_LATE_COMMIT_MS }),
    profile: data.STAYLINE_WORKER_PROFILE,
    logLevel: data.STAYLINE_LOG_LEVEL,
    ...(data.STAYLINE_SEAM_ACTIVITIES_PER_SECOND === undefined
      ? {}
      : { seamActivitiesPerSecond: data.STAYLINE_SEAM_ACTIVITIES_PER_SECOND }),
    ...(data.STAYLINE_WORKFLOW_BUNDLE === undefined ? {} : { workflowBundle: data.STAYLINE_WORKFLOW_BUNDLE }),
    ...(data.STAYLINE_IDENTITY === undefined ? {} : { identity: data.STAYLINE_IDENTITY }),
  };
}

function seamAuth(env: z.infer<typeof workerSchema>): SeamAuth {
  return env.SEAM_API_KEY === undefined
    ? {
        kind: 'personal-access-token',
        token: env.SEAM_PERSONAL_ACCESS_TOKEN ?? '',
        workspaceId: env.SEAM_WORKSPACE_ID ?? '',
      }
    : { kind: 'api-key', apiKey: env.SEAM_API_KEY };
}
