/** Messages with any content: each changes the desired state, or becomes attention `ignored-message`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMessage, ignoreMessage } from '../../../../../src/domain/stay/desired/apply-message.js';
import { check, describeProblems } from '../../../../../src/domain/model/check.js';
import {
  messageNames,
  messageSchemas,
  type Message,
  type MessageName,
} from '../../../../../src/domain/model/message-schema.js';
import { planStay } from '../../../../../src/domain/stay/reconcile.js';
import { aStay, attentionCodes, carriedOut, enrolPhone } from '../../a-stay.js';
import type { House } from '../plan/hotel.js';

/** Mirrors the workflow's handlers: checks a message, then applies or ignores it. */
function receive(house: House, name: MessageName, payload: unknown): void {
  const checked = check<unknown>(messageSchemas[name], payload);
  if (checked.ok) house.state = applyMessage(house.state, { name, payload: checked.value } as Message, house.now());
  else house.state = ignoreMessage(house.state, `${name}: ${describeProblems(checked.problems)}`, house.now());
}

/** Payloads that are nearly valid, and any others. */
const payloads = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      guestId: fc.constantFrom('g1', 'g2', 'nobody', 7),
      guests: fc.constantFrom([{ guestId: 'g9' }], [{ guestId: 'g1', wantsKey: false }], [], 'g1'),
      rooms: fc.constantFrom(['101'], ['105', '104'], [], ['101', '101']),
      window: fc.constantFrom({ to: '2026-11-28T10:00Z' }, { from: '2027-01-01T00:00Z' }, {}, null),
      from: fc.constantFrom('2026-11-24T10:00Z', 'tomorrow'),
      reason: fc.constantFrom('because', ''),
      cause: fc.constantFrom('left', 'security', 'bored'),
      mode: fc.constantFrom('secure', 'convenient'),
      acsCredentialId: fc.constantFrom('c1', ''),
      deviceId: fc.constantFrom('d1', ''),
      eventType: fc.constant('acs_credential.deleted'),
      eventId: fc.constant('e1'),
      requestId: fc.constantFrom('r1', 'r2'),
    },
    { requiredKeys: [] },
  ),
);

describe('a message', () => {
  it('a message never throws and never corrupts the plan, whatever JSON it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...messageNames), payloads), { maxLength: 8 }), (messages) => {
        const house = aStay().withGuests(2).settled();
        for (const [name, payload] of messages) receive(house, name, payload);
        planStay(house.state, [], house.now());
        expect(JSON.parse(JSON.stringify(house.state))).toEqual(house.state);
      }),
      { numRuns: 60 },
    );
  });

  it('a report of Seam leaves a line although it changes nothing, and a repeated act of staff leaves none', () => {
    const house = aStay().settled();
    const acsCredentialId = house.view().keys[0]?.acsCredentialId;
    receive(house, 'credentialChanged', { acsCredentialId, eventType: 'acs_credential.issued', eventId: 'e1' });
    receive(house, 'phoneReady', { guestId: 'g1' });
    for (let time = 0; time < 2; time++) receive(house, 'hold', { reason: 'deposit missing' });
    expect(house.view().timeline.slice(-2)).toMatchObject([
      { what: `Seam reports acs_credential.issued of ${acsCredentialId}` },
      { what: 'hold', why: 'deposit missing' },
    ]);
  });

  it('a message with an unknown field is ignored, with attention that names the field', () => {
    const house = aStay().settled();
    receive(house, 'removeGuest', { guestId: 'g1', why: 'x' });
    expect(house.view().attention).toMatchObject([
      { code: 'ignored-message', message: 'removeGuest: why is not a known field' },
    ]);
    expect(carriedOut(house)).toEqual([]);
  });

  it.each<[string, Message]>([
    ['a guest who is not of the party', { name: 'removeGuest', payload: { guestId: 'nobody', cause: 'left' } }],
    ['the phone of an unknown guest', { name: 'phoneReady', payload: { guestId: 'nobody' } }],
    ['the lost phone of an unknown guest', { name: 'replaceKey', payload: { guestId: 'nobody', mode: 'secure' } }],
    ['rooms of a guest beyond the stay', { name: 'changeRooms', payload: { rooms: ['105'], guestId: 'g1' } }],
    ['dates that end before they start', { name: 'changeDates', payload: { window: { to: '2026-11-20T10:00Z' } } }],
    ['whom to block, without saying whom', { name: 'block', payload: { reason: 'noise' } }],
    [
      'a key that is not of this stay',
      { name: 'credentialChanged', payload: { acsCredentialId: 'x', eventType: 'e', eventId: '1' } },
    ],
    [
      'a phone that is not of this stay',
      { name: 'phoneChanged', payload: { deviceId: 'x', eventType: 'phone.deactivated', eventId: '1' } },
    ],
  ])('a message about %s raises attention and has no other effect', (_about, message) => {
    const house = aStay().settled();
    house.message(message);
    expect(attentionCodes(house)).toEqual(['ignored-message']);
    expect(carriedOut(house)).toEqual([]);
  });

  it.each(['cancel', 'checkOut'] as const)('check-in after a mistaken %s gives the guests keys again', (name) => {
    const house = aStay().with({ status: 'in-house' }).withGuests(2).settled();
    house.message({ name, payload: {} });
    house.settle();
    house.message({ name: 'checkIn', payload: { by: 'desk-1' } });
    expect(carriedOut(house)).toEqual(['revoke g1 101', 'revoke g2 101', 'override g1 101', 'join g2 101']);
    expect(house.view()).toMatchObject({ phase: 'in-house', attention: [] });
    const what = 'checked in: the stay is reinstated';
    expect(house.view().timeline).toContainEqual({ at: house.now(), what, by: 'desk-1' });
  });

  it('a check-in that is older than the end of the stay, and arrives after it, is ignored', () => {
    const house = aStay().settled();
    house.waitUntil('2026-11-23T15:00Z');
    house.message({ name: 'cancel', payload: {} });
    house.message({ name: 'checkIn', payload: { at: '2026-11-23T15:59+01:00' } });
    expect(house.view()).toMatchObject({ phase: 'cancelled', attention: [{ code: 'ignored-message' }] });
  });

  it('a message is applied once per request id', () => {
    const house = aStay().withGuests(2).settled();
    const payload = { guestId: 'g2', reason: 'noise', requestId: 'r1' };
    house.message({ name: 'block', payload });
    house.message({ name: 'release', payload: { guestId: 'g2', reason: 'sorted out', requestId: 'r2' } });
    house.message({ name: 'block', payload });
    house.settle();
    expect(house.view().guests[1]).toMatchObject({ guestId: 'g2', keyState: 'issued' });
  });

  it('a message without a request id is applied each time', () => {
    const house = aStay().settled();
    house.message({ name: 'removeGuest', payload: { guestId: 'nobody', cause: 'left' } });
    house.message({ name: 'removeGuest', payload: { guestId: 'nobody', cause: 'left' } });
    expect(attentionCodes(house)).toHaveLength(2);
  });

  it('a message leaves a line in the timeline, with its sender', () => {
    const house = aStay().settled();
    house.message({ name: 'checkIn', payload: { by: 'desk-2' } });
    expect(house.view().timeline).toContainEqual({ at: house.now(), what: 'checked in', by: 'desk-2' });
  });

  it('a message to retry clears the attention about ignored messages', () => {
    const house = aStay().settled();
    house.message({ name: 'phoneReady', payload: { guestId: 'nobody' } });
    house.message({ name: 'retry', payload: {} });
    expect(attentionCodes(house)).toEqual([]);
  });
});

describe('an event from Seam', () => {
  const deactivated = (house: House, deviceId: string, requestId?: string): void =>
    house.message({
      name: 'phoneChanged',
      payload: {
        deviceId,
        eventType: 'phone.deactivated',
        eventId: 'e1',
        ...(requestId === undefined ? {} : { requestId }),
      },
    });
  const phoneOf = (house: House, guestId: string): string => house.state.guests[guestId]?.deviceIds?.[0] ?? '';

  it.each(['named', 'unnamed'] as const)("the stay's own deactivation of a %s lost phone is no attention", (named) => {
    const house = aStay().with({ status: 'in-house' }).settled();
    const deviceId = phoneOf(house, 'g1');
    const lost = named === 'named' ? { deviceId } : {};
    house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure', ...lost } });
    house.settle();
    house.waitUntil('2026-11-23T13:10Z');
    enrolPhone(house, 'g1');
    house.settle();
    deactivated(house, deviceId);
    house.settle();
    deactivated(house, deviceId, 'again');
    house.settle();
    expect(house.view()).toMatchObject({ attention: [], guests: [{ keyState: 'issued' }] });
  });

  it('a phone that a guest sets up while Seam does not answer the loss of all others stays theirs', () => {
    const house = aStay().settled();
    house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure' } });
    house.waitUntil('2026-11-23T13:10Z');
    const next = enrolPhone(house, 'g1');
    house.settle();
    expect(house.hotel.phones.find(next)).toMatchObject({ presence: 'live' });
    expect(house.view()).toMatchObject({ attention: [], guests: [{ keyState: 'issued' }] });
  });

  it('a look for a phone that found the lost one does not count after the loss', () => {
    const house = aStay().withoutPhones().with({ status: 'in-house' }).settled();
    const lost = enrolPhone(house, 'g1');
    house.message({ name: 'replaceKey', payload: { guestId: 'g1', mode: 'secure', deviceId: lost } });
    const look = house.jobs.find((job) => job.what === 'wait-for-phone');
    if (look !== undefined) house.getOn(look, 'deaf');
    house.settle();
    expect(house.view().guests).toMatchObject([{ keyState: 'waiting', waitingFor: 'phone' }]);
    enrolPhone(house, 'g1');
    house.settle();
    expect(house.view().guests).toMatchObject([{ keyState: 'issued' }]);
  });

  it("the end of a guest's only phone leaves their key unchanged, and starts a wait for another phone", () => {
    const house = aStay().with({ status: 'in-house' }).withGuests(2).settled();
    const deviceId = phoneOf(house, 'g2');
    house.hotel.phones.deactivate(deviceId);
    deactivated(house, deviceId);
    expect(house.view().guests).toMatchObject([{ keyState: 'issued' }, { keyState: 'issued' }]);
    expect(house.jobs.map((job) => job.what)).toContain('wait-for-phone');
    enrolPhone(house, 'g2');
    expect(carriedOut(house)).toEqual([]);
    expect(house.state.guests.g2).toMatchObject({ phoneReady: true });
    expect(phoneOf(house, 'g2')).not.toBe(deviceId);
  });

  it('the end of a phone raises attention once it is certain that the guest has no other phone', () => {
    const house = aStay().with({ status: 'in-house' }).withPolicy({ phoneMissingAfterMinutes: 0 }).settled();
    const deviceId = phoneOf(house, 'g1');
    house.hotel.phones.deactivate(deviceId);
    deactivated(house, deviceId);
    expect(house.view().attention).toMatchObject([{ code: 'phone-missing', guestId: 'g1' }]);
    enrolPhone(house, 'g1');
    house.settle();
    expect(attentionCodes(house)).toEqual([]);
  });

  it('the end of a phone with which Seam ends the keys on it leaves those keys dead', () => {
    const house = aStay().with({ status: 'in-house' }).withSwitches({ deactivationEnds: 'whole-key' }).settled();
    const deviceId = phoneOf(house, 'g1');
    house.hotel.phones.deactivate(deviceId);
    house.hotel.settle();
    deactivated(house, deviceId);
    house.settle();
    expect(house.view().keys).toMatchObject([{ guestId: 'g1', state: 'dead' }]);
  });

  it('an event from Seam that arrives twice is handled once', () => {
    const house = aStay().settled();
    const deviceId = phoneOf(house, 'g1');
    deactivated(house, deviceId, 'e1');
    deactivated(house, deviceId, 'e1');
    expect(house.view().timeline.filter((line) => line.what.includes(deviceId))).toHaveLength(1);
    expect(attentionCodes(house)).toEqual([]);
  });

  it('an event that a key has reached a phone causes no re-read, and an event that a key has ended does', () => {
    const house = aStay().settled();
    const acsCredentialId = house.view().keys[0]?.acsCredentialId ?? '';
    const report = (eventType: string): void =>
      house.message({ name: 'credentialChanged', payload: { acsCredentialId, eventType, eventId: eventType } });
    report('acs_credential.issued');
    expect(house.jobs).toEqual([]);
    report('acs_credential.invalidated');
    expect(house.jobs.map((job) => job.what)).toEqual(['check-keys']);
  });
});
