/**
 * Retries of Temporal's client that end with an abort. The SDK's own go on when a call is cancelled during the pause
 * between two attempts: a request whose caller was told that it failed would reach the server later.
 */
import { InterceptingCall, Metadata, type Interceptor } from '@grpc/grpc-js';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { GRPC_STATUS } from './grpc-errors.js';

const ABORTED = { code: GRPC_STATUS.CANCELLED, details: 'the call was aborted' };

/**
 * Returns the interceptor of a connection, in place of the SDK's default.
 * @param signalNow returns the signal of the call that starts now, if it has one
 */
export function retryUntilAborted(signalNow: () => AbortSignal | undefined): Interceptor {
  const retrying = makeGrpcRetryInterceptor(defaultGrpcRetryOptions());
  return (options, nextCall) => {
    const signal = signalNow();
    return retrying(options, (given) => {
      if (signal?.aborted === true) return refusedCall();
      const call = nextCall(given);
      signal?.addEventListener('abort', () => call.cancelWithStatus(ABORTED.code, ABORTED.details), { once: true });
      return call;
    });
  };
}

/** Returns a call that sends nothing, and ends as cancelled. */
function refusedCall(): InterceptingCall {
  return new InterceptingCall(
    {
      cancelWithStatus: () => undefined,
      getPeer: () => '',
      start: (_metadata, listener) => listener?.onReceiveStatus?.({ ...ABORTED, metadata: new Metadata() }),
      sendMessageWithContext: () => undefined,
      sendMessage: () => undefined,
      startRead: () => undefined,
      halfClose: () => undefined,
      getAuthContext: () => null,
    },
    {},
  );
}
