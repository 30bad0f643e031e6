/** Endings in messages that are wrong otherwise. */
import { describe, expect, it } from 'vitest';
import { endingIn, readMessage, readSnapshot } from '../../../../src/domain/model/ending.js';
import type { StaySnapshot } from '../../../../src/domain/model/snapshot-schema.js';

const known: StaySnapshot = {
  propertyId: 'seaside',
  reservationId: 'R-1',
  revision: 3,
  status: 'in-house',
  window: { from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' },
  rooms: ['101'],
  guests: [{ guestId: 'g1', primary: true, wantsKey: true }],
};
const departed = { ...known, revision: 4, status: 'departed' };

describe('a snapshot that ends the stay', () => {
  it.each([
    ['an empty window', { window: { from: '2026-11-23T14:00Z', to: '2026-11-23T14:00Z' } }],
    ['no window', { window: undefined }],
    ['dates that do not exist', { window: { arrival: '2027-02-30', departure: '2027-02-31' } }],
    ['rooms that are no list', { rooms: 'none' }],
    ['a guest without an id', { guests: [{ name: 'Ada' }] }],
    ['an unknown field', { balance: 0 }],
    ['a hold without a reason', { hold: {} }],
    ['a nonsensical mark', { supersede: 'yes' }],
  ])('an end with %s is read, and all else stays as in the last snapshot', (_what, wrong) => {
    const read = readSnapshot({ ...departed, ...wrong }, known);
    expect(read).toMatchObject({ ok: true, snapshot: { ...known, revision: 4, status: 'departed' } });
    expect(read.ok && read.leftOut.length).toBeGreaterThan(0);
  });

  it('an end without a readable revision supersedes the last snapshot', () => {
    for (const revision of [undefined, null, 'soon', -1, '2027-02-30T10:00Z']) {
      const read = readSnapshot({ ...departed, revision }, known);
      expect(read).toMatchObject({ ok: true, snapshot: { revision: 3, status: 'departed', supersede: true } });
    }
  });

  it('an end with a revision keeps its place in the order', () => {
    const read = readSnapshot({ ...departed, revision: 2, window: 7 }, { ...known, supersede: true });
    expect(read.ok && read.snapshot).toEqual({ ...known, revision: 2, status: 'departed' });
  });

  it('an invalid snapshot that ends nothing, or names no stay, is refused with its problems', () => {
    const refused = readSnapshot({ ...departed, status: 'in-house', window: 7 }, known);
    expect(refused).toMatchObject({ ok: false, problems: [{ path: 'window' }] });
    expect(readSnapshot({ ...departed, window: 7 }, undefined)).toMatchObject({ ok: false });
    for (const input of [null, 'departed', [], { status: 'departed' }, { ...departed, reservationId: '' }])
      expect(endingIn(input)).toBeUndefined();
  });
});

describe('a message that ends keys', () => {
  it('a check-out and a cancellation are read without their wrong fields', () => {
    for (const name of ['checkOut', 'cancel'] as const) {
      const { message, problems } = readMessage(name, { at: '2027-02-30T10:00Z', by: 'desk-1', note: 'left early' });
      expect(message).toEqual({ name, payload: { by: 'desk-1' } });
      expect(problems.map(({ path }) => path).toSorted()).toEqual(['at', 'note']);
      for (const payload of ['now', 7, [], null]) expect(readMessage(name, payload).message?.payload).toEqual({});
    }
  });

  it('a check-out of one guest or room is never taken for one of the whole stay', () => {
    for (const part of [{ guestId: 'g1' }, { guests: ['g1'] }, { rooms: ['101'] }, { personId: 'p1' }])
      expect(readMessage('checkOut', part)).toMatchObject({ problems: [{ message: 'is not a known field' }] });
    expect(readMessage('checkOut', { guestId: 'g1' }).message).toBeUndefined();
  });

  it('a guest is removed if the guest is named, whatever the cause', () => {
    const { message } = readMessage('removeGuest', { guestId: 'g1', cause: 'theft' });
    expect(message).toEqual({ name: 'removeGuest', payload: { guestId: 'g1', cause: 'left' } });
    expect(readMessage('removeGuest', { cause: 'left' }).message).toBeUndefined();
  });

  it('an invalid message that ends nothing is not read', () => {
    expect(readMessage('checkIn', { at: 'now' })).toMatchObject({ problems: [{ path: 'at' }] });
    expect(readMessage('checkIn', { at: 'now' }).message).toBeUndefined();
  });
});
