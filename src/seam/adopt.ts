/**
 * Adoption or creation of a key. Seam has no idempotency key, and a repeated override is harmful. Unless no earlier
 * attempt can have reached Seam, the key of such an attempt is searched for before a create.
 */
import { instantAt, millis } from '../domain/model/instants.js';
import type { KeyAsk } from '../domain/model/key.js';
import type { IssueKeyInput, IssueOutcome, Observed } from '../domain/model/stay-activities.js';
import type { HeldKey, Issue } from './attempt.js';
import { CREATE_CREDENTIAL, type CreateCredentialParams } from './client.js';
import { credentialsOf, waitFor, type KeyRequests } from './context.js';
import { dateTime } from './date-time.js';
import { isDefiniteRefusal, isNotFound } from './errors.js';
import { isBeingDeleted, isDead, isIssued, issuedAt, isMobileKey, matchesOf, newest } from './matching.js';
import type { Credential } from './schemas.js';

type Adoption =
  | { readonly kind: 'held'; readonly key: HeldKey }
  /** Outcome that prevents the key. */
  | { readonly kind: 'obstacle'; readonly outcome: IssueOutcome };

/**
 * Finds the issue's key, creates it, or returns the outcome that prevents it. Throws an AbortError once cancelled.
 * @throws SeamError
 */
export async function adoptOrCreate(issue: Issue): Promise<Adoption> {
  if (issue.known !== undefined) return { kind: 'held', key: issue.known };
  if (!issue.doubtful && issue.input.sharedIdentity !== true) return create(issue);
  return (await lookBeforeCreating(issue)) ?? create(issue);
}

async function lookBeforeCreating(issue: Issue): Promise<Adoption | undefined> {
  const { input, context, doubtful } = issue;
  const held = await credentialsOf(input.acsUserId, context.seam, issue.signal);
  const ours = doubtful ? await unclaimedMatches(issue, held) : [];
  const found = newest(ours.filter((credential) => !isDead(credential, held)));
  if (found !== undefined) return { kind: 'held', key: issue.take(found, { adopted: true }) };

  const foreign = input.sharedIdentity === true ? livingKeysOfOthers(held, issue) : [];
  if (foreign.length > 0) return { kind: 'obstacle', outcome: otherStay(foreign) };

  const killed = newest(ours.filter((credential) => !isBeingDeleted(credential)));
  if (killed === undefined) return undefined;
  const acsCredentialId = killed.acs_credential_id;
  return {
    kind: 'obstacle',
    outcome: { kind: 'killed', acsCredentialId, ...observe({ issue, held, ours, acsCredentialId }) },
  };
}

/**
 * Returns the credentials that match this key, are not in the keyring, and were not there before the first attempt.
 * @throws SeamError
 */
export async function unclaimedMatches(issue: Issue, held: readonly Credential[]): Promise<readonly Credential[]> {
  const { input, context, signal } = issue;
  const claimed = new Set([...input.seenCredentialIds, ...input.ownCredentialIds]);
  const unclaimed = held.filter((credential) => !claimed.has(credential.acs_credential_id));
  return matchesOf(input.ask, unclaimed, context.seam, signal);
}

/**
 * Returns the strays and lost keys among the user's credentials. Strays include dead keys that Seam is not deleting:
 * Seam's state does not reach an offline lock or a common door.
 */
export function observe(seen: {
  readonly issue: Issue;
  readonly held: readonly Credential[];
  readonly ours: readonly Credential[];
  readonly acsCredentialId: string;
}): Observed {
  return {
    strayCredentialIds: seen.ours
      .filter((credential) => !isBeingDeleted(credential))
      .map((credential) => credential.acs_credential_id)
      .filter((id) => id !== seen.acsCredentialId),
    ...lossesAmong(seen.issue.input.ownCredentialIds, seen.held),
  };
}

/** Returns which of the stay's own keys are gone, and which of those Seam still holds as dead. */
export function lossesAmong(
  ids: readonly string[],
  held: readonly Credential[],
): Pick<Observed, 'goneCredentialIds' | 'lingeringCredentialIds'> {
  const goneCredentialIds = goneAmong(ids, held);
  const lingering = held
    .filter((credential) => goneCredentialIds.includes(credential.acs_credential_id) && !isBeingDeleted(credential))
    .map((credential) => credential.acs_credential_id);
  return { goneCredentialIds, ...(lingering.length === 0 ? {} : { lingeringCredentialIds: lingering }) };
}

/** Returns the `ids` that Seam no longer holds, or holds as dead. */
export function goneAmong(ids: readonly string[], held: readonly Credential[]): readonly string[] {
  const living = held
    .filter((credential) => !isDead(credential, held))
    .map((credential) => credential.acs_credential_id);
  return ids.filter((id) => !living.includes(id));
}

/**
 * Returns the guest's living keys outside this stay. The anchor is excluded: it has the same lease, and the guest keeps
 * its doors.
 */
function livingKeysOfOthers(held: readonly Credential[], { input, context }: Issue): readonly Credential[] {
  return held.filter(
    (credential) =>
      isMobileKey(credential) &&
      !isDead(credential, held) &&
      !hasExpired(credential, context.now()) &&
      !input.ownCredentialIds.includes(credential.acs_credential_id) &&
      credential.acs_credential_id !== input.ask.joinTo,
  );
}

function hasExpired(credential: Credential, now: number): boolean {
  return credential.ends_at != null && millis(credential.ends_at) <= now;
}

function otherStay(foreign: readonly Credential[]): IssueOutcome {
  const ends = foreign.map((credential) => (credential.ends_at == null ? Number.NaN : millis(credential.ends_at)));
  const last = Math.max(...ends);
  return {
    kind: 'other-stay',
    acsCredentialIds: foreign.map((credential) => credential.acs_credential_id),
    ...(Number.isNaN(last) ? {} : { until: instantAt(last) }),
  };
}

/** @param again true for a joiner whose anchor has reached the provider since Seam refused it */
async function create(issue: Issue, again = false): Promise<Adoption> {
  const { input, context, signal } = issue;
  const { acsSystemId } = context.property.seam;
  const params = credentialFor(input, context);
  await context.accessSystems.expectConnected(acsSystemId, { operation: CREATE_CREDENTIAL, signal });
  const askedAt = context.now();
  try {
    const made = await context.seam.createCredential(params, { signal, lingerMs: context.timing.lingerMs });
    if (again) context.accessSystems.rememberSync(acsSystemId);
    return { kind: 'held', key: issue.take(made, { adopted: false }) };
  } catch (error) {
    if (!isDefiniteRefusal(error)) throw error;
    const reason = await whatRefused(issue, askedAt);
    if (reason === 'anchor-just-synced' && !again) return create(issue, true);
    if (reason !== undefined && reason !== 'anchor-just-synced') return reason;
    throw await context.accessSystems.explainRefusal(acsSystemId, error);
  }
}

/** The provider has the anchor only since the joiner was asked for: worth asking again. */
type JustSynced = 'anchor-just-synced';

/**
 * Returns the cause of a refused key, if it can be found: an earlier request has just created it, its anchor is gone,
 * or the provider did not have the anchor when the key was asked for (in milliseconds of the hotel's time).
 */
async function whatRefused(issue: Issue, askedAt: number): Promise<Adoption | JustSynced | undefined> {
  if (issue.doubtful) {
    await waitFor(issue.settledAt - performance.now(), issue.signal);
    const found = await lookBeforeCreating(issue);
    if (found !== undefined) return found;
  }
  const acsCredentialId = issue.input.ask.joinTo;
  const trouble = acsCredentialId === undefined ? undefined : await troubleWith(acsCredentialId, issue, askedAt);
  if (acsCredentialId === undefined || trouble === undefined) return undefined;
  if (trouble === 'anchor-just-synced') return trouble;
  if (trouble === 'anchor-unsynced') issue.context.accessSystems.rememberSync(issue.context.property.seam.acsSystemId);
  return { kind: 'obstacle', outcome: { kind: trouble, acsCredentialId } };
}

function credentialFor({ acsUserId, ask }: IssueKeyInput, { property }: KeyRequests): CreateCredentialParams {
  const { cardFormat, label } = property.policy;
  return {
    acs_user_id: acsUserId,
    credential_manager_acs_system_id: property.seam.credentialManagerAcsSystemId,
    access_method: 'mobile_key',
    is_multi_phone_sync_credential: true,
    allowed_acs_entrance_ids: ask.acsEntranceIds,
    starts_at: dateTime(ask.window.from),
    ends_at: dateTime(ask.window.to),
    visionline_metadata: {
      card_format: cardFormat,
      card_function_type: 'guest',
      ...overrideOrJoin(ask),
      ...(label === null ? {} : { label }),
    },
  };
}

type OverrideOrJoin = Pick<CreateCredentialParams['visionline_metadata'], 'override' | 'joiner_acs_credential_ids'>;

function overrideOrJoin(ask: KeyAsk): OverrideOrJoin {
  switch (ask.kind) {
    case 'override':
      return { override: true };
    case 'joiner':
      return { joiner_acs_credential_ids: [ask.joinTo] };
    default:
      return ask satisfies never;
  }
}

/** Returns why nothing can join this key now; undefined if that is not the cause. */
async function troubleWith(
  acsCredentialId: string,
  { context, signal }: Issue,
  askedAt: number,
): Promise<'anchor-gone' | 'anchor-unsynced' | JustSynced | undefined> {
  try {
    const anchor = await context.seam.getCredential({ acs_credential_id: acsCredentialId }, { signal });
    if (isDead(anchor) || hasExpired(anchor, context.now())) return 'anchor-gone';
    if (!isMobileKey(anchor)) return undefined;
    if (!isIssued(anchor)) return 'anchor-unsynced';
    const syncedAt = issuedAt(anchor);
    return syncedAt !== undefined && syncedAt >= askedAt ? 'anchor-just-synced' : undefined;
  } catch (error) {
    if (isNotFound(error)) return 'anchor-gone';
    throw error;
  }
}
