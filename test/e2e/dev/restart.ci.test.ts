/** `npm run dev`, killed and started again: Temporal's stays and the hotel's keys still belong together. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { prepareWorld, worldFiles } from '../../../src/dev/world.js';
import { packageRoot } from '../../../src/package-root.js';
import { assertDatabaseFree } from '../../../src/temporal/database-lock.js';
import { waitUntil } from '../../harness/wait-until.js';

const readyLine = z.object({
  simulator: z.object({ url: z.string(), apiKey: z.string(), acsSystemId: z.string() }),
  server: z.object({ url: z.string(), apiKey: z.string() }),
});
type Ready = z.infer<typeof readyLine>;

const PATIENCE = { timeout: 120_000 };

let folder: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stayline-restart-'));
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await databaseIsFree();
  rmSync(folder, { recursive: true, force: true });
});

async function start(...options: readonly string[]): Promise<Ready> {
  const { TEMPORAL_ADDRESS: _given, ...env } = process.env;
  const dev = spawn(process.execPath, ['scripts/run.mjs', 'dev', '--data', folder, ...options], {
    cwd: packageRoot(),
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(dev);
  const [line] = await Promise.race([
    once(createInterface(dev.stdout), 'line'),
    once(dev, 'exit').then(() => Promise.reject(new Error('dev ended'))),
  ]);
  return readyLine.parse(JSON.parse(String(line)));
}

/** Waits until the Temporal server of a killed stack has ended. */
async function databaseIsFree(): Promise<void> {
  await waitUntil(() => {
    try {
      assertDatabaseFree(worldFiles(folder).databaseFile);
      return true;
    } catch {
      return false;
    }
  }, PATIENCE);
}

async function kill(): Promise<void> {
  const dev = running.pop();
  if (dev === undefined) throw new Error('nothing runs');
  const ended = once(dev, 'exit');
  dev.kill('SIGKILL');
  await ended;
  await databaseIsFree();
}

async function view({ server }: Ready): Promise<{ readonly status: number; readonly keys: readonly string[] }> {
  const response = await fetch(`${server.url}/v1/properties/simulated-hotel/reservations/R-1`, {
    headers: { authorization: `Bearer ${server.apiKey}` },
  });
  const body = (await response.json()) as { keys?: { state: string; acsCredentialId: string }[] };
  const live = (body.keys ?? []).filter((key) => key.state === 'live');
  return { status: response.status, keys: live.map((key) => key.acsCredentialId) };
}

function seam({ simulator }: Ready, name: string, body: object): Promise<Response> {
  return fetch(`${simulator.url}${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${simulator.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Books a guest into room 101 and gives them a phone. */
async function book(ready: Ready): Promise<void> {
  const { url, apiKey } = ready.server;
  const now = Date.now();
  await fetch(`${url}/v1/properties/simulated-hotel/reservations/R-1`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      revision: 1,
      status: 'in-house',
      window: { from: new Date(now - 3_600_000).toISOString(), to: new Date(now + 86_400_000).toISOString() },
      rooms: ['101'],
      guests: [{ guestId: 'g1', primary: true }],
    }),
  });
  await waitUntil(async () => {
    const answer = await seam(ready, '/user_identities/list', {});
    const { user_identities } = (await answer.json()) as { user_identities: { user_identity_id: string }[] };
    const [identity] = user_identities;
    if (identity === undefined) return false;
    await fetch(`${ready.simulator.url}/_sim/phones`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_identity_id: identity.user_identity_id }),
    });
    return true;
  }, PATIENCE);
  await waitUntil(async () => (await view(ready)).keys.length === 1, PATIENCE);
}

test(
  'after SIGKILL, a restarted stack has the same stay and the same key, and --fresh has neither',
  { timeout: 300_000 },
  async () => {
    const first = await start('--rooms', '3');
    await book(first);
    const { keys } = await view(first);
    await kill();
    const second = await start();
    expect(second.simulator.acsSystemId).toBe(first.simulator.acsSystemId);
    expect(second.simulator.apiKey).toBe(first.simulator.apiKey);
    expect((await view(second)).keys).toEqual(keys);
    expect((await seam(second, '/acs/credentials/get', { acs_credential_id: keys[0] })).status).toBe(200);
    await kill();
    const third = await start('--fresh', '--rooms', '3');
    expect(third.simulator.acsSystemId).not.toBe(first.simulator.acsSystemId);
    expect((await view(third)).status).toBe(404);
  },
);

test('a folder with a database but no hotel, or the other way round, is refused, and --fresh empties it', () => {
  mkdirSync(folder, { recursive: true });
  const { databaseFile, hotelFile } = worldFiles(folder);
  writeFileSync(databaseFile, '');
  expect(() => prepareWorld({ folder, start: 'as-it-was', temporal: 'own' })).toThrow('--fresh starts a new world');
  prepareWorld({ folder, start: 'fresh', temporal: 'own' });
  expect(existsSync(databaseFile)).toBe(false);
  writeFileSync(hotelFile, '');
  expect(() => prepareWorld({ folder, start: 'as-it-was', temporal: 'own' })).toThrow('--fresh starts a new world');
  expect(() => prepareWorld({ folder, start: 'fresh', temporal: 'given' })).toThrow('another namespace');
});
