/**
 * Errors between Stayline and Seam, in one table: which are retryable and which need a person. Messages hold Seam's
 * error type, the refused field names and the request id. They never hold a body, because bodies contain names and
 * contacts.
 */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { ERROR_TYPES } from '../domain/model/error-types.js';

export type SeamErrorType = (typeof ERROR_TYPES)['seamRejected' | 'seamUnavailable' | 'notFoundAtSeam'];

interface ErrorClass {
  readonly type: SeamErrorType;
  readonly retryable: boolean;
  /** Retry delay in milliseconds if Seam sends none; absent leaves it to the caller's retry policy. */
  readonly delayMs?: number;
  /** True if Seam may have carried out a request with this answer. */
  readonly mayHaveReached: boolean;
}

const REJECTED: ErrorClass = { type: ERROR_TYPES.seamRejected, retryable: false, mayHaveReached: false };
const UNAVAILABLE: ErrorClass = { type: ERROR_TYPES.seamUnavailable, retryable: true, mayHaveReached: true };

const BY_STATUS: Readonly<Record<number, ErrorClass>> = {
  404: { type: ERROR_TYPES.notFoundAtSeam, retryable: false, mayHaveReached: false },
  408: UNAVAILABLE,
  425: { type: ERROR_TYPES.seamUnavailable, retryable: true, mayHaveReached: false },
  429: { type: ERROR_TYPES.seamUnavailable, retryable: true, delayMs: 1_000, mayHaveReached: false },
  501: REJECTED,
};

/** Returns the class of an unsuccessful HTTP status. */
export function classOfStatus(status: number): ErrorClass {
  return BY_STATUS[status] ?? (status >= 500 ? UNAVAILABLE : REJECTED);
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
  /** Seam refused the request. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly requestId?: string;
      readonly seamType?: string;
      readonly fields: readonly string[];
      readonly retryAfterMs?: number;
    }
  /** Seam accepted the request, but its answer lacks fields that Stayline relies on. */
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
  /** Not sent, or refused: the hotel's access system is not connected to Seam now. */
  | { readonly kind: 'system-down'; readonly codes: readonly string[] }
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
    this.retryAfterMs = ('retryAfterMs' in failure ? failure.retryAfterMs : undefined) ?? found.delayMs;
  }
}

function classOf(failure: SeamFailure): ErrorClass {
  switch (failure.kind) {
    case 'answered':
      return classOfStatus(failure.status);
    case 'unreadable':
      return { ...REJECTED, mayHaveReached: true };
    case 'no-answer':
      return { ...UNAVAILABLE, mayHaveReached: !NEVER_ARRIVED.has(failure.code) };
    case 'cancelled':
      return { ...UNAVAILABLE, mayHaveReached: failure.sent };
    case 'still-there':
      return UNAVAILABLE;
    case 'paused':
    case 'system-down':
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
      return `Seam answered ${operation} with ${what}${where}${requestNote(failure.requestId)}`;
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
      return `The access system is not connected to Seam (${failure.codes.join(', ')}): ${operation} must wait`;
    case 'still-there':
      return `Seam accepted ${operation}, but has not carried it out yet`;
    default:
      return failure satisfies never;
  }
}

function requestNote(requestId: string | undefined): string {
  return requestId === undefined ? '' : ` (request ${requestId})`;
}

/** Returns true for a `SeamError`. */
export function isSeamError(error: unknown): error is SeamError {
  return error instanceof SeamError;
}

/** Returns true if Seam does not have the requested object. */
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
 * Converts a call's error for Temporal: typed, retryable or not, with Seam's own retry delay. Returns any error that is
 * not a `SeamError` unchanged.
 */
export function toApplicationFailure(error: unknown): unknown {
  if (!isSeamError(error)) return error;
  const { failure, operation, retryAfterMs } = error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.type,
    nonRetryable: !error.retryable,
    details: [{ operation, ...failure }],
    ...(error.retryable && retryAfterMs !== undefined ? { nextRetryDelay: retryAfterMs } : {}),
    ...(error.retryable ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
}
