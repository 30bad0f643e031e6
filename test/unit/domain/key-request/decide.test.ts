/** Orders that a stay receives for each kind of key request. */
import { describe, expect, test } from 'vitest';
import type { Order, StayReport } from '../../../../src/domain/model/key-request.js';
import { decide } from '../../../../src/domain/key-request/decide.js';
import type { KeyRequest, KeyRequestKind } from '../../../../src/domain/model/key-request-schema.js';
import { snapshotSchema, type StaySnapshotInput } from '../../../../src/domain/model/snapshot-schema.js';

const NAME = { propertyId: 'seaside', reservationId: 'R-1' };
const WINDOW = { from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' };
const NOW = '2026-11-24T09:00Z';

function request(kind: KeyRequestKind, changes: Partial<KeyRequest> = {}): KeyRequest {
  const at = '2026-11-24T09:00:12.345Z';
  return {
    requestId: 'q-1',
    kind,
    rooms: ['101'],
    window: WINDOW,
    at,
    by: 'opera',
    furtherKeys: 'another-guest',
    ...changes,
  };
}

function look(changes: Partial<StayReport> = {}): StayReport {
  const guests = [{ guestId: 'guest-1', hasKey: true, isGone: false }];
  return { phase: 'in-house', revision: '2026-11-23T14:00Z', window: WINDOW, rooms: ['101'], guests, ...changes };
}

function orders(asked: KeyRequest, seen: StayReport | undefined, now = NOW, before?: KeyRequest): readonly Order[] {
  const decision = decide(NAME, asked, seen, { now, before });
  if (decision.kind === 'refuse') throw new Error(decision.why);
  for (const order of decision.orders) if (order.kind === 'snapshot') snapshotSchema.parse(order.snapshot);
  return decision.orders;
}

function snapshots(given: readonly Order[]): readonly StaySnapshotInput[] {
  return given.flatMap((order) => (order.kind === 'snapshot' ? [order.snapshot] : []));
}

const TWO = [
  { guestId: 'guest-1', hasKey: true, isGone: false },
  { guestId: 'guest-2', hasKey: true, isGone: false },
];

describe('a key request without an open stay', () => {
  test('a key request without an open stay opens one, in house if the key is already valid', () => {
    const [now] = snapshots(orders(request('new'), undefined));
    expect(now).toMatchObject({ status: 'in-house', rooms: ['101'], window: WINDOW });
    expect(now?.guests).toEqual([{ guestId: 'guest-1', primary: true }]);
    const [early] = snapshots(orders(request('new'), undefined, '2026-11-20T09:00Z'));
    expect(early?.status).toBe('confirmed');
  });

  test('a key request after check-out reopens the stay with a newer revision than the stay had', () => {
    const over = look({
      phase: 'over',
      revision: '2026-11-24T10:00Z',
      guests: [{ guestId: 'guest-1', hasKey: false, isGone: true }],
    });
    const [again] = snapshots(orders(request('new', { rooms: ['102'] }), over));
    expect(again).toMatchObject({ status: 'in-house', rooms: ['102'], revision: '2026-11-24T10:00Z', supersede: true });
    expect(snapshots(orders(request('new'), look({ phase: 'over', revision: 7 })))[0]?.revision).toBe(8);
  });

  test('without an open stay, a request without rooms or window is refused, and a removal has nothing to do', () => {
    const { window: _window, ...undated } = request('lost');
    expect(decide(NAME, undated, undefined, { now: NOW })).toMatchObject({ kind: 'refuse' });
    expect(decide(NAME, request('lost', { rooms: [] }), undefined, { now: NOW })).toMatchObject({ kind: 'refuse' });
    expect(orders(request('remove'), undefined)).toEqual([]);
    const keyless = [{ guestId: 'guest-1', hasKey: false, isGone: true }];
    expect(orders(request('remove'), look({ phase: 'leaving', guests: keyless }))).toEqual([]);
    expect(orders(request('remove'), look({ phase: 'cancelled' }))).toEqual([]);
  });
});

describe('a key request for an open stay', () => {
  test('a "remove" request ends all keys, but not those of the room that the stay has moved to', () => {
    expect(snapshots(orders(request('remove'), look({ guests: TWO })))).toMatchObject([
      { status: 'departed', rooms: ['101'] },
    ]);
    expect(snapshots(orders(request('remove', { rooms: [] }), look()))).toMatchObject([{ status: 'departed' }]);
    expect(orders(request('remove', { rooms: ['100'] }), look())).toEqual([]);
  });

  test('a "remove" request ends what a stay was granted after its end', () => {
    expect(snapshots(orders(request('remove'), look({ phase: 'leaving' })))).toMatchObject([{ status: 'departed' }]);
  });

  test('a "new" request before the first key changes nothing, and a later one ends all keys first', () => {
    const none = look({ guests: [{ guestId: 'guest-1', hasKey: false, isGone: false }] });
    expect(orders(request('new'), none)).toEqual([]);
    const anew = orders(request('new'), look({ guests: TWO }));
    expect(anew.map(({ kind }) => kind)).toEqual(['snapshot', 'await-end-of-keys', 'snapshot']);
    expect(snapshots(anew)).toMatchObject([
      { status: 'departed' },
      { status: 'in-house', guests: [{ guestId: 'guest-1' }] },
    ]);
    expect(snapshots(anew)[1]?.guests).toHaveLength(1);
  });

  test('a "new" request for other rooms moves the stay', () => {
    expect(snapshots(orders(request('new', { rooms: ['102'] }), look()))).toMatchObject([
      { status: 'in-house', rooms: ['102'], guests: [{ guestId: 'guest-1' }] },
    ]);
    expect(snapshots(orders(request('move', { rooms: ['102', '103'] }), look({ guests: TWO })))).toMatchObject([
      { rooms: ['102', '103'], guests: [{ guestId: 'guest-1' }, { guestId: 'guest-2' }] },
    ]);
  });

  test('a "duplicate" request adds one guest under a free number, or is for the same guest', () => {
    const guests = snapshots(orders(request('duplicate'), look({ guests: [TWO[1]!] })))[0]?.guests;
    expect(guests?.map(({ guestId }) => guestId)).toEqual(['guest-2', 'guest-3']);
    expect(orders(request('duplicate', { furtherKeys: 'same-guest' }), look())).toEqual([]);
  });

  test('a "modify" request changes the end, and moves the arrival only to an earlier time', () => {
    const later = request('modify', { window: { from: '2026-11-24T09:00Z', to: '2026-11-28T10:00Z' } });
    expect(snapshots(orders(later, look()))[0]?.window).toEqual({ from: WINDOW.from, to: '2026-11-28T10:00Z' });
    const before = request('modify', { window: { from: '2026-11-23T10:00Z', to: WINDOW.to } });
    expect(snapshots(orders(before, look()))[0]?.window).toEqual({ from: '2026-11-23T10:00Z', to: WINDOW.to });
    expect(orders(request('modify'), look())).toEqual([]);
  });

  test('before the arrival, a later start in a request moves the arrival, and no guest is checked in', () => {
    const expected = look({ phase: 'expected', guests: [{ guestId: 'guest-1', hasKey: false, isGone: false }] });
    const later = { from: '2026-11-28T14:00Z', to: '2026-11-30T10:00Z' };
    for (const kind of ['new', 'modify'] as const) {
      const [told] = snapshots(orders(request(kind, { window: later }), expected));
      expect(told).toMatchObject({ status: 'confirmed', window: later });
    }
    const late = request('new', { window: { from: '2026-11-24T09:00Z', to: WINDOW.to } });
    expect(snapshots(orders(late, expected))[0]).toMatchObject({ status: 'in-house', window: WINDOW });
  });

  test('a "move" request from one of several rooms leaves the others alone, unless it names them all', () => {
    const suite = look({ rooms: ['101', '102'] });
    const moveTo = (rooms: readonly string[]): Partial<KeyRequest> => ({ rooms, oldRoom: '101' });
    expect(snapshots(orders(request('move', moveTo(['105'])), suite))[0]?.rooms).toEqual(['105', '102']);
    expect(snapshots(orders(request('move', moveTo(['105', '106'])), suite))[0]?.rooms).toEqual(['105', '106']);
    expect(snapshots(orders(request('move', { rooms: ['105'], oldRoom: '999' }), suite))[0]?.rooms).toEqual(['105']);
  });

  test('a repeated key request counts as the same one while it is pending, and as another once it is done', () => {
    const again = { at: '2026-11-24T09:00:30.000Z' };
    const guests = [...TWO.slice(0, 1), { guestId: 'guest-2', hasKey: false, isGone: false }];
    const pending = look({ guests, isPending: true });
    for (const kind of ['new', 'duplicate', 're-encode'] as const) {
      expect(orders(request(kind, again), pending, NOW, request(kind, { requestId: 'q-0' }))).toEqual([]);
    }
    const before = request('duplicate', { requestId: 'q-0' });
    const laterStart = { from: '2026-11-24T09:00Z', to: WINDOW.to };
    expect(orders(request('duplicate', { ...again, window: laterStart }), pending, NOW, before)).toEqual([]);
    const otherEnd = { from: WINDOW.from, to: '2026-11-27T10:00Z' };
    const another = [
      orders(request('duplicate', again), look({ guests: TWO, isPending: false }), NOW, before),
      orders(request('duplicate', { ...again, rooms: ['102'] }), pending, NOW, before),
      orders(request('duplicate', { ...again, window: otherEnd }), pending, NOW, before),
      orders(request('duplicate', again), pending, NOW, request('new')),
      // No response has asked the caller to retry so soon: this is a key for one more guest.
      orders(request('duplicate', { at: '2026-11-24T09:00:13.000Z' }), pending, NOW, before),
    ];
    for (const told of another) expect(snapshots(told)[0]?.guests).toHaveLength(3);
    expect(orders(request('lost', again), pending, NOW, request('lost'))).toMatchObject([{ kind: 'replace-key' }]);
  });

  test('"lost" re-keys securely and "re-encode" replaces one key, and neither affects rooms that are not named', () => {
    const suite = look({ rooms: ['101', '102'], guests: TWO });
    expect(orders(request('lost'), suite)).toMatchObject([
      { kind: 'replace-key', payload: { guestId: 'guest-1', mode: 'secure', requestId: 'q-1' } },
    ]);
    expect(orders(request('re-encode'), suite)).toMatchObject([
      { payload: { guestId: 'guest-1', mode: 'convenient' } },
    ]);
  });

  test('a key request for a guest who was only expected checks them in', () => {
    const expected = look({ phase: 'expected', guests: [{ guestId: 'guest-1', hasKey: false, isGone: false }] });
    expect(snapshots(orders(request('new'), expected))).toMatchObject([{ status: 'in-house' }]);
  });
});
