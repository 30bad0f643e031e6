/** Guests' phones: readiness for keys, and deactivation of a lost phone. */
import type { Instant } from '../domain/model/instants.js';
import type { DeactivatePhoneInput, PhonesFound } from '../domain/model/stay-activities.js';
import type { SeamCalls } from './client.js';
import { isNotFound } from './errors.js';
import type { Phone } from './schemas.js';

/**
 * Returns true if the phone can receive keys. The published schema has the flag below `properties`; the Visionline
 * guide's helper reads it one level too high.
 */
export function hasActiveEndpoint(phone: Phone): boolean {
  return phone.properties.assa_abloy_credential_service_metadata?.has_active_endpoint === true;
}

/**
 * Returns the guest's phones if one of them can receive keys, else undefined.
 * @throws SeamError
 */
export async function findReadyPhones(
  userIdentityId: string,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<PhonesFound | undefined> {
  const phones = await seam.listPhones({ owner_user_identity_id: userIdentityId }, { signal });
  return phones.some(hasActiveEndpoint) ? { deviceIds: phones.map((phone) => phone.device_id) } : undefined;
}

/**
 * Returns true for a phone that was set up before this instant, or at an unknown time. The guest may set up the next
 * phone while Seam does not answer; that phone is not lost.
 */
function isOlder({ created_at: createdAt }: Phone, before: Instant | undefined): boolean {
  return createdAt === undefined || before === undefined || Date.parse(createdAt) < Date.parse(before);
}

/**
 * Deactivates one phone, or all phones of the guest. A phone that is already gone is success.
 * @throws SeamError
 */
export async function deactivatePhones(
  { userIdentityId, deviceId, before }: DeactivatePhoneInput,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<void> {
  const deviceIds =
    deviceId !== undefined
      ? [deviceId]
      : (await seam.listPhones({ owner_user_identity_id: userIdentityId }, { signal }))
          .filter((phone) => isOlder(phone, before))
          .map((phone) => phone.device_id);
  await Promise.all(
    deviceIds.map(async (device_id) => {
      try {
        await seam.deactivatePhone({ device_id }, { signal });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }),
  );
}
