/** The view of a room: its leases in time order, the stays that wait, and the history; as data and as Markdown. */
import { expect, test } from 'vitest';
import { roomDetailsOf } from '../../../../src/domain/room/details.js';
import { ROOM_HISTORY_LINES, type RoomState } from '../../../../src/domain/room/state.js';
import { nextWake } from '../../../../src/domain/room/wake.js';
import { roomViewOf } from '../../../../src/domain/room/view.js';
import { aRoom, at, hours, key, stay, type ARoom } from './a-room.js';

function busyRoom(): ARoom {
  const room = aRoom(9);
  room.claim('A', [9, 20], { graceMinutes: 60 });
  room.claim('C', [40, 60]);
  room.claim('B', [20, 45]);
  room.claim('D', [22, 38], { part: 2, shareGroup: 'friends', ready: true });
  room.report('A', [key('o1', [9, 20])]);
  return room;
}

test('leases are shown in order of time, whichever came first, and waiting stays are shown apart', () => {
  expect(busyRoom().view()).toMatchObject({
    schema: 1,
    room: 'room/seaside/101',
    leases: [
      {
        stays: [stay('A')],
        window: hours([9, 20]),
        until: at(21),
        state: 'open',
        liveKeys: ['o1'],
        claims: [{ stayId: stay('A'), asked: hours([9, 20]), granted: hours([9, 20]) }],
      },
      { stays: [stay('D')], shareGroup: 'friends', opener: stay('D'), state: 'expected', claims: [{ part: 2 }] },
      { stays: [stay('C')], opener: stay('C'), state: 'expected', liveKeys: [] },
    ],
    waiting: [{ stayId: stay('B'), asked: hours([20, 45]), behind: [stay('D'), stay('C')] }],
  });
});

test('leases and claims that are over are not shown, even if no message has arrived since', () => {
  const { state } = busyRoom();
  const { leases, waiting } = roomViewOf(state, at(50));
  expect([leases.map(({ stays }) => stays), waiting]).toEqual([[[stay('C')]], []]);
});

test('a room without claims shows nothing', () => {
  expect(aRoom(9).view()).toMatchObject({ leases: [], waiting: [], history: [] });
});

test('the history records who got the room, who waits and behind whom, who released it, and what is over', () => {
  const room = aRoom(9);
  room.claim('A', [9, 20]);
  room.claim('B', [15, 30]);
  room.claim('C', [18, 30], { part: 1 });
  room.release('A').passTo(30);
  expect(room.state.history.map(({ what, why }) => (why === undefined ? what : `${what} (${why})`))).toEqual([
    `${stay('A')}: granted ${at(9)} to ${at(20)}`,
    `${stay('B')}: waits behind ${stay('A')}`,
    `${stay('C')} (part 1): waits behind ${stay('A')}`,
    `${stay('A')}: released`,
    `${stay('B')}: granted ${at(15)} to ${at(30)}`,
    `${stay('C')} (part 1): waits behind ${stay('B')}`,
    `${stay('B')}: over (its lease was ${at(15)} to ${at(30)})`,
    `${stay('C')}: over (it never got the room)`,
  ]);
});

test('the history of a room keeps only its last lines', () => {
  const room = aRoom(9);
  for (let n = 0; n < ROOM_HISTORY_LINES; n++) room.force('nobody', { reason: `try ${n}` });
  room.force('nobody', { reason: 'the last' });
  expect(room.state.history).toHaveLength(ROOM_HISTORY_LINES);
  expect(room.state.history.at(0)).toMatchObject({ why: 'try 1' });
  expect(room.state.history.at(-1)).toMatchObject({ why: 'the last' });
});

test("the Web UI shows leases, waiting stays, keys that can open the door, and the history, within Temporal's limit", () => {
  const room = busyRoom();
  room.report('X', [key('o0', [0, 30], { state: 'dead', deadAt: at(9), residualUntil: at(30) })]);
  room.force('nobody', { reason: 'x'.repeat(200), by: 'anna' });
  const text = roomDetailsOf(room.view());
  for (const part of [
    `**open** ${stay('A')}: ${at(9)} to ${at(20)}, until ${at(21)} with grace`,
    `${stay('B')}: ${at(20)} to ${at(45)}, behind ${stay('D')}, ${stay('C')}`,
    `${stay('A')}, guest g1: override o1, ${at(9)} to ${at(20)}`,
    `until ${at(30)} (1260 minutes at worst); the first use of o1 ends it`,
    `${stay('C')}: granted ${at(40)} to ${at(60)}`,
    '(anna)',
  ]) {
    expect(text).toContain(part);
  }
  for (let n = 0; n < 200; n++) room.force(`nobody-${n}`, { reason: 'ü'.repeat(200) });
  expect(Buffer.byteLength(roomDetailsOf(room.view()))).toBeLessThan(20_000);
});

test('the state of a room survives being written as JSON and read back', () => {
  const { state } = busyRoom();
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  const read = JSON.parse(JSON.stringify(state)) as RoomState;
  expect(roomViewOf(read, at(9))).toEqual(roomViewOf(state, at(9)));
});

test('a room in which no stay waits has nothing to wake up for', () => {
  const room = aRoom(9);
  room.claim('A', [9, 20], { graceMinutes: 60 });
  room.claim('B', [22, 30]);
  expect(nextWake(room.state, at(9))).toBeUndefined();
});

test('a room wakes up when a waiting stay can have it', () => {
  const room = aRoom(9);
  room.claim('A', [9, 20], { graceMinutes: 60 });
  room.claim('C', [40, 60]);
  room.claim('B', [19, 30]);
  expect(nextWake(room.state, at(9))).toBe(at(20));
  room.passTo(20);
  expect(room.decision('B')).toMatchObject({ kind: 'granted' });
  expect(nextWake(room.state, at(20))).toBeUndefined();
});

test('a room wakes up to send a decision when a lease ends that was claimed for longer', () => {
  const room = aRoom(9);
  room.claim('A', [9, 20]);
  room.claim('B', [20, 30]);
  room.claim('A', [9, 25]);
  expect(nextWake(room.state, at(9))).toBe(at(20));
});

test('a room wakes up when the window of the key that a share group joins is over', () => {
  const room = aRoom(9);
  room.claim('A', [9, 30], { shareGroup: 'friends', ready: true });
  room.claim('B', [9, 30], { shareGroup: 'friends', ready: true });
  room.report('A', [key('o1', [9, 12])]);
  expect(nextWake(room.state, at(9))).toBe(at(12));
});

test('a room wakes up when one part of a stay ends and the stay opens the next part, in a share group of one', () => {
  const room = aRoom(0);
  room.claim('A', [0, 1], { shareGroup: 'friends', ready: true });
  room.claim('A', [1, 2], { shareGroup: 'friends', ready: true, part: 1 });
  expect(nextWake(room.state, at(0))).toBe(at(1));
});
