import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '../../../src/temporal/connection.js';
import { DatabaseInUse } from '../../../src/temporal/database-lock.js';
import { startDevServer, type DevServer } from '../../../src/temporal/dev-server.js';
import { registerSearchAttributes } from '../../../src/temporal/register-search-attributes.js';
import { SEARCH_ATTRIBUTES } from '../../../src/temporal/search-attributes.js';

const folder = mkdtempSync(path.join(tmpdir(), 'stayline-dev-server-'));
const databaseFile = path.join(folder, 'temporal.db');

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function withClient<T>(server: DevServer, act: (client: Client) => Promise<T>): Promise<T> {
  const connection = await connect(server);
  try {
    return await act(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the embedded server', () => {
  let server: DevServer;

  beforeAll(async () => {
    server = await startDevServer({ databaseFile });
  });

  afterAll(async () => {
    await server.stop();
  });

  test('the embedded server has every search attribute of the list', async () => {
    await withClient(server, async ({ connection }) => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: server.namespace,
      });
      expect(Object.keys(customAttributes)).toEqual(
        expect.arrayContaining(Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name)),
      );
    });
  });

  test('the embedded server accepts a repeated registration of its search attributes', async () => {
    const connection = await connect(server);
    await expect(registerSearchAttributes(connection, server.namespace)).resolves.toBeUndefined();
    await connection.close();
  });

  test('the embedded server serves Temporal Web UI', async () => {
    const page = await fetch(server.uiUrl);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<html');
  });

  test('the embedded server keeps its database exclusive, and a second server fails with the address of the first', async () => {
    const second = startDevServer({ databaseFile });
    await expect(second).rejects.toBeInstanceOf(DatabaseInUse);
    await expect(second).rejects.toThrow(server.address);
  });

  test('the embedded server finds its earlier stays after a restart', async () => {
    await withClient(server, (client) =>
      client.workflow.start('stay', { taskQueue: 'stays', workflowId: 'stay/seaside/R-1', args: [{}] }),
    );
    await server.stop();
    server = await startDevServer({ databaseFile });
    const found = await withClient(server, (client) => client.workflow.getHandle('stay/seaside/R-1').describe());
    expect(found.status.name).toBe('RUNNING');
  });

  test('the embedded server starts again on the same database after it was killed', async () => {
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    server = await startDevServer({ databaseFile });
    const found = await withClient(server, (client) => client.workflow.getHandle('stay/seaside/R-1').describe());
    expect(found.status.name).toBe('RUNNING');
  });
});

test('a taken port is replaced by a free one', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  const server = await startDevServer({
    databaseFile: path.join(folder, 'taken.db'),
    preferredPort: address.port,
    preferredUiPort: address.port,
  });
  expect(server.address).not.toContain(String(address.port));
  await withClient(server, (client) => client.workflow.count());
  await server.stop();
  taken.close();
});

test('a server that cannot start reports the reason', async () => {
  const noFolder = path.join(folder, 'temporal.db', 'not-a-folder.db');
  await expect(startDevServer({ databaseFile: noFolder })).rejects.toThrow(/not a directory|ENOTDIR|EEXIST/i);
});

test.each(['SIGKILL', 'SIGTERM'] as const)('no server is left behind when its parent ends by %s', async (signal) => {
  const file = path.join(folder, `orphan-${signal}.db`);
  const parent = fork(fileURLToPath(new URL('fixtures/start-dev-server.ts', import.meta.url)), [file], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [started] = (await once(parent, 'message')) as [{ pid: number }];
  expect(isAlive(started.pid)).toBe(true);
  parent.kill(signal);
  await once(parent, 'exit');
  await vi.waitFor(() => expect(isAlive(started.pid)).toBe(false), { timeout: 120_000 });
  const again = await startDevServer({ databaseFile: file });
  await again.stop();
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('the guard exits with the exit code of its program', async () => {
  const guard = spawn(process.execPath, ['scripts/guard.mjs', process.execPath, '-e', 'process.exit(7)']);
  expect(await once(guard, 'exit')).toEqual([7, null]);
});
