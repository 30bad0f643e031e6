/** Keys that a request made after we had given it up: found by what they look like, as nobody told us their ids. */
import type { Observed, WatchForStraysInput } from '../domain/model/stay-activities.js';
import { lossesAmong } from './adopt.js';
import type { SeamCalls } from './client.js';
import { credentialsOf } from './context.js';
import { isDead, matchesOf, newestFirst } from './matching.js';

/** Looks once at what the user holds: living keys that match the ask and that nobody claims, newest first. Throws `SeamError`. */
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
