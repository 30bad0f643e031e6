/** Decisions that a stay could not receive: its run held as many signals as Temporal allows. */
import { expect, test } from 'vitest';
import { nextWake } from '../../../../src/domain/room/wake.js';
import { aRoom, at, stay, type ARoom } from './a-room.js';

const LATER = 12 + 1 / 60;

/** A room whose lease passed from A to B at noon, which B could not be informed of. */
function roomOfUninformedStay(): ARoom {
  const room = aRoom(9);
  room.claim('A', [10, 20], { chain: 'a' });
  room.claim('B', [10, 20], { chain: 'b' });
  room.passTo(12).release('A', { chain: 'a' });
  expect(room.news()).toEqual(['B']);
  return room.undelivered('B', 'b');
}

test('a decision that was not delivered is sent again a minute later, once', () => {
  const room = roomOfUninformedStay();
  expect(room.news()).toEqual([]);
  expect(nextWake(room.state, at(12))).toBe(at(LATER));
  room.passTo(LATER);
  expect(room.news()).toEqual(['B']);
  expect(room.decision('B')).toMatchObject({ kind: 'granted' });
  room.passTo(13);
  expect(room.news()).toEqual([]);
  expect(nextWake(room.state, at(13))).toBeUndefined();
});

test('the decision sent again is that of the later time', () => {
  const room = roomOfUninformedStay();
  room.claim('A', [10, 20], { chain: 'a' });
  room.force('A');
  expect(room.news()).toEqual(['A']);
  room.passTo(LATER);
  expect(room.news()).toEqual(['B']);
  expect(room.decision('B')).toMatchObject({ kind: 'waiting', behind: [stay('A')] });
});

test('a stay that cannot be reached for long leaves one line in the history', () => {
  const room = roomOfUninformedStay();
  for (let minutes = 1; minutes <= 60; minutes++) room.passTo(12 + minutes / 60).undelivered('B', 'b');
  expect(room.news()).toHaveLength(60);
  const lines = room.view().history.filter(({ what }) => what.includes('not delivered'));
  expect(lines).toEqual([expect.objectContaining({ why: 'it has had too many signals' })]);
});

test('a claim of the stay fetches the decision, which is then not sent again', () => {
  const room = roomOfUninformedStay();
  expect(room.claim('B', [10, 20], { chain: 'b' })).toMatchObject({ kind: 'granted' });
  room.passTo(LATER);
  expect(room.news()).toEqual([]);
});

test('a signal to earlier runs of a stay is not sent to its later runs', () => {
  const room = roomOfUninformedStay();
  room.claim('B', [10, 20], { chain: 'second' });
  room.undelivered('B', 'b').passTo(LATER);
  expect(room.news()).toEqual([]);
});
