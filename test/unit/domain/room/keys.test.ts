/** Keys that can open the door, certainly or possibly. The residual time of a dead key is compared with the simulated lock. */
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
  test('a live key can open the door until its window ends', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20])]);
    expect(shown(room)).toEqual({ certain: ['o1'], possible: [], none: [] });
    expect(shown(room.passTo(20))).toEqual({ certain: [], possible: [], none: ['o1'] });
  });

  test('a key that is being revoked may still open the door', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20], { state: 'revoking' })]);
    expect(room.view().keys.possible).toMatchObject([
      { residualUntil: at(20), why: 'its revoke is not confirmed yet' },
    ]);
  });

  test('a key that has ended at Seam may open the door from an offline phone, for the stated worst-case minutes', () => {
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

  test('a key that every phone has dropped opens nothing', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20], { state: 'dead', deadAt: at(9) })]);
    expect(shown(room).none).toEqual(['o1']);
  });

  test('a dead key stops opening the door at the first use of a newer generation, which the view names', () => {
    const dead = key('o1', [8, 20], { state: 'dead', deadAt: at(9), residualUntil: at(20) });
    const room = aRoom(9).report('A', [dead]);
    room.report('B', [key('o2', [9, 30]), key('j2', [9, 30], { lineage: 'o2', guestId: 'g2' })]);
    expect(room.view().keys.possible).toMatchObject([{ acsCredentialId: 'o1', endsAtFirstUseOf: 'o2' }]);
    expect(shown(room).certain).toEqual(['o2', 'j2']);
  });

  test('a key of an older generation may be locked out once a newer one can be used', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20]), key('o2', [12, 20], { guestId: 'g2', issuedAt: at(9) })]);
    expect(shown(room).certain).toEqual(['o1', 'o2']);
    expect(room.passTo(12).view().keys.possible).toMatchObject([{ acsCredentialId: 'o1', endsAtFirstUseOf: 'o2' }]);
  });

  test('a key is not ended by a newer key that has ended itself', () => {
    const older = key('o1', [8, 20]);
    const newer = key('o2', [8, 20], { issuedAt: at(9), state: 'dead', deadAt: at(9) });
    expect(shown(aRoom(9).report('A', [older, newer])).certain).toEqual(['o1']);
  });

  test('a key that its stay no longer reports is removed from the room', () => {
    const room = aRoom(9)
      .report('A', [key('o1', [8, 20])])
      .report('A', []);
    expect(room.view().keys).toEqual({ certain: [], possible: [], none: [] });
  });

  test('a key is kept for some days after it could open the door, and then removed', () => {
    const room = aRoom(9).report('A', [key('o1', [8, 20])]);
    expect(room.passTo(20 + 71).state.keys).toHaveLength(1);
    expect(room.passTo(20 + 72).state.keys).toEqual([]);
  });

  test('a key adds a line to the history whenever its state changes', () => {
    const room = aRoom(9)
      .report('A', [key('o1', [8, 20])])
      .report('A', [key('o1', [8, 20])]);
    room.report('A', [key('o1', [8, 20], { state: 'dead', deadAt: at(9) })]);
    expect(room.state.history.map(({ what }) => what)).toEqual([
      `${stay('A')}: override o1 of guest g1 is live`,
      `${stay('A')}: override o1 of guest g1 is dead`,
    ]);
  });
});

/** Minutes from `since` on in which the lock opens to a key, if no other key is used but a newer one at `newerUsedAt`. */
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

  test('the residual window is as long as an offline phone opens the door after the key has ended', () => {
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

  test('the residual window is the worst case: a newer key that is used at the door ends it at once', () => {
    expect(minutesOpen(120, [0, 600])).toBe(480);
    expect(minutesOpen(120, [0, 600], 150)).toBe(30);
  });

  test('the residual window of a key that had not begun is its whole window', () => {
    const dead = { ...key('o1', [10, 20], { state: 'dead', deadAt: at(8), residualUntil: at(20) }), stayId: stay('A') };
    expect(residualWindow(dead)).toEqual({ from: at(10), to: at(20) });
    expect(millis(at(20)) - millis(at(10))).toBe(600 * MINUTE);
  });
});
