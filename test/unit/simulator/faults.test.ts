/** Each kind of fault, as a client meets it. Waits are for conditions, never for time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../../src/simulator/control/faults.js';
import { keyParams, tapOf, type Guest } from './builders.js';
import { openSimulator, type TestSimulator } from './support.js';

let simulator: TestSimulator;
let guest: Guest;

const CREATE = '/acs/credentials/create';

beforeEach(async () => {
  simulator = await openSimulator({ rooms: 3 });
  guest = simulator.hotel.addGuest();
});

afterEach(() => simulator.close());

function asked(): unknown {
  const now = simulator.hotel.now();
  const window = { from: new Date(now).toISOString(), to: new Date(now + 86_400_000).toISOString() };
  return keyParams(simulator.hotel, guest.acsUserId, { doors: ['101'], ...window });
}

function create(signal?: AbortSignal): Promise<Response> {
  return fetch(`${simulator.url}${CREATE}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${simulator.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(asked()),
    ...(signal === undefined ? {} : { signal }),
  });
}

function keys(): number {
  return simulator.hotel.credentials.list({ acs_user_id: guest.acsUserId, is_multi_phone_sync_credential: true })
    .length;
}

async function fault(desired: Fault): Promise<void> {
  await simulator.control('/_sim/faults', desired);
}

describe('a fault', () => {
  it('latency: the work begins only after the delay', async () => {
    await fault({ kind: 'latency', path: CREATE, ms: 300 });
    const answer = create();
    await vi.waitFor(() => expect(simulator.hotel.journal().at(-1)?.what).toBe('fault-hit'), { interval: 5 });
    expect(keys()).toBe(0);
    expect((await answer).status).toBe(200);
    expect(keys()).toBe(1);
  });

  it('status: the call is refused without effect, with Retry-After if one is set', async () => {
    await fault({ kind: 'status', path: CREATE, status: 429, retry_after: 7, times: 1 });
    const refused = await create();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await refused.json()).toMatchObject({ error: { type: 'too_many_requests' } });
    expect(keys()).toBe(0);
    expect((await create()).status).toBe(200);
  });

  it('status without a number: a bare 503, which is not JSON', async () => {
    await fault({ kind: 'status' });
    const refused = await create();
    expect([refused.status, await refused.text()]).toEqual([503, '']);
  });

  it('drop-before: the line goes dead and nothing was done', async () => {
    await fault({ kind: 'drop-before', path: CREATE, times: 1 });
    await expect(create()).rejects.toThrow();
    expect(keys()).toBe(0);
  });

  it('drop-after: the line goes dead after the work was done', async () => {
    await fault({ kind: 'drop-after', path: CREATE, times: 1 });
    await expect(create()).rejects.toThrow();
    expect(keys()).toBe(1);
  });

  it('drop-after: a call that would be refused ends no better', async () => {
    await fault({ kind: 'drop-after', path: '/acs/credentials/delete', times: 1 });
    await expect(simulator.seam('/acs/credentials/delete', { acs_credential_id: guest.acsUserId })).rejects.toThrow();
    expect(simulator.hotel.journal().at(-1)).toMatchObject({ what: 'unseen-call-refused' });
  });

  it('commit-late: the work is done only after the client has given up', async () => {
    await fault({ kind: 'commit-late', path: CREATE, times: 1 });
    const client = new AbortController();
    const attempt = create(client.signal);
    attempt.catch(() => undefined);
    await vi.waitFor(() => expect(simulator.hotel.journal().at(-1)?.what).toBe('fault-hit'));
    expect(keys()).toBe(0);
    client.abort();
    await expect(attempt).rejects.toThrow();
    await vi.waitFor(() => expect(keys()).toBe(1));
  });

  it('commit-late with ms: a look right after giving up still finds nothing', async () => {
    await fault({ kind: 'commit-late', path: CREATE, times: 1, ms: 300, hold_ms: 10 });
    await expect(create()).rejects.toThrow();
    expect(keys()).toBe(0);
    await vi.waitFor(() => expect(keys()).toBe(1));
  });

  it('bridge-down: keys stay unsynced and the system says why, until the faults are cleared', async () => {
    await fault({ kind: 'bridge-down' });
    expect((await create()).status).toBe(200);
    const { body } = await simulator.seam('/acs/systems/get', { acs_system_id: simulator.acsSystemId });
    expect(body.acs_system.errors).toHaveLength(1);
    await simulator.control('/_sim/settle', {});
    expect(tapOf(simulator.hotel, guest, '101')).toBe('no-key');
    await simulator.fetch('/_sim/faults', { method: 'DELETE' });
    await vi.waitFor(() => expect(tapOf(simulator.hotel, guest, '101')).toBe('opened'));
    const after = await simulator.seam('/acs/systems/get', { acs_system_id: simulator.acsSystemId });
    expect(after.body.acs_system.errors).toEqual([]);
  });

  it('bridge-down with ms: it comes back by itself', async () => {
    await fault({ kind: 'bridge-down', ms: 50 });
    await create();
    await vi.waitFor(() => expect(tapOf(simulator.hotel, guest, '101')).toBe('opened'));
  });

  it('bridge-down with times: it is back after so many calls that need it', async () => {
    await fault({ kind: 'bridge-down', times: 1 });
    expect(simulator.hotel.world.bridgeDownSince).not.toBeNull();
    await create();
    await vi.waitFor(() => expect(tapOf(simulator.hotel, guest, '101')).toBe('opened'));
    expect(simulator.hotel.world.bridgeDownSince).toBeNull();
  });

  it('discard-undelivered: Seam confirms the deletion, and the phone goes on opening the door', async () => {
    const created: { acs_credential: { acs_credential_id: string } } = JSON.parse(await (await create()).text());
    const { acs_credential_id } = created.acs_credential;
    simulator.hotel.settle();
    await fault({ kind: 'discard-undelivered' });
    await simulator.seam('/acs/credentials/delete', { acs_credential_id });
    simulator.hotel.settle();
    expect((await simulator.seam('/acs/credentials/get', { acs_credential_id })).status).toBe(404);
    expect(tapOf(simulator.hotel, guest, '101')).toBe('phone-offline-key');
    await simulator.control('/_sim/phones', { device_id: guest.deviceId, online: false });
    await simulator.control('/_sim/phones', { device_id: guest.deviceId, online: true });
    expect(tapOf(simulator.hotel, guest, '101')).toBe('no-key');
  });

  it('never-synced: the key stays on its way for good', async () => {
    await fault({ kind: 'never-synced', times: 1 });
    await create();
    simulator.hotel.settle();
    const { body } = await simulator.seam('/acs/credentials/list', { acs_user_id: guest.acsUserId });
    expect(body.acs_credentials[0].is_latest_desired_state_synced_with_provider).toBe(false);
    expect(tapOf(simulator.hotel, guest, '101')).toBe('no-key');
  });
});

describe('which calls a fault hits', () => {
  it('after: it begins at that matching call; times: it ends after so many', async () => {
    await fault({ kind: 'status', path: CREATE, status: 500, after: 2, times: 1 });
    const statuses = [await create(), await create(), await create()].map((answer) => answer.status);
    expect(statuses).toEqual([200, 500, 200]);
  });

  it('path: only that endpoint, or with a star all that begin so', async () => {
    await fault({ kind: 'status', path: '/acs/users/*', status: 500 });
    expect((await simulator.seam('/acs/users/list', {})).status).toBe(500);
    expect((await create()).status).toBe(200);
  });

  it('several faults: delays add up, and the first outcome counts alone', async () => {
    await fault({ kind: 'latency', ms: 1 });
    await fault({ kind: 'status', status: 500, times: 1 });
    await fault({ kind: 'status', status: 429, times: 1 });
    expect((await create()).status).toBe(500);
    expect((await create()).status).toBe(429);
    expect((await create()).status).toBe(200);
    const { faults } = await simulator.control('/_sim/faults');
    expect(faults.map((one: { hits: number }) => one.hits)).toEqual([3, 1, 1]);
  });

  it('is never the control door', async () => {
    await fault({ kind: 'drop-before' });
    expect(await simulator.control('/_sim/clock')).toHaveProperty('at');
  });

  it.each([
    [{ kind: 'fire' }, 'latency, status'],
    [{ kind: 'latency', ms: -1 }, 'ms'],
    [{ kind: 'status', path: 'acs' }, 'slash'],
    [{ kind: 'status', tiems: 1 }, 'tiems'],
  ])('a fault that makes no sense is refused by name: %j', async (body, message) => {
    const answer = await simulator.seam('/_sim/faults', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(message);
  });
});
