/** Retries of calls to Temporal end when the call is aborted, also in the pause between two attempts. */
import { InterceptingCall, Metadata, type InterceptorOptions } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { retryUntilAborted } from '../../../src/temporal/abortable-retry.js';
import { GRPC_STATUS } from '../../../src/temporal/grpc-errors.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Call {
  /** Attempts that reached the network. */
  readonly attempts: () => number;
  /** Status that the caller received. */
  readonly status: () => number | undefined;
}

/** Calls a server that is away. */
function callAway(signal: AbortSignal | undefined): Call {
  let attempts = 0;
  let status: number | undefined;
  const away = (): InterceptingCall =>
    new InterceptingCall(
      {
        cancelWithStatus: () => undefined,
        getPeer: () => '',
        start(_metadata, listener) {
          attempts += 1;
          const answer = { code: GRPC_STATUS.UNAVAILABLE, details: 'no connection', metadata: new Metadata() };
          // The client of gRPC does so for a call with one answer.
          listener?.onReceiveMessage?.(null);
          listener?.onReceiveStatus?.(answer);
        },
        sendMessageWithContext: () => undefined,
        sendMessage: () => undefined,
        startRead: () => undefined,
        halfClose: () => undefined,
        getAuthContext: () => null,
      },
      {},
    );
  const options = { method_definition: { path: '/call', requestStream: false, responseStream: false } };
  const call = retryUntilAborted(() => signal)(options as InterceptorOptions, away);
  call.start(new Metadata(), { onReceiveStatus: ({ code }) => void (status = code) });
  call.sendMessage({});
  call.halfClose();
  return { attempts: () => attempts, status: () => status };
}

test('a call is sent again while the server is away', async () => {
  const call = callAway(undefined);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(call.attempts()).toBeGreaterThan(3);
});

test('a call that is aborted between two attempts is not sent again, and ends as cancelled', async () => {
  const abort = new AbortController();
  const call = callAway(abort.signal);
  await vi.advanceTimersByTimeAsync(1_000);
  const before = call.attempts();
  expect(before).toBeGreaterThan(1);
  abort.abort();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(call.attempts()).toBe(before);
  expect(call.status()).toBe(GRPC_STATUS.CANCELLED);
});
