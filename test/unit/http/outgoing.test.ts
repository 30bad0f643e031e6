/** Numbers of other systems that steer retries: they stay within limits, whatever a header says. */
import { expect, test } from 'vitest';
import { longerThanBackoff, retryAfterMs, withinDelayLimits } from '../../../src/http/outgoing.js';

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toUTCString();

test.each([
  ['0', 1_000],
  ['0.0', 1_000],
  ['-5', 1_000],
  ['+7', 7_000],
  [' 7 ', 7_000],
  ['7.5', 7_500],
  ['61', 60_000],
  ['31536000', 60_000],
  ['9'.repeat(400), 60_000],
  [inSeconds(-3_600), 1_000],
  [inSeconds(3_600), 60_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 1_000],
  ['Fri, 31 Dec 9999 23:59:59 GMT', 60_000],
])('the header Retry-After %j is a delay of %i ms', (header, ms) => {
  expect(retryAfterMs(header)).toBe(ms);
});

test.each([
  undefined,
  null,
  7,
  ['7'],
  '',
  '  ',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e9',
  '0x10',
  'soon',
  '2026-13-45',
  'Thu, 99 Zzz',
])('the header Retry-After %j leaves the delay to the caller', (header) => {
  expect(retryAfterMs(header)).toBeUndefined();
});

test.each([
  [Number.NaN, 1_000],
  [Number.NEGATIVE_INFINITY, 1_000],
  [0, 1_000],
  [1_500, 1_500],
  [Number.POSITIVE_INFINITY, 60_000],
])('a delay of %d ms is kept at %i ms', (ms, kept) => {
  expect(withinDelayLimits(ms)).toBe(kept);
});

test('a requested delay never cuts the backoff short', () => {
  expect([1, 2, 3, 4, 50].map((attempt) => longerThanBackoff(1_000, attempt))).toEqual([
    1_000,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect([1, 2, 3, 4, 50].map((attempt) => longerThanBackoff(60_000, attempt))).toEqual(Array(5).fill(60_000));
  expect(longerThanBackoff(undefined, 1)).toBeUndefined();
});
