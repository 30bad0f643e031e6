import { ServiceError } from '@temporalio/client';

/**
 * Returns the error that Temporal's client throws for a call that the server refuses.
 * @param message text of the operation that failed, where it differs from the details of the call
 */
export function refusedByServer(code: number, details: string, message = `${code} ${details}`): ServiceError {
  const cause = Object.assign(new Error(message), { code, details, metadata: {} });
  return new ServiceError('The call failed', { cause });
}
