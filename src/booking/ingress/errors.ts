/**
 * What can go wrong between Stayline and a booking system, in one table. Messages name the operation and the status, never a body: bodies
 * hold names and contacts.
 */
import { ApplicationFailure } from '@temporalio/common';

export type BookingFailure =
  /** It will pass by itself: no answer, a timeout, 5xx, too many requests. */
  | { readonly kind: 'unavailable'; readonly status?: number; readonly retryAfterMs?: number }
  /** A person must put it right: credentials, permissions, a request that is refused. Tried again all the same, but slowly. */
  | { readonly kind: 'rejected'; readonly status?: number }
  /** The answer is not what the booking system's documents say. Tried again slowly; `fields` are the paths that are wrong. */
  | { readonly kind: 'unreadable'; readonly fields: readonly string[] };

export class BookingSystemError extends Error {
  override readonly name = 'BookingSystemError';
  /** @param operation what was asked, such as `GET reservation`; shown in Temporal's Web UI, so without ids of persons */
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
      return failure.status === undefined ? 'no answer' : `answered ${failure.status}, which should pass`;
    case 'rejected':
      return failure.status === undefined ? 'was refused' : `was refused with ${failure.status}`;
    case 'unreadable':
      return `the answer cannot be read: ${failure.fields.join(', ')}`;
    default:
      return failure satisfies never;
  }
}

/** Statuses below 500 that pass by themselves. */
const PASSING = new Set([408, 409, 425, 429]);

/** The class of an answer that is no success; 404 is for the adapter to judge. */
export function failureOfStatus(status: number, retryAfterMs?: number): BookingFailure {
  return status >= 500 || PASSING.has(status)
    ? { kind: 'unavailable', status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
    : { kind: 'rejected', status };
}

/** Who has to put something right is given time to; then it is tried again, for the booking system's changes have not gone away. */
const TRY_AGAIN_MS = 5 * 60_000;

/** As Temporal tries it again: after what the booking system asks for, by the caller's policy, or slowly. */
export function asApplicationFailure({ message, failure }: BookingSystemError): ApplicationFailure {
  switch (failure.kind) {
    case 'unavailable':
      return ApplicationFailure.create({
        message,
        type: 'BookingSystemUnavailable',
        ...(failure.retryAfterMs === undefined ? {} : { nextRetryDelay: failure.retryAfterMs }),
      });
    case 'rejected':
      return ApplicationFailure.create({ message, type: 'BookingSystemRejected', nextRetryDelay: TRY_AGAIN_MS });
    case 'unreadable':
      return ApplicationFailure.create({ message, type: 'BookingSystemUnreadable', nextRetryDelay: TRY_AGAIN_MS });
    default:
      return failure satisfies never;
  }
}
