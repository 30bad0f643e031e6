import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { serverConfig, workerConfig } from '../../../src/config/process-variables.js';
import { temporalTarget } from '../../../src/temporal/connection.js';
import { ConfigError } from '../../../src/config/secret-files.js';

const least = { STAYLINE_PROPERTIES: 'hotel.json', SEAM_API_KEY: 'seam_key' };

function problemsOf(
  env: NodeJS.ProcessEnv,
  read: (env: NodeJS.ProcessEnv) => unknown = workerConfig,
): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe("a worker's environment", () => {
  test("a worker's environment needs a property file and a key, and has a default for everything else", () => {
    expect(workerConfig(least)).toEqual({
      temporalWaitMs: 120_000,
      seam: { auth: { kind: 'api-key', apiKey: 'seam_key' } },
      auditHours: 24,
      profile: 'cluster',
      isTraced: false,
      logLevel: 'info',
    });
  });

  test("a worker's version has the name of the deployment and a build id, which source code does not have by itself", () => {
    expect(workerConfig({ ...least, STAYLINE_DEPLOYMENT: 'hotels', STAYLINE_BUILD_ID: '0.2.0-5d1f' }).version).toEqual({
      deploymentName: 'hotels',
      buildId: '0.2.0-5d1f',
    });
    expect(workerConfig({ ...least, STAYLINE_BUILD_ID: '0.2.0-5d1f' }).version).toBeUndefined();
    expect(problemsOf({ ...least, STAYLINE_DEPLOYMENT: 'hotels' })).toEqual([
      'STAYLINE_BUILD_ID is needed with STAYLINE_DEPLOYMENT where no build has made one',
    ]);
    expect(problemsOf({ ...least, STAYLINE_DEPLOYMENT: 'hotels.eu', STAYLINE_BUILD_ID: '1' })).toEqual([
      'STAYLINE_DEPLOYMENT must have no dot, no colon and no leading "__", such as "stayline"',
    ]);
  });

  test("a worker's environment names all variables that are missing at once, whatever else is wrong", () => {
    const problems = problemsOf({ SEAM_TIMEOUT_MS: 'soon' }).join('; ');
    for (const variable of ['STAYLINE_PROPERTIES', 'SEAM_API_KEY', 'SEAM_TIMEOUT_MS']) {
      expect(problems).toContain(variable);
    }
    const alone = problemsOf({ STAYLINE_SERVER_PORT: 'x', SEAM_PERSONAL_ACCESS_TOKEN: 't' }, serverConfig).join('; ');
    for (const variable of ['STAYLINE_SERVER_PORT', 'SEAM_WORKSPACE_ID', 'STAYLINE_API_KEYS']) {
      expect(alone).toContain(variable);
    }
  });

  test("a worker's environment accepts everything that can be set", () => {
    const env = {
      STAYLINE_PROPERTIES: 'hotel.json',
      STAYLINE_BOOKINGS_FILE: 'bookings.json',
      SEAM_ENDPOINT: 'http://127.0.0.1:4010',
      SEAM_PERSONAL_ACCESS_TOKEN: 'seam_at_1',
      SEAM_WORKSPACE_ID: 'w1',
      SEAM_TIMEOUT_MS: '1500',
      SEAM_LATE_COMMIT_MS: '500',
      SEAM_REQUESTS_PER_SECOND: '20',
      STAYLINE_WORKER_PROFILE: 'embedded',
      STAYLINE_TEMPORAL_WAIT_SECONDS: '5',
      STAYLINE_SEAM_ACTIVITIES_PER_SECOND: '12.5',
      STAYLINE_WORKFLOW_BUNDLE: 'bundle.js',
      STAYLINE_IDENTITY: 'worker-1',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      STAYLINE_LOG_LEVEL: 'debug',
    };
    expect(workerConfig(env)).toEqual({
      temporalWaitMs: 5_000,
      seam: {
        endpoint: 'http://127.0.0.1:4010',
        auth: { kind: 'personal-access-token', token: 'seam_at_1', workspaceId: 'w1' },
        timeoutMs: 1500,
      },
      lateCommitMs: 500,
      seamRequestsPerSecond: 20,
      auditHours: 24,
      profile: 'embedded',
      seamActivitiesPerSecond: 12.5,
      workflowBundle: 'bundle.js',
      identity: 'worker-1',
      isTraced: true,
      logLevel: 'debug',
    });
  });

  test.each([
    [
      {},
      [
        'STAYLINE_PROPERTIES is needed',
        'SEAM_API_KEY is needed (or SEAM_PERSONAL_ACCESS_TOKEN with SEAM_WORKSPACE_ID)',
      ],
    ],
    [{ SEAM_API_KEY: 'k' }, ['STAYLINE_PROPERTIES is needed']],
    [{ ...least, STAYLINE_PROPERTIES: '' }, ['STAYLINE_PROPERTIES must not be empty']],
    [
      { STAYLINE_PROPERTIES: 'hotel.json' },
      ['SEAM_API_KEY is needed (or SEAM_PERSONAL_ACCESS_TOKEN with SEAM_WORKSPACE_ID)'],
    ],
    [
      { STAYLINE_PROPERTIES: 'hotel.json', SEAM_PERSONAL_ACCESS_TOKEN: 't' },
      ['SEAM_WORKSPACE_ID is needed with SEAM_PERSONAL_ACCESS_TOKEN'],
    ],
    [
      { ...least, SEAM_PERSONAL_ACCESS_TOKEN: 't', SEAM_WORKSPACE_ID: 'w' },
      ['SEAM_PERSONAL_ACCESS_TOKEN must not be set together with SEAM_API_KEY'],
    ],
    [{ ...least, SEAM_ENDPOINT: 'seam' }, ['SEAM_ENDPOINT must be a URL such as "http://127.0.0.1:4010"']],
    [
      {
        ...least,
        STAYLINE_SEAM_ACTIVITIES_PER_SECOND: 'fast',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'collector',
        STAYLINE_LOG_LEVEL: 'loud',
      },
      [
        'STAYLINE_SEAM_ACTIVITIES_PER_SECOND must be a number such as 10',
        'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as "http://127.0.0.1:4318"',
        'STAYLINE_LOG_LEVEL must be one of trace, debug, info, warn, error',
      ],
    ],
    [
      { ...least, STAYLINE_SEAM_ACTIVITIES_PER_SECOND: '0' },
      ['STAYLINE_SEAM_ACTIVITIES_PER_SECOND must be more than 0'],
    ],
    [{ ...least, STAYLINE_WORKER_PROFILE: 'big' }, ['STAYLINE_WORKER_PROFILE must be one of embedded, cluster, large']],
  ])("a worker's environment with %j is refused, and the error names the variable", (env, problems) => {
    expect(problemsOf(env)).toEqual(problems);
  });
});

describe("a server's environment", () => {
  const SEAM_WEBHOOK_SECRET = 'whsec_b25seUZvclRlc3Rz';

  test('a server needs an endpoint for Seam events or for bookings, and listens on this machine only by default', () => {
    expect(problemsOf({ STAYLINE_API_KEYS: 'keys.json', STAYLINE_PROPERTIES: 'hotel.json' }, serverConfig)).toEqual([]);
    expect(serverConfig({ SEAM_WEBHOOK_SECRET })).toEqual({
      webhookSecrets: [SEAM_WEBHOOK_SECRET],
      requestsPerMinute: 6000,
      host: '127.0.0.1',
      port: 4020,
      drainNoticeMs: 0,
      isTraced: false,
      logLevel: 'info',
    });
  });

  test("a server's environment accepts everything that can be set", () => {
    const env = {
      SEAM_WEBHOOK_SECRET,
      SEAM_ENDPOINT: 'http://127.0.0.1:4010',
      SEAM_API_KEY: 'seam_key',
      SEAM_TIMEOUT_MS: '1500',
      STAYLINE_API_KEYS: 'keys.json',
      STAYLINE_BOOKINGS_FILE: 'bookings.json',
      STAYLINE_API_REQUESTS_PER_MINUTE: '120',
      STAYLINE_PROPERTIES: 'hotel.json',
      STAYLINE_WEB_UI_URL: 'https://temporal.example.com',
      STAYLINE_SERVER_HOST: '0.0.0.0',
      STAYLINE_SERVER_PORT: '0',
      STAYLINE_DRAIN_SECONDS: '5',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      STAYLINE_LOG_LEVEL: 'warn',
    };
    expect(serverConfig(env)).toEqual({
      webhookSecrets: [SEAM_WEBHOOK_SECRET],
      requestsPerMinute: 120,
      webUiUrl: 'https://temporal.example.com',
      seam: {
        endpoint: 'http://127.0.0.1:4010',
        auth: { kind: 'api-key', apiKey: 'seam_key' },
        timeoutMs: 1500,
      },
      host: '0.0.0.0',
      port: 0,
      drainNoticeMs: 5_000,
      isTraced: true,
      logLevel: 'warn',
    });
  });

  test.each([
    [
      {},
      [
        'STAYLINE_API_KEYS is needed (or STAYLINE_BOOKINGS_FILE, or SEAM_WEBHOOK_SECRET to receive only events of Seam)',
      ],
    ],
    [{ STAYLINE_API_KEYS: 'keys.json' }, ['STAYLINE_PROPERTIES is needed with STAYLINE_API_KEYS']],
    [
      { SEAM_WEBHOOK_SECRET, STAYLINE_API_REQUESTS_PER_MINUTE: 'many', STAYLINE_WEB_UI_URL: 'temporal' },
      [
        'STAYLINE_API_REQUESTS_PER_MINUTE must be a number such as 6000',
        'STAYLINE_WEB_UI_URL must be a URL such as "http://127.0.0.1:8233"',
      ],
    ],
    [
      { SEAM_WEBHOOK_SECRET: 'secret' },
      ['SEAM_WEBHOOK_SECRET must be the secret of the webhook at Seam, "whsec_…"; several of them separated by spaces'],
    ],
    [{ SEAM_WEBHOOK_SECRET, STAYLINE_SERVER_PORT: 'http' }, ['STAYLINE_SERVER_PORT must be a port such as 4020']],
    [{ SEAM_WEBHOOK_SECRET, STAYLINE_SERVER_PORT: '70000' }, ['STAYLINE_SERVER_PORT must be from 0 to 65535']],
    [
      { SEAM_WEBHOOK_SECRET, SEAM_PERSONAL_ACCESS_TOKEN: 't' },
      ['SEAM_WORKSPACE_ID is needed with SEAM_PERSONAL_ACCESS_TOKEN'],
    ],
  ])(
    "a server's environment with %j is refused, and the error names the variable without its value",
    (env, problems) => {
      expect(problemsOf(env, serverConfig)).toEqual(problems);
    },
  );
});

describe('secrets', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-secrets-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const fileOf = (name: string, content: string): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const [first, second] = ['whsec_b25seUZvclRlc3Rz', 'whsec_c29tZWJvZHlFbHNl'];

  test('several secrets of webhooks are in force at a time, so that one can replace another', () => {
    expect(serverConfig({ SEAM_WEBHOOK_SECRET: `${first} ${second}` }).webhookSecrets).toEqual([first, second]);
    expect(serverConfig({ SEAM_WEBHOOK_SECRET: `${first},\n${second}\n` }).webhookSecrets).toEqual([first, second]);
    expect(() => serverConfig({ SEAM_WEBHOOK_SECRET: `${first} secret` })).toThrow('SEAM_WEBHOOK_SECRET must be');
  });

  test('a secret may be in a file', () => {
    const env = {
      STAYLINE_PROPERTIES: 'hotel.json',
      SEAM_API_KEY_FILE: fileOf('key', 'seam_key\n'),
      SEAM_WEBHOOK_SECRET_FILE: fileOf('hooks', `${first}\n${second}\n`),
      TEMPORAL_API_KEY_FILE: fileOf('temporal', 'temporal_key\n'),
    };
    expect(workerConfig(env).seam.auth).toEqual({ kind: 'api-key', apiKey: 'seam_key' });
    expect(serverConfig(env).webhookSecrets).toEqual([first, second]);
    expect(temporalTarget(env).apiKey).toBe('temporal_key');
  });

  test('files of secrets that cannot be used are named, all at once and without their content', () => {
    const env = {
      SEAM_API_KEY: 'one',
      SEAM_API_KEY_FILE: fileOf('another', 'two'),
      SEAM_PERSONAL_ACCESS_TOKEN_FILE: path.join(folder, 'nowhere'),
      SEAM_WEBHOOK_SECRET_FILE: fileOf('empty', '\n'),
    };
    expect(() => serverConfig(env)).toThrow(
      new ConfigError(
        [
          'SEAM_API_KEY_FILE must not be set together with SEAM_API_KEY',
          'SEAM_PERSONAL_ACCESS_TOKEN_FILE must name a file that can be read: there is no such file',
          'SEAM_WEBHOOK_SECRET_FILE must name a file that is not empty',
        ].join('\n'),
      ),
    );
  });
});
