/** Who can open the door, certainly or possibly; and for how long a key that should be dead still can, held against the lock. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { presentKey, type Lock } from '../../../../src/simulator/hotel/lock.js';
import { millis } from '../../../../src/domain/model/instants.js';
import { residualWindow } from '../../../../src/domain/room/keys.js';
import { aRoom, at, key, ROOM, stay, type ARoom } from './a-room.js';

const MINUTE = 60_000;

function shown(room: ARoom): Record<'certain' | 'possible' | 'none', readonly string[]> {
  const { certain, possible, none } = room.view().keys;
  const ids = (keys: typeof certain): readonly string[] => keys.map(({ acsCredentialId }) => acsCredentialId);
  return { certain: ids(certain), possible: ids(possible), none: ids(none) };
}

describe('a key', () => {
  test('that is live can open the door until its window ends', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20])]);
    expect(shown(room)).toEqual({ certain: ['o1'], possible: [], none: [] });
    expect(shown(room.passTo(20))).toEqual({ certain: [], possible: [], none: ['o1'] });
  });

  test('that is being ended may still open it', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20], { state: 'revoking' })]);
    expect(room.view().keys.possible).toMatchObject([
      { residualUntil: at(20), why: 'its revoke is not confirmed yet' },
    ]);
  });

  test('that has ended at Seam may open it from an offline phone, for so many minutes at worst', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20], { state: 'dead', deadAt: at(9), residualUntil: at(20) })]);
    expect(room.view().keys.possible).toEqual([
      {
        acsCredentialId: 'o1',
        stayId: stay('A'),
        guestId: 'g1',
        kind: 'override',
        lineage: 'o1',
        window: { from: at(8), to: at(20) },
        state: 'dead',
        deadAt: at(9),
        residualUntil: at(20),
        residualMinutes: 11 * 60,
        why: 'a phone that has not synced since its end may still hold it',
      },
    ]);
    expect(shown(room.passTo(20)).none).toEqual(['o1']);
  });

  test('that every phone has given up opens nothing', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20], { state: 'dead', deadAt: at(9) })]);
    expect(shown(room).none).toEqual(['o1']);
  });

  test('ends at the first use of a newer generation, which is named', () => {
    const dead = key('o1', [8, 20], { state: 'dead', deadAt: at(9), residualUntil: at(20) });
    const room = aRoom(9).report('A', [dead]);
    room.report('B', [key('o2', [9, 30]), key('j2', [9, 30], { lineage: 'o2', guestId: 'g2' })]);
    expect(room.view().keys.possible).toMatchObject([{ acsCredentialId: 'o1', endsAtFirstUseOf: 'o2' }]);
    expect(shown(room).certain).toEqual(['o2', 'j2']);
  });

  test('of an older generation may have been locked out, once a newer one can be used', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20]), key('o2', [12, 20], { guestId: 'g2', issuedAt: at(9) })]);
    expect(shown(room).certain).toEqual(['o1', 'o2']);
    expect(room.passTo(12).view().keys.possible).toMatchObject([{ acsCredentialId: 'o1', endsAtFirstUseOf: 'o2' }]);
  });

  test('is not ended by a newer one that has ended itself', () => {
    const older = key('o1', [8, 20]);
    const newer = key('o2', [8, 20], { issuedAt: at(9), state: 'dead', deadAt: at(9) });
    expect(shown(aRoom(9).report('A', [older, newer])).certain).toEqual(['o1']);
  });

  test('that the stay does not name any more is forgotten', () => {
    const room = aRoom(9)
      .report('A', [key('o1', [8, 20])])
      .report('A', []);
    expect(room.view().keys).toEqual({ certain: [], possible: [], none: [] });
  });

  test('is kept for some days after it could open the door, and then forgotten', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20])]);
    expect(room.passTo(20 + 71).book.keys).toHaveLength(1);
    expect(room.passTo(20 + 72).book.keys).toEqual([]);
  });

  test('leaves a line in the history whenever its state changes', () => {
    const room = aRoom(9)
      .report('A', [key('o1', [8, 20])])
      .report('A', [key('o1', [8, 20])]);
    room.report('A', [key('o1', [8, 20], { state: 'dead', deadAt: at(9) })]);
    expect(room.book.history.map(({ what }) => what)).toEqual([
      `${stay('A')}: override o1 of guest g1 is live`,
      `${stay('A')}: override o1 of guest g1 is dead`,
    ]);
  });
});

/** Minutes in which the lock opens to a key, from `since` on, if nobody else comes to the door but as `uses` says. */
function minutesOpen(since: number, window: readonly [number, number], newerUsedAt?: number): number {
  let lock: Lock = { kind: 'guest-room', doorId: ROOM, newestGeneration: 1 };
  const doorIds = new Set([ROOM]);
  let minutes = 0;
  const end = Math.max(window[1], since) + 10;
  for (let minute = since; minute < end; minute++) {
    if (minute === newerUsedAt) lock = { ...lock, newestGeneration: 2 };
    const held = { credentialId: 'o1', generation: 1, doorIds, from: window[0], to: window[1] };
    if (presentKey(lock, held, minute).opened) minutes += 1;
  }
  return minutes;
}

describe('the residual window', () => {
  const minute = fc.integer({ min: 0, max: 600 });

  test('is as long as an offline phone opens the door after the key has ended', () => {
    fc.assert(
      fc.property(minute, fc.integer({ min: 1, max: 600 }), minute, (from, length, deadAt) => {
        const to = from + length;
        const reported = key('o1', [from / 60, to / 60], {
          state: 'dead',
          deadAt: at(deadAt / 60),
          ...(deadAt < to ? { residualUntil: at(to / 60) } : {}),
        });
        const room = aRoom().report('A', [reported]);
        const { possible, none } = room.view().keys;
        const [known] = [...possible, ...none];
        expect(known?.residualMinutes ?? 0).toBe(minutesOpen(deadAt, [from, to]));
      }),
      { numRuns: 200 },
    );
  });

  test('is the worst case: a newer key that is used at the door ends it at once', () => {
    expect(minutesOpen(120, [0, 600])).toBe(480);
    expect(minutesOpen(120, [0, 600], 150)).toBe(30);
  });

  test('of a key that had not begun is its whole window', () => {
    const dead = { ...key('o1', [10, 20], { state: 'dead', deadAt: at(8), residualUntil: at(20) }), stayId: stay('A') };
    expect(residualWindow(dead)).toEqual({ from: at(10), to: at(20) });
    expect(millis(at(20)) - millis(at(10))).toBe(600 * MINUTE);
  });
});
