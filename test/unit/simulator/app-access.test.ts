/** Client sessions, instant keys and grants of doors to users: how guests' apps and Seam's older examples get access. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Guest } from './builders.js';
import { openSimulator, type Answer, type TestSimulator } from './support.js';

let simulator: TestSimulator;
let guest: Guest;
beforeEach(async () => {
  simulator = await openSimulator({ rooms: 3, requests: 'checked' });
  guest = simulator.hotel.addGuest();
});
afterEach(() => simulator.close());

async function take(path: string, body: unknown): Promise<Answer['body']> {
  const answer = await simulator.seam(path, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

describe('an entrance that a user has been granted', () => {
  it('a user who has been granted doors gets a key to them without naming them, until all access is revoked', async () => {
    const acs_user_id = guest.acsUserId;
    const [room, main] = [simulator.door('101'), simulator.door('Main Entrance')];
    for (const acs_entrance_id of [room, main]) {
      await take('/acs/entrances/grant_access', { acs_entrance_id, acs_user_id });
    }
    const granted = await take('/acs/users/list_accessible_entrances', { acs_user_id });
    expect(granted.acs_entrances).toHaveLength(2);
    const key = {
      acs_user_id,
      access_method: 'mobile_key',
      is_multi_phone_sync_credential: true,
      ends_at: new Date(simulator.hotel.now() + 86_400_000).toISOString(),
      visionline_metadata: { is_override_key: true },
    };
    await take('/acs/credentials/create', key);
    simulator.hotel.settle();
    const { userIdentityId } = guest;
    expect(simulator.hotel.tap({ userIdentityId }, room).reason).toBe('opened');
    expect(simulator.hotel.tap({ userIdentityId }, simulator.door('102')).reason).toBe('not-this-door');
    await take('/acs/users/revoke_access_to_all_entrances', { acs_user_id });
    simulator.hotel.settle();
    expect(simulator.hotel.tap({ userIdentityId }, room).reason).toBe('no-key');
    expect((await simulator.seam('/acs/credentials/create', key)).status).toBe(400);
  });

  it.each([
    ['neither a user nor an identity', () => ({}), 400],
    ['both', () => ({ acs_user_id: guest.acsUserId, user_identity_id: guest.userIdentityId }), 400],
    ['an identity', () => ({ user_identity_id: guest.userIdentityId }), 200],
    ['an unknown user', () => ({ acs_user_id: guest.deviceId }), 404],
  ])('a grant that names %s is answered as published', async (_what, whom, status) => {
    const acs_entrance_id = simulator.door('101');
    expect((await simulator.seam('/acs/entrances/grant_access', { acs_entrance_id, ...whom() })).status).toBe(status);
  });
});

describe('a client session', () => {
  it('a client session is created, found again, extended, and gone once revoked or deleted', async () => {
    const { userIdentityId: user_identity_id } = guest;
    const asked = { user_identity_id, user_identifier_key: 'app-user-1' };
    const { client_session } = await take('/client_sessions/create', asked);
    expect(client_session).toMatchObject({
      user_identity_ids: [user_identity_id],
      token: expect.stringMatching(/^seam_cst_/),
    });
    expect((await take('/client_sessions/get_or_create', asked)).client_session).toEqual(client_session);
    const { client_session_id } = client_session;
    const account = simulator.hotel.world.connectedAccountId;
    await take('/client_sessions/grant_access', { client_session_id, connected_account_ids: [account] });
    const found = await take('/client_sessions/get', { user_identifier_key: 'app-user-1' });
    expect(found.client_session.connected_account_ids).toEqual([account]);
    expect((await take('/client_sessions/list', { user_identity_id })).client_sessions).toHaveLength(1);
    expect((await take('/client_sessions/list', { without_user_identifier_key: true })).client_sessions).toEqual([]);
    await take('/client_sessions/revoke', { client_session_id });
    expect((await simulator.seam('/client_sessions/get', { client_session_id })).status).toBe(404);
    const other = await take('/client_sessions/get_or_create', asked);
    await take('/client_sessions/delete', { client_session_id: other.client_session.client_session_id });
    expect((await take('/client_sessions/list', {})).client_sessions).toEqual([]);
    const { events } = await take('/events/list', {
      since: '2020-01-01T00:00:00Z',
      event_type: 'client_session.deleted',
    });
    expect(events).toHaveLength(1);
  });
});

describe('an instant key', () => {
  it('an instant key is generated, found by id and by link, and gone with its identity', async () => {
    const { userIdentityId: user_identity_id } = guest;
    const { instant_key } = await take('/user_identities/generate_instant_key', { user_identity_id });
    const { instant_key_id, instant_key_url } = instant_key;
    expect((await take('/instant_keys/get', { instant_key_id })).instant_key).toEqual(instant_key);
    expect((await take('/instant_keys/get', { instant_key_url })).instant_key).toEqual(instant_key);
    expect((await take('/instant_keys/list', { user_identity_id })).instant_keys).toEqual([instant_key]);
    await take('/instant_keys/delete', { instant_key_id });
    expect((await simulator.seam('/instant_keys/get', { instant_key_id })).status).toBe(404);
    await take('/user_identities/generate_instant_key', { user_identity_id, max_use_count: 3 });
    await take('/user_identities/delete', { user_identity_id });
    expect((await take('/instant_keys/list', {})).instant_keys).toEqual([]);
    expect((await take('/client_sessions/list', {})).client_sessions).toEqual([]);
  });

  it('no journal entry, event or error contains a token or a link', async () => {
    const { userIdentityId: user_identity_id } = guest;
    const { client_session } = await take('/client_sessions/create', { user_identity_id });
    const { instant_key } = await take('/user_identities/generate_instant_key', { user_identity_id });
    const { client_session_id } = client_session;
    await take('/instant_keys/delete', { instant_key_id: instant_key.instant_key_id });
    const refused = await simulator.seam('/instant_keys/get', { instant_key_url: instant_key.instant_key_url });
    await take('/client_sessions/delete', { client_session_id });
    const seen = JSON.stringify([simulator.hotel.journal(), simulator.hotel.world.events.all(), refused.body]);
    expect(refused.status).toBe(404);
    expect(seen).not.toContain(client_session.token);
    expect(seen).not.toContain(instant_key.instant_key_url);
  });
});
