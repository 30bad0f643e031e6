/** The size of a stay: whatever adds guests or rooms, one stay never grows until its workflow tasks cannot end. */
import { expect, test } from 'vitest';
import { check } from '../../../../../src/domain/model/check.js';
import type { Message } from '../../../../../src/domain/model/message-schema.js';
import { propertySchema } from '../../../../../src/domain/model/property-schema.js';
import { snapshotSchema, type StaySnapshotInput } from '../../../../../src/domain/model/snapshot-schema.js';
import { applyMessage } from '../../../../../src/domain/stay/desired/apply-message.js';
import { applySnapshot, judgeSnapshot } from '../../../../../src/domain/stay/desired/apply-snapshot.js';
import { reconcile } from '../../../../../src/domain/stay/reconcile.js';
import { newStayState, type StayState } from '../../../../../src/domain/stay/state.js';
import { viewOf } from '../../../../../src/domain/stay/view.js';

const NOW = '2026-11-29T12:00Z';
const seam = { acsSystemId: 'system', credentialManagerAcsSystemId: 'manager' };
const { policy } = propertySchema.parse({ propertyId: 'p', name: 'p', timeZone: 'UTC', seam });
const empty: StayState = {
  ...newStayState({ stayId: 'stay/p/r', propertyId: 'p', reservationId: 'r', chain: 'c' }, NOW),
  property: { name: 'p', timeZone: 'UTC', policy },
};

const names = (count: number, prefix = 'g'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const guests = (count: number, prefix = 'g'): { guestId: string }[] =>
  names(count, prefix).map((guestId) => ({ guestId }));
const snapshot = (changes: Partial<StaySnapshotInput>): StaySnapshotInput => ({
  propertyId: 'p',
  reservationId: 'r',
  revision: 1,
  status: 'in-house',
  window: { from: '2026-11-29T10:00Z', to: '2026-12-02T10:00Z' },
  rooms: ['101'],
  guests: guests(1),
  ...changes,
});
const take = (state: StayState, changes: Partial<StaySnapshotInput>): StayState =>
  applySnapshot(state, snapshotSchema.parse(snapshot(changes)), NOW);
const send = (state: StayState, name: string, payload: object): StayState =>
  applyMessage(state, { name, payload } as Message, NOW);
const problems = (changes: Partial<StaySnapshotInput>): string => {
  const checked = check(snapshotSchema, snapshot(changes));
  return checked.ok ? '' : checked.problems.map(({ path, message }) => `${path} ${message}`).join();
};

test('guests who are added by signals beyond the limit are refused with attention', () => {
  let state = take(empty, { guests: guests(150) });
  for (let call = 0; call < 13; call++) state = send(state, 'addGuests', { guests: guests(200, `added-${call}-`) });
  expect(state.desired.party).toHaveLength(150);
  state = send(state, 'addGuests', { guests: guests(50, 'more-') });
  expect(state.desired.party).toHaveLength(200);
  expect(state.ignored.at(-1)?.message).toBe('addGuests: a stay has at most 200 guests; it would have 350');
});

test('guests whom later snapshots leave out are forgotten once there are many', () => {
  let state = empty;
  for (let revision = 1; revision <= 14; revision++)
    state = take(state, { revision, guests: guests(200, `r${revision}-`) });
  expect(state.desired.party).toHaveLength(400);
  const [first] = state.desired.party;
  expect(first).toMatchObject({ guest: { guestId: 'r13-0' }, removed: 'left' });
});

test('a snapshot is refused if its guests and those of signals are too many together', () => {
  const state = send(take(empty, { guests: guests(1) }), 'addGuests', { guests: guests(100, 'added-') });
  const larger = snapshotSchema.parse(snapshot({ revision: 2, guests: guests(101) }));
  expect(judgeSnapshot(state, larger, NOW)).toEqual({
    kind: 'too-large',
    message: 'a stay has at most 200 guests; it would have 201',
  });
});

test('a snapshot that ends the stay is taken whatever the size of its party', () => {
  let state = take(empty, { guests: guests(200) });
  state = send(state, 'removeGuest', { guestId: 'g0', cause: 'security' });
  const end = snapshotSchema.parse(
    snapshot({ revision: 2, status: 'departed', rooms: names(200), guests: guests(200, 'others-') }),
  );
  expect(judgeSnapshot(state, end, NOW)).toEqual({ kind: 'new' });
  expect(applySnapshot(state, end, NOW).desired.status).toBe('departed');
});

test('two hundred guests of two hundred rooms are refused, and the refusal says what to do', () => {
  expect(problems({ guests: guests(200), rooms: names(200) })).toBe(
    'guests must fit: 200 guests have 40000 rooms, counted for each guest, and at most 4000 fit; give guests rooms of their own, or divide the reservation',
  );
  const own = names(200).map((room, index) => ({ guestId: `g${index}`, rooms: [room] }));
  expect(problems({ guests: own, rooms: names(200) })).toBe('');
});

test('a message that gives a large party many rooms is refused with attention', () => {
  const state = take(empty, { guests: guests(200) });
  for (const payload of [{ rooms: names(200) }, { rooms: names(200), from: '2026-12-01T10:00Z' }]) {
    const after = send(state, 'changeRooms', payload);
    expect(after.desired).toEqual(state.desired);
    expect(after.ignored.at(-1)?.message).toMatch(/^changeRooms: 200 guests have 40000 rooms/);
  }
});

test('a party with rooms of long names is limited by the bytes of the names', () => {
  const long = names(20).map((name) => name.padEnd(200, '客'));
  expect(problems({ guests: guests(20), rooms: long })).toMatch(
    /^guests must fit: the names of the guests' rooms have \d+ bytes/,
  );
});

test('a lost phone that is reported again and again is deactivated once', () => {
  const state = take(empty, {});
  const payload = { guestId: 'g0', mode: 'secure', deviceId: 'phone' };
  const twice = send(send(state, 'replaceKey', payload), 'replaceKey', payload);
  expect(twice.phonesToDeactivate).toEqual([{ guestId: 'g0', deviceId: 'phone' }]);
});

test('the view of the largest stay fits into one payload of Temporal', () => {
  const rooms = names(20).map((name) => name.padEnd(14, '-'));
  let state = take(empty, { guests: guests(200).map(({ guestId }) => ({ guestId: guestId.padEnd(200, 'é') })), rooms });
  for (let call = 0; call < 200; call++) state = send(state, 'changeRooms', { rooms: rooms.slice(call % 10) });
  const turn = reconcile({ ...state, propertyDue: false }, [], NOW);
  expect(Buffer.byteLength(JSON.stringify(viewOf(turn.state, turn.plan, [], NOW)))).toBeLessThan(1_000_000);
});
