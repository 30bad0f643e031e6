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
  /** Refused: credentials, permissions, a wrong request. A person may have to fix it. */
  | { readonly kind: 'rejected'; readonly status?: number }
  /** The response differs from the booking system's documentation; `fields` are the wrong paths. */
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

/** Types of the failures, in Temporal. */
export const BOOKING_ERRORS = {
  unavailable: 'BookingSystemUnavailable',
  rejected: 'BookingSystemRejected',
  unreadable: 'BookingSystemUnreadable',
} as const satisfies Readonly<Record<BookingFailure['kind'], string>>;

/**
 * Returns a failure that Temporal retries: by the caller's policy, within seconds at first, or after the delay that the
 * booking system requests. A refused or an unreadable answer may pass as quickly as an outage does: a proxy answers
 * with a page of its own, or a token server starts again.
 * @param attempt number of the failed attempt, counted from 1
 */
export function asApplicationFailure({ message, failure }: BookingSystemError, attempt: number): ApplicationFailure {
  const retryAfterMs = failure.kind === 'unavailable' ? failure.retryAfterMs : undefined;
  return ApplicationFailure.create({
    message,
    type: BOOKING_ERRORS[failure.kind],
    ...defined({ nextRetryDelay: longerThanBackoff(retryAfterMs, attempt) }),
  });
}
