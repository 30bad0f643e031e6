/** Several reservations, one lease: who opens it, and what the others join. */
import { expect, test } from 'vitest';
import { stayRecordOf } from '../../../../src/domain/room/stay-record.js';
import { aRoom, at, key, stay, type ARoom } from './a-room.js';

const shared = { shareGroup: 'friends' };
const ready = { ...shared, ready: true };

function pair(): ARoom {
  const room = aRoom(9);
  room.claim('A', [14, 34], shared);
  room.claim('B', [16, 40], shared);
  return room;
}

test('stays of one share group hold the room together, whatever their dates', () => {
  const room = pair();
  expect(room.decision('A')).toMatchObject({ kind: 'granted', until: at(34) });
  expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(40) });
  expect(room.view().leases).toMatchObject([{ stays: [stay('A'), stay('B')], shareGroup: 'friends' }]);
  expect(room.claim('C', [34, 40])).toEqual({ kind: 'waiting', behind: [stay('B')] });
});

test('no stay of a share group opens the lease until one of them is ready', () => {
  const room = pair();
  expect([room.decision('A'), room.decision('B')]).toMatchObject([{ opener: false }, { opener: false }]);
});

test('the first ready stay of a share group opens the lease, and no other stay does', () => {
  const room = pair();
  expect(room.claim('B', [16, 40], ready)).toMatchObject({ opener: true });
  expect(room.claim('A', [14, 34], ready)).toMatchObject({ opener: false });
});

test('the opener of a lease passes this role on when it releases its claim or is not ready any more', () => {
  const room = pair();
  room.claim('B', [16, 40], ready);
  room.claim('A', [14, 34], ready);
  room.claim('B', [16, 40], shared);
  expect(room.decision('A')).toMatchObject({ opener: true });
  room.claim('B', [16, 40], ready);
  room.release('A');
  expect(room.decision('B')).toMatchObject({ opener: true });
});

test('once a key is live, the others in the share group join it, and no stay opens the lease', () => {
  const room = pair();
  room.claim('B', [16, 40], ready);
  room.claim('A', [14, 34], ready);
  room.report('B', [key('o1', [14, 40])]);
  const anchor = { acsCredentialId: 'o1', lineage: 'o1', stayId: stay('B'), window: { from: at(14), to: at(40) } };
  expect(room.decision('A')).toMatchObject({ opener: false, anchors: [anchor], lineage: 'o1' });
  expect(room.decision('B')).toMatchObject({ anchors: [], lineage: 'o1' });
});

test('anchors belong to the generation that counts, and the newest comes first', () => {
  const room = pair();
  room.report('B', [
    key('o1', [14, 40], { issuedAt: at(14) }),
    key('o2', [14, 40], { guestId: 'g2', issuedAt: at(15) }),
    key('j2', [14, 40], { guestId: 'g3', lineage: 'o2', issuedAt: at(16) }),
  ]);
  const { anchors = [], lineage } = room.decision('A') as { anchors?: { acsCredentialId: string }[]; lineage?: string };
  expect(anchors.map((anchor) => anchor.acsCredentialId)).toEqual(['j2', 'o2']);
  expect(lineage).toBe('o2');
});

test('the last reported one of the generations that began in the same minute counts', () => {
  const room = pair();
  room.report('B', [key('o1', [14, 40]), key('o2', [14, 40], { guestId: 'g2' })]);
  expect(room.decision('A')).toMatchObject({ lineage: 'o2', anchors: [{ acsCredentialId: 'o2' }] });
  const { possible } = room.passTo(14).view().keys;
  expect(possible).toMatchObject([{ acsCredentialId: 'o1', endsAtFirstUseOf: 'o2' }]);
});

test('the last reported one of the anchors that were issued in the same minute comes first', () => {
  const room = pair();
  room.report('B', [key('o1', [14, 40]), key('j1', [14, 40], { guestId: 'g2', lineage: 'o1' })]);
  expect(room.decision('A')).toMatchObject({ anchors: [{ acsCredentialId: 'j1' }, { acsCredentialId: 'o1' }] });
});

test('a live joiner keeps its generation in force after its override has ended', () => {
  const room = pair();
  room.report('B', [key('o1', [14, 40], { state: 'dead', deadAt: at(15) }), key('j1', [14, 40], { lineage: 'o1' })]);
  expect(room.decision('A')).toMatchObject({ lineage: 'o1', anchors: [{ acsCredentialId: 'j1' }] });
});

test('when every key has ended, the first ready stay reopens the lease', () => {
  const room = pair();
  room.claim('A', [14, 34], ready);
  room.report('A', [key('o1', [14, 34])]);
  room.release('A').report('A', [key('o1', [14, 34], { state: 'dead', deadAt: at(20) })]);
  expect(room.claim('B', [16, 40], ready)).toMatchObject({ opener: true, anchors: [] });
});

test('a key whose window is over is not an anchor, and stays that could join it receive a new decision', () => {
  const room = pair();
  room.claim('B', [16, 40], ready);
  room.report('B', [key('o1', [14, 20])]);
  room.passTo(20);
  expect(room.decision('A')).toMatchObject({ anchors: [] });
});

test('a stay that leaves its share group has the room only where no stay of the group has it', () => {
  const room = pair();
  expect(room.claim('B', [16, 40])).toEqual({ kind: 'waiting', behind: [stay('A')] });
  room.passTo(20).release('A');
  expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(40), opener: true });
});

test('a stay between two of a group splits their lease, and the later one does not join a key from before', () => {
  const room = aRoom(9);
  room.claim('A', [10, 12], ready);
  room.report('A', [key('o1', [10, 30])]);
  room.claim('C', [12, 14]);
  expect(room.claim('B', [14, 20], ready)).toMatchObject({ opener: true, anchors: [] });
});

test('a lease whose grace another claim ends is over for the group once its stay has received that', () => {
  const room = aRoom();
  room.claim('A', [0, 1], { graceMinutes: 120, shareGroup: 'h', ready: true });
  room.passTo(1);
  room.claim('B', [0, 2], { shareGroup: 'h' });
  expect(room.decision('B')).toMatchObject({ openedBy: stay('A') });
  room.claim('E', [0, 2]);
  expect(room.decision('A')).toMatchObject({ until: at(1) });
  room.passTo(1);
  expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(2), opener: false, anchors: [] });
});

test("the record of a stay names other stays' keys, and whether another stay of the share group claimed the room first", () => {
  const room = pair();
  room.report('A', [key('o1', [14, 34])]);
  room.report('B', [key('j1', [16, 40]), key('j2', [9, 10])]);
  const recordOf = (name: string, shareGroup?: string): object =>
    stayRecordOf(room.state, { stayId: stay(name), ...(shareGroup === undefined ? {} : { shareGroup }) }, at(11));
  expect(recordOf('A', 'friends')).toMatchObject({ keys: [{ acsCredentialId: 'o1' }], keysOfOthers: ['j1'] });
  expect(recordOf('A', 'friends')).not.toHaveProperty('sharedBefore');
  expect(recordOf('B', 'friends')).toMatchObject({ keysOfOthers: ['o1'], sharedBefore: true });
  expect(recordOf('C', 'friends')).toMatchObject({ keysOfOthers: ['o1', 'j1'], sharedBefore: true });
  expect(recordOf('C', 'strangers')).not.toHaveProperty('sharedBefore');
  expect(recordOf('C')).not.toHaveProperty('sharedBefore');
});
