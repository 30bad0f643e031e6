/** Preparations of a stay: one activity for each kind, and the way its result enters the state. */
import { defined } from '../../src/domain/model/defined.js';
import type { LeaseStep, Preparation } from '../../src/domain/model/preparation.js';
import { findKey } from '../../src/domain/stay/known/keyring.js';
import { nameOf, recordPhoneAccessEnded } from '../../src/domain/stay/known/record-phone-access.js';
import { recordWatch } from '../../src/domain/stay/known/record-late-keys.js';
import { recordLeases, recordLeaseStep } from '../../src/domain/stay/known/record-leases.js';
import { recordCheck, recordOtherStayEnded } from '../../src/domain/stay/known/record-losses.js';
import {
  recordDeactivated,
  recordDoors,
  recordGuest,
  recordPhone,
  recordProperty,
} from '../../src/domain/stay/known/record-preparations.js';
import { placeOf } from '../../src/domain/stay/state.js';
import { propertyStepId } from '../../src/domain/stay/plan/preparations.js';
import { revisionKnown, roomsAhead } from '../../src/domain/stay/desired/desired-leases.js';
import { noteSeenKeys, recordEarlierRun } from '../../src/domain/stay/known/record-earlier-run.js';
import { isEnded, stayWindow, type StayState } from '../../src/domain/stay/state.js';
import { now } from '../clock.js';
import {
  preparationRetry,
  quick,
  reportingPreparationRetry,
  reportingRetry,
  revokes,
  seam,
  summaryOf,
  waitingRetry,
} from './activities.js';
import { planNow, type StayRun } from './run.js';

/** Change of the state by a result. It applies to the state at that time: messages may have changed it since. */
type Recorder = (state: StayState) => StayState;

type Kind = Preparation['do'];
type Runner<K extends Kind> = (run: StayRun, step: Preparation & { readonly do: K }) => Promise<Recorder>;

const RUNNERS: { readonly [K in Kind]: Runner<K> } = {
  'resolve-property': async (run, { stepId, window, waits }) => {
    const options = waits
      ? { ...waitingRetry(1.5), ...summaryOf('wait until the property is configured') }
      : { ...reportingRetry, ...summaryOf('read the property configuration') };
    const input = { propertyId: run.state.propertyId, ...defined({ window }) };
    const found = await quick.resolveProperty.executeWithOptions(options, [input]);
    // A message may have changed the window before the result arrived; then the next plan resolves it again.
    return (state) => (stepId === propertyStepId(state) ? recordProperty(state, found) : state);
  },

  'find-earlier-run': async ({ state }, { stepId, seenAtSeam }) => {
    const { propertyId, reservationId, stayId, openedAt, leases, desired } = state;
    const options = {
      ...preparationRetry(state, stepId),
      ...summaryOf('look for keys that an earlier run of this stay left'),
    };
    const persons = desired.party.flatMap(({ guest: { guestId, personId } }) =>
      personId === undefined ? [] : [{ guestId, personId }],
    );
    const input = {
      ...{ propertyId, reservationId, stayId, openedAt, chain: leases.chain, rooms: roomsAhead(state), persons },
      ended: isEnded(state),
      ...defined({
        window: stayWindow(state),
        shareGroup: desired.shareGroup,
        seenAtSeam: seenAtSeam ? (true as const) : undefined,
      }),
    };
    const found = await seam.findEarlierRun.executeWithOptions(options, [input]);
    return (current) => recordEarlierRun(current, found, { revision: revisionKnown(current) }, now());
  },

  'resolve-doors': async ({ state: { propertyId }, state }, { stepId, rooms }) => {
    const options = {
      ...reportingPreparationRetry(state, stepId),
      ...summaryOf(`find the doors of ${rooms.join(', ')}`),
    };
    const found = await seam.resolveDoors.executeWithOptions(options, [{ propertyId, rooms }]);
    return (current) => recordDoors(current, found, now());
  },

  'settle-leases': async (run, { leases }) => {
    const { state, messages } = recordLeaseStep(run.state, leases, now());
    run.state = state;
    const outcome = await quick.settleLeases.executeWithOptions(leaseSummary(leases), [messages]);
    return (current) => recordLeases(current, messages, outcome, now());
  },

  'exchange-rooms': async ({ state: { stayId } }) => {
    const summary = summaryOf('wait for a closed ring of stays to exchange rooms with');
    await quick.exchangeRooms.executeWithOptions({ ...waitingRetry(2), ...summary }, [{ stayId }]);
    return (state) => state;
  },

  'prepare-guest': async ({ state: { propertyId, reservationId }, state }, { stepId, guest }) => {
    const options = {
      ...reportingPreparationRetry(state, stepId),
      ...summaryOf(`register guest ${guest.guestId} at Seam`),
    };
    const prepared = await seam.prepareGuest.executeWithOptions(options, [{ propertyId, reservationId, guest }]);
    return (current) => noteSeenKeys(recordGuest(current, guest, prepared, now()), guest.guestId);
  },

  'wait-for-phone': async ({ state: at }, { guestId, userIdentityId }) => {
    const options = { ...waitingRetry(1.5), ...summaryOf(`wait until a phone of guest ${guestId} can hold a key`) };
    const found = await seam.waitForPhone.executeWithOptions(options, [{ ...placeOf(at), userIdentityId }]);
    return (state) => recordPhone(state, guestId, found);
  },

  'wait-for-other-stay': async ({ state: at }, { guestId, acsCredentialIds }) => {
    const summary = summaryOf(`wait until the keys of guest ${guestId} in another stay have ended`);
    const options = { ...waitingRetry(2), ...summary };
    await seam.waitForKeysToEnd.executeWithOptions(options, [{ ...placeOf(at), acsCredentialIds }]);
    return (state) => recordOtherStayEnded(state, guestId);
  },

  'wait-for-key-on-phone': async ({ state: at }, { guestId, acsCredentialId }) => {
    const summary = summaryOf(`wait until a phone of guest ${guestId} has fetched their key`);
    const options = { ...waitingRetry(1.5), ...summary };
    const outcome = await seam.waitForKeyOnPhone.executeWithOptions(options, [{ ...placeOf(at), acsCredentialId }]);
    return (state) => recordCheck(state, [acsCredentialId], outcome, now());
  },

  'deactivate-phone': async ({ state }, step) => {
    const { stepId, guestId, userIdentityId, deviceId, before } = step;
    const which = deviceId === undefined ? 'every phone' : 'the lost phone';
    const options = { ...preparationRetry(state, stepId), ...summaryOf(`deactivate ${which} of guest ${guestId}`) };
    const input = { ...placeOf(state), userIdentityId, ...defined({ deviceId, before }) };
    await revokes.deactivatePhone.executeWithOptions(options, [input]);
    return (current) => recordDeactivated(current, step, now());
  },

  'end-phone-access': async ({ state }, { stepId, access }) => {
    const { guestId, clientSessionId, instantKeyId } = access;
    const summary = summaryOf(`end the ${nameOf(access)} of guest ${guestId}`);
    const input = { ...placeOf(state), clientSessionId, ...defined({ instantKeyId }) };
    await revokes.endPhoneAccess.executeWithOptions({ ...preparationRetry(state, stepId), ...summary }, [input]);
    return (current) => recordPhoneAccessEnded(current, access, now());
  },

  'check-keys': async ({ state }, { stepId, acsCredentialIds }) => {
    const options = { ...preparationRetry(state, stepId), ...summaryOf('check keys at Seam') };
    const outcome = await seam.checkKeys.executeWithOptions(options, [{ ...placeOf(state), acsCredentialIds }]);
    return (current) => recordCheck(current, acsCredentialIds, outcome, now());
  },

  'watch-for-strays': async (run, step) => {
    const { keyring, guests } = run.state;
    const { guestId, acsUserId, ask, state, acsCredentialId } = findKey(keyring, step.keyId);
    const ids = keyring.keys.flatMap((other) => other.acsCredentialId ?? []);
    const summary = summaryOf(`look for keys of a lost request of guest ${step.guestId}`);
    const observed = await seam.watchForStrays.executeWithOptions({ ...waitingRetry(2), ...summary }, [
      {
        ...placeOf(run.state),
        guestId,
        acsUserId,
        ask,
        claimedCredentialIds: [...ids, ...(guests[guestId]?.seenCredentialIds ?? [])],
        ownCredentialIds: state === 'live' ? [acsCredentialId] : [],
        minutes: step.minutes,
      },
    ]);
    // A step of the guest that started meanwhile may have created the observed key; the next watch includes that step.
    const isCurrent = (): boolean => planNow(run).preparations.some((planned) => planned.stepId === step.stepId);
    return (current) => (isCurrent() ? recordWatch(current, step, observed, now()) : current);
  },
};

/**
 * Runs the activity of a preparation.
 * @returns the change of the state by its result
 * @throws ActivityFailure if the activity fails or is cancelled
 */
export function runPreparation(run: StayRun, step: Preparation): Promise<Recorder> {
  const runner = RUNNERS[step.do] as (run: StayRun, step: Preparation) => Promise<Recorder>;
  return runner(run, step);
}

function leaseSummary({ releases, claims, reports }: LeaseStep): { readonly summary: string } {
  const about = (what: string, rooms: readonly { readonly room: string }[]): string[] =>
    rooms.length === 0 ? [] : [`${what} ${rooms.map(({ room }) => room).join(', ')}`];
  const parts = [...about('release', releases), ...about('claim', claims), ...about('report the keys to', reports)];
  return summaryOf(parts.join('; '));
}
