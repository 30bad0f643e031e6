/**
 * One attempt at one key: what it knows of the attempts before it, and what it leaves to the next.
 */
import type { IssueKeyInput } from '../stay/steps.js';
import type { KeyDesk } from './desk.js';
import type { Credential } from './schemas.js';

/** What one attempt leaves to the next, as far as it gets through: a hint, never a proof that nothing was sent. */
export interface IssueProgress {
  /** When the first attempt began, in milliseconds of the hotel's time: the deadline counts from here. */
  readonly startedAt: number;
  readonly key?: { readonly acsCredentialId: string; readonly adopted: boolean };
}

export interface IssueAttempt {
  /** From 1. */
  readonly number: number;
  /** Fires when the key is no longer wanted. */
  readonly signal: AbortSignal;
  readonly remembered: IssueProgress | undefined;
  remember(progress: IssueProgress): void;
}

/** The key itself, once Seam has one. */
export interface HeldKey {
  readonly acsCredentialId: string;
  readonly adopted: boolean;
  /** Seam's latest word on it; absent: ask. */
  readonly fresh?: Credential;
}

export interface Issue {
  readonly input: IssueKeyInput;
  readonly desk: KeyDesk;
  readonly signal: AbortSignal;
  readonly startedAt: number;
  /** Whether an earlier request, of this or of an earlier step, may have reached Seam. */
  readonly doubtful: boolean;
  /** Until when such a request may still be carried out, on the process's own clock. */
  readonly settledAt: number;
  /** The key that is known so far; nothing else changes while an attempt runs. */
  known: HeldKey | undefined;
  /** Notes the key, for this attempt and for the next. */
  take(key: HeldKey): HeldKey;
}

export function openIssue(input: IssueKeyInput, desk: KeyDesk, attempt: IssueAttempt): Issue {
  const startedAt = attempt.remembered?.startedAt ?? desk.now();
  const doubtful = !input.firstAsk || attempt.number > 1;
  const mayStillCommit = doubtful && input.acsCredentialId === undefined;
  const issue: Issue = {
    input,
    desk,
    signal: attempt.signal,
    startedAt,
    doubtful,
    settledAt: performance.now() + (mayStillCommit ? desk.timing.lateCommitSettleMs : 0),
    known: input.acsCredentialId === undefined ? attempt.remembered?.key : askedAgain(input.acsCredentialId, attempt),
    take(key) {
      issue.known = key;
      attempt.remember({ startedAt, key: { acsCredentialId: key.acsCredentialId, adopted: key.adopted } });
      return key;
    },
  };
  attempt.remember({ startedAt, ...(issue.known === undefined ? {} : { key: issue.known }) });
  return issue;
}

/** A later attempt may have found a successor of the key that was given. */
function askedAgain(acsCredentialId: string, { remembered }: IssueAttempt): HeldKey {
  return remembered?.key ?? { acsCredentialId, adopted: false };
}
