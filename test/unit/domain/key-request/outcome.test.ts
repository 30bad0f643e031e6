/** Outcome of a key request, as the caller receives it: how far the keys have come. */
import { expect, test } from 'vitest';
import { outcomeOf, type KeyOutcome } from '../../../../src/domain/key-request/outcome.js';
import type { KeyRequestKind } from '../../../../src/domain/model/key-request-schema.js';
import type { KeyView, StayView } from '../../../../src/domain/model/stay-view.js';
import { aView } from '../../../harness/a-view.js';

function aKey(changes: Partial<KeyView>): KeyView {
  return {
    guestId: 'guest-1',
    kind: 'override',
    rooms: ['101'],
    commonDoors: [],
    window: { from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' },
    state: 'live',
    requestedAt: '2026-11-23T14:00Z',
    why: 'first key',
    ...changes,
  };
}

function outcome(changes: Partial<StayView>, kind: KeyRequestKind = 'new', rooms = ['101']): KeyOutcome {
  const view = aView({ guests: [{ guestId: 'guest-1', keyState: 'issued' }], ...changes });
  return outcomeOf({ kind, rooms }, view);
}

test('a key request is done when every guest has a key or will get one without staff', () => {
  const issued = { guestId: 'guest-1', keyState: 'issued' } as const;
  expect(outcome({ guests: [issued, { guestId: 'guest-2', keyState: 'gone' }] }).kind).toBe('done');
  expect(outcome({ guests: [issued, { guestId: 'guest-2', keyState: 'waiting', waitingFor: 'phone' }] })).toMatchObject(
    {
      kind: 'done',
      text: expect.stringMatching(/phone is set up/) as string,
    },
  );
  expect(outcome({ guests: [{ guestId: 'guest-1', keyState: 'not-due', waitingFor: 'window' }] })).toMatchObject({
    kind: 'done',
    text: expect.stringMatching(/arrival/) as string,
  });
});

test('a key request is pending while a step is running or a room is not free', () => {
  expect(outcome({ guests: [{ guestId: 'guest-1', keyState: 'issued' }], settled: false }).kind).toBe('pending');
  const attention = [{ code: 'room-taken', since: '2026-11-23T14:00Z', message: 'Room 101 is taken.' }] as const;
  expect(outcome({ guests: [{ guestId: 'guest-1', keyState: 'waiting', waitingFor: 'lease' }], attention })).toEqual({
    kind: 'pending',
    text: 'Room 101 is taken.',
  });
});

test('a key request is refused, with the reason, when a person must fix something', () => {
  const attention = [{ code: 'key-failed', since: '2026-11-23T14:00Z', message: 'The lock system refuses.' }] as const;
  expect(outcome({ attention })).toEqual({ kind: 'refused', text: 'The lock system refuses.' });
});

test('a key request is refused when the stay has no guest who would get a key, or has ended', () => {
  expect(outcome({ guests: [] })).toMatchObject({
    kind: 'refused',
    text: expect.stringMatching(/add a guest/) as string,
  });
  expect(outcome({ guests: [{ guestId: 'guest-1', keyState: 'gone' }] }).kind).toBe('refused');
  expect(outcome({ guests: [], settled: false }).kind).toBe('pending');
  for (const phase of ['leaving', 'over', 'cancelled', 'no-show'] as const) {
    expect(outcome({ phase, guests: [{ guestId: 'guest-1', keyState: 'gone' }] }).kind).toBe('refused');
  }
});

test('a removal is done when no key of its rooms can open a door, or there is no stay', () => {
  expect(outcome({ keys: [aKey({})] }, 'remove').kind).toBe('pending');
  expect(outcome({ keys: [aKey({ state: 'revoking' })] }, 'remove', []).kind).toBe('pending');
  expect(outcome({ keys: [aKey({ state: 'dead' })] }, 'remove').kind).toBe('done');
  expect(outcome({ keys: [aKey({ rooms: ['102'] })] }, 'remove').kind).toBe('done');
  expect(outcomeOf({ kind: 'remove', rooms: ['101'] }, undefined).kind).toBe('done');
});
