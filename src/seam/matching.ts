/**
 * Credential checks: liveness, arrival at the provider, and match with an ask. A key whose answer was lost is matched
 * by fields that Seam keeps and echoes. `starts_at` (shifted if past), `override` and `card_format` are not among them.
 */
import { instantAt, millis, type Instant } from '../domain/model/instants.js';
import type { KeyAsk } from '../domain/model/key.js';
import type { SeamReport } from '../domain/model/seam-reports.js';
import type { SeamCalls } from './client.js';
import { leadsTo, passingCodes, reportsOf } from './reports.js';
import type { Credential } from './schemas.js';

/**
 * Returns true if Seam has ended the key, or is deleting it. With multi-phone sync, validity may be recorded on the
 * phones' copies only. A key without its own validity is dead when every copy among `held` is dead.
 */
export function isDead(credential: Credential, held: readonly Credential[] = []): boolean {
  const isValid = credential.visionline_metadata?.is_valid;
  if (isValid === false || isBeingDeleted(credential)) return true;
  if (isValid === true) return false;
  const copies = held.filter((other) => other.parent_acs_credential_id === credential.acs_credential_id);
  return copies.length > 0 && copies.every((copy) => isDead(copy));
}

/** Returns true while Seam deletes the credential in the background. */
export function isBeingDeleted(credential: Credential): boolean {
  return leadsTo('key-invalidated', 'acs_credential', credential);
}

/**
 * Returns true while Seam reports that no phone of the user has fetched the key. The key and every living copy of it
 * among `held` then wait to be issued. `is_issued` is ignored: its meaning for mobile keys is not published.
 */
export function isUnfetched(credential: Credential, held: readonly Credential[] = []): boolean {
  const copies = held.filter(
    (other) => other.parent_acs_credential_id === credential.acs_credential_id && !isDead(other),
  );
  return copies.length === 0 ? waitsToBeIssued(credential) : copies.every(waitsToBeIssued);
}

function waitsToBeIssued(credential: Credential): boolean {
  return passingCodes('acs_credential', credential).length > 0;
}

/**
 * Returns what Seam reports of the key for people. With multi-phone sync, it may be recorded on the phones' copies
 * among `held` only.
 */
export function keyReports(credential: Credential, held: readonly Credential[] = []): readonly SeamReport[] {
  const copies = held.filter((other) => other.parent_acs_credential_id === credential.acs_credential_id);
  const all = [credential, ...copies];
  return reportsOf('acs_credential', {
    errors: all.flatMap(({ errors }) => errors),
    warnings: all.flatMap(({ warnings }) => warnings),
  });
}

/** Returns true once the provider has the key in its desired state, or the key was issued. */
export function isIssued(credential: Credential): boolean {
  return credential.is_latest_desired_state_synced_with_provider === true || credential.is_issued === true;
}

/**
 * Returns the time at which the key reached the provider, in milliseconds since 1970, or undefined if Seam reports
 * none.
 */
export function issuedAt(credential: Credential): number | undefined {
  const at = credential.latest_desired_state_synced_with_provider_at ?? credential.issued_at;
  const ms = at == null ? Number.NaN : millis(at);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Returns true for a mobile key itself, not for a plastic card or for a copy on a phone. */
export function isMobileKey(credential: Credential): boolean {
  return credential.access_method === 'mobile_key' && credential.parent_acs_credential_id == null;
}

/**
 * Returns the user's credentials that match `ask`. It requests doors from Seam only where the metadata lacks them.
 * @throws SeamError
 */
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

/** End of a credential that has none. */
const NEVER: Instant = '9999-12-31T00:00Z';

/** Returns the ask that would make such a credential; `doors` are its entrances, `rooms` the guest rooms among them. */
export function askOf(credential: Credential, doors: readonly string[], rooms: readonly string[]): KeyAsk {
  const { starts_at: startsAt, ends_at: endsAt, created_at: createdAt } = credential;
  const window = {
    from: instantAt(millis(startsAt ?? createdAt)),
    to: endsAt == null ? NEVER : instantAt(millis(endsAt)),
  };
  const extent = { rooms, acsEntranceIds: doors, window };
  const joinTo = credential.visionline_metadata?.joiner_acs_credential_ids?.[0];
  return joinTo === undefined ? { kind: 'override', ...extent } : { kind: 'joiner', joinTo, ...extent };
}

/** Returns the ids of all doors that the credential opens. @throws SeamError */
export async function doorsOf(
  credential: Credential,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<readonly string[]> {
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

/**
 * Returns the credentials by creation time, newest first. Among equals the greater id is first, so the order is stable.
 */
export function newestFirst(credentials: readonly Credential[]): readonly Credential[] {
  return [...credentials].sort(
    (a, b) => millis(b.created_at) - millis(a.created_at) || (a.acs_credential_id < b.acs_credential_id ? 1 : -1),
  );
}

/** Returns the newest credential, or undefined if there are none. */
export function newest(credentials: readonly Credential[]): Credential | undefined {
  return newestFirst(credentials)[0];
}
