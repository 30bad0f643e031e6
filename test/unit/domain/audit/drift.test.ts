import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differencesOf, type Audited } from '../../../../src/domain/audit/drift.js';
import type { DriftKind, ObservedKey, RecordedKey } from '../../../../src/domain/model/drift.js';
import { plusMinutes } from '../../../../src/domain/model/instants.js';

const NOW = '2031-06-02T12:00Z';
const WINDOW = { from: '2031-06-01T15:00Z', to: '2031-06-04T11:00Z' };

/** A live key of guest `g<n>` of stay `R-<n>` to room `<100 + n>` and the main entrance. */
function recorded(n: number, changes: Partial<RecordedKey> = {}): RecordedKey {
  return {
    guestId: `g${n}`,
    acsUserId: `user-${n}`,
    acsCredentialId: `key-${n}`,
    state: 'live',
    ask: { kind: 'override', rooms: [`${100 + n}`], acsEntranceIds: [`door-${n}`, 'main'], window: WINDOW },
    ...changes,
  };
}

/** The same key as Seam has it. */
function observed(n: number, changes: Partial<ObservedKey> = {}): ObservedKey {
  return {
    acsCredentialId: `key-${n}`,
    acsUserId: `user-${n}`,
    owner: { reservationId: `R-${n}`, guestId: `g${n}` },
    kind: 'override',
    rooms: [`${100 + n}`],
    acsEntranceIds: [`door-${n}`, 'main'],
    window: WINDOW,
    isDead: false,
    ...changes,
  };
}

function stayOf(n: number, ...keys: readonly RecordedKey[]): Audited['stays'][number] {
  return { stayId: `stay/seaside/R-${n}`, keys };
}

function found(stays: Audited['stays'], atSeam: readonly ObservedKey[]): readonly (readonly [DriftKind, string])[] {
  return differencesOf({ propertyId: 'seaside', stays, observed: atSeam }, NOW).map(
    ({ kind, acsCredentialId }) => [kind, acsCredentialId] as const,
  );
}

describe('a hotel in which Seam and the stays agree', () => {
  test('a hotel of any size has no differences, whatever its keys are doing', () => {
    const states = fc.constantFrom<RecordedKey['state']>('live', 'issuing', 'revoking', 'stray', 'dead');
    fc.assert(
      fc.property(fc.array(states, { maxLength: 40 }), (all) => {
        const stays = all.map((state, n) => stayOf(n, recorded(n, { state })));
        const atSeam = all.flatMap((state, n) => (state === 'dead' ? [] : [observed(n)]));
        expect(found(stays, atSeam)).toEqual([]);
      }),
    );
  });

  test.each<[string, Partial<RecordedKey>, Partial<ObservedKey> | undefined]>([
    ['a start that Seam has moved, as it was past', {}, { window: { ...WINDOW, from: '2031-06-01T15:20Z' } }],
    ['a dead key that Seam has ended', { state: 'dead' }, { isDead: true }],
    ['a dead key that a phone keeps', { state: 'dead', mayRemain: true }, {}],
    ['a key of which Seam is unaware yet', { state: 'issuing' }, undefined],
    ['a key that is being ended, with other doors', { state: 'revoking' }, { acsEntranceIds: ['other'] }],
    ['doors in another order', {}, { acsEntranceIds: ['main', 'door-1'] }],
  ])('%s is no difference', (_what, key, seen) => {
    expect(found([stayOf(1, recorded(1, key))], seen === undefined ? [] : [observed(1, seen)])).toEqual([]);
  });

  test('a key whose time is over is no difference, at Seam or in a stay', () => {
    const window = { from: '2031-05-01T15:00Z', to: '2031-06-02T12:00Z' };
    const { ask } = recorded(1);
    expect(found([stayOf(1, recorded(1, { ask: { ...ask, window } }))], [])).toEqual([]);
    expect(found([], [observed(1, { window })])).toEqual([]);
  });
});

/** One difference of each kind: what Seam has of key 1, and the rest of the keys of its stay. */
const PLANTED: readonly [DriftKind, string, Partial<RecordedKey>, Partial<ObservedKey> | undefined][] = [
  ['missing', 'Seam has lost the key', {}, undefined],
  ['ended', 'Seam has ended the key', {}, { isDead: true }],
  ['alive', 'a key that the stay has ended lives at Seam', { state: 'dead' }, {}],
  ['opens-longer', 'the key ends later', {}, { window: { ...WINDOW, to: '2031-06-09T11:00Z' } }],
  ['opens-longer', 'the key begins earlier', {}, { window: { ...WINDOW, from: '2031-05-01T15:00Z' } }],
  ['opens-shorter', 'the key ends earlier', {}, { window: { ...WINDOW, to: '2031-06-03T11:00Z' } }],
  ['opens-shorter', 'the key begins later', {}, { window: { ...WINDOW, from: '2031-06-03T15:00Z' } }],
  ['opens-more', 'the key opens another door', {}, { acsEntranceIds: ['door-1', 'main', 'door-2'] }],
  ['opens-less', 'the key lacks a door', {}, { acsEntranceIds: ['door-1'] }],
  ['other-owner', 'the key is one of another guest', {}, { acsUserId: 'user-2' }],
  ['other-kind', 'the key is a joiner', {}, { kind: 'joiner', joinTo: 'key-9' }],
];

describe('a hotel with one difference', () => {
  test.each(PLANTED)('%s: %s, and nothing else differs', (kind, _what, key, seen) => {
    const stays = [stayOf(1, recorded(1, key)), stayOf(2, recorded(2))];
    const atSeam = [...(seen === undefined ? [] : [observed(1, seen)]), observed(2)];
    expect(found(stays, atSeam)).toEqual([[kind, 'key-1']]);
  });

  test('unclaimed: a guest of an open stay has a key that no step requested', () => {
    const extra = observed(1, { acsCredentialId: 'extra', acsEntranceIds: ['door-7'], rooms: ['107'] });
    const [one] = differencesOf(
      { propertyId: 'seaside', stays: [stayOf(1, recorded(1))], observed: [observed(1), extra] },
      NOW,
    );
    expect(one).toEqual({
      ...{ kind: 'unclaimed', acsCredentialId: 'extra', stayId: 'stay/seaside/R-1', guestId: 'g1' },
      observed: extra,
    });
  });

  test('unclaimed: a guest of a stay that has ended has a key', () => {
    const [one] = differencesOf({ propertyId: 'seaside', stays: [], observed: [observed(1)] }, NOW);
    expect(one).toMatchObject({ kind: 'unclaimed', stayId: 'stay/seaside/R-1', guestId: 'g1' });
  });

  test.each<[string, Partial<RecordedKey>]>([
    ['a request of the guest is under way', { state: 'issuing' }],
    ['a request of the guest got no answer', { inDoubt: true }],
    ['a key of the guest is being ended', { state: 'revoking' }],
  ])('an unrecorded key is no difference while %s', (_what, key) => {
    const { acsCredentialId: _none, ...unknown } = recorded(2, key);
    const stays = [stayOf(1, recorded(1, key)), stayOf(2, { ...unknown, state: key.state ?? 'issuing' })];
    const extras = [observed(1, { acsCredentialId: 'extra-1' }), observed(2, { acsCredentialId: 'extra-2' })];
    expect(found(stays, [observed(1), ...extras])).toEqual([]);
  });

  test('doubled: a guest has two keys to the same doors', () => {
    const twin = observed(1, { acsCredentialId: 'twin' });
    expect(found([stayOf(1, recorded(1))], [observed(1), twin])).toEqual([['doubled', 'twin']]);
  });

  test('foreign: somebody who is no guest of Stayline has a key; no stay is named', () => {
    const { owner: _owner, ...others } = observed(1, { acsCredentialId: 'other' });
    expect(differencesOf({ propertyId: 'seaside', stays: [], observed: [others] }, NOW)).toEqual([
      { kind: 'foreign', acsCredentialId: 'other', observed: others },
    ]);
  });

  test('a key of a person with two stays belongs to the stay whose room it opens', () => {
    const person = { acsUserId: 'user-p' };
    const stays = [stayOf(1, recorded(1, person)), stayOf(2, recorded(2, person))];
    const extra = observed(2, {
      ...person,
      acsCredentialId: 'extra',
      owner: { personId: 'p' },
      acsEntranceIds: ['door-2'],
    });
    const all = [observed(1, person), observed(2, person), extra];
    const [one, ...more] = differencesOf({ propertyId: 'seaside', stays, observed: all }, NOW);
    expect(one).toMatchObject({ kind: 'unclaimed', stayId: 'stay/seaside/R-2', guestId: 'g2' });
    expect(more).toEqual([]);
  });
});

test('differences planted in any keys of a hotel are found, each once, and no others', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(PLANTED.length - 1)), { minLength: 1, maxLength: 30 }), (plants) => {
      const stays: Audited['stays'][number][] = [];
      const atSeam: ObservedKey[] = [];
      const expected: [DriftKind, string][] = [];
      plants.forEach((plant, index) => {
        const n = index + 10;
        const [kind, , key = {}, seen = {}] = plant === null ? [] : (PLANTED[plant] ?? []);
        stays.push(stayOf(n, recorded(n, key)));
        const doors = seen.acsEntranceIds?.map((door) => (door === 'door-1' ? `door-${n}` : door));
        const isLost = plant !== null && PLANTED[plant]?.[3] === undefined;
        if (!isLost) atSeam.push(observed(n, { ...seen, ...(doors === undefined ? {} : { acsEntranceIds: doors }) }));
        if (kind !== undefined) expected.push([kind, `key-${n}`]);
      });
      expect(found(stays, atSeam)).toEqual(expected);
    }),
  );
});

test('a key that is past by a minute is not compared, and one that has a minute left is', () => {
  const ask = (to: string): RecordedKey['ask'] => ({ ...recorded(1).ask, window: { ...WINDOW, to } });
  expect(found([stayOf(1, recorded(1, { ask: ask(plusMinutes(NOW, -1)) }))], [])).toEqual([]);
  expect(found([stayOf(1, recorded(1, { ask: ask(plusMinutes(NOW, 1)) }))], [])).toEqual([['missing', 'key-1']]);
});
