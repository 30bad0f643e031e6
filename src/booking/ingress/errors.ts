/**
 * What can go wrong between Stayline and a booking system, in one table. Messages name the operation and the status, never a body: bodies
 * hold names and contacts.
 */

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
