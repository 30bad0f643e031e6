/** Instants as others write them, and windows as they are kept. */
import { describe, expect, it } from 'vitest';
import { check } from '../../../../src/domain/model/check.js';
import { hasLength, isInstant } from '../../../../src/domain/model/instants.js';
import { keyRequestSchema } from '../../../../src/domain/model/key-request-schema.js';
import { messageSchemas } from '../../../../src/domain/model/message-schema.js';
import { instantSchema, snapshotSchema } from '../../../../src/domain/model/snapshot-schema.js';

describe('an instant', () => {
  it.each(['2026-11-23T14:00Z', '2028-02-29T23:59:59.999+05:30', '2026-11-23T00:00-0800', '2026-12-31T23:59Z'])(
    '%s is an instant',
    (text) => expect(isInstant(text)).toBe(true),
  );

  it.each([
    '2027-02-30T15:00Z',
    '2027-02-29T15:00Z',
    '2026-11-31T15:00Z',
    '2026-13-01T15:00Z',
    '2026-00-10T15:00Z',
    '2026-11-00T15:00Z',
    '2026-11-23T24:00Z',
    '2026-11-23T14:60Z',
    '2026-11-23T14:00:60Z',
    '2026-11-23T14:00+24:00',
    '2026-11-23T14:00+02:60',
    '2026-11-23T14:00',
    '2026-11-23',
    '23 November 2026',
  ])('%s is not an instant', (text) => {
    expect(isInstant(text)).toBe(false);
    expect(check(instantSchema, text)).toMatchObject({ ok: false });
  });
});

describe('a window that is empty once it is cut to the minute', () => {
  const sameMinute = { from: '2026-11-23T13:00:10Z', to: '2026-11-23T13:00:50Z' };
  const later = { from: '2026-11-23T13:00Z', to: '2026-11-24T13:00Z' };
  const snapshot = {
    propertyId: 'seaside',
    reservationId: 'R-1',
    revision: 1,
    status: 'confirmed',
    window: later,
    rooms: ['101'],
    guests: [{ guestId: 'g1' }],
  };
  const problemsOf = (...[schema, value]: Parameters<typeof check>): readonly string[] => {
    const checked = check(schema, value);
    return checked.ok ? [] : checked.problems.map(({ path }) => path);
  };

  it('a window within one minute has no length, and one over the turn of a minute has', () => {
    expect(hasLength(sameMinute)).toBe(false);
    expect(hasLength({ from: '2026-11-23T13:00:59Z', to: '2026-11-23T13:01:00Z' })).toBe(true);
  });

  it('the window of a stay, a guest and a segment is refused by name', () => {
    expect(problemsOf(snapshotSchema, { ...snapshot, window: sameMinute })).toEqual(['window.to']);
    const guests = [{ guestId: 'g1', window: sameMinute }];
    expect(problemsOf(snapshotSchema, { ...snapshot, guests })).toEqual(['guests[0].window.to']);
    const segments = [{ ...sameMinute, rooms: ['101'] }];
    expect(problemsOf(snapshotSchema, { ...snapshot, rooms: undefined, segments })).toEqual(['segments[0].to']);
  });

  it('a local window on one day with clock times in the wrong order is refused by name', () => {
    const window = { arrival: '2026-11-23', departure: '2026-11-23', checkIn: '15:00', checkOut: '11:00' };
    expect(problemsOf(snapshotSchema, { ...snapshot, window })).toEqual(['window.departure']);
    expect(problemsOf(snapshotSchema, { ...snapshot, window: { ...window, checkOut: '15:00' } })).toEqual([
      'window.departure',
    ]);
    expect(problemsOf(snapshotSchema, { ...snapshot, window: { ...window, checkOut: '17:00' } })).toEqual([]);
  });

  it('new dates and a key request with such a window are refused by name', () => {
    expect(problemsOf(messageSchemas.changeDates, { window: sameMinute })).toEqual(['window.to']);
    expect(problemsOf(messageSchemas.changeDates, { window: { from: later.to, to: later.from } })).toEqual([
      'window.to',
    ]);
    const request = { requestId: '1', kind: 'new', rooms: [], at: later.from, by: 'opera', furtherKeys: 'same-guest' };
    expect(problemsOf(keyRequestSchema, { ...request, window: sameMinute })).toEqual(['window.to']);
  });

  it('dates that do not exist are refused wherever a snapshot has them', () => {
    const wrong = '2027-02-30T15:00Z';
    expect(problemsOf(snapshotSchema, { ...snapshot, revision: wrong })).toEqual(['revision']);
    expect(problemsOf(snapshotSchema, { ...snapshot, window: { from: wrong, to: wrong } })).toEqual([
      'window.from',
      'window.to',
    ]);
    expect(problemsOf(messageSchemas.changeRooms, { rooms: ['1'], from: wrong })).toEqual(['from']);
    expect(problemsOf(messageSchemas.hold, { reason: 'x', at: wrong })).toEqual(['at']);
  });
});
