/** Guests' phones: readiness for keys, and deactivation of a lost phone. */
import type { DeactivatePhoneInput, PhonesFound } from '../domain/model/stay-activities.js';
import type { SeamCalls } from './client.js';
import { foundOrNothing, SeamError } from './errors.js';
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
function isOlder({ created_at: createdAt }: Phone, before: string | undefined): boolean {
  return createdAt === undefined || before === undefined || Date.parse(createdAt) < Date.parse(before);
}

/**
 * Deactivates one phone, or all phones of the guest, and reads them again: an answer alone is no proof. A phone that is
 * already gone is success.
 * @throws SeamError; a retryable one while Seam still has one of the phones
 */
export async function deactivatePhones(
  { userIdentityId, deviceId, before }: DeactivatePhoneInput,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<void> {
  const phones = deviceId !== undefined ? [] : await phonesOf(userIdentityId, seam, signal);
  const older = phones.filter((phone) => isOlder(phone, before)).map((phone) => phone.device_id);
  const deviceIds = deviceId !== undefined ? [deviceId] : older;
  await Promise.all(
    deviceIds.map((device_id) => foundOrNothing(seam.deactivatePhone({ device_id }, { signal }).then(() => true))),
  );
  const left = await phonesOf(userIdentityId, seam, signal);
  if (left.some((phone) => deviceIds.includes(phone.device_id))) {
    throw new SeamError('/phones/deactivate', { kind: 'still-there' });
  }
}

/** Returns the phones of the guest. A guest whom Seam no longer has owns none. */
async function phonesOf(userIdentityId: string, seam: SeamCalls, signal: AbortSignal): Promise<readonly Phone[]> {
  return (await foundOrNothing(seam.listPhones({ owner_user_identity_id: userIdentityId }, { signal }))) ?? [];
}
