/** The front desk gives the room to a stay: the other stays are not asked, but all of them are notified. */
import { expect, test } from 'vitest';
import { aRoom, at, stay } from './a-room.js';

test('a stay that is forced into a room has it from now on, and the stay that had it waits, displaced', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40]);
  room.claim('B', [10, 30]);
  room.passTo(12).force('B');
  expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(30) });
  expect(room.decision('A')).toEqual({ kind: 'waiting', behind: [stay('B')], displaced: true });
});

test('a displaced stay gets the room back by itself as soon as the room is free', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40]);
  room.claim('B', [10, 30]);
  room.passTo(12).force('B');
  room.passTo(30);
  expect(room.decision('A')).toEqual({ kind: 'granted', until: at(40), opener: true, anchors: [] });
});

test('an earlier claim does not take the room back from a forced stay', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40]);
  room.claim('B', [10, 30]);
  room.passTo(12).force('B');
  room.claim('A', [8, 45]);
  room.claim('B', [10, 28]);
  expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(28) });
  expect(room.decision('A')).toMatchObject({ kind: 'waiting', displaced: true });
});

test('a lease is cut where a forced lease begins, and its decision names the stay in the way', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40]);
  room.claim('B', [20, 30]);
  room.force('B');
  expect(room.decision('A')).toMatchObject({ kind: 'granted', until: at(20), heldUpBy: stay('B') });
  expect(room.decision('B')).toMatchObject({ kind: 'granted', from: at(20), until: at(30) });
  room.passTo(20);
  expect(room.decision('A')).toEqual({ kind: 'waiting', behind: [stay('B')], displaced: true });
});

test('a displaced stay that has the room again no longer counts as displaced', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40]);
  room.claim('B', [20, 30]);
  room.force('B').release('B');
  expect(room.decision('A')).toEqual({ kind: 'granted', until: at(40), opener: true, anchors: [] });
  expect(room.state.claims.map(({ displaced }) => displaced)).toEqual([undefined]);
});

test('a forced stay does not displace stays of its own share group', () => {
  const room = aRoom(9);
  const shared = { shareGroup: 'friends' };
  room.claim('A', [8, 40], shared);
  room.claim('C', [50, 60]);
  room.claim('B', [10, 55], shared);
  room.force('B');
  expect(room.decision('A')).toMatchObject({ kind: 'granted', until: at(40) });
  expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(55) });
  expect(room.decision('C')).toMatchObject({ kind: 'waiting', displaced: true });
});

test('a stay that does not claim the room cannot be forced into it, and the history says so', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40]);
  const { version } = room.state;
  room.force('X', { by: 'anna' });
  expect(room.decision('A')).toMatchObject({ kind: 'granted' });
  expect(room.state.version).toBe(version);
  expect(room.state.history.at(-1)).toEqual({
    at: at(9),
    what: `force ignored: ${stay('X')} does not claim the room`,
    why: 'the guest is here',
    by: 'anna',
  });
});

test('the same force request counts once, even if it is sent twice', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40]);
  room.claim('B', [10, 30]);
  room.force('B', { requestId: 'r-1' }).force('A', { requestId: 'r-2' }).force('B', { requestId: 'r-1' });
  expect(room.decision('A')).toMatchObject({ kind: 'granted' });
  expect(room.decision('B')).toMatchObject({ kind: 'waiting', displaced: true });
});

test('the history of a force names the reason and the person who decided', () => {
  const room = aRoom(9);
  room.claim('A', [8, 40]);
  room.claim('B', [10, 30]);
  room.force('B', { by: 'anna', reason: 'the other guest left' });
  expect(room.view().history).toContainEqual({
    at: at(9),
    what: `the front desk gives the room to ${stay('B')}`,
    why: 'the other guest left',
    by: 'anna',
  });
});
