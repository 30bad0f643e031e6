/** Issue of one key: adopt or create it, wait until the provider has it, then check for keys of late requests. */
import { defined } from '../domain/model/defined.js';
import { instantAt } from '../domain/model/instants.js';
import type { SeamReport } from '../domain/model/seam-reports.js';
import type { IssueKeyInput, IssueOutcome, Observed } from '../domain/model/stay-activities.js';
import { adoptOrCreate, goneAmong, observe, unclaimedMatches } from './adopt.js';
import { openIssue, type HeldKey, type Issue, type IssueAttempt } from './attempt.js';
import { credentialsOf, longerPoll, waitFor, type KeyRequests } from './context.js';
import { CREATE_CREDENTIAL, GET_CREDENTIAL } from './client.js';
import { isDefiniteRefusal, isNotFound, isSeamError, SeamError } from './errors.js';
import { isDead, isIssued, issuedAt, isUnfetched, keyReports, newest } from './matching.js';
import { someReports } from './reports.js';
import type { Credential } from './schemas.js';

/**
 * Issues and confirms the key of `input.ask`, or returns the outcome that prevents it. A cancelled call returns the
 * outcome `cancelled`. After a retryable error, call it again with the next attempt's number.
 * @throws SeamError
 */
export async function issueKey(
  input: IssueKeyInput,
  context: KeyRequests,
  attempt: IssueAttempt,
): Promise<IssueOutcome> {
  const issue = openIssue(input, context, attempt);
  const ambiguous = issue.doubtful && input.acsCredentialId === undefined ? AMBIGUOUS : {};
  try {
    const adoption = await adoptOrCreate(issue);
    if (adoption.kind === 'obstacle') return { ...adoption.outcome, ...ambiguous };
    const { key } = adoption;
    if (mayReturn(issue, key)) return outcomeOf(issue, key, { kind: 'pending', reports: [] }, NOTHING_OBSERVED);
    return { ...(await confirmAndLookRound(issue, key)), ...ambiguous };
  } catch (error) {
    if (!attempt.signal.aborted) throw issue.doubtful || issue.known !== undefined ? error : withNothingMade(error);
    const known = defined({ acsCredentialId: issue.known?.acsCredentialId });
    return { kind: 'cancelled', ...known, ...NOTHING_OBSERVED, ...(isUnansweredCreate(error) ? AMBIGUOUS : ambiguous) };
  }
}

/** Returns true for a new key that others wait to join, and that the provider does not have yet. */
function mayReturn({ input, context, doubtful }: Issue, { fresh }: HeldKey): boolean {
  if (input.returnOnceMade !== true || doubtful || fresh === undefined) return false;
  if (context.accessSystems.joinersNeedSync(context.property.seam.acsSystemId)) return false;
  return !isDead(fresh) && !isIssued(fresh);
}

/** Marks a refused create request of an issue in which no earlier one can have reached Seam. */
function withNothingMade(error: unknown): unknown {
  if (!isDefiniteRefusal(error) || error.failure.kind !== 'answered') return error;
  return new SeamError(error.operation, { ...error.failure, nothingMade: true });
}

const AMBIGUOUS = { ambiguous: true } as const;

function isUnansweredCreate(error: unknown): boolean {
  return isSeamError(error) && error.operation === CREATE_CREDENTIAL && error.mayHaveReached;
}

const NOTHING_OBSERVED: Observed = { strayCredentialIds: [], goneCredentialIds: [] };

type Confirmation =
  | ({ readonly kind: 'issued'; readonly issuedAtMs: number; readonly unfetched: boolean } & Reported)
  | { readonly kind: 'dead' }
  /** The provider does not have the key yet. */
  | ({ readonly kind: 'pending'; readonly outage?: string } & Reported)
  /** The same, after the time limit. */
  | ({ readonly kind: 'unconfirmed' } & Reported);

interface Reported {
  readonly reports: readonly SeamReport[];
}

async function confirmAndLookRound(issue: Issue, first: HeldKey): Promise<IssueOutcome> {
  const { input, signal } = issue;
  const tried = new Set<string>();
  for (let key = first; ;) {
    tried.add(key.acsCredentialId);
    const confirmation = await confirm(issue, key);
    if (!issue.doubtful && input.ownCredentialIds.length === 0)
      return outcomeOf(issue, key, confirmation, NOTHING_OBSERVED);

    await waitFor(issue.settledAt - performance.now(), signal);
    const held = await heldAfter(issue, confirmation);
    if (held === undefined) return outcomeOf(issue, key, confirmation, NOTHING_OBSERVED);
    const ours = issue.doubtful ? await unclaimedMatches(issue, held) : [];
    const isThere = goneAmong([key.acsCredentialId], held).length === 0;
    const successor = newest(
      ours.filter((credential) => !isDead(credential, held) && !tried.has(credential.acs_credential_id)),
    );
    if (isThere || successor === undefined) {
      const observed = observe({ issue, held, ours, acsCredentialId: key.acsCredentialId });
      return outcomeOf(issue, key, isThere ? confirmation : { kind: 'dead' }, observed);
    }
    // A late request's key has replaced this one at Seam, so the guest now holds that key.
    key = issue.take(successor, { adopted: true });
  }
}

/** Returns the user's credentials; undefined if Seam does not answer, and that the time is over is news enough. */
async function heldAfter(
  { input, context, signal }: Issue,
  confirmation: Confirmation,
): Promise<readonly Credential[] | undefined> {
  try {
    return await credentialsOf(input.acsUserId, context.seam, signal);
  } catch (error) {
    if (confirmation.kind === 'unconfirmed' && isSeamError(error) && error.retryable) return undefined;
    throw error;
  }
}

/**
 * Looks until the provider has the key, it is ended at Seam, or the deadline has passed. The first attempt looks for
 * some seconds. Later ones of a step that only waits for its key look once, so that the wait holds no slot.
 */
async function confirm(issue: Issue, key: HeldKey): Promise<Confirmation> {
  const { input, context, signal } = issue;
  const deadline = key.since + input.confirmWithinMinutes * 60_000;
  const isWaitedFor = input.acsCredentialId === key.acsCredentialId;
  const looksOnce = isWaitedFor && issue.attempt.number > 1;
  const until = performance.now() + context.timing.syncTimeoutMs;
  const { firstPollMs } = context.timing;
  const firstLookMs = context.provider.firstLookMs(context.property.seam.acsSystemId);
  if (key.fresh === undefined && issue.attempt.number === 1) await waitFor(firstLookMs, signal);
  let latest: Look = key.fresh ?? (await look(issue, key));
  for (let ms = key.fresh === undefined ? firstPollMs : firstLookMs; ; ms = longerPoll(ms, context.timing)) {
    const seen = latest;
    if (seen === 'gone') return { kind: 'dead' };
    const isRead = !isSeamError(seen);
    if (isRead && isDead(seen)) return { kind: 'dead' };
    if (isRead && isIssued(seen)) {
      const issuedAtMs = issuedAt(seen) ?? context.now();
      return { kind: 'issued', issuedAtMs, unfetched: isUnfetched(seen), reports: keyReports(seen) };
    }
    const reports = isRead ? keyReports(seen) : [];
    if (context.now() >= deadline) return { kind: 'unconfirmed', reports };
    if (looksOnce || performance.now() + ms >= until) {
      const outage = await outageOf(issue, key);
      if (outage !== undefined && !isWaitedFor) throw outage;
      if (outage !== undefined && isDueToReport(issue, key))
        return { kind: 'pending', reports, outage: outage.message };
      if (!isWaitedFor) return { kind: 'pending', reports };
      throw outage ?? (isRead ? new SeamError(GET_CREDENTIAL, { kind: 'not-synced' }) : seen);
    }
    await waitFor(ms, signal);
    latest = await look(issue, key);
  }
}

/** Returns the outage of the access system that keeps the key from the provider; undefined if there is none. */
async function outageOf({ context, signal }: Issue, { acsCredentialId }: HeldKey): Promise<SeamError | undefined> {
  try {
    const { acsSystemId } = context.property.seam;
    await context.accessSystems.assertConnected(acsSystemId, { operation: CREATE_CREDENTIAL, signal });
    return undefined;
  } catch (error) {
    if (!isSeamError(error) || signal.aborted) throw error;
    const { failure, operation } = error;
    return failure.kind === 'system-down' ? new SeamError(operation, { ...failure, acsCredentialId }) : undefined;
  }
}

/** Returns true once a step that waits for a key has to report an outage which its caller does not know of. */
function isDueToReport({ input, context }: Issue, { since }: HeldKey): boolean {
  const minutes = context.property.policy.outageAfterMinutes;
  return input.isOutageKnown !== true && context.now() - since >= minutes * 60_000;
}

/** State of a key at Seam, or the passing error that hides it. */
type Look = Credential | 'gone' | SeamError;

/** Reads the key once. A passing error costs one read, not the attempt. */
async function look({ context, signal }: Issue, key: HeldKey): Promise<Look> {
  const askedAt = performance.now();
  try {
    const credential = await context.seam.getCredential({ acs_credential_id: key.acsCredentialId }, { signal });
    const { acsSystemId } = context.property.seam;
    context.provider.observe(acsSystemId, { credential, tookMs: performance.now() - askedAt });
    return credential;
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    if (!isSeamError(error) || !error.retryable || signal.aborted) throw error;
    return error;
  }
}

function outcomeOf(
  { input, attempt }: Issue,
  { acsCredentialId, adopted }: HeldKey,
  confirmation: Confirmation,
  observed: Observed,
): IssueOutcome {
  const asked = { acsCredentialId, askedAtMs: input.askedAtMs ?? attempt.firstAt };
  switch (confirmation.kind) {
    case 'issued':
      return {
        kind: 'issued',
        acsCredentialId,
        issuedAt: instantAt(confirmation.issuedAtMs),
        adopted,
        ...(confirmation.unfetched ? { unfetched: true } : {}),
        ...someReports(confirmation.reports),
        ...observed,
      };
    case 'pending':
      return {
        kind: 'made',
        ...asked,
        ...defined({ outage: confirmation.outage }),
        ...someReports(confirmation.reports),
        ...observed,
      };
    case 'unconfirmed':
      return { kind: 'unconfirmed', ...asked, ...someReports(confirmation.reports), ...observed };
    case 'dead':
      return { kind: 'killed', acsCredentialId, ...observed };
    default:
      return confirmation satisfies never;
  }
}
