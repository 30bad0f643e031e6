/** Seam's API over HTTP: tokens, verbs, envelopes, errors, pages, events. Every response is checked against the contract. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyParams } from './builders.js';
import { openSimulator, type TestSimulator } from './support.js';

let simulator: TestSimulator;

beforeEach(async () => {
  simulator = await openSimulator({ rooms: 12 });
});

afterEach(() => simulator.close());

function soon(): { readonly from: string; readonly to: string } {
  const now = simulator.hotel.now();
  return { from: new Date(now).toISOString(), to: new Date(now + 86_400_000).toISOString() };
}

/** A key for 101, synced and on the guest's phone. */
function issued(): { readonly guest: ReturnType<TestSimulator['hotel']['addGuest']>; readonly id: string } {
  const { hotel } = simulator;
  const guest = hotel.addGuest();
  const { id } = hotel.credentials.create(keyParams(hotel, guest.acsUserId, { doors: ['101', 'Gym'], ...soon() }));
  hotel.settle();
  return { guest, id };
}

describe('tokens', () => {
  async function systems(headers: Record<string, string>): Promise<number> {
    return (await simulator.fetch('/acs/systems/list', { method: 'POST', headers })).status;
  }

  it('an API key gives access to its workspace, and a personal access token must name the workspace', async () => {
    const personal = { authorization: `Bearer ${simulator.personalAccessToken}` };
    expect(await systems({ authorization: `Bearer ${simulator.apiKey}` })).toBe(200);
    expect(await systems({ ...personal, 'seam-workspace': simulator.workspaceId })).toBe(200);
    expect(await systems(personal)).toBe(401);
    expect(await systems({ ...personal, 'seam-workspace': randomUUID() })).toBe(401);
    expect(await systems({ authorization: 'Bearer seam_test_other' })).toBe(401);
    expect(await systems({})).toBe(401);
  });

  it("a refused request gets an error in Seam's shape and a request id", async () => {
    const answer = await simulator.fetch('/acs/systems/list');
    expect(answer.body.error).toEqual({ type: 'unauthorized', message: expect.any(String) });
    expect(answer.headers.get('seam-request-id')).toMatch(/./);
  });
});

describe('verbs', () => {
  it('a read returns the same for GET with a query as for POST with a body', async () => {
    const headers = { authorization: `Bearer ${simulator.apiKey}` };
    const { id, guest } = issued();
    const query = `?acs_user_id=${guest.acsUserId}&is_multi_phone_sync_credential=true&limit=5&_strict=true`;
    const got = await simulator.fetch(`/acs/credentials/list${query}`, { headers });
    const posted = await simulator.seam('/acs/credentials/list', {
      acs_user_id: guest.acsUserId,
      is_multi_phone_sync_credential: true,
      limit: 5,
    });
    expect(got.body).toEqual(posted.body);
    expect(got.body.acs_credentials.map((one: { acs_credential_id: string }) => one.acs_credential_id)).toEqual([id]);
  });

  it('arrays in a query repeat their name, and without _strict they may also be lists with commas or brackets', async () => {
    const headers = { authorization: `Bearer ${simulator.apiKey}` };
    const [one, two] = [simulator.door('101'), simulator.door('Gym')];
    const queries = [
      `acs_entrance_ids=${one}&acs_entrance_ids=${two}&_strict=true`,
      `acs_entrance_ids=${one},${two}`,
      `acs_entrance_ids[]=${one}&acs_entrance_ids[]=${two}`,
    ];
    for (const query of queries) {
      const { body } = await simulator.fetch(`/acs/entrances/list?${query}`, { headers });
      expect(body.acs_entrances.map((door: { display_name: string }) => door.display_name)).toEqual(['101', 'Gym']);
    }
    const none = await simulator.fetch('/acs/entrances/list?acs_entrance_ids=&_strict=true', { headers });
    expect(none.body.acs_entrances).toEqual([]);
  });

  it('deletes accept DELETE, updates accept PATCH, and additions accept PUT', async () => {
    const headers = { authorization: `Bearer ${simulator.apiKey}`, 'content-type': 'application/json' };
    const { id, guest } = issued();
    const { to } = soon();
    const update = JSON.stringify({ acs_credential_id: id, ends_at: to });
    expect((await simulator.fetch('/acs/credentials/update', { method: 'PATCH', headers, body: update })).status).toBe(
      200,
    );
    const user = JSON.stringify({ acs_user_id: guest.acsUserId, user_identity_id: guest.userIdentityId });
    expect(
      (await simulator.fetch('/user_identities/add_acs_user', { method: 'PUT', headers, body: user })).status,
    ).toBe(200);
    const { authorization } = headers;
    const path = `/acs/credentials/delete?acs_credential_id=${id}&_strict=true`;
    const gone = await simulator.fetch(path, { method: 'DELETE', headers: { authorization } });
    expect(gone.body).toEqual({ ok: true });
    expect((await simulator.fetch('/acs/credentials/create', { headers: { authorization } })).status).toBe(405);
  });
});

describe('errors', () => {
  it('a wrong body is refused as invalid_input, with the fields that are wrong', async () => {
    const { status, body } = await simulator.seam('/acs/users/create', { acs_system_id: 'x', email_address: 'nobody' });
    expect(status).toBe(400);
    expect(body.error.type).toBe('invalid_input');
    expect(body.error.validation_errors).toMatchObject({
      acs_system_id: { _errors: ['must be a UUID'] },
      email_address: { _errors: ['must be an e-mail address'] },
      full_name: { _errors: [expect.any(String)] },
    });
  });

  it('dates need seconds and an offset', async () => {
    const { hotel } = simulator;
    const wish = { doors: ['101'], from: '2030-01-01 10:40:00.000', to: '2030-01-04T10:40Z' };
    const { body } = await simulator.seam(
      '/acs/credentials/create',
      keyParams(hotel, hotel.addGuest().acsUserId, wish),
    );
    expect(Object.keys(body.error.validation_errors)).toEqual(['_errors', 'starts_at', 'ends_at']);
  });

  it.each([
    ['/acs/systems/get', 'acs_system_id', 'acs_system_not_found'],
    ['/acs/entrances/get', 'acs_entrance_id', 'acs_entrance_not_found'],
    ['/acs/users/get', 'acs_user_id', 'acs_user_not_found'],
    ['/acs/users/delete', 'acs_user_id', 'acs_user_not_found'],
    ['/acs/credentials/get', 'acs_credential_id', 'acs_credential_not_found'],
    ['/acs/credentials/delete', 'acs_credential_id', 'acs_credential_not_found'],
    ['/user_identities/get', 'user_identity_id', 'user_identity_not_found'],
    ['/user_identities/delete', 'user_identity_id', 'user_identity_not_found'],
    ['/phones/get', 'device_id', 'phone_not_found'],
    ['/phones/deactivate', 'device_id', 'phone_not_found'],
    ['/events/get', 'event_id', 'event_not_found'],
    ['/webhooks/get', 'webhook_id', 'webhook_not_found'],
  ])('a call of %s with an unknown %s fails with 404', async (path, field, type) => {
    const { status, body } = await simulator.seam(path, { [field]: randomUUID() });
    expect({ status, type: body.error.type }).toEqual({ status: 404, type });
  });

  it('a body that is not JSON and an unknown endpoint are refused in the same shape', async () => {
    const headers = { authorization: `Bearer ${simulator.apiKey}` };
    const text = await simulator.fetch('/acs/systems/list', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/plain' },
      body: 'x',
    });
    expect([text.status, text.body.error.type]).toEqual([400, 'invalid_content_type']);
    const broken = await simulator.fetch('/acs/systems/list', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{',
    });
    expect([broken.status, broken.body.error.type]).toEqual([400, 'invalid_input']);
    expect((await simulator.seam('/acs/nothing')).body.error.type).toBe('not_found');
  });

  it('an identity has one user in each access system, and access groups are not supported', async () => {
    const { hotel } = simulator;
    const { userIdentityId, acsUserId } = hotel.addGuest();
    const second = await simulator.seam('/acs/users/create', {
      acs_system_id: simulator.acsSystemId,
      user_identity_id: userIdentityId,
      full_name: 'Guest',
    });
    expect(second.status).toBe(409);
    const group = { acs_user_id: acsUserId, acs_access_group_id: randomUUID() };
    expect((await simulator.seam('/acs/users/add_to_access_group', group)).body.error.type).toBe('not_supported');
    const unknown = { acs_system_id: simulator.acsSystemId, user_identity_id: randomUUID(), full_name: 'Guest' };
    const orphan = await simulator.seam('/acs/users/create', unknown);
    expect([orphan.status, orphan.body.error.type]).toEqual([400, 'user_identity_not_found']);
  });
});

describe('pages', () => {
  it.each([
    ['/acs/entrances/list', 'acs_entrances', 16],
    ['/acs/users/list', 'acs_users', 7],
    ['/user_identities/list', 'user_identities', 7],
    ['/acs/credentials/list', 'acs_credentials', 14],
  ])('the endpoint %s returns every item exactly once over all its pages', async (path, key, total) => {
    const { hotel } = simulator;
    const change = { visionline_metadata: {} };
    for (let index = 0; index < 7; index += 1) {
      hotel.credentials.create(keyParams(hotel, hotel.addGuest().acsUserId, { doors: ['Gym'], ...soon(), change }));
    }
    hotel.settle();
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await simulator.seam(path, { limit: 3, page_cursor: cursor });
      expect(body[key].length).toBeLessThanOrEqual(3);
      seen.push(...body[key].map((item: Record<string, string>) => JSON.stringify(item)));
      expect(body.pagination.has_next_page).toBe(body.pagination.next_page_cursor !== null);
      cursor = body.pagination.next_page_cursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(total);
    expect(seen).toHaveLength(total);
  });

  it('a page cursor is refused with other parameters than those it was made for', async () => {
    const { body } = await simulator.seam('/acs/entrances/list', { limit: 1 });
    const cursor: string = body.pagination.next_page_cursor;
    const other = await simulator.seam('/acs/entrances/list', { limit: 2, page_cursor: cursor });
    expect(other.body.error.validation_errors.page_cursor._errors).toHaveLength(1);
    expect((await simulator.seam('/acs/entrances/list', { page_cursor: 'nonsense' })).status).toBe(400);
  });

  it('the URL of the next page returns the next page', async () => {
    const headers = { authorization: `Bearer ${simulator.apiKey}` };
    const first = await simulator.seam('/acs/entrances/list', { limit: 1, search: '10' });
    const url: string = first.body.pagination.next_page_url;
    const next = await simulator.fetch(url.slice(simulator.url.length), { headers });
    expect(next.body.acs_entrances[0].display_name).toBe('102');
  });
});

describe('a read of an object', () => {
  it('a credential shows that it is synced and issued, its doors, and its copy on the phone', async () => {
    const { id, guest } = issued();
    const { body } = await simulator.seam('/acs/credentials/list', { acs_user_id: guest.acsUserId });
    const [parent, child] = body.acs_credentials;
    expect(parent).toMatchObject({
      acs_credential_id: id,
      is_multi_phone_sync_credential: true,
      is_issued: true,
      is_latest_desired_state_synced_with_provider: true,
      warnings: [],
      visionline_metadata: {
        is_valid: true,
        guest_acs_entrance_ids: [simulator.door('101')],
        common_acs_entrance_ids: [simulator.door('Gym')],
      },
    });
    expect(child).toMatchObject({ parent_acs_credential_id: id, external_type: 'visionline_card' });
  });

  it('a search finds doors by name, and a credential leads to its doors and back', async () => {
    const { id } = issued();
    const found = await simulator.seam('/acs/entrances/list', { acs_system_id: simulator.acsSystemId, search: 'gym' });
    expect(found.body.acs_entrances).toHaveLength(1);
    const doors = await simulator.seam('/acs/credentials/list_accessible_entrances', { acs_credential_id: id });
    expect(doors.body.acs_entrances).toHaveLength(2);
    const holders = await simulator.seam('/acs/entrances/list_credentials_with_access', {
      acs_entrance_id: simulator.door('101'),
      include_if: ['visionline_metadata.is_valid'],
    });
    expect(holders.body.acs_credentials).toHaveLength(1);
  });

  it('users and identities are found by pair, by key and by search, and can be changed and deleted', async () => {
    const created = await simulator.seam('/user_identities/create', {
      user_identity_key: 'seaside/1',
      full_name: 'Ada',
      email_address: 'ada@example.com',
      acs_system_ids: [simulator.acsSystemId],
    });
    const id: string = created.body.user_identity.user_identity_id;
    const pair = { user_identity_id: id, acs_system_id: simulator.acsSystemId };
    expect((await simulator.seam('/acs/users/get', pair)).body.acs_user.user_identity_email_address).toBe(
      'ada@example.com',
    );
    await simulator.seam('/acs/users/update', {
      ...pair,
      full_name: 'Ada L',
      access_schedule: { starts_at: soon().from, ends_at: soon().to },
    });
    const users = await simulator.seam('/acs/users/list', { search: 'ada l', user_identity_id: id });
    expect(users.body.acs_users[0].full_name).toBe('Ada L');
    await simulator.seam('/user_identities/update', { user_identity_id: id, user_identity_key: 'seaside/2' });
    expect((await simulator.seam('/user_identities/get', { user_identity_key: 'seaside/2' })).status).toBe(200);
    expect((await simulator.seam('/user_identities/get', { user_identity_key: 'seaside/1' })).status).toBe(404);
    for (const path of ['list_acs_users', 'list_acs_systems', 'list_accessible_entrances']) {
      expect((await simulator.seam(`/user_identities/${path}`, { user_identity_id: id })).status).toBe(200);
    }
    await simulator.seam('/acs/users/suspend', pair);
    expect((await simulator.seam('/acs/users/get', pair)).body.acs_user.is_suspended).toBe(true);
    await simulator.seam('/acs/users/unsuspend', pair);
    expect((await simulator.seam('/user_identities/delete', { user_identity_id: id })).body).toEqual({ ok: true });
    expect((await simulator.seam('/acs/users/list', {})).body.acs_users).toEqual([]);
  });

  it('an access system shows its credential manager, and that the bridge is down', async () => {
    const managers = await simulator.seam('/acs/systems/list_compatible_credential_manager_acs_systems', {
      acs_system_id: simulator.acsSystemId,
    });
    expect(managers.body.acs_systems[0].acs_system_id).toBe(simulator.credentialManagerAcsSystemId);
    await simulator.control('/_sim/faults', { kind: 'bridge-down' });
    const { body } = await simulator.seam('/acs/systems/get', { acs_system_id: simulator.acsSystemId });
    expect(body.acs_system.errors[0].error_code).toBe('seam_bridge_disconnected');
  });

  it('events are listed by since, between, credential and type, and one of since and between is required', async () => {
    const { id } = issued();
    const since = new Date(simulator.hotel.now() - 60_000).toISOString();
    const all = await simulator.seam('/events/list', { since });
    const types: readonly string[] = all.body.events.map((event: { event_type: string }) => event.event_type);
    expect(types).toEqual(['acs_user.created', 'acs_credential.issued', 'acs_credential.issued']);
    const own = await simulator.seam('/events/list', { since, acs_credential_id: id });
    expect(own.body.events).toHaveLength(1);
    const until = new Date(simulator.hotel.now() + 60_000).toISOString();
    const between = await simulator.seam('/events/list', {
      between: [since, until],
      event_types: ['acs_user.created'],
    });
    expect(between.body.events).toHaveLength(1);
    const [event] = own.body.events;
    expect((await simulator.seam('/events/get', { event_id: event.event_id })).body.event).toEqual(event);
    expect((await simulator.seam('/events/list', {})).status).toBe(400);
  });

  it('a phone shows whose it is and whether it is ready', async () => {
    const { guest, id } = issued();
    const sandbox = await simulator.seam('/phones/simulate/create_sandbox_phone', {
      user_identity_id: guest.userIdentityId,
    });
    expect(sandbox.body.phone.properties.assa_abloy_credential_service_metadata.has_active_endpoint).toBe(true);
    simulator.hotel.settle();
    const ofOwner = await simulator.seam('/phones/list', { owner_user_identity_id: guest.userIdentityId });
    expect(ofOwner.body.phones).toHaveLength(2);
    expect((await simulator.seam('/phones/list', { acs_credential_id: id })).body.phones).toHaveLength(2);
    await simulator.control('/_sim/phones', { device_id: guest.deviceId, active: false });
    const { body } = await simulator.seam('/phones/get', { device_id: guest.deviceId });
    expect(body.phone.properties.assa_abloy_credential_service_metadata.has_active_endpoint).toBe(false);
  });
});
