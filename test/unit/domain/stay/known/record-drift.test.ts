import { expect, test } from 'vitest';
import type { Finding } from '../../../../../src/domain/model/drift-schema.js';
import type { Key, LiveKey } from '../../../../../src/domain/model/key.js';
import { endKey, withKey } from '../../../../../src/domain/stay/known/keyring.js';
import { recordDrift } from '../../../../../src/domain/stay/known/record-drift.js';
import { newStayState, type StayState } from '../../../../../src/domain/stay/state.js';

const NOW = '2031-06-02T12:00Z';
const ASK = {
  kind: 'override',
  rooms: ['101'],
  acsEntranceIds: ['door-1', 'main'],
  window: { from: '2031-06-01T15:00Z', to: '2031-06-04T11:00Z' },
} as const;

const LIVE: LiveKey = {
  ...{ keyId: 'g1#1', guestId: 'g1', acsUserId: 'user-1', ask: ASK, commonDoors: ['Main'], generation: 1 },
  ...{ requestedAt: NOW, why: 'first key', state: 'live', acsCredentialId: 'key-1', issuedAt: NOW },
};

function stayWith(...keys: readonly Key[]): StayState {
  const name = { stayId: 'stay/seaside/R-1', propertyId: 'seaside', reservationId: 'R-1', chain: 'run-1' };
  const state = newStayState(name, NOW);
  return { ...state, keyring: { ...keys.reduce(withKey, state.keyring), lastKey: keys.length } };
}

function after(state: StayState, ...findings: readonly Finding[]): StayState {
  return recordDrift(state, findings, NOW);
}

test.each(['missing', 'ended'] as const)('a live key that is %s at Seam is read again', (kind) => {
  const { credentialsToCheck, keyring } = after(stayWith(LIVE), { kind, acsCredentialId: 'key-1' });
  expect(credentialsToCheck).toEqual(['key-1']);
  expect(keyring.keys).toEqual([LIVE]);
});

test.each([
  ['opens-longer', 'at-once'],
  ['opens-more', 'at-once'],
  ['other-owner', 'at-once'],
  ['other-kind', 'at-once'],
  ['opens-shorter', 'after-successor'],
  ['opens-less', 'after-successor'],
] as const)('a live key with the difference %s is to end %s', (kind, condemned) => {
  expect(after(stayWith(LIVE), { kind, acsCredentialId: 'key-1' }).keyring.keys).toEqual([{ ...LIVE, condemned }]);
});

test('a key that opens more and less ends at once, whichever comes first', () => {
  const more: Finding = { kind: 'opens-more', acsCredentialId: 'key-1' };
  const less: Finding = { kind: 'opens-less', acsCredentialId: 'key-1' };
  for (const findings of [
    [more, less],
    [less, more],
  ]) {
    expect(after(stayWith(LIVE), ...findings).keyring.keys).toEqual([{ ...LIVE, condemned: 'at-once' }]);
  }
});

test('a dead key that lives at Seam is a stray', () => {
  const dead = endKey(LIVE, 'revoked', NOW);
  const [key] = after(stayWith(dead), { kind: 'alive', acsCredentialId: 'key-1' }).keyring.keys;
  expect(key).toMatchObject({ keyId: 'g1#1', state: 'stray', acsCredentialId: 'key-1' });
});

test.each(['unclaimed', 'doubled'] as const)('a key that is %s is a stray of its guest', (kind) => {
  const finding = { kind, acsCredentialId: 'key-9', guestId: 'g1', acsUserId: 'user-1' } as const;
  const { keyring } = after(stayWith(LIVE), {
    ...finding,
    ask: { ...ASK, rooms: ['101'], acsEntranceIds: ['door-1'] },
  });
  expect(keyring.keys).toEqual([
    LIVE,
    {
      ...{ keyId: 'g1#2', guestId: 'g1', acsUserId: 'user-1', state: 'stray', acsCredentialId: 'key-9' },
      ...{ commonDoors: [], generation: 0, requestedAt: NOW, why: 'the audit found it at Seam' },
      ask: { ...ASK, acsEntranceIds: ['door-1'] },
    },
  ]);
  expect(keyring.lastKey).toBe(2);
});

test('findings about what is no longer so change nothing', () => {
  const states = [stayWith(LIVE), stayWith(endKey(LIVE, 'revoked', NOW)), stayWith()];
  const outdated: readonly (readonly Finding[])[] = [
    [{ kind: 'alive', acsCredentialId: 'key-1' }],
    [
      { kind: 'missing', acsCredentialId: 'key-1' },
      { kind: 'opens-more', acsCredentialId: 'key-1' },
    ],
    [
      { kind: 'ended', acsCredentialId: 'key-1' },
      { kind: 'unclaimed', acsCredentialId: 'key-9', guestId: 'g1' },
    ],
  ];
  states.forEach((state, index) => expect(after(state, ...(outdated[index] ?? []))).toEqual(state));
});

test('a report that is repeated changes nothing', () => {
  const finding: Finding = {
    kind: 'unclaimed',
    acsCredentialId: 'key-9',
    guestId: 'g1',
    acsUserId: 'u',
    ask: { ...ASK, rooms: [], acsEntranceIds: [] },
  };
  const once = after(stayWith(LIVE), finding);
  expect(after(once, finding)).toEqual(once);
});
