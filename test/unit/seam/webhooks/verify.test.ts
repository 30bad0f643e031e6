/** Only a delivery that Seam signed, recently and in exactly these bytes, is read at all. */
import { describe, expect, it, test } from 'vitest';
import { deliveryReader, isWebhookSecret, SEAM_EVENT_TYPES } from '../../../../src/seam/webhooks/index.js';
import { createSimulatedHotel } from '../../../../src/simulator/hotel/hotel.js';
import { standingClock } from '../../../../src/simulator/hotel/clock.js';
import { aDelivery, aKeyEvent, anEvent, SECRET, type ADelivery } from './a-delivery.js';

const read = ({ headers, body }: ADelivery): ReturnType<ReturnType<typeof deliveryReader>> =>
  deliveryReader(SECRET)(headers, body);

describe('a delivery', () => {
  it.each(['svix', 'webhook'] as const)(
    'a delivery that Seam has signed is read, with headers %s-*',
    (headerPrefix) => {
      expect(read(aDelivery(aKeyEvent(), { headerPrefix }))).toEqual({
        kind: 'event',
        event: {
          kind: 'credential',
          eventId: 'e-1',
          eventType: 'acs_credential.invalidated',
          acsCredentialId: 'c-1',
          acsSystemId: 's-1',
        },
      });
    },
  );

  const genuine = aDelivery(aKeyEvent());
  const altered = Buffer.from(genuine.body.toString().replace('c-1', 'c-2'));
  const without = (name: string): ADelivery => ({
    ...genuine,
    headers: Object.fromEntries(Object.entries(genuine.headers).filter(([header]) => header !== name)),
  });
  const withHeader = (name: string, value: string): ADelivery => ({
    ...genuine,
    headers: { ...genuine.headers, [name]: value },
  });
  it.each<[string, ADelivery]>([
    ['signed with another secret', aDelivery(aKeyEvent(), { secret: 'whsec_c29tZWJvZHlFbHNl' })],
    ['altered after it was signed', { ...genuine, body: altered }],
    ['of the same JSON in other bytes', { ...genuine, body: Buffer.concat([genuine.body, Buffer.from('\n')]) }],
    ['signed six minutes ago', aDelivery(aKeyEvent(), { secondsAgo: 6 * 60 })],
    ['signed six minutes from now', aDelivery(aKeyEvent(), { secondsAgo: -6 * 60 })],
    ['under another id', withHeader('svix-id', 'msg_2')],
    ['with a newer time than was signed', withHeader('svix-timestamp', String(Math.floor(Date.now() / 1_000) + 9))],
    ['with a timestamp that is not a number', withHeader('svix-timestamp', 'now')],
    ['with a signature of no known kind', withHeader('svix-signature', 'v0,abc')],
    ['with a signature that is cut off', withHeader('svix-signature', 'v1')],
    ['without a signature', without('svix-signature')],
    ['without an id', without('svix-id')],
    ['without a time', without('svix-timestamp')],
    ['without anything', { headers: {}, body: Buffer.alloc(0) }],
  ])('a delivery %s is reported as forged, and none of its content is used', (_what, delivery) => {
    expect(read(delivery)).toEqual({ kind: 'forged', why: expect.any(String) });
  });

  it('a delivery is read if one of several signatures is right, as during a change of the secret', () => {
    const { headers, body } = aDelivery(aKeyEvent());
    const both = { ...headers, 'svix-signature': `v1,bm90IHRoaXMgb25l ${headers['svix-signature'] ?? ''}` };
    expect(read({ headers: both, body })).toMatchObject({ kind: 'event' });
  });

  it.each<[string, unknown, readonly string[]]>([
    ['no JSON', 'not { json', ['the whole body']],
    ['nothing', '', ['the whole body']],
    ['a list', [], ['the whole body']],
    ['null', 'null', ['the whole body']],
    ['an event without a type', { event_id: 'e-1' }, ['event_type']],
    ['an event without an id', { event_type: 'acs_credential.deleted' }, ['event_id']],
    ['a key event without a key', aKeyEvent({ acs_credential_id: undefined }), ['acs_credential_id']],
    ['a key event without a system', aKeyEvent({ acs_system_id: 7 }), ['acs_system_id']],
    ['an id that would end a quotation', aKeyEvent({ acs_credential_id: 'x" OR "1"="1' }), ['acs_credential_id']],
    ['a phone event without a phone', anEvent('phone.deactivated', {}), ['device_id']],
  ])('a delivery that holds %s is genuine but unreadable', (_what, content, fields) => {
    expect(read(aDelivery(content))).toEqual({ kind: 'unreadable', fields });
  });

  it('a delivery of an unknown event type is read as far as its type', () => {
    expect(read(aDelivery(anEvent('lock.sang', { song: {} })))).toEqual({
      kind: 'event',
      event: { kind: 'other', eventId: 'e-1', eventType: 'lock.sang' },
    });
  });

  it('a delivery may hold more fields than Seam publishes', () => {
    expect(read(aDelivery(aKeyEvent({ more: { of: 'this' }, acs_system_errors: null })))).toMatchObject({
      kind: 'event',
    });
  });
});

test("every subscribed event type is recognised, and the simulator's own events are readable", () => {
  const hotel = createSimulatedHotel({ clock: standingClock(Date.parse('2026-11-23T12:00:00Z')), rooms: ['101'] });
  const guest = hotel.addGuest();
  hotel.phones.deactivate(guest.deviceId);
  hotel.settle();
  const events = hotel.world.events.all().map((event) => read(aDelivery(event)));
  expect(events.length).toBeGreaterThan(1);
  for (const event of events) expect(event.kind).toBe('event');
  const ids = { acs_credential_id: 'c', acs_system_id: 's', device_id: 'd' };
  for (const type of SEAM_EVENT_TYPES) {
    const delivery = read(aDelivery(anEvent(type, ids)));
    expect(delivery).not.toMatchObject({ event: { kind: 'other' } });
  }
});

test('a webhook secret is "whsec_" followed by at least twelve bytes in base64', () => {
  expect(isWebhookSecret(SECRET)).toBe(true);
  for (const text of ['', 'whsec_', 'whsec_?', 'whsec_c2hvcnQ=', 'whsec_abcd', 'seam_test_key', 'b25seUZvclRlc3Rz']) {
    expect(isWebhookSecret(text), text).toBe(false);
  }
});

test('a delivery is genuine if one of several secrets signed it', () => {
  const other = 'whsec_c29tZWJvZHlFbHNl';
  const both = deliveryReader(SECRET, other);
  const readAny = ({ headers, body }: ADelivery): ReturnType<typeof both> => both(headers, body);
  for (const secret of [SECRET, other])
    expect(readAny(aDelivery(aKeyEvent(), { secret }))).toMatchObject({ kind: 'event' });
  const third = aDelivery(aKeyEvent(), { secret: 'whsec_bm9ib2R5QXRBbGwh' });
  expect(readAny(third)).toMatchObject({ kind: 'forged' });
});
