/** What a stay is told for each kind of request for keys. */
import { describe, expect, test } from 'vitest';
import { decide, type Order, type StayLook } from '../../../src/stay/key-desk/decide.js';
import type { KeyRequest, KeyRequestKind } from '../../../src/stay/key-desk/request.js';
import { snapshotSchema, type StaySnapshotInput } from '../../../src/stay/snapshot-schema.js';

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

function look(changes: Partial<StayLook> = {}): StayLook {
  const guests = [{ guestId: 'guest-1', hasKey: true, isGone: false }];
  return { phase: 'in-house', revision: '2026-11-23T14:00Z', window: WINDOW, rooms: ['101'], guests, ...changes };
}

function orders(asked: KeyRequest, seen: StayLook | undefined, now = NOW): readonly Order[] {
  const decision = decide(NAME, asked, seen, now);
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

describe('where no stay is open', () => {
  test('a request opens one, in house if the key is valid by now', () => {
    const [now] = snapshots(orders(request('new'), undefined));
    expect(now).toMatchObject({ status: 'in-house', rooms: ['101'], window: WINDOW });
    expect(now?.guests).toEqual([{ guestId: 'guest-1', primary: true }]);
    const [early] = snapshots(orders(request('new'), undefined, '2026-11-20T09:00Z'));
    expect(early?.status).toBe('confirmed');
  });

  test('a request after check-out opens the stay again, as something newer than it knew', () => {
    const over = look({
      phase: 'over',
      revision: '2026-11-24T10:00Z',
      guests: [{ guestId: 'guest-1', hasKey: false, isGone: true }],
    });
    const [again] = snapshots(orders(request('new', { rooms: ['102'] }), over));
    expect(again).toMatchObject({ status: 'in-house', rooms: ['102'], revision: '2026-11-24T10:00Z', supersede: true });
    expect(snapshots(orders(request('new'), look({ phase: 'over', revision: 7 })))[0]?.revision).toBe(8);
  });

  test('one that does not say where or until when is refused, one for an end has nothing to do', () => {
    const { window: _window, ...undated } = request('lost');
    expect(decide(NAME, undated, undefined, NOW)).toMatchObject({ kind: 'refuse' });
    expect(decide(NAME, request('lost', { rooms: [] }), undefined, NOW)).toMatchObject({ kind: 'refuse' });
    expect(orders(request('remove'), undefined)).toEqual([]);
    expect(orders(request('remove'), look({ phase: 'leaving' }))).toEqual([]);
  });
});

describe('in an open stay', () => {
  test('"remove" ends all keys, but not those of the room that the stay has moved to', () => {
    expect(snapshots(orders(request('remove'), look({ guests: TWO })))).toMatchObject([
      { status: 'departed', rooms: ['101'] },
    ]);
    expect(snapshots(orders(request('remove', { rooms: [] }), look()))).toMatchObject([{ status: 'departed' }]);
    expect(orders(request('remove', { rooms: ['100'] }), look())).toEqual([]);
  });

  test('"new" before there is a key changes nothing, after that it ends all keys first', () => {
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

  test('"new" for other rooms moves the stay', () => {
    expect(snapshots(orders(request('new', { rooms: ['102'] }), look()))).toMatchObject([
      { status: 'in-house', rooms: ['102'], guests: [{ guestId: 'guest-1' }] },
    ]);
    expect(snapshots(orders(request('move', { rooms: ['102', '103'] }), look({ guests: TWO })))).toMatchObject([
      { rooms: ['102', '103'], guests: [{ guestId: 'guest-1' }, { guestId: 'guest-2' }] },
    ]);
  });

  test('"duplicate" is for one guest more, whatever numbers are taken, or for the same one', () => {
    const guests = snapshots(orders(request('duplicate'), look({ guests: [TWO[1]!] })))[0]?.guests;
    expect(guests?.map(({ guestId }) => guestId)).toEqual(['guest-2', 'guest-3']);
    expect(orders(request('duplicate', { furtherKeys: 'same-guest' }), look())).toEqual([]);
  });

  test('"modify" changes the end, and moves the arrival only to before', () => {
    const later = request('modify', { window: { from: '2026-11-24T09:00Z', to: '2026-11-28T10:00Z' } });
    expect(snapshots(orders(later, look()))[0]?.window).toEqual({ from: WINDOW.from, to: '2026-11-28T10:00Z' });
    const before = request('modify', { window: { from: '2026-11-23T10:00Z', to: WINDOW.to } });
    expect(snapshots(orders(before, look()))[0]?.window).toEqual({ from: '2026-11-23T10:00Z', to: WINDOW.to });
    expect(orders(request('modify'), look())).toEqual([]);
  });

  test('"lost" re-keys securely, "re-encode" replaces one key; both leave rooms that are not named alone', () => {
    const suite = look({ rooms: ['101', '102'], guests: TWO });
    expect(orders(request('lost'), suite)).toMatchObject([
      { kind: 'replace-key', payload: { guestId: 'guest-1', mode: 'secure', requestId: 'q-1' } },
    ]);
    expect(orders(request('re-encode'), suite)).toMatchObject([
      { payload: { guestId: 'guest-1', mode: 'convenient' } },
    ]);
  });

  test('a request for a guest who was only expected checks him in', () => {
    const expected = look({ phase: 'expected', guests: [{ guestId: 'guest-1', hasKey: false, isGone: false }] });
    expect(snapshots(orders(request('new'), expected))).toMatchObject([{ status: 'in-house' }]);
  });
});
