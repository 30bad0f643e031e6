/** Locks and phones by themselves: what a key opens, and what a lock records. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentKey, presentKeys, type Key, type Lock } from '../../../src/simulator/hotel/lock.js';
import { comeOnline, goOffline, missDiscard, newPhone, syncPhone } from '../../../src/simulator/hotel/phone.js';

const room: Lock = { kind: 'guest-room', doorId: '101', newestGeneration: 0 };
const gym: Lock = { kind: 'common-door', doorId: 'gym' };

function aKey(change: Partial<Key> = {}): Key {
  return { credentialId: 'k', generation: 1, doorIds: new Set(['101', 'gym']), from: 100, to: 200, ...change };
}

describe('a guest-room lock', () => {
  it('a guest-room lock opens from the first millisecond of the window, and not at its end', () => {
    expect(presentKey(room, aKey(), 99)).toEqual({ opened: false, reason: 'too-early' });
    expect(presentKey(room, aKey(), 100).opened).toBe(true);
    expect(presentKey(room, aKey(), 199).opened).toBe(true);
    expect(presentKey(room, aKey(), 200)).toEqual({ opened: false, reason: 'too-late' });
  });

  it('a guest-room lock refuses a key that is coded for other doors', () => {
    expect(presentKey(room, aKey({ doorIds: new Set(['102']) }), 150)).toEqual({
      opened: false,
      reason: 'not-this-door',
    });
  });

  it('a guest-room lock opens for an older key until a newer one has been used at it', () => {
    const old = aKey({ generation: 1 });
    const young = aKey({ generation: 2 });
    const before = presentKey(room, old, 150);
    expect(before.opened).toBe(true);
    const learnt = presentKey(room, young, 150);
    if (!learnt.opened) throw new Error('the newer key must open');
    expect(presentKey(learnt.lock, old, 150)).toEqual({ opened: false, reason: 'older-generation' });
    expect(presentKey(learnt.lock, young, 150).opened).toBe(true);
  });

  it('a guest-room lock records nothing from a newer key that it refuses', () => {
    const early = presentKeys(room, [aKey({ generation: 9, from: 180 })], 150);
    expect(early).toMatchObject({ opened: false, reason: 'too-early' });
    expect(presentKey(room, aKey(), 150).opened).toBe(true);
  });
});

describe('a common door', () => {
  it('a common door checks windows only, and a newer key does not lock out an older one', () => {
    const learnt = presentKey(gym, aKey({ generation: 2 }), 150);
    if (!learnt.opened) throw new Error('the key must open');
    expect(presentKey(learnt.lock, aKey({ generation: 1 }), 150).opened).toBe(true);
    expect(presentKey(gym, aKey(), 200)).toEqual({ opened: false, reason: 'too-late' });
  });
});

describe('a bunch of keys', () => {
  it('a bunch of keys opens a lock if any key does, and the decision names that key', () => {
    const decision = presentKeys(room, [aKey({ credentialId: 'late', to: 120 }), aKey({ credentialId: 'good' })], 150);
    expect(decision).toMatchObject({ opened: true, key: { credentialId: 'good' } });
  });

  it('a bunch of keys that does not open a lock reports the key that came nearest', () => {
    const foreign = aKey({ credentialId: 'foreign', doorIds: new Set() });
    const late = aKey({ credentialId: 'late', to: 120 });
    expect(presentKeys(room, [foreign, late], 150)).toMatchObject({
      reason: 'too-late',
      key: { credentialId: 'late' },
    });
    expect(presentKeys(room, [], 150)).toEqual({ opened: false, reason: 'no-key' });
  });
});

describe('locks in general', () => {
  const keys = fc.array(
    fc.record({
      credentialId: fc.constantFrom('a', 'b', 'c'),
      generation: fc.integer({ min: 0, max: 5 }),
      doorIds: fc.subarray(['101', '102', 'gym']).map((doors) => new Set(doors)),
      from: fc.integer({ min: 0, max: 10 }),
      to: fc.integer({ min: 0, max: 10 }),
    }),
    { maxLength: 20 },
  );

  it('a room lock opens exactly for its own keys, within their window and of no older generation than one used', () => {
    fc.assert(
      fc.property(
        keys,
        fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 20, maxLength: 20 }),
        (presented, times) => {
          let lock: Lock = room;
          let newestUsed = 0;
          presented.forEach((key, index) => {
            const at = times[index] ?? 0;
            const decision = presentKey(lock, key, at);
            const should = key.doorIds.has('101') && key.from <= at && at < key.to && key.generation >= newestUsed;
            expect(decision.opened).toBe(should);
            if (!decision.opened) return;
            lock = decision.lock;
            newestUsed = Math.max(newestUsed, key.generation);
          });
        },
      ),
    );
  });

  it('a common door decides by doors and window alone, whatever was used there before', () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 0, max: 10 }), (presented, at) => {
        let lock: Lock = gym;
        for (const key of presented) {
          const decision = presentKey(lock, key, at);
          expect(decision.opened).toBe(key.doorIds.has('gym') && key.from <= at && at < key.to);
          if (decision.opened) lock = decision.lock;
        }
      }),
    );
  });
});

describe('a phone', () => {
  const wallet = new Map([['k', aKey()]]);
  const empty = new Map<string, Key>();

  it('a phone receives keys at once while it is online', () => {
    expect([...syncPhone(newPhone('p', 'online'), wallet).keys.keys()]).toEqual(['k']);
  });

  it('a phone keeps its keys while it is offline, and catches up when it is back', () => {
    const offline = goOffline(syncPhone(newPhone('p', 'online'), wallet));
    const still = syncPhone(offline, empty);
    expect([...still.keys.keys()]).toEqual(['k']);
    expect([...comeOnline(still, empty).keys.keys()]).toEqual([]);
  });

  it('a phone keeps a key whose discard was lost until it comes back from being offline', () => {
    const missed = syncPhone(missDiscard(syncPhone(newPhone('p', 'online'), wallet), 'k'), empty);
    expect([...missed.keys.keys()]).toEqual(['k']);
    expect([...comeOnline(goOffline(missed), empty).keys.keys()]).toEqual([]);
  });
});
