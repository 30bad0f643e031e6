/**
 * Reading a credential: is it alive, has it reached the provider, and is it the one that was asked for? A lost answer's key
 * is recognised by what Seam keeps and echoes; `starts_at` (shifted if past), `override` and `card_format` are not that.
 */
import { instantAt, millis } from '../domain/model/instants.js';
import type { KeyAsk } from '../domain/model/key.js';
import type { SeamCalls } from './client.js';
import type { Credential } from './schemas.js';

/**
 * True if Seam has ended it, or is ending it. With multi-phone sync the decision may stand on the copies in the phones only,
 * so a key without one of its own is dead when every copy among `held` is.
 */
export function isDead(credential: Credential, held: readonly Credential[] = []): boolean {
  const isValid = credential.visionline_metadata?.is_valid;
  if (isValid === false || isBeingDeleted(credential)) return true;
  if (isValid === true) return false;
  const copies = held.filter((other) => other.parent_acs_credential_id === credential.acs_credential_id);
  return copies.length > 0 && copies.every((copy) => isDead(copy));
}

export function isBeingDeleted(credential: Credential): boolean {
  return credential.warnings.some((warning) => warning.warning_code === 'being_deleted');
}

/**
 * True while Seam says that none of the user's phones has fetched the key: it waits to be issued, and so does every copy of it among
 * `held`. `is_issued` is not asked: what it means for mobile keys is not published.
 */
export function isUnfetched(credential: Credential, held: readonly Credential[] = []): boolean {
  const copies = held.filter(
    (other) => other.parent_acs_credential_id === credential.acs_credential_id && !isDead(other),
  );
  return copies.length === 0 ? waitsToBeIssued(credential) : copies.every(waitsToBeIssued);
}

function waitsToBeIssued(credential: Credential): boolean {
  return credential.warnings.some((warning) => warning.warning_code === 'waiting_to_be_issued');
}

/** True once the provider has the key as it should be, or it has been issued. */
export function isIssued(credential: Credential): boolean {
  return credential.is_latest_desired_state_synced_with_provider === true || credential.is_issued === true;
}

/** When Seam says that the key reached the provider, in milliseconds since 1970; undefined if it does not say. */
export function issuedAt(credential: Credential): number | undefined {
  const at = credential.latest_desired_state_synced_with_provider_at ?? credential.issued_at;
  const ms = at == null ? Number.NaN : millis(at);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A mobile key in its own right: not a plastic card, not a copy in one of the phones. */
export function isMobileKey(credential: Credential): boolean {
  return credential.access_method === 'mobile_key' && credential.parent_acs_credential_id == null;
}

/** Those of a user's credentials that look as if `ask` had made them. Asks Seam for doors only where the metadata is silent. */
export async function matchesOf(
  ask: KeyAsk,
  held: readonly Credential[],
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<readonly Credential[]> {
  const alike = held.filter((credential) => isMobileKey(credential) && hasShapeOf(ask, credential));
  const decisions = await Promise.all(
    alike.map(async (credential) => opensExactly(ask, await doorsOf(credential, seam, signal))),
  );
  return alike.filter((_, index) => decisions[index]);
}

function hasShapeOf(ask: KeyAsk, credential: Credential): boolean {
  const joins = (credential.visionline_metadata?.joiner_acs_credential_ids ?? []).length > 0;
  return (
    joins === (ask.kind === 'joiner') &&
    credential.ends_at != null &&
    instantAt(millis(credential.ends_at)) === instantAt(millis(ask.window.to))
  );
}

async function doorsOf(credential: Credential, seam: SeamCalls, signal: AbortSignal): Promise<readonly string[]> {
  const metadata = credential.visionline_metadata;
  if (metadata?.guest_acs_entrance_ids != null) {
    return [...metadata.guest_acs_entrance_ids, ...(metadata.common_acs_entrance_ids ?? [])];
  }
  const { acs_credential_id } = credential;
  const entrances = await seam.listCredentialEntrances({ acs_credential_id }, { signal });
  return entrances.map((entrance) => entrance.acs_entrance_id);
}

function opensExactly(ask: KeyAsk, doors: readonly string[]): boolean {
  const desired = new Set(ask.acsEntranceIds);
  const opened = new Set(doors);
  return desired.size === opened.size && [...desired].every((door) => opened.has(door));
}

/** By creation; among equals the greater id first, so that everyone who looks sees the same order. */
export function newestFirst(credentials: readonly Credential[]): readonly Credential[] {
  return [...credentials].sort(
    (a, b) => millis(b.created_at) - millis(a.created_at) || (a.acs_credential_id < b.acs_credential_id ? 1 : -1),
  );
}

export function newest(credentials: readonly Credential[]): Credential | undefined {
  return newestFirst(credentials)[0];
}
