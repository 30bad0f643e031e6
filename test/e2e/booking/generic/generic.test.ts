/** Tests of the generic adapter: who may deliver, and how a delivery is read. */
import { expect, test } from 'vitest';
import { generic } from '../../../../src/booking/adapters/generic/index.js';
import type { Reading } from '../../../../src/booking/ingress/adapter.js';
import { openSystem } from '../opened.js';
import { SECRET, signed, type Signing } from './sender.js';

const NEXT = `whsec_${Buffer.from('another thirty-two bytes, for the next').toString('base64')}`;
const snapshot = { propertyId: 'seaside', reservationId: 'R-1', revision: 1 };

function read(body: string, headers: Readonly<Record<string, string>>, token?: string): Reading | undefined {
  const env = { THIS_SECRET: SECRET, NEXT_SECRET: NEXT };
  const { webhook } = openSystem(generic, { settings: { secrets: ['THIS_SECRET', 'NEXT_SECRET'] } }, env);
  return webhook?.read({
    headers,
    body: Buffer.from(body),
    ip: '203.0.113.7',
    ...(token === undefined ? {} : { token }),
  });
}

const readSigned = (content: unknown, signing: Signing = {}): Reading | undefined => {
  const body = JSON.stringify(content);
  return read(body, signed(body, signing));
};

test('a signed snapshot is accepted with either secret while the secret is being rotated', () => {
  expect(readSigned(snapshot, { id: 'msg_1' })).toEqual({ kind: 'snapshot', snapshot, deliveryId: 'msg_1' });
  expect(readSigned(snapshot, { secret: NEXT, id: 'msg_1' })).toEqual({
    kind: 'snapshot',
    snapshot,
    deliveryId: 'msg_1',
  });
});

test('a delivery that is unsigned, signed with another secret, altered or too old is forged', () => {
  const body = JSON.stringify(snapshot);
  const headers = signed(body);
  const other = `whsec_${Buffer.from('thirty-two bytes that nobody gave').toString('base64')}`;
  expect(read(body, {})?.kind).toBe('forged');
  expect(readSigned(snapshot, { secret: other })?.kind).toBe('forged');
  expect(read(body.replace('R-1', 'R-2'), headers)?.kind).toBe('forged');
  expect(read(body, { ...headers, 'webhook-id': 'msg_other' })?.kind).toBe('forged');
  for (const minutes of [-6, 6]) {
    expect(readSigned(snapshot, { at: new Date(Date.now() + minutes * 60_000) })?.kind).toBe('forged');
  }
});

test('a delivery with a token is unknown, one of another property is ignored, and one without JSON is unreadable', () => {
  const body = JSON.stringify(snapshot);
  expect(read(body, signed(body), 'token')).toEqual({ kind: 'unknown' });
  expect(readSigned({ ...snapshot, propertyId: 'hills' })).toEqual({ kind: 'changed', reservations: [], ignored: 1 });
  expect(read('{', signed('{'))?.kind).toBe('unreadable');
  expect(readSigned(null)).toMatchObject({ kind: 'snapshot', snapshot: null });
});

test('a weak or malformed secret is refused with the name of its variable, and the error does not repeat it', () => {
  for (const secret of ['hunter2', 'whsec_c2hvcnQ=']) {
    const open = (): unknown => openSystem(generic, { settings: { secrets: ['WEAK'] } }, { WEAK: secret });
    expect(open).toThrow(/WEAK/);
    expect(open).not.toThrow(secret);
  }
});
