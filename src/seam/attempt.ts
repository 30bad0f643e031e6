/**
 * One attempt at one key: what it knows of the attempts before it, and what it leaves to the next.
 */
import type { IssueKeyInput } from '../domain/model/stay-activities.js';
import type { KeyRequests } from './context.js';
import type { Credential } from './schemas.js';

/** What one attempt leaves to the next, as far as it gets through: a hint, never a proof that nothing was sent. */
export interface IssueProgress {
  readonly acsCredentialId: string;
  readonly adopted: boolean;
  /** Since when the key has been waited for, in milliseconds of the hotel's time. */
  readonly since: number;
}

export interface IssueAttempt {
  /** From 1. */
  readonly number: number;
  /** Fires when the key is no longer desired. */
  readonly signal: AbortSignal;
  readonly remembered: IssueProgress | undefined;
  remember(progress: IssueProgress): void;
}

/** The key itself, once Seam has one. */
export interface HeldKey extends IssueProgress {
  /** Seam's latest word on it; absent: ask. */
  readonly fresh?: Credential;
}

export interface Issue {
  readonly input: IssueKeyInput;
  readonly context: KeyRequests;
  readonly signal: AbortSignal;
  /** Whether an earlier request, of this or of an earlier step, may have reached Seam. */
  readonly doubtful: boolean;
  /** Until when such a request may still be carried out, on the process's own clock. */
  readonly settledAt: number;
  /** The key that is known so far; nothing else changes while an attempt runs. */
  known: HeldKey | undefined;
  /** Notes the key, for this attempt and for the next. */
  take(credential: Credential, how: { readonly adopted: boolean }): HeldKey;
}

export function openIssue(input: IssueKeyInput, context: KeyRequests, attempt: IssueAttempt): Issue {
  const doubtful = !input.firstAsk || attempt.number > 1;
  const mayStillCommit = doubtful && input.acsCredentialId === undefined;
  const issue: Issue = {
    input,
    context,
    signal: attempt.signal,
    doubtful,
    settledAt: performance.now() + (mayStillCommit ? context.timing.lateCommitSettleMs : 0),
    known: attempt.remembered,
    take(credential, how) {
      const progress = { ...how, acsCredentialId: credential.acs_credential_id, since: context.now() };
      attempt.remember(progress);
      issue.known = { ...progress, fresh: credential };
      return issue.known;
    },
  };
  if (issue.known === undefined && input.acsCredentialId !== undefined) {
    issue.known = { acsCredentialId: input.acsCredentialId, adopted: false, since: context.now() };
    attempt.remember(issue.known);
  }
  return issue;
}
