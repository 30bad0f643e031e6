/** The simulator's state in a file: a later simulator continues as if nothing had happened. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { giveKey, keyParams, tapOf } from './builders.js';
import { openSimulator, type TestSimulator, type TestSimulatorOptions } from './support.js';

let folder: string;
let stateFile: string;
const opened: TestSimulator[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stayline-state-'));
  stateFile = path.join(folder, 'hotel.json');
});
afterEach(async () => {
  for (const simulator of opened.splice(0)) await simulator.close();
  rmSync(folder, { recursive: true });
});

async function open(options: TestSimulatorOptions = {}): Promise<TestSimulator> {
  const simulator = await openSimulator({ stateFile, ...options });
  opened.push(simulator);
  return simulator;
}

/** Starts a simulator on a copy of the file as it is now: the first one has no time to do anything, as after SIGKILL. */
async function restartAsAfterKill(options: TestSimulatorOptions = {}): Promise<TestSimulator> {
  const copy = path.join(folder, `killed-${opened.length}.json`);
  writeFileSync(copy, readFileSync(stateFile));
  return open({ ...options, stateFile: copy });
}

const window = (simulator: TestSimulator): { from: string; to: string } => ({
  from: new Date(simulator.hotel.now()).toISOString(),
  to: new Date(simulator.hotel.now() + 3 * 86_400_000).toISOString(),
});

describe('a simulator with a state file', () => {
  it('a later simulator has the same ids, keys, phones, locks, journal, switches and time', async () => {
    const before = await open({ rooms: 3, switches: { unknownKeys: 'reject' } });
    const [ada, ben] = [before.hotel.addGuest(), before.hotel.addGuest()];
    const anchor = giveKey(before.hotel, ada, { doors: ['101', 'Gym'], ...window(before) });
    giveKey(before.hotel, ben, { doors: ['101'], join: [anchor.id], ...window(before) });
    expect(tapOf(before.hotel, ben, '101')).toBe('opened');
    await before.control('/_sim/clock', { advance: '2h' });
    const after = await restartAsAfterKill();
    for (const name of ['apiKey', 'personalAccessToken', 'workspaceId', 'acsSystemId', 'property'] as const) {
      expect(after[name]).toEqual(before[name]);
    }
    expect(after.hotel.journal()).toEqual(before.hotel.journal());
    expect(after.hotel.world.events.all()).toEqual(before.hotel.world.events.all());
    expect(after.hotel.world.switches).toEqual(before.hotel.world.switches);
    expect(after.hotel.lock(after.door('101'))).toEqual(before.hotel.lock(before.door('101')));
    expect(Math.abs(after.hotel.now() - before.hotel.now())).toBeLessThan(60_000);
    for (const guest of [ada, ben]) expect(tapOf(after.hotel, guest, '101')).toBe('opened');
    const old = await before.seam('/acs/credentials/list', { acs_user_id: ada.acsUserId });
    const now = await after.seam('/acs/credentials/list', { acs_user_id: ada.acsUserId });
    expect(now.body).toEqual(old.body);
  });

  it('a key that an answer reports is in the file before the answer is sent', async () => {
    const before = await open({ rooms: 2, providerLatencyMs: 600_000 });
    const guest = before.hotel.addGuest();
    const asked = keyParams(before.hotel, guest.acsUserId, { doors: ['101'], ...window(before) });
    const { body } = await before.seam('/acs/credentials/create', asked);
    const after = await restartAsAfterKill({ providerLatencyMs: 0 });
    const { acs_credential_id } = body.acs_credential;
    expect((await after.seam('/acs/credentials/get', { acs_credential_id })).status).toBe(200);
    await vi.waitFor(() => expect(tapOf(after.hotel, guest, '101')).toBe('opened'));
  });

  it('a copy of a key on a phone can still be deactivated and ended after a restart', async () => {
    const before = await open({ rooms: 2 });
    const guest = before.hotel.addGuest();
    const key = giveKey(before.hotel, guest, { doors: ['101'], ...window(before) });
    await before.control('/_sim/settle', {});
    const after = await restartAsAfterKill();
    after.hotel.phones.deactivate(guest.deviceId);
    expect(after.hotel.credentials.find(key.id).credential.copies.size).toBe(0);
    after.hotel.credentials.delete(key.id);
    after.hotel.settle();
    expect((await after.seam('/acs/credentials/get', { acs_credential_id: key.id })).status).toBe(404);
  });

  it('an outage, the work that waits for its end and the faults survive a restart', async () => {
    const before = await open({ rooms: 2 });
    const guest = before.hotel.addGuest();
    await before.control('/_sim/faults', { kind: 'bridge-down' });
    const asked = keyParams(before.hotel, guest.acsUserId, { doors: ['101'], ...window(before) });
    await before.seam('/acs/credentials/create', asked);
    const after = await restartAsAfterKill();
    expect((await after.control('/_sim/faults')).faults).toMatchObject([{ kind: 'bridge-down' }]);
    expect(tapOf(after.hotel, guest, '101')).toBe('no-key');
    await after.fetch('/_sim/faults', { method: 'DELETE' });
    after.hotel.settle();
    expect(tapOf(after.hotel, guest, '101')).toBe('opened');
  });

  it('a hotel that ends continues with its webhooks, and a fault that was set stays set', async () => {
    const before = await open({ rooms: 2 });
    await before.seam('/webhooks/create', { url: 'http://127.0.0.1:9/hook' });
    await before.control('/_sim/faults', { kind: 'latency', path: '/acs/users/*', ms: 1 });
    await opened.pop()?.close();
    const after = await open();
    expect((await after.seam('/webhooks/list', {})).body.webhooks).toMatchObject([{ url: 'http://127.0.0.1:9/hook' }]);
    expect((await after.control('/_sim/faults')).faults).toMatchObject([{ kind: 'latency' }]);
  });

  it('only the owner may read the file', async () => {
    await open({ rooms: 1 });
    expect(statSync(stateFile).mode & 0o077).toBe(0);
  });

  it.each([
    ['no state', '{"version":0}', {}, 'holds no state of this simulator'],
    ['a broken text', '{"ver', {}, 'holds no state of this simulator'],
  ])('a file with %s is refused', async (_what, text, options, message) => {
    writeFileSync(stateFile, text);
    await expect(open(options)).rejects.toThrow(message);
  });

  it('a file of a hotel with other rooms is refused', async () => {
    await open({ rooms: 2 });
    await expect(open({ rooms: 3 })).rejects.toThrow('other rooms');
  });
});
