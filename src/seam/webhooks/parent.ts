/** Lookup of the key of which a credential is the copy on one phone. */
import type { SeamClient } from '../client.js';
import { isNotFound, isSeamError } from '../errors.js';
import type { CredentialRef } from './hand-over.js';

const TIMEOUT_MS = 2_000;

export interface ParentOptions {
  /** Receives the reason of Seam's refusal: wrong credentials here, or another workspace. */
  readonly onRefused: (why: string) => void;
}

/**
 * Returns the id of the parent key. Returns undefined for a key itself, for a credential that Seam no longer holds, and
 * after a refusal.
 * @throws SeamError if Seam is not available now, or does not answer within two seconds
 */
export async function parentCredential(
  seam: SeamClient,
  { acsCredentialId, acsSystemId }: CredentialRef,
  { onRefused }: ParentOptions,
): Promise<string | undefined> {
  try {
    const credential = await seam
      .forSystem(acsSystemId)
      .getCredential({ acs_credential_id: acsCredentialId }, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return credential.parent_acs_credential_id ?? undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (!isSeamError(error) || error.retryable) throw error;
    onRefused(error.message);
    return undefined;
  }
}
