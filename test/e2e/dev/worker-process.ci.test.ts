import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cachedBundle } from '../../../src/dev/bundle-cache.js';
import { startChild } from '../../../src/dev/child-process.js';
import { packageRoot } from '../../../src/package-root.js';
import { startDevServer, type DevServer } from '../../../src/temporal/dev-server.js';
import { freePorts } from '../../../src/temporal/ports.js';
import { SEARCH_ATTRIBUTES } from '../../../src/temporal/search-attributes.js';
import { startBareServer, startBareServerAt } from '../../harness/bare-server.js';
import { startTestDevServer } from '../../harness/dev-server.js';
import { waitUntil } from '../../harness/wait-until.js';

const folder = mkdtempSync(path.join(tmpdir(), 'stayline-worker-'));
const properties = path.join(folder, 'properties.json');
const STDERR = 2;

let server: DevServer;
let env: Record<string, string>;

beforeAll(async () => {
  const seam = { acsSystemId: 'a', credentialManagerAcsSystemId: 'm' };
  writeFileSync(
    properties,
    JSON.stringify({ properties: [{ propertyId: 'seaside', name: 'Seaside', timeZone: 'Europe/Berlin', seam }] }),
  );
  server = await startTestDevServer();
  env = {
    TEMPORAL_ADDRESS: server.address,
    STAYLINE_PROPERTIES: properties,
    STAYLINE_WORKER_PROFILE: 'embedded',
    STAYLINE_WORKFLOW_BUNDLE: await cachedBundle(),
    STAYLINE_LOG_LEVEL: 'error',
    SEAM_API_KEY: 'seam_test_key',
  };
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

/** Runs a file of the project to its end, with only this environment. */
function run(file: string, environment: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: packageRoot(),
      env: { PATH: process.env.PATH, ...environment },
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (status) => resolve({ status, stderr }));
  });
}

describe('the server process', () => {
  const secret = 'whsec_b25seUZvclRlc3Rz';
  const settings = (port: number | undefined): Record<string, string> => ({
    TEMPORAL_ADDRESS: server.address,
    SEAM_WEBHOOK_SECRET: secret,
    STAYLINE_SERVER_PORT: String(port),
    STAYLINE_LOG_LEVEL: 'error',
  });

  test('the server process is ready once it listens, and exits with 0 on SIGTERM', async () => {
    const [port] = await freePorts(undefined);
    const child = await startChild({ file: 'src/server.ts', env: settings(port), log: STDERR });
    expect((await fetch(`http://127.0.0.1:${String(port)}/readyz`)).status).toBe(200);
    await child.end('SIGTERM');
    expect(await child.ended).toBe(0);
  });

  test('the server process exits with 2 and names a wrong environment variable, without its value', async () => {
    const ended = await run('src/server.ts', { ...settings(0), SEAM_WEBHOOK_SECRET: 'seam_not_this_one' });
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('SEAM_WEBHOOK_SECRET must be');
    expect(ended.stderr).not.toContain('seam_not_this_one');
  });

  test('the server process exits with 1 if its port is already in use', async () => {
    const ended = await run('src/server.ts', settings(Number(server.address.split(':')[1])));
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining('the server failed') as string });
    expect(ended.stderr).not.toContain(secret);
  });

  test('the server process runs without a Temporal server, but is not ready', async () => {
    const [port, nobodys] = await freePorts(undefined, undefined);
    const away = { ...settings(port), TEMPORAL_ADDRESS: `127.0.0.1:${String(nobodys)}` };
    const child = await startChild({ file: 'src/server.ts', env: away, log: STDERR });
    const ask = (at: string): Promise<Response> => fetch(`http://127.0.0.1:${String(port)}${at}`);
    expect((await ask('/healthz')).status).toBe(200);
    const readiness = await ask('/readyz');
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toEqual({ ready: false, why: 'Temporal does not answer' });
    const late = await startDevServer({ databaseFile: path.join(folder, 'late.db'), preferredPort: nobodys ?? 0 });
    expect(late.address).toBe(away.TEMPORAL_ADDRESS);
    await waitUntil(async () => (await ask('/readyz')).status === 200, { timeout: 120_000 });
    await child.end('SIGTERM');
    expect(await child.ended).toBe(0);
    await late.stop();
  });

  test('the server process exits with 2 if the Temporal server lacks the search attributes, also a late one', async () => {
    const [port = 0, ...others] = await freePorts(undefined, undefined, undefined);
    const env = { ...settings(0), TEMPORAL_ADDRESS: `127.0.0.1:${port}` };
    const child = await startChild({ file: 'src/server.ts', env, log: STDERR });
    const bare = startBareServerAt(port, others);
    expect(await child.ended).toBe(2);
    const ended = await run('src/server.ts', env);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain(`search-attribute create --address ${bare.address} --namespace default`);
    await bare.stop();
  });

  test('the server process names all problems of variables and files at once', async () => {
    const wrong = path.join(folder, 'wrong-keys.json');
    writeFileSync(wrong, '{"keys": [{}]}');
    const ended = await run('src/server.ts', {
      STAYLINE_API_KEYS: wrong,
      STAYLINE_BOOKINGS_FILE: path.join(folder, 'absent.json'),
      STAYLINE_SERVER_PORT: 'http',
      TEMPORAL_ADDRESS: 'temporal',
      TEMPORAL_TLS_CLIENT_CERT_PATH: 'cert.pem',
    });
    expect(ended.status).toBe(2);
    for (const problem of [
      'STAYLINE_PROPERTIES is needed with STAYLINE_API_KEYS',
      'STAYLINE_SERVER_PORT must be a port',
      'TEMPORAL_ADDRESS must be a host and a port',
      'TEMPORAL_TLS_CLIENT_KEY_PATH is needed with TEMPORAL_TLS_CLIENT_CERT_PATH',
      'keys[0].keyId',
      `STAYLINE_BOOKINGS_FILE: ${path.join(folder, 'absent.json')} cannot be used`,
    ]) {
      expect(ended.stderr).toContain(problem);
    }
  });
});

describe('the worker process', () => {
  test('the worker process is healthy once it polls for tasks, and not before', async () => {
    const health = (): Promise<Ended> => run('src/worker-health.ts', { TEMPORAL_ADDRESS: server.address });
    expect((await health()).status).toBe(1);
    const worker = await startChild({ file: 'src/worker.ts', env, log: STDERR });
    await expect.poll(health, { timeout: 120_000 }).toMatchObject({ status: 0 });
    await worker.end('SIGTERM');
  });

  test('the worker process drains on SIGTERM and exits with 0', async () => {
    const worker = await startChild({ file: 'src/worker.ts', env, log: STDERR });
    await worker.end('SIGTERM');
    expect(await worker.ended).toBe(0);
  });

  test('the worker process ends on SIGKILL without an exit code', async () => {
    const worker = await startChild({ file: 'src/worker.ts', env, log: STDERR });
    await worker.end('SIGKILL');
    expect(await worker.ended).toBeNull();
  });

  test('the worker process exits with 2 and names a wrong environment variable', async () => {
    expect(await run('src/worker.ts', { STAYLINE_PROPERTIES: properties })).toEqual({
      status: 2,
      stderr: expect.stringContaining('SEAM_API_KEY is needed') as string,
    });
  });

  test('the worker process exits with 2 and the path of the field if the property file is invalid', async () => {
    const wrong = path.join(folder, 'wrong.json');
    writeFileSync(wrong, '{"properties": [{}]}');
    expect(await run('src/worker.ts', { ...env, STAYLINE_PROPERTIES: wrong })).toEqual({
      status: 2,
      stderr: expect.stringContaining('properties[0].propertyId') as string,
    });
  });

  test('the worker process exits with 1 and one sentence if there is no Temporal server', async () => {
    const [port] = await freePorts(undefined);
    const address = `127.0.0.1:${String(port)}`;
    const away = { ...env, TEMPORAL_ADDRESS: address, STAYLINE_TEMPORAL_WAIT_SECONDS: '0' };
    expect(await run('src/worker.ts', away)).toEqual({
      status: 1,
      stderr: `The worker cannot start: no Temporal server answers at ${address}; start one ("npm run dev"), or set TEMPORAL_ADDRESS\n`,
    });
  });

  test('the worker process waits for a Temporal server that comes up later', async () => {
    const [port = 0] = await freePorts(undefined);
    const log = path.join(folder, 'late-worker.log');
    const away = { ...env, TEMPORAL_ADDRESS: `127.0.0.1:${port}`, STAYLINE_LOG_LEVEL: 'info' };
    const started = startChild({ file: 'src/worker.ts', env: away, log: openSync(log, 'w') });
    await waitUntil(() => readFileSync(log, 'utf8').includes('waiting for the Temporal server'), { timeout: 120_000 });
    const late = await startDevServer({ databaseFile: path.join(folder, 'late-worker.db'), preferredPort: port });
    expect(late.address).toBe(away.TEMPORAL_ADDRESS);
    const worker = await started;
    await worker.end('SIGTERM');
    expect(await worker.ended).toBe(0);
    await late.stop();
  });

  test('the worker process exits with 2 and the commands if the Temporal server lacks the search attributes', async () => {
    const bare = await startBareServer();
    const ended = await run('src/worker.ts', { ...env, TEMPORAL_ADDRESS: bare.address });
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('search attributes: StayProperty, ') as string,
    });
    expect(ended.stderr.match(/temporal operator search-attribute create /g)).toHaveLength(
      Object.keys(SEARCH_ATTRIBUTES).length,
    );
    await bare.stop();
  });
});
