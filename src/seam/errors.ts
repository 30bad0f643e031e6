/**
 * Errors between Stayline and Seam, in one table: which are retryable and which need a person. Only Seam's own error
 * envelope proves that Seam refused a request. Every other answer is doubt: a proxy, an outage or a fault may have sent
 * it, so it is retried. Messages hold Seam's error type, its masked words, the refused field names and the request id.
 * They never hold a body, because bodies contain names and contacts.
 */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { defined } from '../domain/model/defined.js';
import { ERROR_TYPES } from '../domain/model/error-types.js';
import { wordsOf } from '../domain/model/seam-reports.js';
import { longerThanBackoff } from '../http/outgoing.js';

export type SeamErrorType = (typeof ERROR_TYPES)[
  'seamRejected' | 'seamUnavailable' | 'notFoundAtSeam' | 'keyNotSynced'];

interface ErrorClass {
  readonly type: SeamErrorType;
  readonly retryable: boolean;
  /** Retry delay in milliseconds if Seam sends none; absent leaves it to the caller's retry policy. */
  readonly delayMs?: number;
  /** True if Seam may have carried out a request with this answer. */
  readonly mayHaveReached: boolean;
}

const REJECTED: ErrorClass = { type: ERROR_TYPES.seamRejected, retryable: false, mayHaveReached: false };
const NOT_FOUND: ErrorClass = { type: ERROR_TYPES.notFoundAtSeam, retryable: false, mayHaveReached: false };
const UNAVAILABLE: ErrorClass = { type: ERROR_TYPES.seamUnavailable, retryable: true, mayHaveReached: true };

/**
 * Statuses below 500 that pass by themselves, whatever their body. 401 and 403 are among them: somebody replaces a key
 * or restores a permission, and then every request is carried out.
 */
const PASSING: Readonly<Record<number, ErrorClass>> = {
  401: UNAVAILABLE,
  403: UNAVAILABLE,
  408: UNAVAILABLE,
  425: { ...UNAVAILABLE, mayHaveReached: false },
  429: { ...UNAVAILABLE, delayMs: 1_000, mayHaveReached: false },
};

/** Unsuccessful answer: its status, and what its body shows. */
interface Answered {
  readonly status: number;
  /** True if the body is Seam's own error envelope. */
  readonly bySeam: boolean;
  /** True for a request that changes nothing. Stayline's reads are valid, so a refused one is no proof of anything. */
  readonly isRead: boolean;
  readonly seamType?: string;
}

/** Objects that hold everything else. If one of them is missing, nothing follows for the object of the request. */
const CONTAINERS: ReadonlySet<string> = new Set(['workspace', 'connected_account', 'acs_system', 'system']);

/** Returns the kind of the object that Seam says it does not have, such as `acs_user`; undefined for other answers. */
function missingObject({ bySeam, seamType }: Answered): string | undefined {
  const object = bySeam ? /^(\w+)_not_found$/.exec(seamType ?? '')?.[1] : undefined;
  return object === undefined || CONTAINERS.has(object) ? undefined : object;
}

function classOfAnswer(answered: Answered): ErrorClass {
  const { status, bySeam, isRead, seamType } = answered;
  const passing = PASSING[status];
  if (passing !== undefined) return passing;
  if (status >= 500 || status < 400 || !bySeam) return UNAVAILABLE;
  if (missingObject(answered) !== undefined) return NOT_FOUND;
  if (isRead) return UNAVAILABLE;
  // A 404 that names no object may be the answer of a proxy or of another service.
  return status === 404 && !(seamType ?? '').endsWith('_not_found') ? UNAVAILABLE : REJECTED;
}

/** Transport errors that prove that no request arrived. */
const NEVER_ARRIVED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
]);

export type SeamFailure =
  /** An answer whose status is not a success: of Seam, or of something before it. */
  | (Answered & {
      readonly kind: 'answered';
      readonly requestId?: string;
      /** Seam's words, masked. */
      readonly words?: string;
      readonly fields: readonly string[];
      readonly retryAfterMs?: number;
      /** Seam's reports of the access system at the time of the refusal, in words for people. */
      readonly meanwhile?: string;
      /** Set for a create request if no earlier one can have reached Seam. */
      readonly nothingMade?: true;
    })
  /** A success without the fields that Stayline relies on. Whether Seam sent it is unknown. */
  | {
      readonly kind: 'unreadable';
      readonly status: number;
      readonly requestId?: string;
      readonly paths: readonly string[];
    }
  /** No answer: a network failure or a timeout. */
  | { readonly kind: 'no-answer'; readonly code: string }
  /** The caller's signal fired; `sent` is true if the request was already sent. */
  | { readonly kind: 'cancelled'; readonly sent: boolean }
  /** Not sent: Seam requested a pause that is longer than a call may wait. */
  | { readonly kind: 'paused'; readonly retryAfterMs: number }
  /** Not sent, refused, or not at the provider: the hotel's access system is not connected to Seam now. */
  | {
      readonly kind: 'system-down';
      readonly codes: readonly string[];
      /** Key that Seam has made, and that the provider cannot have yet. */
      readonly acsCredentialId?: string;
    }
  /** Not sent: Seam is deleting the guest, and will then have no record of them. */
  | { readonly kind: 'being-deleted' }
  /** Seam has made the key, and the provider does not have it yet. */
  | { readonly kind: 'not-synced' }
  /** Seam accepted the delete, but still holds the key. */
  | { readonly kind: 'still-there' };

/** Classified error of an unsuccessful call to Seam. */
export class SeamError extends Error {
  override readonly name = 'SeamError';
  readonly type: SeamErrorType;
  readonly retryable: boolean;
  /** False only if Seam certainly did not carry out the request. */
  readonly mayHaveReached: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    /** Path of the endpoint. */
    readonly operation: string,
    readonly failure: SeamFailure,
  ) {
    super(messageOf(operation, failure));
    const found = classOf(failure);
    this.type = found.type;
    this.retryable = found.retryable;
    this.mayHaveReached = found.mayHaveReached;
    this.retryAfterMs = found.retryable
      ? (('retryAfterMs' in failure ? failure.retryAfterMs : undefined) ?? found.delayMs)
      : undefined;
  }
}

function classOf(failure: SeamFailure): ErrorClass {
  switch (failure.kind) {
    case 'answered':
      return classOfAnswer(failure);
    case 'unreadable':
      return UNAVAILABLE;
    case 'no-answer':
      return { ...UNAVAILABLE, mayHaveReached: !NEVER_ARRIVED.has(failure.code) };
    case 'cancelled':
      return { ...UNAVAILABLE, mayHaveReached: failure.sent };
    case 'still-there':
      return UNAVAILABLE;
    case 'not-synced':
      return { ...UNAVAILABLE, type: ERROR_TYPES.keyNotSynced };
    case 'paused':
    case 'system-down':
    case 'being-deleted':
      return { ...UNAVAILABLE, mayHaveReached: false };
    default:
      return failure satisfies never;
  }
}

function messageOf(operation: string, failure: SeamFailure): string {
  switch (failure.kind) {
    case 'answered': {
      const what = [String(failure.status), failure.seamType].filter(Boolean).join(' ');
      const where = failure.fields.length > 0 ? ` for ${failure.fields.join(', ')}` : '';
      const hint = isAccessRefused(failure) ? ' (check the API key of Stayline and its permissions)' : '';
      const words = `${failure.words === undefined ? '' : `: ${failure.words}`}${hint}`;
      const meanwhile = failure.meanwhile === undefined ? '' : `; ${failure.meanwhile}`;
      return `Seam answered ${operation} with ${what}${where}${words}${requestNote(failure.requestId)}${meanwhile}`;
    }
    case 'unreadable': {
      const where = failure.paths.length > 0 ? ` at ${failure.paths.join(', ')}` : '';
      return `Seam answered ${operation} with ${failure.status}, but the answer does not match its schema${where}${requestNote(failure.requestId)}`;
    }
    case 'no-answer':
      return `No answer from Seam to ${operation}: ${failure.code}`;
    case 'cancelled':
      return `The call to ${operation} was cancelled ${failure.sent ? 'after' : 'before'} it was sent`;
    case 'paused':
      return `Seam requested a pause of ${Math.ceil(failure.retryAfterMs / 1_000)} s before ${operation}`;
    case 'system-down':
      return `The access system is not connected to Seam, so ${waiting(operation, failure)} must wait: ${failure.codes.map(advice).join('; ')}`;
    case 'being-deleted':
      return `Seam is deleting this guest: they are registered again once that is done`;
    case 'not-synced':
      return 'Seam has made the key, and the provider does not have it yet';
    case 'still-there':
      return `Seam accepted ${operation}, but has not carried it out yet`;
    default:
      return failure satisfies never;
  }
}

function waiting(operation: string, { acsCredentialId }: { readonly acsCredentialId?: string }): string {
  return acsCredentialId === undefined ? operation : 'a key that Seam has made';
}

function advice(code: string): string {
  return wordsOf({ object: 'acs_system', list: 'errors', code });
}

/** Returns true if the answer says that Stayline's API key is not accepted, or may not do this. */
function isAccessRefused(failure: SeamFailure): boolean {
  return failure.kind === 'answered' && (failure.status === 401 || failure.status === 403);
}

function requestNote(requestId: string | undefined): string {
  return requestId === undefined ? '' : ` (request ${requestId})`;
}

/** Returns true for a `SeamError`. */
export function isSeamError(error: unknown): error is SeamError {
  return error instanceof SeamError;
}

/** Returns true if Seam does not have the requested object, or the object that owns it. */
export function isNotFound(error: unknown): boolean {
  return isSeamError(error) && error.type === ERROR_TYPES.notFoundAtSeam;
}

/** Returns the result of a lookup, or undefined if Seam does not have the object. Other errors pass through. */
export async function foundOrNothing<Found>(looking: Promise<Found>): Promise<Found | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Returns true if Seam certainly refused the request for good and did not carry it out. */
export function isDefiniteRefusal(error: unknown): error is SeamError {
  return isSeamError(error) && !error.retryable && !error.mayHaveReached;
}

/**
 * Converts a call's error for Temporal: typed, retryable or not, with Seam's own retry delay if it is longer than the
 * backoff after this attempt (counted from 1). Returns any error that is not a `SeamError` unchanged.
 */
export function toApplicationFailure(error: unknown, attempt: number): unknown {
  if (!isSeamError(error)) return error;
  const { failure, operation, retryable, retryAfterMs } = error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.type,
    nonRetryable: !retryable,
    details: [{ operation, ...failure }],
    ...defined({ nextRetryDelay: retryable ? longerThanBackoff(retryAfterMs, attempt) : undefined }),
    ...(retryable ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
}
