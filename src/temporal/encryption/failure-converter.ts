/**
 * Failure converter of encrypted set-ups: message and stack trace of a failure become a payload, which the codec
 * encrypts. It runs in Temporal's sandbox too.
 */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
