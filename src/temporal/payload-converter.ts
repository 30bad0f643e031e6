/**
 * Payload converter of workflow code. The SDK decodes signals and start arguments before any handler runs, and an error
 * there would fail the workflow task indefinitely. So a payload that cannot be decoded becomes a value, which the
 * schemas of the messages refuse. Pure: it runs in Temporal's sandbox, and again on replay.
 */
import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { undecodable } from '../domain/model/undecodable.js';

/** Encodes as the SDK does. Results of activities come from our own workers: an error there still fails the task. */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload: <T>(...[payload, context, hint]: Parameters<PayloadConverter['fromPayload']>): T => {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload, context, hint as never);
    } catch (error) {
      if (context?.type === 'activity') throw error;
      return undecodable(encodingOf(payload)) as T;
    }
  },
};

/** More bytes than an encoding has that is shown. */
const MOST_ENCODING_BYTES = 100;

function encodingOf({ metadata }: Payload): string | undefined {
  const encoding = metadata?.encoding;
  return encoding == null ? undefined : String.fromCharCode(...encoding.subarray(0, MOST_ENCODING_BYTES));
}
