/** Rotation of encryption keys while a stay lives, and a worker that lacks the key of a stay. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOn } from '../../../src/temporal/connection.js';
import { readEncryptionKeys } from '../../../src/temporal/encryption/index.js';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';
import { waitUntil } from '../../harness/wait-until.js';
import { aKey, GUEST } from './world.js';

const PATIENCE = { timeout: 240_000 };
const [one, two, three] = ['k1', 'k2', 'k3'].map(aKey);

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld({ settings: { STAYLINE_ENCRYPTION_KEYS: `${one} ${two}` } });
});
afterAll(async () => world.stop());

/** Returns the ids of the keys that encrypted the payloads of a history, in their order, without repetition. */
async function keysOf(workflowId: string): Promise<readonly string[]> {
  const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
  const ids = JSON.stringify(events ?? []).matchAll(/"encryption-key-id":"([^"]*)"/g);
  return [...new Set([...ids].map(([, id = '']) => Buffer.from(id, 'base64').toString()))];
}

test('a stay goes on under a new key, and its earlier payloads are still read', async () => {
  const stay = await world.book('rotated', { guests: [GUEST] });
  await stay.until(({ guests: [guest] }) => guest?.keyState === 'issued');
  expect(await keysOf(stay.workflowId)).toEqual(['k1']);
  await world.restartWorker({ STAYLINE_ENCRYPTION_KEYS: `${two} ${one}` });
  const [room] = world.freeRooms(1);
  await stay.amend({ rooms: [room ?? ''] });
  await stay.until(({ settled, rooms }) => settled && rooms[0] === room);
  expect(await stay.tap('g1', room ?? '')).toBe('opened');
  expect(await keysOf(stay.workflowId)).toEqual(['k1', 'k2']);
});

test('a key in a file comes into force without a restart', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-keys-'));
  try {
    const file = path.join(folder, 'keys');
    writeFileSync(file, `${one} ${two}`);
    await world.restartWorker({ STAYLINE_ENCRYPTION_KEYS: '', STAYLINE_ENCRYPTION_KEYS_FILE: file });
    const stay = await world.book('in-a-file', { guests: [GUEST] });
    await stay.until(({ guests: [guest] }) => guest?.keyState === 'issued');
    expect(await keysOf(stay.workflowId)).toEqual(['k1']);
    writeFileSync(file, `${two} ${one}`);
    // The worker looks at the file at most once a second. A move has activities, whose input it encrypts.
    await waitUntil(async () => {
      const [room = ''] = world.freeRooms(1);
      await stay.amend({ rooms: [room] });
      await stay.until(({ settled, rooms }) => settled && rooms[0] === room);
      return (await keysOf(stay.workflowId)).includes('k2');
    }, PATIENCE);
    await stay.signal('checkOut', {});
    await stay.until(({ keys }) => keys.every(({ state }) => state === 'dead'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a message that no key fits becomes attention, and does not stop the stay', async () => {
  const stay = await world.book('spoiled', { guests: [GUEST] });
  await stay.until(({ guests: [guest] }) => guest?.keyState === 'issued');
  const encryption = await readEncryptionKeys(aKey('k1'));
  const { connection } = world.temporal;
  const stranger = clientOn(connection as Connection, { namespace: world.stack.temporal.namespace, encryption });
  await stranger.workflow.getHandle(stay.workflowId).signal('hold', { reason: 'another key with the same id' });
  const { attention } = await stay.until((view) => view.attention.length > 0);
  expect(attention).toMatchObject([
    { code: 'ignored-message', message: expect.stringContaining('encoding binary/encrypted') as string },
  ]);
  await stay.signal('checkOut', {});
  await stay.until(({ keys }) => keys.every(({ state }) => state === 'dead'));
});

test('a worker that lacks the key of a stay names it, and harms nothing: with the key the stay goes on', async () => {
  await world.restartWorker({ STAYLINE_ENCRYPTION_KEYS: `${two} ${one}` });
  const stay = await world.book('locked-out', { guests: [GUEST] });
  await stay.until(({ guests: [guest] }) => guest?.keyState === 'issued');
  await world.restartWorker({ STAYLINE_ENCRYPTION_KEYS: three ?? '' });
  await stay.signal('hold', { reason: 'a message that the worker cannot read' });
  const log = (): string => readFileSync(world.stack.workerLog, 'utf8');
  await waitUntil(() => /encrypted with the key \\?"k[12]\\?"/.test(log()), PATIENCE);
  await world.restartWorker({ STAYLINE_ENCRYPTION_KEYS: `${two} ${one}` });
  // Until Temporal has retried the task, it refuses queries.
  const held = (): Promise<boolean> =>
    stay.view().then(
      ({ acts = [], settled }) => settled && acts.some(({ act }) => act === 'hold'),
      () => false,
    );
  await waitUntil(held, PATIENCE);
});
