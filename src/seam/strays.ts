/**
 * Search for strays: keys that an abandoned request created later. Their ids are unknown, so they are found by shape.
 */
import type { Observed, WatchForStraysInput } from '../domain/model/stay-activities.js';
import { lossesAmong } from './adopt.js';
import type { SeamCalls } from './client.js';
import { credentialsOf } from './context.js';
import { isDead, matchesOf, newestFirst } from './matching.js';

/**
 * Reads the user's credentials once. Returns the living keys that match the ask and that no keyring claims, newest
 * first.
 * @throws SeamError
 */
export async function lookForStrays(
  { acsUserId, ask, claimedCredentialIds, ownCredentialIds }: WatchForStraysInput,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<Observed> {
  const held = await credentialsOf(acsUserId, seam, signal);
  const unclaimed = held.filter(
    (credential) => !claimedCredentialIds.includes(credential.acs_credential_id) && !isDead(credential, held),
  );
  const strays = await matchesOf(ask, unclaimed, seam, signal);
  return {
    strayCredentialIds: newestFirst(strays).map((credential) => credential.acs_credential_id),
    ...lossesAmong(ownCredentialIds, held),
  };
}
