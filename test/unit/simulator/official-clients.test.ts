/**
 * Seam's own JavaScript client, in both of its lines, against the simulator. The tests run the guide's three scenarios: single guest,
 * returning guest, several guests in several rooms. The doors that open show the result. No code of this project sends
 * a request to Seam here. Every request and every response is checked against the published contract.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  LINES,
  officialClient,
  type Credential,
  type OfficialClient,
  type Parameters,
} from '../../harness/official-client.js';
import { openSimulator, type TestSimulator } from './support.js';

describe.each(LINES)("Seam's JavaScript client $name", ({ line, reads, deletes, updates }) => {
  let simulator: TestSimulator;
  let seam: OfficialClient;

  beforeEach(async () => {
    simulator = await openSimulator({ rooms: 6, requests: 'checked' });
    seam = await officialClient(line, { apiKey: simulator.apiKey, endpoint: simulator.url });
  });

  afterEach(() => simulator.close());

  interface Guest {
    readonly user_identity_id: string;
    readonly acs_user_id: string;
  }

  async function aGuest(name: string): Promise<Guest> {
    const systems = await seam.acs.systems.list();
    const hotel = systems.find((system) => system.external_type === 'visionline_system');
    const { user_identity_id } = await seam.userIdentities.create({ user_identity_key: name });
    await seam.phones.simulate.createSandboxPhone({ user_identity_id });
    const { acs_user_id } = await seam.acs.users.create({
      acs_system_id: hotel?.acs_system_id,
      user_identity_id,
      full_name: name,
    });
    return { user_identity_id, acs_user_id };
  }

  async function doors(...names: readonly string[]): Promise<readonly string[]> {
    const all = await seam.acs.entrances.list({ acs_system_id: simulator.acsSystemId });
    return names.map((name) => all.find((door) => door.display_name === name)?.acs_entrance_id ?? '');
  }

  /** Issues a key as in the guide, in the spelling that Seam publishes; with the guide's label. */
  async function issue(guest: Guest, entrances: readonly string[], how: Parameters): Promise<Credential> {
    const now = simulator.hotel.now();
    const [manager] = await seam.acs.systems.listCompatibleCredentialManagerAcsSystems({
      acs_system_id: simulator.acsSystemId,
    });
    const created = await seam.acs.credentials.create({
      acs_user_id: guest.acs_user_id,
      credential_manager_acs_system_id: manager?.acs_system_id,
      is_multi_phone_sync_credential: true,
      access_method: 'mobile_key',
      starts_at: new Date(now).toISOString(),
      ends_at: new Date(now + 3 * 86_400_000).toISOString(),
      allowed_acs_entrance_ids: entrances,
      visionline_metadata: {
        card_format: 'rfid48',
        card_function_type: 'guest',
        label: '%ROOMNUM% - %SITENAME%',
        ...how,
      },
    });
    await vi.waitFor(async () => {
      const { acs_credential_id } = created;
      const seen = await seam.acs.credentials.get({ acs_credential_id });
      expect(seen.is_latest_desired_state_synced_with_provider).toBe(true);
    });
    return created;
  }

  async function tap(guest: Guest, acs_entrance_id: string | undefined): Promise<string> {
    const { user_identity_id } = guest;
    return (await simulator.control('/_sim/tap', { user_identity_id, acs_entrance_id })).reason;
  }

  it("a single guest gets a key to a single room with Seam's client", async () => {
    const guest = await aGuest('ada');
    const [room, entrance, other] = await doors('101', 'Main Entrance', '102');
    expect(await tap(guest, room)).toBe('no-key');
    await issue(guest, [room ?? '', entrance ?? ''], { override: true });
    expect(await tap(guest, room)).toBe('opened');
    expect(await tap(guest, entrance)).toBe('opened');
    expect(await tap(guest, other)).toBe('not-this-door');
  });

  it("a returning guest's new key to a single room replaces the earlier one", async () => {
    const guest = await aGuest('ada');
    const [before, now] = await doors('101', '103');
    const first = await issue(guest, [before ?? ''], { override: true });
    const second = await issue(guest, [now ?? ''], { override: true });
    expect(await tap(guest, now)).toBe('opened');
    expect(await tap(guest, before)).toBe('not-this-door');
    const left = await seam.acs.credentials.list({
      acs_user_id: guest.acs_user_id,
      is_multi_phone_sync_credential: true,
    });
    expect(left.map((key) => key.acs_credential_id)).toEqual([second.acs_credential_id]);
    expect(first.acs_credential_id).not.toBe(second.acs_credential_id);
  });

  it('several guests in several rooms get an override and joiners, and no guest is locked out', async () => {
    const [ada, ben] = [await aGuest('ada'), await aGuest('ben')];
    const [one, two, entrance] = await doors('101', '102', 'Main Entrance');
    const all = [one ?? '', two ?? '', entrance ?? ''];
    const first = await issue(ada, all, { override: true });
    await issue(ben, all, { joiner_acs_credential_ids: [first.acs_credential_id] });
    for (const guest of [ben, ada, ben]) {
      for (const door of all) expect(await tap(guest, door)).toBe('opened');
    }
  });

  it("Seam's client changes, ends and looks things up with the verbs of its line", async () => {
    const guest = await aGuest('ada');
    const [room] = await doors('101');
    const { acs_credential_id } = await issue(guest, [room ?? ''], { override: true });
    expect(seam.acs.credentials.get({ acs_credential_id }).method).toBe(reads);
    expect(seam.acs.credentials.delete({ acs_credential_id }).method).toBe(deletes);
    expect(seam.acs.credentials.update({ acs_credential_id }).method).toBe(updates);
    if (reads === 'GET') {
      expect(seam.acs.credentials.get({ acs_credential_id }).url.searchParams.get('_strict')).toBe('true');
    }
    const ends_at = new Date(simulator.hotel.now() + 86_400_000).toISOString();
    await seam.acs.credentials.update({ acs_credential_id, ends_at });
    expect(await seam.acs.credentials.listAccessibleEntrances({ acs_credential_id })).toHaveLength(1);
    const { user_identity_id } = guest;
    await seam.userIdentities.update({ user_identity_id, full_name: 'Ada' });
    await seam.userIdentities.addAcsUser({ user_identity_id, acs_user_id: guest.acs_user_id });
    expect((await seam.userIdentities.get({ user_identity_key: 'ada' })).user_identity_id).toBe(user_identity_id);
    const found = await seam.acs.users.get({ user_identity_id, acs_system_id: simulator.acsSystemId });
    expect(found.acs_user_id).toBe(guest.acs_user_id);
    const since = new Date(simulator.hotel.now() - 3_600_000).toISOString();
    const issued = await seam.events.list({ since, event_types: ['acs_credential.issued'] });
    expect(issued).toHaveLength(2);
    const hook = await seam.webhooks.create({ url: `${simulator.url}/nowhere` });
    await seam.webhooks.update({ webhook_id: hook.webhook_id, event_types: ['acs_user.deleted'] });
    expect(await seam.webhooks.list()).toHaveLength(1);
    await seam.acs.credentials.delete({ acs_credential_id });
    expect(await tap(guest, room)).toBe('no-key');
    const [phone] = await seam.phones.list({ owner_user_identity_id: user_identity_id });
    await seam.phones.deactivate({ device_id: phone?.device_id });
    expect(await seam.phones.list({ owner_user_identity_id: user_identity_id })).toEqual([]);
    await seam.acs.users.delete({ acs_user_id: guest.acs_user_id });
    await seam.userIdentities.delete({ user_identity_id });
  });

  it("Seam's client reads a list through all its pages", async () => {
    const request = seam.acs.entrances.list({ acs_system_id: simulator.acsSystemId, limit: 3 });
    expect(await seam.createPaginator(request).flattenToArray()).toHaveLength(10);
  });

  it("Seam's client turns refusals into its own errors", async () => {
    const acs_credential_id = '00000000-0000-4000-8000-000000000000';
    await expect(seam.acs.credentials.get({ acs_credential_id })).rejects.toMatchObject({
      name: 'SeamHttpApiError',
      code: 'acs_credential_not_found',
      statusCode: 404,
      requestId: expect.stringMatching(/./),
    });
    await expect(seam.acs.users.create({ acs_system_id: 'x', full_name: 'x' })).rejects.toMatchObject({
      name: 'SeamHttpInvalidInputError',
    });
    const stranger = await officialClient(line, { apiKey: 'seam_test_stranger', endpoint: simulator.url });
    await expect(stranger.acs.systems.list()).rejects.toMatchObject({ name: 'SeamHttpUnauthorizedError' });
  });

  it("Seam's client gets access with a personal access token and a workspace", async () => {
    const { personalAccessToken, workspaceId, url: endpoint } = simulator;
    const personal = await officialClient(line, { personalAccessToken, workspaceId, endpoint });
    expect(await personal.acs.systems.list()).toHaveLength(2);
  });
});
