/** Every endpoint of the client, against the simulated Seam and the published schemas. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSeamClient, type SeamCalls } from '../../../src/seam/client.js';
import { openHotel, type TestHotel } from '../activities/open-hotel.js';

let hotel: TestHotel;
beforeEach(async () => {
  hotel = await openHotel();
});
afterEach(() => hotel.close());

it('every client method sends and reads what Seam publishes', async () => {
  const { acsSystemId: acs_system_id, credentialManagerAcsSystemId, hotel: simulated } = hotel.simulator;
  const seam = hotel.client.forSystem(acs_system_id);
  const used = new Set<string>();
  const watched = new Proxy(seam, {
    get: (target, method: keyof SeamCalls) => {
      used.add(method);
      return target[method];
    },
  });

  expect(await watched.getSystem({ acs_system_id })).toEqual({
    acs_system_id,
    location: { time_zone: 'Europe/Berlin' },
    errors: [],
    warnings: [],
  });
  const { user_identity_id } = await watched.createUserIdentity({
    user_identity_key: 'seaside/R-1/g1',
    full_name: 'Guest',
    email_address: 'guest@example.org',
    phone_number: '+4915112345678',
  });
  await watched.updateUserIdentity({ user_identity_id, full_name: 'Ada' });
  expect(await watched.getUserIdentity({ user_identity_key: 'seaside/R-1/g1' })).toEqual({
    user_identity_id,
    user_identity_key: 'seaside/R-1/g1',
    full_name: 'Ada',
    email_address: 'guest@example.org',
    phone_number: '+4915112345678',
    errors: [],
    warnings: [],
  });
  const { items: identities } = await watched.listUserIdentities({});
  expect(identities.map((identity) => identity.user_identity_key)).toEqual(['seaside/R-1/g1']);
  const user = await watched.createAcsUser({ acs_system_id, user_identity_id, full_name: 'Guest' });
  await watched.updateAcsUser({ acs_user_id: user.acs_user_id, full_name: 'Ada' });
  const { items: users } = await watched.listAcsUsers({ acs_system_id, user_identity_id, limit: 1 });
  expect(users).toEqual([{ ...user, full_name: 'Ada' }]);

  const { items: entrances } = await watched.listEntrances({ acs_system_id });
  const room = entrances.find((entrance) => entrance.display_name === '101')?.acs_entrance_id ?? '';
  const { acs_credential_id } = await watched.createCredential({
    acs_user_id: user.acs_user_id,
    credential_manager_acs_system_id: credentialManagerAcsSystemId,
    access_method: 'mobile_key',
    is_multi_phone_sync_credential: true,
    allowed_acs_entrance_ids: [room],
    starts_at: new Date(simulated.now()).toISOString(),
    ends_at: new Date(simulated.now() + 86_400_000).toISOString(),
    visionline_metadata: { card_format: 'rfid48', card_function_type: 'guest', override: true, label: '%ROOMNUM%' },
  });
  expect(await watched.getCredential({ acs_credential_id })).toMatchObject({ acs_credential_id, errors: [] });
  const { items: held } = await watched.listCredentials({ acs_user_id: user.acs_user_id });
  expect(held).toMatchObject([{ acs_credential_id, visionline_metadata: { guest_acs_entrance_ids: [room] } }]);
  expect(await watched.listCredentialEntrances({ acs_credential_id })).toMatchObject([{ acs_entrance_id: room }]);
  await watched.deleteCredential({ acs_credential_id });

  const { id: device_id } = simulated.phones.add(user_identity_id);
  expect(await watched.listPhones({ owner_user_identity_id: user_identity_id })).toMatchObject([{ device_id }]);
  await watched.deactivatePhone({ device_id });
  const expires_at = new Date(simulated.now() + 3_600_000).toISOString();
  const asked = { user_identity_id, user_identifier_key: 'stay/seaside/R-1/g1', expires_at };
  const session = await watched.getOrCreateClientSession(asked);
  expect(session).toMatchObject({ token: expect.stringMatching(/^seam_cst_/) as string, expires_at });
  expect(await watched.getOrCreateClientSession(asked)).toEqual(session);
  await watched.deleteClientSession({ client_session_id: session.client_session_id });
  const next = await watched.getOrCreateClientSession(asked);
  expect(next.client_session_id).not.toBe(session.client_session_id);
  const { instant_key_id, instant_key_url } = await watched.generateInstantKey({ user_identity_id, max_use_count: 1 });
  expect((await fetch(instant_key_url)).status).toBe(200);
  await watched.deleteInstantKey({ instant_key_id });
  expect((await fetch(instant_key_url)).status).toBe(410);
  await watched.deleteUserIdentity({ user_identity_id });
  await expect(seam.getUserIdentity({ user_identity_key: 'seaside/R-1/g1' })).rejects.toMatchObject({
    type: 'NotFoundAtSeam',
  });
  expect([...used].sort()).toEqual(Object.keys(seam).sort());
});

it('a personal access token works with its own workspace and with no other', async () => {
  const { url: endpoint, personalAccessToken: token, workspaceId, acsSystemId: acs_system_id } = hotel.simulator;
  const as = (workspace: string): SeamCalls =>
    createSeamClient({ endpoint, auth: { kind: 'personal-access-token', token, workspaceId: workspace } }).forSystem(
      acs_system_id,
    );
  expect((await as(workspaceId).getSystem({ acs_system_id })).acs_system_id).toBe(acs_system_id);
  await expect(as('another').getSystem({ acs_system_id })).rejects.toMatchObject({ failure: { status: 401 } });
});
