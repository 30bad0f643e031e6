/** Deletion of a guest at Seam. Safe to repeat after a lost answer. */
import { isBefore, instantAt } from '../domain/model/instants.js';
import { everyItem, type SeamCalls } from './client.js';
import { foundOrNothing } from './errors.js';

/**
 * Returns the `user_identity_id` of a `user_identity_key`, or undefined if no identity has that key.
 * @throws SeamError
 */
export async function findIdentityId(
  userIdentityKey: string,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<string | undefined> {
  const identity = await foundOrNothing(seam.getUserIdentity({ user_identity_key: userIdentityKey }, { signal }));
  return identity?.user_identity_id;
}

/**
 * Returns true if a key of the identity's users opens doors at `now` (milliseconds since 1970) or later.
 * @throws SeamError
 */
export async function hasLiveKeys(
  userIdentityId: string,
  acsSystemId: string,
  now: number,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<boolean> {
  const ids = { acs_system_id: acsSystemId, user_identity_id: userIdentityId };
  const users = await everyItem((cursor) => seam.listAcsUsers({ ...ids, ...cursor }, { signal }));
  for (const { acs_user_id } of users) {
    const credentials = await everyItem((cursor) => seam.listCredentials({ acs_user_id, ...cursor }, { signal }));
    if (credentials.some(({ ends_at }) => ends_at == null || isBefore(instantAt(now), ends_at))) return true;
  }
  return false;
}

/**
 * Deletes the identity. Seam deletes its users, credentials and sessions with it.
 * @throws SeamError
 */
export async function deleteIdentity(
  userIdentityId: string,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<'erased' | 'unknown'> {
  const deleted = await foundOrNothing(
    seam.deleteUserIdentity({ user_identity_id: userIdentityId }, { signal }).then(() => 'erased' as const),
  );
  return deleted ?? 'unknown';
}
