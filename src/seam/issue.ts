/** Issue of one key: adopt or create it, wait until the provider has it, then check for keys of late requests. */
import { defined } from '../domain/model/defined.js';
import { instantAt } from '../domain/model/instants.js';
import type { SeamReport } from '../domain/model/seam-reports.js';
import type { IssueKeyInput, IssueOutcome, Observed } from '../domain/model/stay-activities.js';
import { adoptOrCreate, goneAmong, observe, unclaimedMatches } from './adopt.js';
import { openIssue, type HeldKey, type Issue, type IssueAttempt } from './attempt.js';
import { credentialsOf, longerPoll, waitFor, type KeyRequests } from './context.js';
import { CREATE_CREDENTIAL } from './client.js';
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
    const outcome = adoption.kind === 'obstacle' ? adoption.outcome : await confirmAndLookRound(issue, adoption.key);
    return { ...outcome, ...ambiguous };
  } catch (error) {
    if (!attempt.signal.aborted) throw issue.doubtful || issue.known !== undefined ? error : withNothingMade(error);
    const known = defined({ acsCredentialId: issue.known?.acsCredentialId });
    return { kind: 'cancelled', ...known, ...NOTHING_OBSERVED, ...(isUnansweredCreate(error) ? AMBIGUOUS : ambiguous) };
  }
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
  | ({ readonly kind: 'pending' } & Reported)
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
    if (!issue.doubtful && input.ownCredentialIds.length === 0) return outcomeOf(key, confirmation, NOTHING_OBSERVED);

    await waitFor(issue.settledAt - performance.now(), signal);
    const held = await heldAfter(issue, confirmation);
    if (held === undefined) return outcomeOf(key, confirmation, NOTHING_OBSERVED);
    const ours = issue.doubtful ? await unclaimedMatches(issue, held) : [];
    const isThere = goneAmong([key.acsCredentialId], held).length === 0;
    const successor = newest(
      ours.filter((credential) => !isDead(credential, held) && !tried.has(credential.acs_credential_id)),
    );
    if (isThere || successor === undefined) {
      const observed = observe({ issue, held, ours, acsCredentialId: key.acsCredentialId });
      return outcomeOf(key, isThere ? confirmation : { kind: 'dead' }, observed);
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
 * Looks until the provider has the key, it is ended at Seam, or the deadline has passed. A new key is looked at for
 * some seconds. One that this step only waits for is looked at once, so that the wait holds no slot of the worker.
 */
async function confirm(issue: Issue, key: HeldKey): Promise<Confirmation> {
  const { input, context, signal } = issue;
  const deadline = key.since + input.confirmWithinMinutes * 60_000;
  const isWaitedFor = input.acsCredentialId === key.acsCredentialId;
  const until = performance.now() + context.timing.syncTimeoutMs;
  let latest: Look = key.fresh ?? (await look(issue, key));
  for (let ms = context.timing.firstPollMs; ; ms = longerPoll(ms, context.timing)) {
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
    if (isWaitedFor) throw isRead ? new SeamError('/acs/credentials/get', { kind: 'not-synced' }) : seen;
    if (performance.now() + ms >= until) return { kind: 'pending', reports };
    await waitFor(ms, signal);
    latest = await look(issue, key);
  }
}

/** State of a key at Seam, or the passing error that hides it. */
type Look = Credential | 'gone' | SeamError;

/** Reads the key once. A passing error costs one read, not the attempt. */
async function look({ context, signal }: Issue, key: HeldKey): Promise<Look> {
  try {
    return await context.seam.getCredential({ acs_credential_id: key.acsCredentialId }, { signal });
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    if (!isSeamError(error) || !error.retryable || signal.aborted) throw error;
    return error;
  }
}

function outcomeOf(
  { acsCredentialId, adopted }: HeldKey,
  confirmation: Confirmation,
  observed: Observed,
): IssueOutcome {
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
      return { kind: 'made', acsCredentialId, ...someReports(confirmation.reports), ...observed };
    case 'unconfirmed':
      return { kind: 'unconfirmed', acsCredentialId, ...someReports(confirmation.reports), ...observed };
    case 'dead':
      return { kind: 'killed', acsCredentialId, ...observed };
    default:
      return confirmation satisfies never;
  }
}
