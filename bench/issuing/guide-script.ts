/** Seam's guide for several guests of one room, as a script with Seam's own JavaScript client: one call after the other. */
import type { OfficialClient } from '../../test/harness/official-client.js';
import type { Simulator } from '../../src/simulator/server.js';

/** Times since the first call, in milliseconds. */
export interface GuideTimes {
  /** Every key is created. */
  readonly createdMs: number;
  /** Seam has said of every key that the provider has it. */
  readonly confirmedMs: number;
}

/** Issues a key for each of these guests: an override for the first, joiners to it for the others. */
export async function followGuide(
  seam: OfficialClient,
  { acsSystemId, credentialManagerAcsSystemId }: Simulator,
  { acsUserIds, room }: { readonly acsUserIds: readonly string[]; readonly room: string },
): Promise<GuideTimes> {
  const startedAt = performance.now();
  const doors = await seam.acs.entrances.list({ acs_system_id: acsSystemId, search: room });
  const guestRoom = doors.find((door) => door.display_name === room);
  const created: string[] = [];
  for (const acs_user_id of acsUserIds) {
    const user = await seam.acs.users.get({ acs_user_id });
    const [first] = created;
    const { acs_credential_id } = await seam.acs.credentials.create({
      acs_user_id: user.acs_user_id,
      credential_manager_acs_system_id: credentialManagerAcsSystemId,
      is_multi_phone_sync_credential: true,
      access_method: 'mobile_key',
      starts_at: new Date().toISOString(),
      ends_at: new Date(Date.now() + 3 * 86_400_000).toISOString(),
      allowed_acs_entrance_ids: [guestRoom?.acs_entrance_id],
      visionline_metadata: {
        card_format: 'rfid48',
        card_function_type: 'guest',
        ...(first === undefined ? { override: true } : { joiner_acs_credential_ids: [first] }),
      },
    });
    created.push(acs_credential_id);
  }
  const createdMs = performance.now() - startedAt;
  await Promise.all(created.map((acs_credential_id) => untilConfirmed(seam, acs_credential_id)));
  return { createdMs, confirmedMs: performance.now() - startedAt };
}

async function untilConfirmed(seam: OfficialClient, acs_credential_id: string): Promise<void> {
  for (;;) {
    const { is_latest_desired_state_synced_with_provider: synced } = await seam.acs.credentials.get({
      acs_credential_id,
    });
    if (synced === true) return;
  }
}
