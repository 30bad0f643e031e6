/** Problem details for the errors of the client. */
import { ERROR_TYPES, RoomNotFound, StayNotFound, StayRefused } from '../../client.js';
import { HttpProblem } from '../../http/problem.js';

/** Returns the problem for an error of `stayline/client`; undefined for any other error. */
export function problemOfClient(error: unknown): HttpProblem | undefined {
  if (error instanceof StayNotFound || error instanceof RoomNotFound) {
    return new HttpProblem('not-found', error.message);
  }
  if (!(error instanceof StayRefused)) return undefined;
  switch (error.type) {
    case ERROR_TYPES.staleRevision:
      return new HttpProblem('stale-revision', error.message);
    case ERROR_TYPES.stayOver:
      return new HttpProblem('stay-over', error.message);
    case ERROR_TYPES.guestNeeded:
      return new HttpProblem('guest-needed', error.message);
    case ERROR_TYPES.tooManyMessages:
      return new HttpProblem('unavailable', error.message, { headers: { 'retry-after': '2' } });
    default:
      return new HttpProblem('invalid-request', error.message, { errors: error.problems });
  }
}
