/** Each kind of fault, as a client experiences it. The tests wait for conditions, never for time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../../src/simulator/control/faults.js';
import { giveKey, keyParams, tapOf, type Guest } from './builders.js';
import { openSimulator, type TestSimulator } from './support.js';

let simulator: TestSimulator;
let guest: Guest;

const CREATE = '/acs/credentials/create';

beforeEach(async () => {
  simulator = await openSimulator({ rooms: 3 });
  guest = simulator.hotel.addGuest();
});

afterEach(() => simulator.close());

function aDay(): { readonly from: string; readonly to: string } {
  const now = simulator.hotel.now();
  return { from: new Date(now).toISOString(), to: new Date(now + 86_400_000).toISOString() };
}

function asked(): unknown {
  return keyParams(simulator.hotel, guest.acsUserId, { doors: ['101'], ...aDay() });
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
  it('a latency fault lets the work begin only after the delay', async () => {
    await fault({ kind: 'latency', path: CREATE, ms: 300 });
    const answer = create();
    await vi.waitFor(() => expect(simulator.hotel.journal().at(-1)?.what).toBe('fault-hit'), { interval: 5 });
    expect(keys()).toBe(0);
    expect((await answer).status).toBe(200);
    expect(keys()).toBe(1);
  });

  it('a status fault refuses the call without effect, with Retry-After if one is set', async () => {
    await fault({ kind: 'status', path: CREATE, status: 429, retry_after: 7, times: 1 });
    const refused = await create();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await refused.json()).toMatchObject({ error: { type: 'too_many_requests' } });
    expect(keys()).toBe(0);
    expect((await create()).status).toBe(200);
  });

  it('a status fault without a number returns a bare 503, which is not JSON', async () => {
    await fault({ kind: 'status' });
    const refused = await create();
    expect([refused.status, await refused.text()]).toEqual([503, '']);
  });

  it('a drop-before fault breaks the connection before anything is done', async () => {
    await fault({ kind: 'drop-before', path: CREATE, times: 1 });
    await expect(create()).rejects.toThrow();
    expect(keys()).toBe(0);
  });

  it('a drop-after fault breaks the connection after the work is done', async () => {
    await fault({ kind: 'drop-after', path: CREATE, times: 1 });
    await expect(create()).rejects.toThrow();
    expect(keys()).toBe(1);
  });

  it('a drop-after fault breaks the connection even for a call that would be refused', async () => {
    await fault({ kind: 'drop-after', path: '/acs/credentials/delete', times: 1 });
    await expect(simulator.seam('/acs/credentials/delete', { acs_credential_id: guest.acsUserId })).rejects.toThrow();
    expect(simulator.hotel.journal().at(-1)).toMatchObject({ what: 'unseen-call-refused' });
  });

  it('a commit-late fault does the work only after the client has given up', async () => {
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

  it('a commit-late fault with ms leaves nothing to find right after the client has given up', async () => {
    await fault({ kind: 'commit-late', path: CREATE, times: 1, ms: 300, hold_ms: 10 });
    await expect(create()).rejects.toThrow();
    expect(keys()).toBe(0);
    await vi.waitFor(() => expect(keys()).toBe(1));
  });

  it('a bridge-down fault keeps keys unsynced, and the system reports why, until the faults are cleared', async () => {
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

  it('a bridge-down fault with ms ends by itself', async () => {
    await fault({ kind: 'bridge-down', ms: 50 });
    await create();
    await vi.waitFor(() => expect(tapOf(simulator.hotel, guest, '101')).toBe('opened'));
  });

  it('a bridge-down fault with times ends after that many calls that need the bridge', async () => {
    await fault({ kind: 'bridge-down', times: 1 });
    expect(simulator.hotel.world.bridgeDownSince).not.toBeNull();
    await create();
    await vi.waitFor(() => expect(tapOf(simulator.hotel, guest, '101')).toBe('opened'));
    expect(simulator.hotel.world.bridgeDownSince).toBeNull();
  });

  it('with a discard-undelivered fault, Seam confirms the deletion, and the phone still opens the door', async () => {
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

  it('a never-synced fault keeps the key unsynced indefinitely', async () => {
    await fault({ kind: 'never-synced', times: 1 });
    await create();
    simulator.hotel.settle();
    const { body } = await simulator.seam('/acs/credentials/list', { acs_user_id: guest.acsUserId });
    expect(body.acs_credentials[0].is_latest_desired_state_synced_with_provider).toBe(false);
    expect(tapOf(simulator.hotel, guest, '101')).toBe('no-key');
  });

  it('a key that joins one that is never synced is never synced either', async () => {
    await fault({ kind: 'never-synced', times: 1 });
    const { acs_credential: anchor } = (await (await create()).json()) as {
      acs_credential: { acs_credential_id: string };
    };
    const other = simulator.hotel.addGuest();
    const joiner = giveKey(simulator.hotel, other, { ...aDay(), doors: ['101'], join: [anchor.acs_credential_id] });
    simulator.hotel.settle();
    expect(joiner.validity).toBeNull();
    expect(tapOf(simulator.hotel, other, '101')).toBe('no-key');
  });
});

describe('the calls that a fault hits', () => {
  it('a fault begins at the matching call number in after, and ends after the number of hits in times', async () => {
    await fault({ kind: 'status', path: CREATE, status: 500, after: 2, times: 1 });
    const statuses = [await create(), await create(), await create()].map((answer) => answer.status);
    expect(statuses).toEqual([200, 500, 200]);
  });

  it('a fault with a path hits only that endpoint, or with a star every endpoint with that prefix', async () => {
    await fault({ kind: 'status', path: '/acs/users/*', status: 500 });
    expect((await simulator.seam('/acs/users/list', {})).status).toBe(500);
    expect((await create()).status).toBe(200);
  });

  it('several faults add up their delays, and only the first outcome counts', async () => {
    await fault({ kind: 'latency', ms: 1 });
    await fault({ kind: 'status', status: 500, times: 1 });
    await fault({ kind: 'status', status: 429, times: 1 });
    expect((await create()).status).toBe(500);
    expect((await create()).status).toBe(429);
    expect((await create()).status).toBe(200);
    const { faults } = await simulator.control('/_sim/faults');
    expect(faults.map((one: { hits: number }) => one.hits)).toEqual([3, 1, 1]);
  });

  it('a fault never hits the control API', async () => {
    await fault({ kind: 'drop-before' });
    expect(await simulator.control('/_sim/clock')).toHaveProperty('at');
  });

  it.each([
    [{ kind: 'fire' }, 'latency, status'],
    [{ kind: 'latency', ms: -1 }, 'ms'],
    [{ kind: 'status', path: 'acs' }, 'slash'],
    [{ kind: 'status', tiems: 1 }, 'tiems'],
  ])('a fault that makes no sense is refused, and the error names the mistake: %j', async (body, message) => {
    const answer = await simulator.seam('/_sim/faults', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(message);
  });
});
