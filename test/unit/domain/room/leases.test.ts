/** Decisions of a room: which stay gets it, from when and until when; which stays wait, and behind which others. */
import { describe, expect, test } from 'vitest';
import { whyFull } from '../../../../src/domain/room/rules.js';
import { MOST_CLAIMS } from '../../../../src/domain/room/state.js';
import { aRoom, at, hours, stay } from './a-room.js';

describe('the first claim wins', () => {
  test('a claim of a free room is granted at once, and no other stay is notified', () => {
    const room = aRoom(9);
    expect(room.claim('A', [14, 34])).toEqual({ kind: 'granted', until: at(34), opener: true, anchors: [] });
    expect(room.news()).toEqual([]);
  });

  test('a stay whose window overlaps waits behind the one that came first', () => {
    const room = aRoom(9);
    room.claim('A', [14, 34]);
    expect(room.claim('B', [33, 50])).toEqual({ kind: 'waiting', behind: [stay('A')] });
  });

  test('back-to-back windows never conflict', () => {
    const room = aRoom(9);
    room.claim('A', [14, 34]);
    expect(room.claim('B', [34, 50])).toMatchObject({ kind: 'granted', until: at(50) });
    expect(room.claim('C', [10, 14])).toMatchObject({ kind: 'granted', until: at(14) });
  });

  test('a waiting stay waits behind every stay in its way', () => {
    const room = aRoom(9);
    room.claim('A', [14, 20]);
    room.claim('B', [22, 30]);
    expect(room.claim('C', [18, 40])).toEqual({ kind: 'waiting', behind: [stay('A'), stay('B')] });
    room.release('A');
    expect(room.decision('C')).toEqual({ kind: 'waiting', behind: [stay('B')] });
  });

  test('a freed room goes to the stay that has waited longest, and the others are notified whom they wait for now', () => {
    const room = aRoom(9);
    room.claim('A', [14, 34]);
    room.claim('B', [14, 34]);
    room.claim('C', [14, 34]);
    room.release('A');
    expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(34) });
    expect(room.decision('C')).toEqual({ kind: 'waiting', behind: [stay('B')] });
    expect(room.news().toSorted()).toEqual(['B', 'C']);
  });

  test('a claim that changes keeps its place in the order', () => {
    const room = aRoom(9);
    room.claim('A', [14, 34]);
    room.claim('B', [14, 34]);
    room.claim('C', [14, 34]);
    room.claim('B', [15, 34]);
    room.release('A');
    expect(room.decision('B')).toMatchObject({ kind: 'granted' });
    expect(room.decision('C')).toMatchObject({ kind: 'waiting' });
  });

  test('a message without a chain of runs changes nothing for a stay that sends its own chain', () => {
    const room = aRoom(9);
    room.claim('A', [14, 34], { chain: 'run-of-A' });
    room.release('A');
    expect(room.claim('B', [14, 34])).toEqual({ kind: 'waiting', behind: [stay('A')] });
    expect(room.claim('A', [14, 20])).toMatchObject({ kind: 'granted', until: at(34) });
    room.release('A', { chain: 'run-of-A' });
    expect(room.decision('B')).toMatchObject({ kind: 'granted' });
  });

  test('a past window blocks no other stay, because only what is left of a window counts', () => {
    const room = aRoom(9);
    room.claim('A', [8, 10]);
    room.passTo(10);
    expect(room.claim('B', [8, 34])).toMatchObject({ kind: 'granted', until: at(34) });
  });

  test('two stays that release their rooms before they claim each other’s never wait for each other', () => {
    const [first, second] = [aRoom(9), aRoom(9)];
    first.claim('A', [8, 34]);
    second.claim('B', [8, 34]);
    first.release('A').claim('B', [8, 34]);
    second.release('B').claim('A', [8, 34]);
    expect(first.decision('B')).toMatchObject({ kind: 'granted' });
    expect(second.decision('A')).toMatchObject({ kind: 'granted' });
  });

  test('a claim whose window is over is not recorded, and waits for no other stay', () => {
    const room = aRoom(9);
    expect(room.claim('A', [5, 9])).toEqual({ kind: 'waiting', behind: [] });
    expect(room.state.claims).toEqual([]);
  });
});

describe('the parts of one stay', () => {
  test('the parts of one stay never block each other, and are released one by one', () => {
    const room = aRoom(9);
    room.claim('A', [14, 20]);
    expect(room.claim('A', [18, 30], { part: 1 })).toMatchObject({ kind: 'granted' });
    room.claim('B', [18, 30]);
    room.release('A', { part: 0 });
    expect(room.decision('B')).toMatchObject({ kind: 'waiting' });
    room.release('A');
    expect(room.decision('B')).toMatchObject({ kind: 'granted' });
  });

  test('the parts of one stay are two leases if another stay is between them', () => {
    const room = aRoom(9);
    room.claim('A', [10, 12]);
    room.claim('B', [12, 14]);
    room.claim('A', [14, 16], { part: 1 });
    expect(room.view().leases.map(({ stays }) => stays)).toEqual([[stay('A')], [stay('B')], [stay('A')]]);
  });
});

describe('a granted lease', () => {
  test('a granted lease shrinks to a shorter claim, and the time given back goes to the waiting stay', () => {
    const room = aRoom(9);
    room.claim('A', [8, 34]);
    room.claim('B', [20, 50]);
    expect(room.claim('A', [8, 20])).toMatchObject({ kind: 'granted', until: at(20) });
    expect(room.decision('B')).toMatchObject({ kind: 'granted', from: at(20), until: at(50) });
  });

  test('a granted lease grows into free time', () => {
    const room = aRoom(9);
    room.claim('A', [8, 34]);
    expect(room.claim('A', [8, 58])).toEqual({ kind: 'granted', until: at(58), opener: true, anchors: [] });
  });

  test('a granted lease grows up to the next lease and names its stay, and grows further when that lease ends', () => {
    const room = aRoom(9);
    room.claim('A', [8, 34]);
    room.claim('B', [34, 50]);
    expect(room.claim('A', [8, 58])).toMatchObject({ kind: 'granted', until: at(34), heldUpBy: stay('B') });
    room.release('B');
    expect(room.decision('A')).toEqual({ kind: 'granted', until: at(58), opener: true, anchors: [] });
  });

  test('a lease grows backwards for an early check-in up to the end of the lease before, and names its stay', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12]);
    room.claim('B', [14, 34]);
    const early = { kind: 'granted', from: at(12), until: at(34), heldUpBy: stay('A') };
    expect(room.claim('B', [10, 34])).toMatchObject(early);
    room.passTo(10).release('A');
    expect(room.decision('B')).toEqual({ kind: 'granted', until: at(34), opener: true, anchors: [] });
  });

  test('a lease that is blocked on both sides names the stay before until that is over, and then the stay after', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12]);
    room.claim('B', [14, 20]);
    room.claim('C', [20, 30]);
    expect(room.claim('B', [10, 25])).toMatchObject({ heldUpBy: stay('A') });
    room.passTo(12);
    expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(20), heldUpBy: stay('C') });
    expect(room.news()).toContain('B');
  });

  test('a granted lease is lost by a claim for quite other days, which waits at its old place', () => {
    const room = aRoom(9);
    room.claim('A', [10, 12]);
    room.claim('B', [20, 30]);
    expect(room.claim('A', [22, 25])).toEqual({ kind: 'waiting', behind: [stay('B')] });
    expect(room.claim('C', [10, 12])).toMatchObject({ kind: 'granted' });
  });

  test('a granted lease is over at its end, and a claim beyond that end waits', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12]);
    room.claim('B', [12, 20]);
    room.claim('A', [8, 14]);
    room.passTo(12);
    expect(room.decision('A')).toEqual({ kind: 'waiting', behind: [stay('B')] });
    room.passTo(12.5).release('B');
    expect(room.decision('A')).toMatchObject({ kind: 'granted', until: at(14) });
  });
});

describe('the preceding lease', () => {
  test('the preceding lease sets the time from which keys may be issued, as long as it is not over', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12]);
    expect(room.claim('B', [14, 34])).toMatchObject({ kind: 'granted', from: at(12) });
    room.release('A');
    expect(room.decision('B')).not.toHaveProperty('from');
  });

  test('a preceding lease that ends on time causes no new decision for any stay', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12]);
    room.claim('B', [14, 34]);
    room.passTo(13);
    expect(room.news()).toEqual([]);
    expect(room.claim('B', [14, 34])).not.toHaveProperty('from');
  });

  test('a preceding lease that is extended delays the keys of the next one', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12]);
    room.claim('B', [14, 34]);
    room.claim('A', [8, 13]);
    expect(room.decision('B')).toMatchObject({ from: at(13) });
  });
});

describe('grace', () => {
  const grace = { graceMinutes: 60 };

  test('grace lasts after departure if no stay follows', () => {
    expect(aRoom(9).claim('A', [8, 12], grace)).toMatchObject({ kind: 'granted', until: at(13) });
  });

  test('grace ends where the next lease begins, and holds no stay up', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12], grace);
    expect(room.claim('B', [12.5, 34])).toMatchObject({ kind: 'granted', from: at(12.5) });
    expect(room.decision('A')).toEqual({ kind: 'granted', until: at(12.5), opener: true, anchors: [] });
  });

  test('grace is not granted while another stay waits for the room, and that stay has it from the departure on', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12], grace);
    room.claim('B', [10, 34]);
    expect(room.decision('A')).toMatchObject({ until: at(12) });
    room.passTo(12);
    expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(34) });
  });

  test('grace yields at once to a stay that arrives during it, and its own stay is notified before its claim is dropped', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12], grace);
    room.passTo(12.25);
    expect(room.claim('B', [10, 34])).toMatchObject({ kind: 'granted', until: at(34) });
    expect(room.news()).toEqual(['A']);
    expect(room.decision('A')).toMatchObject({ kind: 'granted', until: at(12.25) });
    expect(room.passTo(12.5).state.claims.map(({ stayId }) => stayId)).toEqual([stay('B')]);
  });

  test('grace is part of the lease, which is over only when the grace ends', () => {
    const room = aRoom(9);
    room.claim('A', [8, 12], grace);
    expect(room.passTo(12.5).view().leases).toMatchObject([{ state: 'grace', until: at(13), window: hours([9, 12]) }]);
    expect(room.passTo(13).view().leases).toEqual([]);
  });
});

test('a room with very many claims takes no claim of another stay, and says so', () => {
  const room = aRoom(9);
  room.claim('A', [14, 34]);
  const [first] = room.state.claims;
  if (first === undefined) throw new Error('The claim is missing');
  const others = Array.from({ length: MOST_CLAIMS - 1 }, (_, index) => ({ ...first, stayId: stay(`B-${index}`) }));
  const full = { ...room.state, claims: [...room.state.claims, ...others] };
  expect(whyFull(full, stay('C'))).toBe(
    'it has 1000 claims, the most that a room keeps: end stays, or give them another room than 101',
  );
  expect(whyFull(full, stay('A'))).toBeUndefined();
  expect(whyFull(room.state, stay('C'))).toBeUndefined();
});

test('a grace that another lease has ended does not come back after that lease', () => {
  const room = aRoom(9);
  room.claim('A', [14, 15]);
  room.claim('B', [10, 14], { graceMinutes: 120 });
  expect(room.decision('B')).toMatchObject({ until: at(14) });
  room.passTo(15);
  expect(room.state.claims).toEqual([]);
  expect(room.decision('B')).toMatchObject({ until: at(14) });
});

test('the decisions of a room with many bookings follow one another, and each is made from its neighbours', () => {
  const room = aRoom(0);
  const night = (index: number): readonly [number, number] => [14 + 24 * index, 34 + 24 * index];
  for (let index = 0; index < 100; index++) room.claim(`N-${index}`, night(index), { graceMinutes: 600 });
  expect(room.decision('N-49')).toMatchObject({ until: at(14 + 24 * 50) });
  room.release('N-50');
  const graceEnds = at(34 + 24 * 49 + 10);
  expect(room.decision('N-49')).toMatchObject({ until: graceEnds });
  expect(room.decision('N-51')).toMatchObject({ from: graceEnds });
  expect(room.claim('LATE', night(50))).toMatchObject({ kind: 'granted', from: at(14 + 24 * 50) });
});
