/** Carries out steps: starts the activity, records its result in the state, and wakes the loop. */
import { CancellationScope } from '@temporalio/workflow';
import { defined } from '../../src/domain/model/defined.js';
import type { Key } from '../../src/domain/model/key.js';
import type { InFlight, KeyStep } from '../../src/domain/model/key-plan.js';
import type { Preparation } from '../../src/domain/model/preparation.js';
import type { IssueOutcome, RevokeOutcome } from '../../src/domain/model/stay-activities.js';
import { keysOf, mayLive } from '../../src/domain/stay/known/keyring.js';
import * as record from '../../src/domain/stay/known/record-keys.js';
import { clearBlocker, recordBlocker, recordPropertyUnknown } from '../../src/domain/stay/known/record-preparations.js';
import { doubtGuest, placeOf, type StayState } from '../../src/domain/stay/state.js';
import { now } from '../clock.js';
import { failureOf, keyRetry, revokes, seam, summaryOf, waitingRetry } from './activities.js';
import { runPreparation } from './preparations.js';
import type { StayRun } from './run.js';

/** Starts a key step that the plan lists as ready. */
export function startKeyStep(run: StayRun, step: KeyStep): void {
  if (step.do === 'revoke') {
    const { state, key } = record.recordRevoking(run.state, step.keyId, step.why, now());
    run.state = state;
    launchKey(
      run,
      key,
      { do: 'revoke', why: step.why },
      {
        begin: () => revoke(run.state, key, step.why),
        recorded(outcome) {
          run.state = record.recordRevoked(run.state, key.keyId, outcome, now());
        },
      },
    );
    return;
  }
  const firstAsk = step.keyId === undefined;
  const { state, key } = record.recordAsk(run.state, step, now());
  run.state = state;
  launchKey(
    run,
    key,
    { do: 'issue', why: key.why },
    {
      begin: () => issue(run.state, key, { firstAsk }),
      recorded(outcome) {
        run.state = record.recordIssue(run.state, key.keyId, outcome, now());
      },
    },
  );
}

function issue(state: StayState, key: Key, { firstAsk }: { readonly firstAsk: boolean }): Promise<IssueOutcome> {
  const { guestId, acsUserId, ask, acsCredentialId } = key;
  const others = state.keyring.keys.filter((other) => other.keyId !== key.keyId);
  const own = keysOf(state.keyring, guestId).filter((other) => mayLive(other) && other.keyId !== key.keyId);
  const minutes = state.property?.policy.confirmWithinMinutes ?? 5;
  const person = state.desired.party.find((one) => one.guest.guestId === guestId)?.guest.personId;
  // A key that Seam has made only waits for its provider: the server looks again and again, without a limit.
  const isMade = acsCredentialId !== undefined;
  const retry = isMade ? waitingRetry(1.5) : keyRetry(state, key);
  const options = { ...retry, ...about(isMade ? `confirm ${ask.kind}` : ask.kind, key, key.why) };
  return seam.issueKey.executeWithOptions(options, [
    {
      propertyId: state.propertyId,
      guestId,
      acsUserId,
      ask,
      ...defined({ acsCredentialId }),
      seenCredentialIds: [...seenIds(state, guestId), ...others.flatMap((other) => other.acsCredentialId ?? [])],
      ownCredentialIds: own.flatMap((other) => other.acsCredentialId ?? []),
      firstAsk: firstAsk || (isMade && key.doubt === undefined),
      ...defined({
        returnOnceMade: isMade ? undefined : key.joinable,
        askedAtMs: key.askedAtMs,
        isOutageKnown: key.outageSince === undefined ? undefined : (true as const),
      }),
      confirmWithinMinutes: minutes,
      ...defined({ sharedIdentity: person === undefined ? undefined : (true as const) }),
    },
  ]);
}

function revoke(state: StayState, key: Key, why: string): Promise<RevokeOutcome> {
  const { guestId, acsUserId, ask, acsCredentialId } = key;
  const keep = state.keyring.keys
    .filter((other) => other.keyId !== key.keyId)
    .flatMap((other) => other.acsCredentialId ?? []);
  return revokes.revokeKey.executeWithOptions({ ...keyRetry(state, key), ...about('revoke', key, why) }, [
    {
      ...placeOf(state),
      guestId,
      acsUserId,
      ...defined({ acsCredentialId }),
      ask,
      keepCredentialIds: [...keep, ...seenIds(state, guestId)],
    },
  ]);
}

/** Returns the credentials that the guest had at Seam before this stay. */
function seenIds({ guests }: StayState, guestId: string): readonly string[] {
  return guests[guestId]?.seenCredentialIds ?? [];
}

function about(what: string, { guestId, ask }: Key, why: string): { readonly summary: string } {
  return summaryOf(`${what} for guest ${guestId} on ${ask.rooms.join(', ')}: ${why}`);
}

/** Starts a preparation. A failure is recorded as its blocker. */
export function startPreparation(run: StayRun, step: Preparation): void {
  launch(run, step.stepId, undefined, {
    begin: () => runPreparation(run, step),
    recorded(change) {
      run.state = clearBlocker(change(run.state), step.stepId);
    },
    failed(error) {
      const guest = 'guestId' in step ? { guestId: step.guestId } : {};
      const failure = endOfStep(error);
      if (failure.propertyUnknown === true) {
        run.state = recordPropertyUnknown(run.state, failure.message, now());
        return;
      }
      run.state =
        failure.guestMissing === true && guest.guestId !== undefined
          ? doubtGuest(run.state, guest.guestId)
          : recordBlocker(run.state, step.stepId, failure, guest, now());
    },
  });
}

function launchKey<Result>(
  run: StayRun,
  key: Key,
  step: Pick<InFlight, 'do' | 'why'>,
  work: Omit<Work<Result>, 'failed'>,
): void {
  const { keyId, guestId } = key;
  const stepId = `${step.do}:${keyId}`;
  launch(
    run,
    stepId,
    { stepId, keyId, guestId, ...step, startedAt: now() },
    {
      ...work,
      failed(error) {
        const failure = endOfStep(error);
        const { propertyUnknown, message } = failure;
        if (propertyUnknown === true) run.state = recordPropertyUnknown(run.state, message, now());
        run.state = record.recordKeyFailure(run.state, keyId, failure, now());
      },
    },
  );
}

/**
 * Returns the failure of a step. The last attempt of a cancelled step may fail before it notices the cancellation, for
 * example because a guest still has no phone: this says nothing about Seam.
 */
function endOfStep(error: unknown): record.StepFailure {
  const failure = failureOf(error);
  const isCancelled = CancellationScope.current().consideredCancelled;
  return isCancelled && failure.kind === 'outage' ? { kind: 'cancelled', message: failure.message } : failure;
}

/** The activity of a step, and what its end does to the state. */
interface Work<Result> {
  readonly begin: () => Promise<Result>;
  readonly recorded: (result: Result) => void;
  /** @throws an error that is not the activity's own, which is a bug */
  readonly failed: (error: unknown) => void;
}

/**
 * Runs the step in a scope of its own, so that it can be cancelled alone. Its end wakes the loop. It is chained and not
 * awaited: in a workflow the SDK takes a stack trace of every promise, and each `await` makes some
 * (`docs/performance.md`).
 */
function launch<Result>(
  run: StayRun,
  stepId: string,
  key: InFlight | undefined,
  { begin, recorded, failed }: Work<Result>,
): void {
  const scope = new CancellationScope();
  run.running.set(stepId, { stepId, scope, ...defined({ key }) });
  const ended = (): void => {
    run.running.delete(stepId);
    run.events += 1;
  };
  void scope.run(() => begin().then(recorded, failed)).then(ended);
}
