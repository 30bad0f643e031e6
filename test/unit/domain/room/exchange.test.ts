/** Closed rings of stays that wait for each other's rooms, and the rooms that they hand over. */
import { describe, expect, test } from 'vitest';
import { handoversOf, type Offer } from '../../../../src/domain/model/exchange.js';
import { closedRing, outcomeOf } from '../../../../src/domain/room/ring.js';
import { aRoom, at, stay } from './a-room.js';

/** An offer, as in `A 101>102 B`: stay A leaves 101 and waits for 102 behind B. */
function offers(...texts: readonly string[]): ReadonlyMap<string, Offer> {
  return new Map(
    texts.map((text) => {
      const [stayId = '', rooms = '', ...behind] = text.split(' ');
      const [gives = '', wants = ''] = rooms.split('>');
      return [stayId, { stayId, round: 0, gives: [{ room: gives, part: 0 }], wants: [{ room: wants, behind }] }];
    }),
  );
}

function ringOf(start: string, ...texts: readonly string[]): readonly string[] | undefined {
  return closedRing(start, offers(...texts))?.map(({ stayId }) => stayId);
}

describe('a ring of stays', () => {
  test('a ring is closed if every wait leads back to its start, whatever its length', () => {
    expect(ringOf('A', 'A 101>102 B', 'B 102>101 A')).toEqual(['A', 'B']);
    expect(ringOf('C', 'A 101>102 B', 'B 102>103 C', 'C 103>101 A')).toEqual(['A', 'B', 'C']);
  });

  test('a chain is not a ring, and a ring with a stay that does not leave is open', () => {
    expect(ringOf('A', 'A 101>102 B')).toBeUndefined();
    expect(ringOf('A', 'A 101>102 B', 'B 102>101 A C')).toBeUndefined();
    expect(ringOf('A', 'A 101>102 B', 'B 103>101 A'), 'B leaves another room').toBeUndefined();
  });

  test('a stay that waits for a ring without being part of it does not let go', () => {
    const texts = ['A 101>102 B', 'B 102>101 A', 'D 104>101 A'];
    expect(ringOf('D', ...texts)).toBeUndefined();
    expect(ringOf('A', ...texts)).toEqual(['A', 'B']);
  });

  test('each of two rings at once is found for itself', () => {
    const texts = ['A 101>102 B', 'B 102>101 A', 'C 103>104 D', 'D 104>103 C'];
    expect(ringOf('A', ...texts)).toEqual(['A', 'B']);
    expect(ringOf('D', ...texts)).toEqual(['C', 'D']);
  });

  test('each member hands its room to the member that waits for it', () => {
    const members = closedRing('A', offers('A 101>102 B', 'B 102>101 A')) ?? [];
    expect(handoversOf({ id: 'e', members }, 'A')).toEqual([{ room: '101', part: 0, to: ['B'] }]);
  });

  test('one refusal aborts an exchange, and one committed member commits it', () => {
    expect(outcomeOf([{ kind: 'yes' }, { kind: 'yes' }])).toBe('committed');
    expect(outcomeOf([{ kind: 'yes' }, { kind: 'settled', outcome: 'aborted' }])).toBe('aborted');
    expect(outcomeOf([{ kind: 'yes' }, { kind: 'settled', outcome: 'committed' }])).toBe('committed');
  });
});

describe('a room whose guests are leaving', () => {
  test('a stay that waits for a room learns from its decision that the guests leave, and the other stay who waits', () => {
    const room = aRoom(9);
    room.claim('A', [8, 34]);
    room.claim('B', [8, 34]);
    room.claim('A', [8, 34], { leaving: true });
    expect(room.decision('B')).toEqual({ kind: 'waiting', behind: [stay('A')], leaving: [stay('A')] });
    expect(room.decision('A')).toMatchObject({ kind: 'granted', wantedBy: [stay('B')] });
    expect(room.view().leases[0]?.claims[0]).toMatchObject({ leaving: true });
  });

  test('a room that is handed over goes to its heir, before a stay that has waited longer', () => {
    const room = aRoom(9);
    room.claim('A', [8, 34], { leaving: true });
    room.claim('D', [8, 34]);
    room.claim('B', [8, 40]);
    room.release('A', { to: [stay('B')] });
    expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(40) });
    expect(room.decision('D')).toMatchObject({ kind: 'waiting', behind: [stay('B')] });
  });

  test('an heir gets the room as far as it is free, because it has left its own', () => {
    const room = aRoom(9);
    room.claim('A', [8, 34], { leaving: true });
    room.claim('C', [34, 50]);
    room.claim('B', [8, 40]);
    room.release('A', { to: [stay('B')] });
    expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(34), heldUpBy: stay('C') });
  });

  test('a lease that begins later learns that the guests before it leave, and as their heir it begins at once', () => {
    const room = aRoom(9);
    room.claim('A', [8, 34]);
    room.claim('D', [8, 60]);
    room.claim('B', [34, 60]);
    expect(room.decision('B')).not.toHaveProperty('leaving');
    room.claim('A', [8, 34], { leaving: true });
    room.claim('B', [9, 60]);
    expect(room.decision('B')).toMatchObject({ kind: 'granted', from: at(34), leaving: [stay('A')] });
    room.release('A', { to: [stay('B')] });
    expect(room.decision('B')).toMatchObject({ kind: 'granted', until: at(60) });
    expect(room.decision('B')).not.toHaveProperty('from');
    expect(room.decision('D')).toMatchObject({ kind: 'waiting', behind: [stay('B')] });
  });

  test('a hand-over that arrives twice, or after the front desk gave the room away, changes nothing', () => {
    const room = aRoom(9);
    room.claim('A', [8, 34], { leaving: true, chain: 'a', seq: 1 });
    room.claim('B', [8, 34]);
    room.claim('D', [8, 34]);
    room.force('D');
    room.release('A', { to: [stay('B')], chain: 'a', seq: 2 });
    room.release('A', { to: [stay('B')], chain: 'a', seq: 2 });
    expect(room.decision('D')).toMatchObject({ kind: 'granted' });
    expect(room.decision('B')).toMatchObject({ kind: 'waiting', behind: [stay('D')] });
  });

  test('a claim waits for the lease before it that ends last', () => {
    const room = aRoom(9);
    room.claim('A', [8, 20], { shareGroup: 'g' });
    room.claim('B', [9, 15], { shareGroup: 'g' });
    expect(room.claim('C', [20, 40])).toMatchObject({ kind: 'granted', from: at(20) });
  });
});
