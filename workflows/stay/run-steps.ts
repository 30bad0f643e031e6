/** Carries out steps: starts the activity, records its result in the state, and wakes the loop. */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { LeaseStep, Preparation } from '../../src/domain/model/preparation.js';
import type { Key } from '../../src/domain/model/key.js';
import { propertyStepId } from '../../src/domain/stay/plan/preparations.js';
import { findKey, keysOf, mayLive } from '../../src/domain/stay/known/keyring.js';
import type { InFlight, KeyStep } from '../../src/domain/model/key-plan.js';
import * as facts from '../../src/domain/stay/known/record-preparations.js';
import * as record from '../../src/domain/stay/known/record-keys.js';
import * as leases from '../../src/domain/stay/known/record-leases.js';
import { recordWatch } from '../../src/domain/stay/known/record-late-keys.js';
import { recordCheck, recordOtherStayEnded } from '../../src/domain/stay/known/record-losses.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import type { StayActivities } from '../../src/domain/model/stay-activities.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';
import { now } from '../clock.js';
import { planNow, type StayRun } from './run.js';

/** Time after which a dead worker is detected, instead of after the whole timeout of the attempt. */
const HEARTBEAT = '5s';

/** Retries of an outage: about 20 s apart until a person is told, afterwards 60 attempts about 30 s apart. */
const FIRST_INTERVALS_S = 20;
const LATER_ATTEMPTS = 60;

/** Maximum length of a summary, in characters of up to three bytes. */
const SUMMARY_LENGTH = 130;

const quick = proxyActivities<StayActivities>({
  taskQueue: TASK_QUEUES.stays,
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 10 },
});

const seam = proxyActivities<StayActivities>({
  taskQueue: TASK_QUEUES.seam,
  startToCloseTimeout: '2m',
  heartbeatTimeout: HEARTBEAT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Starts a key step that the plan lists as ready. */
export function startKeyStep(run: StayRun, step: KeyStep): void {
  if (step.do === 'revoke') {
    const key = record.recordRevoking(run.state, step.keyId, step.why, now());
    launchKey(run, key, { do: 'revoke', why: step.why }, () => revoke(run, key, step.why));
  } else {
    const firstAsk = step.keyId === undefined;
    const key = record.recordAsk(run.state, step, now());
    launchKey(run, key, { do: 'issue', why: key.why }, () => issue(run, key, { firstAsk }));
  }
}

async function issue(run: StayRun, key: Key, how: { readonly firstAsk: boolean }): Promise<void> {
  const { state } = run;
  const others = state.keyring.keys.filter((other) => other.keyId !== key.keyId);
  const own = keysOf(state.keyring, key.guestId).filter((other) => mayLive(other) && other.keyId !== key.keyId);
  const minutes = state.property?.policy.confirmWithinMinutes ?? 5;
  const person = state.desired.party.find((one) => one.guest.guestId === key.guestId)?.guest.personId;
  const outcome = await seam.issueKey.executeWithOptions(
    { ...patience(run, key), startToCloseTimeout: `${minutes + 2}m`, summary: summary(key.ask.kind, key, key.why) },
    [
      {
        propertyId: state.propertyId,
        guestId: key.guestId,
        acsUserId: key.acsUserId,
        ask: key.ask,
        ...(key.acsCredentialId === undefined ? {} : { acsCredentialId: key.acsCredentialId }),
        seenCredentialIds: [
          ...(state.guests[key.guestId]?.seenCredentialIds ?? []),
          ...others.flatMap((other) => other.acsCredentialId ?? []),
        ],
        ownCredentialIds: own.flatMap((other) => other.acsCredentialId ?? []),
        firstAsk: how.firstAsk,
        confirmWithinMinutes: minutes,
        ...(person === undefined ? {} : { sharedIdentity: true }),
      },
    ],
  );
  record.recordIssue(state, key.keyId, outcome, now());
}

async function revoke(run: StayRun, key: Key, why: string): Promise<void> {
  const { state } = run;
  const keep = state.keyring.keys
    .filter((other) => other.keyId !== key.keyId)
    .flatMap((other) => other.acsCredentialId ?? []);
  const outcome = await seam.revokeKey.executeWithOptions(
    { ...patience(run, key), summary: summary('revoke', key, why) },
    [
      {
        propertyId: state.propertyId,
        guestId: key.guestId,
        acsUserId: key.acsUserId,
        ...(key.acsCredentialId === undefined ? {} : { acsCredentialId: key.acsCredentialId }),
        ask: key.ask,
        keepCredentialIds: [...keep, ...(state.guests[key.guestId]?.seenCredentialIds ?? [])],
      },
    ],
  );
  record.recordRevoked(state, key.keyId, outcome, now());
}

/** Starts a preparation. A failure is recorded as its blocker. */
export function startPreparation(run: StayRun, step: Preparation): void {
  launch(run, step.stepId, undefined, async () => {
    try {
      await preparations(run, step);
      facts.clearBlocker(run.state, step.stepId);
    } catch (error) {
      const about = 'guestId' in step ? { guestId: step.guestId } : {};
      facts.recordBlocker(run.state, step.stepId, failureOf(error), about, now());
    }
  });
}

async function preparations(run: StayRun, step: Preparation): Promise<void> {
  const { state } = run;
  const { propertyId, reservationId } = state;
  switch (step.do) {
    case 'resolve-property': {
      const options = { summary: 'read the property configuration' };
      const { window } = step;
      const input = { propertyId, ...(window === undefined ? {} : { window }) };
      const found = await quick.resolveProperty.executeWithOptions(options, [input]);
      // A message may have changed the window before the result arrived; then the next plan resolves it again.
      if (step.stepId !== propertyStepId(state)) return;
      facts.recordProperty(state, found);
      return;
    }
    case 'resolve-doors': {
      const options = { ...patience(run), summary: `find the doors of ${step.rooms.join(', ')}`.slice(0, 200) };
      facts.recordDoors(
        state,
        await seam.resolveDoors.executeWithOptions(options, [{ propertyId, rooms: step.rooms }]),
      );
      return;
    }
    case 'settle-leases':
      return settleLeases(run, step.leases);
    case 'prepare-guest': {
      const { guest } = step;
      const options = { ...patience(run), summary: `register guest ${guest.guestId} at Seam` };
      const prepared = await seam.prepareGuest.executeWithOptions(options, [{ propertyId, reservationId, guest }]);
      facts.recordGuest(state, guest, prepared);
      return;
    }
    case 'wait-for-phone': {
      const { userIdentityId } = step;
      const retry = { initialInterval: '2s', backoffCoefficient: 1.5, maximumInterval: '30s' } as const;
      const options = { retry, summary: `wait until a phone of guest ${step.guestId} can hold a key` };
      const found = await seam.waitForPhone.executeWithOptions(options, [{ propertyId, userIdentityId }]);
      facts.recordPhone(state, step.guestId, found);
      return;
    }
    case 'wait-for-other-stay': {
      const { guestId, acsCredentialIds } = step;
      const retry = { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '30s' } as const;
      const options = { retry, summary: `wait until the keys of guest ${guestId} in another stay have ended` };
      await seam.waitForKeysToEnd.executeWithOptions(options, [{ propertyId, acsCredentialIds }]);
      recordOtherStayEnded(state, guestId);
      return;
    }
    case 'wait-for-key-on-phone': {
      const { guestId, acsCredentialId } = step;
      const retry = { initialInterval: '2s', backoffCoefficient: 1.5, maximumInterval: '30s' } as const;
      const options = { retry, summary: `wait until a phone of guest ${guestId} has fetched their key` };
      const outcome = await seam.waitForKeyOnPhone.executeWithOptions(options, [{ propertyId, acsCredentialId }]);
      recordCheck(state, [acsCredentialId], outcome, now());
      return;
    }
    case 'deactivate-phone': {
      const { userIdentityId, deviceId } = step;
      const which = deviceId === undefined ? 'every phone' : 'the lost phone';
      const options = { ...patience(run), summary: `deactivate ${which} of guest ${step.guestId}` };
      const phone = deviceId === undefined ? {} : { deviceId };
      await seam.deactivatePhone.executeWithOptions(options, [{ propertyId, userIdentityId, ...phone }]);
      facts.recordDeactivated(state, step, now());
      return;
    }
    case 'check-keys': {
      const { acsCredentialIds } = step;
      const options = { ...patience(run), summary: 'check keys at Seam' };
      const outcome = await seam.checkKeys.executeWithOptions(options, [{ propertyId, acsCredentialIds }]);
      recordCheck(state, acsCredentialIds, outcome, now());
      return;
    }
    case 'watch-for-strays':
      return watchForStrays(run, step);
    default:
      step satisfies never;
  }
}

async function settleLeases(run: StayRun, step: LeaseStep): Promise<void> {
  const { state } = run;
  const said = leases.recordLeaseStep(state, state.leases, step, now());
  const options = { summary: leaseSummary(step) };
  leases.recordLeases(state, said, await quick.settleLeases.executeWithOptions(options, [said]), now());
}

async function watchForStrays(run: StayRun, step: Preparation & { do: 'watch-for-strays' }): Promise<void> {
  const { state } = run;
  const key = findKey(state.keyring, step.keyId);
  const ids = state.keyring.keys.flatMap((other) => other.acsCredentialId ?? []);
  const retry = { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '30s' } as const;
  const options = { retry, summary: `look for keys of a lost request of guest ${step.guestId}` };
  const observed = await seam.watchForStrays.executeWithOptions(options, [
    {
      propertyId: state.propertyId,
      guestId: key.guestId,
      acsUserId: key.acsUserId,
      ask: key.ask,
      claimedCredentialIds: [...ids, ...(state.guests[key.guestId]?.seenCredentialIds ?? [])],
      ownCredentialIds: key.state === 'live' && key.acsCredentialId !== undefined ? [key.acsCredentialId] : [],
      minutes: step.minutes,
    },
  ]);
  // A step of the guest that started meanwhile may have created the observed key; the next watch includes that step.
  if (planNow(run).preparations.some((planned) => planned.stepId === step.stepId)) {
    recordWatch(state, step, observed, now());
  }
}

function launchKey(run: StayRun, key: Key, step: Pick<InFlight, 'do' | 'why'>, work: () => Promise<void>): void {
  const { keyId, guestId } = key;
  const stepId = `${step.do}:${keyId}`;
  launch(run, stepId, { stepId, keyId, guestId, ...step, startedAt: now() }, async () => {
    try {
      await work();
    } catch (error) {
      record.recordKeyFailure(run.state, keyId, failureOf(error), now());
    }
  });
}

/** Runs `work` in a scope of its own, so that it can be cancelled alone. Its end wakes the loop. */
function launch(run: StayRun, stepId: string, key: InFlight | undefined, work: () => Promise<void>): void {
  const scope = new CancellationScope();
  run.running.set(stepId, { stepId, scope, ...(key === undefined ? {} : { key }) });
  void scope.run(work).finally(() => {
    run.running.delete(stepId);
    run.events += 1;
  });
}

/** Returns how long one activity retries an outage: until a person must be told, and longer after that. */
function patience(run: StayRun, key?: Key): Pick<ActivityOptions, 'retry'> {
  const minutes = run.state.property?.policy.outageAfterMinutes ?? 2;
  const told = key?.outageSince !== undefined;
  const maximumAttempts = told ? LATER_ATTEMPTS : 5 + Math.ceil((minutes * 60) / FIRST_INTERVALS_S);
  return { retry: { initialInterval: '1s', maximumInterval: told ? '30s' : '20s', maximumAttempts } };
}

/** Returns the step failure for an activity's error. @throws any other error, which is a bug */
function failureOf(error: unknown): record.StepFailure {
  if (isCancellation(error)) return { kind: 'cancelled', message: 'cancelled' };
  if (!(error instanceof ActivityFailure)) throw error;
  const cause = error.cause;
  if (!(cause instanceof ApplicationFailure))
    return { kind: 'outage', message: 'Seam or our worker did not answer in time' };
  const passing = cause.type === ERROR_TYPES.seamUnavailable || cause.nonRetryable !== true;
  return { kind: passing ? 'outage' : 'refused', message: cause.message };
}

function leaseSummary({ releases, claims, reports }: LeaseStep): string {
  const about = (what: string, rooms: readonly { readonly room: string }[]): string[] =>
    rooms.length === 0 ? [] : [`${what} ${rooms.map(({ room }) => room).join(', ')}`];
  const parts = [...about('release', releases), ...about('claim', claims), ...about('report the keys to', reports)];
  return parts.join('; ').slice(0, SUMMARY_LENGTH);
}

/** Returns the text that Temporal Web UI shows beside the activity; Temporal allows 400 bytes. */
function summary(what: string, key: Key, why: string): string {
  return `${what} for guest ${key.guestId} on ${key.ask.rooms.join(', ')}: ${why}`.slice(0, SUMMARY_LENGTH);
}
