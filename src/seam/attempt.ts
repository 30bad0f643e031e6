/** State of one attempt to issue a key: the results of earlier attempts, and the progress for the next one. */
import type { IssueKeyInput } from '../domain/model/stay-activities.js';
import type { KeyRequests } from './context.js';
import type { Credential } from './schemas.js';

/**
 * Progress that one attempt passes to the next, if it arrives. It is a hint, never a proof that no request was sent.
 */
export interface IssueProgress {
  readonly acsCredentialId: string;
  readonly adopted: boolean;
  /** Start of the wait for the key, in milliseconds of the hotel's time. */
  readonly since: number;
}

export interface IssueAttempt {
  /** Attempt number, from 1. */
  readonly number: number;
  /** Start of the first attempt, in milliseconds since 1970. */
  readonly firstAt: number;
  /** Fires when the key is no longer desired. */
  readonly signal: AbortSignal;
  /** Time in milliseconds for which the previous attempt has certainly sent no request; 0 if that is not known. */
  readonly silentMs: number;
  readonly remembered: IssueProgress | undefined;
  remember(progress: IssueProgress): void;
}

/** Key that exists at Seam. */
export interface HeldKey extends IssueProgress {
  /** Latest state from Seam; if absent, read it. */
  readonly fresh?: Credential;
}

export interface Issue {
  readonly input: IssueKeyInput;
  readonly context: KeyRequests;
  readonly signal: AbortSignal;
  readonly attempt: IssueAttempt;
  /** True if an earlier request, of this or of an earlier step, may have reached Seam. */
  readonly doubtful: boolean;
  /** Time until which Seam may still carry out such a request, on the process's own clock. */
  readonly settledAt: number;
  /** Key found or created so far; the only field that changes during an attempt. */
  known: HeldKey | undefined;
  /** Records the key, for this attempt and for the next. */
  take(credential: Credential, how: { readonly adopted: boolean }): HeldKey;
}

/** Creates the state of one attempt from its input and the progress of earlier attempts. */
export function openIssue(input: IssueKeyInput, context: KeyRequests, attempt: IssueAttempt): Issue {
  // A step that knows its key's id creates nothing, so its own retries leave nothing in doubt.
  const isKnown = input.acsCredentialId !== undefined;
  const doubtful = !input.firstAsk || (attempt.number > 1 && !isKnown);
  // A request of an earlier step is as old as its answer, which is not known here.
  const silentMs = input.firstAsk ? attempt.silentMs : 0;
  const mayCommitMs = doubtful && !isKnown ? context.timing.lateCommitMs - silentMs : 0;
  const issue: Issue = {
    input,
    context,
    signal: attempt.signal,
    attempt,
    doubtful,
    settledAt: performance.now() + Math.max(0, mayCommitMs),
    known: attempt.remembered,
    take(credential, how) {
      const progress = { ...how, acsCredentialId: credential.acs_credential_id, since: context.now() };
      attempt.remember(progress);
      issue.known = { ...progress, fresh: credential };
      return issue.known;
    },
  };
  if (issue.known === undefined && input.acsCredentialId !== undefined) {
    issue.known = { acsCredentialId: input.acsCredentialId, adopted: false, since: attempt.firstAt };
    attempt.remember(issue.known);
  }
  return issue;
}
