/**
 * Failures between Stayline and a booking system, in one table. Messages name the operation and the status, never a
 * body: bodies hold names and contacts.
 */
import { ApplicationFailure } from '@temporalio/common';
import { defined } from '../../domain/model/defined.js';
import { longerThanBackoff } from '../../http/outgoing.js';

export type BookingFailure =
  /** Transient: no response, a timeout, 5xx, too many requests. */
  | { readonly kind: 'unavailable'; readonly status?: number; readonly retryAfterMs?: number }
  /** A person must fix it: credentials, permissions, a refused request. Still retried, but slowly. */
  | { readonly kind: 'rejected'; readonly status?: number }
  /** The response differs from the booking system's documentation. Retried slowly; `fields` are the wrong paths. */
  | { readonly kind: 'unreadable'; readonly fields: readonly string[] };

export class BookingSystemError extends Error {
  override readonly name = 'BookingSystemError';
  /** @param operation the request, such as `GET reservation`; shown in Temporal Web UI, so without ids of persons */
  constructor(
    readonly operation: string,
    readonly failure: BookingFailure,
  ) {
    super(`${operation}: ${describe(failure)}`);
  }
}

function describe(failure: BookingFailure): string {
  switch (failure.kind) {
    case 'unavailable':
      return failure.status === undefined ? 'no answer' : `answered ${failure.status}, which is usually temporary`;
    case 'rejected':
      return failure.status === undefined ? 'was refused' : `was refused with ${failure.status}`;
    case 'unreadable':
      return `the answer cannot be read: ${failure.fields.join(', ')}`;
    default:
      return failure satisfies never;
  }
}

/** Transient statuses below 500. */
const PASSING = new Set([408, 409, 425, 429]);

/** Returns the failure for a status that is not a success. The adapter handles 404 itself. */
export function failureOfStatus(status: number, retryAfterMs?: number): BookingFailure {
  return status >= 500 || PASSING.has(status)
    ? { kind: 'unavailable', status, ...defined({ retryAfterMs }) }
    : { kind: 'rejected', status };
}

/** Retry delay that gives a person time for a fix. The retry is needed: the changes are still to be read. */
const TRY_AGAIN_MS = 5 * 60_000;

/**
 * Returns a failure that sets the retry in Temporal after this attempt (counted from 1): after the delay that the
 * booking system requests, by the caller's policy, or slowly.
 */
export function asApplicationFailure({ message, failure }: BookingSystemError, attempt: number): ApplicationFailure {
  switch (failure.kind) {
    case 'unavailable':
      return ApplicationFailure.create({
        message,
        type: 'BookingSystemUnavailable',
        ...defined({ nextRetryDelay: longerThanBackoff(failure.retryAfterMs, attempt) }),
      });
    case 'rejected':
      return ApplicationFailure.create({ message, type: 'BookingSystemRejected', nextRetryDelay: TRY_AGAIN_MS });
    case 'unreadable':
      return ApplicationFailure.create({ message, type: 'BookingSystemUnreadable', nextRetryDelay: TRY_AGAIN_MS });
    default:
      return failure satisfies never;
  }
}
