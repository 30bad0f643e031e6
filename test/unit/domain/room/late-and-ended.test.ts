/** Messages that arrive late or twice, and stays that have ended. */
import { expect, test } from 'vitest';
import { REMEMBERED_STAYS } from '../../../../src/domain/room/state.js';
import { aRoom, at, key, stay } from './a-room.js';

test("a message older than the stay's last one is ignored, and answered with the current decision", () => {
  const room = aRoom(9);
  room.claim('A', [10, 20], { seq: 2, chain: 'a' });
  expect(room.claim('A', [10, 40], { seq: 1, chain: 'a' })).toMatchObject({ kind: 'granted', until: at(20) });
  room.release('A', { seq: 1, chain: 'a' });
  expect(room.state.claims).toHaveLength(1);
});

test('a late claim does not restore a claim that was released', () => {
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

test('repeated messages change nothing in a room, not even its version', () => {
  const room = aRoom(9);
  const say = (): void => {
    room.report('A', [key('o1', [10, 20])], { seq: 1, chain: 'a' });
    room.claim('A', [10, 20], { seq: 1, chain: 'a', revision: 3, graceMinutes: 30 });
    room.claim('B', [12, 20], { seq: 4, chain: 'b' });
    room.force('B', { requestId: 'r-1' });
  };
  say();
  const first = JSON.stringify(room.state);
  say();
  expect(JSON.stringify(room.state)).toBe(first);
});

test('an ended stay that is started again gets a room only with a newer revision than it had', () => {
  const room = aRoom(9);
  room.claim('A', [10, 40], { chain: 'first', revision: 5, seq: 7 });
  room.release('A', { chain: 'first', revision: 6, seq: 8 });
  expect(room.claim('A', [10, 40], { chain: 'second', revision: 6, seq: 1 })).toEqual({ kind: 'ended', revision: 6 });
  expect(room.state.claims).toEqual([]);
  expect(room.claim('A', [10, 40], { chain: 'second', revision: 7, seq: 2 })).toMatchObject({ kind: 'granted' });
});

test('a stay whose claim ran out gets nothing with its old revision when it is started again', () => {
  const room = aRoom(9);
  room.claim('A', [8, 10], { chain: 'first', revision: 5 });
  room.passTo(11);
  expect(room.claim('A', [8, 40], { chain: 'second', revision: 5 })).toEqual({ kind: 'ended', revision: 5 });
});

test('a claim of the same chain of runs is never refused, so a check-out can be reversed', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40], { chain: 'first', revision: 5, seq: 1 });
  room.release('A', { chain: 'first', revision: 6, seq: 2 });
  expect(room.claim('A', [8, 40], { chain: 'first', revision: 6, seq: 3 })).toMatchObject({ kind: 'granted' });
});

test('a stay that was started again takes over its place, and messages of its earlier runs are ignored', () => {
  const room = aRoom(9);
  room.claim('A', [10, 40], { chain: 'first', revision: 5, seq: 9 });
  room.claim('A', [50, 60], { chain: 'first', revision: 5, seq: 9, part: 1 });
  room.claim('B', [10, 40]);
  room.claim('A', [10, 40], { chain: 'second', revision: 6, seq: 1 });
  expect(room.state.claims.map(({ stayId, part }) => [stayId, part])).toEqual([
    [stay('A'), 0],
    [stay('B'), 0],
  ]);
  room.release('A', { chain: 'first', revision: 5, seq: 10 });
  expect(room.decision('B')).toEqual({ kind: 'waiting', behind: [stay('A')] });
});

test('a report of the later runs of a stay does not remove the keys of its earlier runs', () => {
  const room = aRoom(9);
  room.report('A', [key('o1', [8, 40])], { chain: 'first' }).report('A', [key('o2', [8, 40])], { chain: 'second' });
  expect(room.state.keys.map((known) => known.acsCredentialId)).toEqual(['o1', 'o2']);
});

test('a claim is complete without a chain, a revision and a number', () => {
  const room = aRoom(9);
  room.claim('A', [10, 20]);
  room.release('A');
  expect(room.claim('A', [10, 20])).toMatchObject({ kind: 'granted' });
});

test('a stay that Temporal no longer finds claims nothing', () => {
  const room = aRoom(9);
  room.claim('A', [10, 20], { chain: 'a' });
  room.claim('B', [10, 20]);
  expect(room.gone('A', 'a').decision('B')).toMatchObject({ kind: 'granted' });
  expect(room.state.history.map(({ what }) => what)).toContain(`${stay('A')}: claims dropped`);
});

test('a not-found report about earlier runs does not affect a stay that was started again meanwhile', () => {
  const room = aRoom(9);
  room.claim('A', [10, 20], { chain: 'first', revision: 1 });
  room.claim('A', [10, 20], { chain: 'second', revision: 2 });
  expect(room.gone('A', 'first').state.claims).toHaveLength(1);
});

test('a room keeps the last hundreds of ended stays, and every stay that claims it', () => {
  const room = aRoom(9);
  room.claim('guest', [10, 20], { chain: 'g', revision: 1 });
  for (let n = 0; n <= REMEMBERED_STAYS; n++) room.release(`R-${n}`, { chain: 'c', revision: 1 });
  expect(room.state.received).toHaveLength(REMEMBERED_STAYS + 1);
  expect(room.claim('R-1', [20, 30], { chain: 'd', revision: 1 })).toMatchObject({ kind: 'ended' });
  expect(room.claim('R-0', [20, 30], { chain: 'd', revision: 1 })).toMatchObject({ kind: 'granted' });
  expect(room.claim('guest', [10, 20], { chain: 'h', revision: 1 })).toMatchObject({ kind: 'ended' });
});
