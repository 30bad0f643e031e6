/** The time for which an attempt reckons with requests of the attempts before it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { IssueKeyInput } from '../../../src/domain/model/stay-activities.js';
import { openIssue } from '../../../src/seam/attempt.js';
import { DEFAULT_KEY_TIMING, type KeyRequests } from '../../../src/seam/context.js';

const LATE_MS = DEFAULT_KEY_TIMING.lateCommitMs;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each`
  situation                                                    | number | firstAsk | silentMs | acsCredentialId | expected
  ${'the first attempt of a first request waits for nothing'}  | ${1}   | ${true}  | ${0}     | ${undefined}    | ${0}
  ${'a retry waits for a request of the attempt before'}       | ${2}   | ${true}  | ${0}     | ${undefined}    | ${LATE_MS}
  ${'a retry after silence waits for the rest of the time'}    | ${2}   | ${true}  | ${500}   | ${undefined}    | ${LATE_MS - 500}
  ${'a retry after a long silence waits for nothing'}          | ${2}   | ${true}  | ${9_000} | ${undefined}    | ${0}
  ${'a later step waits in full for what an earlier one sent'} | ${2}   | ${false} | ${9_000} | ${undefined}    | ${LATE_MS}
  ${'a retry of a step that knows its key waits for nothing'}  | ${2}   | ${true}  | ${0}     | ${'key-1'}      | ${0}
`('a request before this attempt: $situation', ({ number, firstAsk, silentMs, acsCredentialId, expected }) => {
  const input = { firstAsk, acsCredentialId } as IssueKeyInput;
  const context = { timing: DEFAULT_KEY_TIMING } as KeyRequests;
  const signal = new AbortController().signal;
  const attempt = { number, silentMs, signal, firstAt: 0, remembered: undefined, remember: vi.fn() };
  expect(openIssue(input, context, attempt).settledAt - performance.now()).toBe(expected);
});
