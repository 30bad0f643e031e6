/**
 * The three blocks of Seam's guide "Issuing Various Types of Guest Mobile Credentials" in the names of Seam's official JavaScript client, run
 * against the simulator as it starts. Nothing is added, nothing waits between the calls. Only placeholders and dates are filled in.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tapOf, type Guest } from './builders.js';
import { LINES, officialClient, type OfficialClient } from '../../harness/official-client.js';
import { openSimulator, type TestSimulator } from './support.js';

describe.each(LINES)("Seam's guide, run by Seam's JavaScript client $name", ({ line }) => {
  let simulator: TestSimulator;
  let seam: OfficialClient;
  let mainEntrance: { readonly acs_entrance_id: string };
  beforeEach(async () => {
    simulator = await openSimulator({ rooms: 4, providerLatencyMs: 300 });
    seam = await officialClient(line, { apiKey: simulator.apiKey, endpoint: simulator.url });
    mainEntrance = { acs_entrance_id: simulator.door('Main Entrance') };
  });
  afterEach(() => simulator.close());

  const after = (days: number): string => new Date(simulator.hotel.now() + days * 86_400_000).toISOString();
  const opens = (guest: Guest, door: string): string => tapOf(simulator.hotel, guest, door);

  /** The block for a single guest; the block for a returning guest repeats it. */
  async function singleGuest(acs_user_id: string): Promise<void> {
    const acsUser = await seam.acs.users.get({ acs_user_id });
    const [guestRoom] = await seam.acs.entrances.list({ acs_system_id: simulator.acsSystemId });
    await seam.acs.credentials.create({
      acs_user_id: acsUser.acs_user_id,
      credential_manager_acs_system_id: simulator.credentialManagerAcsSystemId,
      is_multi_phone_sync_credential: true,
      access_method: 'mobile_key',
      starts_at: after(0),
      ends_at: after(3),
      allowed_acs_entrance_ids: [guestRoom?.acs_entrance_id, mainEntrance.acs_entrance_id],
      visionline_metadata: { cardFormat: 'rfid48', cardType: 'guest', label: '%ROOMNUM% - %SITENAME%', override: true },
    });
  }

  test('the block for a single guest opens the room and the main entrance', async () => {
    const guest = simulator.hotel.addGuest();
    await singleGuest(guest.acsUserId);
    simulator.hotel.settle();
    expect([opens(guest, '101'), opens(guest, 'Main Entrance'), opens(guest, '102')]).toEqual([
      'opened',
      'opened',
      'not-this-door',
    ]);
  });

  test('the block for a returning guest leaves one key, which opens the room', async () => {
    const guest = simulator.hotel.addGuest();
    await singleGuest(guest.acsUserId);
    await singleGuest(guest.acsUserId);
    simulator.hotel.settle();
    const keys = await seam.acs.credentials.list({
      acs_user_id: guest.acsUserId,
      is_multi_phone_sync_credential: true,
    });
    expect(keys).toHaveLength(1);
    expect(opens(guest, '101')).toBe('opened');
  });

  test('the block for several guests joins the first key at once, and no guest locks the other out', async () => {
    const [ada, ben] = [simulator.hotel.addGuest(), simulator.hotel.addGuest()];
    const [guestRoom1] = await seam.acs.entrances.list({ acs_system_id: simulator.acsSystemId });
    const [guestRoom2] = await seam.acs.entrances.list({ acs_system_id: simulator.acsSystemId });
    const allowed_acs_entrance_ids = [
      guestRoom1?.acs_entrance_id,
      guestRoom2?.acs_entrance_id,
      mainEntrance.acs_entrance_id,
    ];
    const firstAcsUser = await seam.acs.users.get({ acs_user_id: ada.acsUserId });
    const firstCredential = await seam.acs.credentials.create({
      acs_user_id: firstAcsUser.acs_user_id,
      credential_manager_acs_system_id: simulator.credentialManagerAcsSystemId,
      is_multi_phone_sync_credential: true,
      access_method: 'mobile_key',
      starts_at: after(0),
      ends_at: after(3),
      allowed_acs_entrance_ids,
      visionline_metadata: { cardFormat: 'rfid48', cardType: 'guest', label: '%ROOMNUM% - %SITENAME%', override: true },
    });
    const secondAcsUser = await seam.acs.users.get({ acs_user_id: ben.acsUserId });
    await seam.acs.credentials.create({
      acs_user_id: secondAcsUser.acs_user_id,
      credential_manager_acs_system_id: simulator.credentialManagerAcsSystemId,
      is_multi_phone_sync_credential: true,
      access_method: 'mobile_key',
      starts_at: after(0),
      ends_at: after(3),
      allowed_acs_entrance_ids,
      visionline_metadata: {
        cardFormat: 'rfid48',
        cardType: 'guest',
        label: '%ROOMNUM% - %SITENAME%',
        joiner_acs_credential_ids: [firstCredential.acs_credential_id],
      },
    });
    simulator.hotel.settle();
    for (const guest of [ben, ada, ben]) {
      expect([opens(guest, '101'), opens(guest, 'Main Entrance')]).toEqual(['opened', 'opened']);
    }
  });
});
