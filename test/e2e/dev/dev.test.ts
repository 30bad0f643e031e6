import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../../src/package-root.js';
import { connect } from '../../../src/temporal/connection.js';

const folder = mkdtempSync(path.join(tmpdir(), 'stayline-dev-'));
const readyLine = z.object({
  temporalAddress: z.string(),
  namespace: z.string(),
  taskQueue: z.string(),
  webUi: z.string(),
  simulator: z.object({
    url: z.string(),
    apiKey: z.string(),
    workspaceId: z.string(),
    acsSystemId: z.string(),
    credentialManagerAcsSystemId: z.string(),
    property: z.object({ propertyId: z.string() }),
  }),
  server: z.object({ url: z.string(), webhookUrl: z.string(), apiKey: z.string() }),
});

const { TEMPORAL_ADDRESS: _given, ...env } = process.env;
const dev = spawn(process.execPath, ['scripts/run.mjs', 'dev', '--rooms', '3', '--data', folder], {
  cwd: packageRoot(),
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(dev, 'exit');
const printed: string[] = [];
let ready: z.infer<typeof readyLine>;

beforeAll(async () => {
  const lines = createInterface(dev.stdout);
  lines.on('line', (line) => printed.push(line));
  await Promise.race([once(lines, 'line'), ended]);
  ready = readyLine.parse(JSON.parse(printed[0] ?? 'null'));
});

afterAll(() => {
  dev.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Checks for a listener at `host:port`. */
function isListening(address: string): Promise<boolean> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = connectSocket(Number(port), host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

test('any program can start a stay by name and query it with the data of the ready line', async () => {
  const connection = await connect({ address: ready.temporalAddress, namespace: ready.namespace });
  const client = new Client({ connection, namespace: ready.namespace });
  const { propertyId } = ready.simulator.property;
  const stay = await client.workflow.start('stay', {
    taskQueue: ready.taskQueue,
    workflowId: `stay/${propertyId}/R-1`,
    args: [{}],
  });
  expect(await stay.query('stay')).toMatchObject({ schema: 1, stay: `stay/${propertyId}/R-1` });
  await connection.close();
});

test('the Web UI and the simulated hotel respond with 200', async () => {
  expect((await fetch(ready.webUi)).status).toBe(200);
  expect((await fetch(`${ready.simulator.url}/_sim/hotel`)).status).toBe(200);
});

test('the HTTP API accepts a reservation with the API key of the ready line, and returns its stay with a link to Web UI', async () => {
  const { url, apiKey } = ready.server;
  const response = await fetch(`${url}/v1/properties/${ready.simulator.property.propertyId}/reservations/R-2`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      revision: 1,
      status: 'confirmed',
      window: { arrival: '2027-06-01', departure: '2027-06-03' },
      rooms: [],
      guests: [{ guestId: 'g1' }],
    }),
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ phase: 'expected', webUi: expect.stringContaining(ready.webUi) });
});

test("the server receives the simulated Seam's signed events", async () => {
  const faults = `${ready.simulator.url}/_sim/faults`;
  const headers = { 'content-type': 'application/json' };
  await fetch(faults, { method: 'POST', headers, body: JSON.stringify({ kind: 'bridge-down' }) });
  await fetch(faults, { method: 'DELETE' });
  const noted = async (): Promise<unknown> =>
    ((await (await fetch(`${ready.server.url}/healthz`)).json()) as { seamEvents: { noted: number } }).seamEvents.noted;
  await expect.poll(noted, { timeout: 120_000 }).toBe(2);
  const log = readFileSync(path.join(folder, 'server.log'), 'utf8');
  expect(log).toContain('seam_bridge_disconnected');
  expect(log).not.toContain(ready.simulator.apiKey);
});

test('the worker writes its log to the data folder of the stack, without secrets', () => {
  const log = readFileSync(path.join(folder, 'worker.log'), 'utf8');
  expect(log).toContain('"msg":"running"');
  expect(log).not.toContain(ready.simulator.apiKey);
});

test('SIGTERM ends the whole stack with 0, and stdout holds only the ready line', async () => {
  dev.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(printed).toHaveLength(1);
  await vi.waitFor(async () => expect(await isListening(ready.temporalAddress)).toBe(false), { timeout: 120_000 });
  expect(await isListening(new URL(ready.simulator.url).host)).toBe(false);
  expect(await isListening(new URL(ready.server.url).host)).toBe(false);
});
