/** An event of Seam about a key whose step waits for the provider: a long wait ends, a short one ends by itself. */
import { expect, it } from 'vitest';
import { applyMessage } from '../../../../../src/domain/stay/desired/apply-message.js';
import { coreOf, putKey } from '../../../../../src/domain/stay/known/keyring.js';
import { planStay } from '../../../../../src/domain/stay/reconcile.js';
import type { StayState } from '../../../../../src/domain/stay/state.js';
import { plusMinutes } from '../../../../../src/domain/model/instants.js';
import { aStay } from '../../a-stay.js';

const ID = 'credential-of-the-test';
const house = aStay().settled();
const NOW = house.now();
const [key = expect.unreachable('the stay has a key')] = house.state.keyring.keys;
const waiting = putKey(house.state, { ...coreOf(key), state: 'issuing', acsCredentialId: ID });

function withEvent(state: StayState, acsCredentialId: string): StayState {
  const payload = { acsCredentialId, eventType: 'acs_credential.issued', eventId: 'e1' };
  return applyMessage(state, { name: 'credentialChanged', payload }, NOW);
}

/** Returns the steps to cancel, of one that has waited for the key for so many minutes. */
function cancelled(state: StayState, minutes: number): readonly string[] {
  const { keyId, guestId, why } = key;
  const step = { stepId: 'step', keyId, guestId, do: 'issue', why, startedAt: plusMinutes(NOW, -minutes) } as const;
  return planStay(state, [step], NOW).keys.undesired;
}

it('an event about a key ends a long wait for it, so that the next step looks at once', () => {
  expect(cancelled(withEvent(waiting, ID), 5)).toEqual(['step']);
});

it('an event about a key that was asked for a moment ago ends no wait', () => {
  expect(cancelled(withEvent(waiting, ID), 0)).toEqual([]);
});

it('without an event a long wait for a key goes on', () => {
  expect(cancelled(waiting, 5)).toEqual([]);
});

it('the step that begins after an event is not ended by it', () => {
  const state = withEvent(waiting, ID);
  const step = { stepId: 'next', keyId: key.keyId, guestId: key.guestId, do: 'issue', why: key.why } as const;
  const later = plusMinutes(NOW, 10);
  expect(planStay(state, [{ ...step, startedAt: NOW }], later).keys.undesired).toEqual([]);
});
