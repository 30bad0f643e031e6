/** Messages that arrive late or twice, and stays that have ended. */
import { expect, test } from 'vitest';
import { REMEMBERED_STAYS } from '../../../../src/domain/room/state.js';
import { aRoom, at, key, stay } from './a-room.js';

test('what a stay said earlier is ignored once it has said more, and answered with what holds', () => {
  const room = aRoom(9);
  room.claim('A', [10, 20], { seq: 2, chain: 'a' });
  expect(room.claim('A', [10, 40], { seq: 1, chain: 'a' })).toMatchObject({ kind: 'granted', until: at(20) });
  room.release('A', { seq: 1, chain: 'a' });
  expect(room.book.claims).toHaveLength(1);
});

test('a late claim does not bring back what was let go', () => {
  const room = aRoom(9);
  room.claim('A', [10, 20], { seq: 1, chain: 'a' });
  room.release('A', { seq: 2, chain: 'a' });
  expect(room.claim('A', [10, 20], { seq: 1, chain: 'a' })).toEqual({ kind: 'waiting', behind: [] });
  expect(room.claim('B', [10, 20])).toMatchObject({ kind: 'granted' });
});

test('a late report of keys changes nothing', () => {
  const room = aRoom(9);
  room.claim('A', [10, 20], { seq: 1, chain: 'a' });
  room.report('A', [], { seq: 3, chain: 'a' }).report('A', [key('o1', [10, 20])], { seq: 2, chain: 'a' });
  expect(room.view().keys.certain).toEqual([]);
});

test('the same messages again change nothing, not even the version', () => {
  const room = aRoom(9);
  const say = (): void => {
    room.report('A', [key('o1', [10, 20])], { seq: 1, chain: 'a' });
    room.claim('A', [10, 20], { seq: 1, chain: 'a', revision: 3, graceMinutes: 30 });
    room.claim('B', [12, 20], { seq: 4, chain: 'b' });
    room.force('B', { requestId: 'r-1' });
  };
  say();
  const first = JSON.stringify(room.book);
  say();
  expect(JSON.stringify(room.book)).toBe(first);
});

test('a stay that has ended gets nothing by what it knew already when it is started again, but by what is newer', () => {
  const room = aRoom(9);
  room.claim('A', [10, 40], { chain: 'first', revision: 5, seq: 7 });
  room.release('A', { chain: 'first', revision: 6, seq: 8 });
  expect(room.claim('A', [10, 40], { chain: 'second', revision: 6, seq: 1 })).toEqual({ kind: 'ended', revision: 6 });
  expect(room.book.claims).toEqual([]);
  expect(room.claim('A', [10, 40], { chain: 'second', revision: 7, seq: 2 })).toMatchObject({ kind: 'granted' });
});

test('that holds for a stay whose claim ran out, too', () => {
  const room = aRoom(9);
  room.claim('A', [8, 10], { chain: 'first', revision: 5 });
  room.passTo(11);
  expect(room.claim('A', [8, 40], { chain: 'second', revision: 5 })).toEqual({ kind: 'ended', revision: 5 });
});

test('the same chain of runs is never refused: a check-out is reversed', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40], { chain: 'first', revision: 5, seq: 1 });
  room.release('A', { chain: 'first', revision: 6, seq: 2 });
  expect(room.claim('A', [8, 40], { chain: 'first', revision: 6, seq: 3 })).toMatchObject({ kind: 'granted' });
});

test('a stay that was started again takes its place over; what its earlier runs say is not heard any more', () => {
  const room = aRoom(9);
  room.claim('A', [10, 40], { chain: 'first', revision: 5, seq: 9 });
  room.claim('A', [50, 60], { chain: 'first', revision: 5, seq: 9, part: 1 });
  room.claim('B', [10, 40]);
  room.claim('A', [10, 40], { chain: 'second', revision: 6, seq: 1 });
  expect(room.book.claims.map(({ stayId, part }) => [stayId, part])).toEqual([
    [stay('A'), 0],
    [stay('B'), 0],
  ]);
  room.release('A', { chain: 'first', revision: 5, seq: 10 });
  expect(room.decision('B')).toEqual({ kind: 'waiting', behind: [stay('A')] });
});

test('keys of the earlier runs are not forgotten by what the later runs report', () => {
  const room = aRoom(9);
  room.report('A', [key('o1', [8, 40])], { chain: 'first' }).report('A', [key('o2', [8, 40])], { chain: 'second' });
  expect(room.book.keys.map((known) => known.acsCredentialId)).toEqual(['o1', 'o2']);
});

test('a claim without chain, revision and number is enough', () => {
  const room = aRoom(9);
  room.claim('A', [10, 20]);
  room.release('A');
  expect(room.claim('A', [10, 20])).toMatchObject({ kind: 'granted' });
});

test('a stay that is not found any more claims nothing', () => {
  const room = aRoom(9);
  room.claim('A', [10, 20], { chain: 'a' });
  room.claim('B', [10, 20]);
  expect(room.gone('A', 'a').decision('B')).toMatchObject({ kind: 'granted' });
  expect(room.book.history.map(({ what }) => what)).toContain(`${stay('A')}: claims dropped`);
});

test('that it was not found does not hurt a stay that was started again meanwhile', () => {
  const room = aRoom(9);
  room.claim('A', [10, 20], { chain: 'first', revision: 1 });
  room.claim('A', [10, 20], { chain: 'second', revision: 2 });
  expect(room.gone('A', 'first').book.claims).toHaveLength(1);
});

test('of stays that have ended, the last hundreds are remembered, and all that claim the room', () => {
  const room = aRoom(9);
  room.claim('guest', [10, 20], { chain: 'g', revision: 1 });
  for (let n = 0; n <= REMEMBERED_STAYS; n++) room.release(`R-${n}`, { chain: 'c', revision: 1 });
  expect(room.book.heard).toHaveLength(REMEMBERED_STAYS + 1);
  expect(room.claim('R-1', [20, 30], { chain: 'd', revision: 1 })).toMatchObject({ kind: 'ended' });
  expect(room.claim('R-0', [20, 30], { chain: 'd', revision: 1 })).toMatchObject({ kind: 'granted' });
  expect(room.claim('guest', [10, 20], { chain: 'h', revision: 1 })).toMatchObject({ kind: 'ended' });
});
