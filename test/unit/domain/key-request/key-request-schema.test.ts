/** Key requests as adapters write them, and as strangers might. */
import { expect, test } from 'vitest';
import { keyRequestSchema } from '../../../../src/domain/model/key-request-schema.js';

const request = {
  requestId: 'r-1',
  kind: 'remove',
  rooms: ['101'],
  at: '2026-07-01T13:00Z',
  by: 'opera',
  furtherKeys: 'another-guest',
};

test.each(['2026-07-01T13:00Z', '2026-07-01T13:00:30Z', '2026-07-01T15:00+02:00', '2026-07-01T15:00:00.5+02:00'])(
  'a key request of the time %s is valid, as adapters write it with and without seconds',
  (at) => {
    expect(keyRequestSchema.safeParse({ ...request, at }).success).toBe(true);
  },
);

test.each([
  ['at', { at: 'yesterday' }],
  ['kind', { kind: 'open' }],
  ['rooms', { rooms: '101' }],
  ['requestId', { requestId: '' }],
  ['furtherKeys', { furtherKeys: 'everyone' }],
])('a key request with a wrong %s is not valid', (field, wrong) => {
  const { error } = keyRequestSchema.safeParse({ ...request, ...wrong });
  expect(new Set(error?.issues.map(({ path: [name] }) => name))).toEqual(new Set([field]));
});
