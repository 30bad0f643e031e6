/** Activities of a stay: their options, retries, summaries and failures. */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  type ActivityOptions,
} from '@temporalio/workflow';
import { defined } from '../../src/domain/model/defined.js';
import { ERROR_TYPES } from '../../src/domain/model/error-types.js';
import type { Key } from '../../src/domain/model/key.js';
import { escapeMarkdown } from '../../src/domain/model/markdown.js';
import type { StayActivities } from '../../src/domain/model/stay-activities.js';
import type { StayState } from '../../src/domain/stay/state.js';
import type { StepFailure } from '../../src/domain/stay/known/record-keys.js';
import { TASK_QUEUES } from '../../src/temporal/task-queues.js';

/** Time after which a dead worker is detected, instead of after the whole timeout of the attempt. */
const HEARTBEAT = '3s';

/** Retries of an outage: about 20 s apart until attention opens, afterwards 60 attempts about 30 s apart. */
const FIRST_INTERVALS_S = 20;
const LATER_ATTEMPTS = 60;

/** Maximum length of a summary, in characters of up to three bytes; Temporal allows 400 bytes. */
const SUMMARY_LENGTH = 130;

/** Activities that answer at once: files, and signals to rooms. */
export const quick = proxyActivities<StayActivities>({
  taskQueue: TASK_QUEUES.stays,
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 10 },
});

/** Activities that call Seam. */
export const seam = proxyActivities<Omit<StayActivities, 'revokeKey' | 'deactivatePhone' | 'endPhoneAccess'>>({
  taskQueue: TASK_QUEUES.seam,
  startToCloseTimeout: '2m',
  heartbeatTimeout: HEARTBEAT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Activities that end keys and access at Seam, in slots of their own. */
export const revokes = proxyActivities<Pick<StayActivities, 'revokeKey' | 'deactivatePhone' | 'endPhoneAccess'>>({
  taskQueue: TASK_QUEUES.revokes,
  startToCloseTimeout: '2m',
  heartbeatTimeout: HEARTBEAT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Returns how long a preparation retries an outage. */
export function preparationRetry(state: StayState, stepId: string): Required<Pick<ActivityOptions, 'retry'>> {
  return outageRetry(state, { isOpen: state.blockers[stepId]?.kind === 'outage' });
}

/** Returns the same for a preparation that reports at once if the property is not configured. */
export function reportingPreparationRetry(state: StayState, stepId: string): Pick<ActivityOptions, 'retry'> {
  return { retry: { ...preparationRetry(state, stepId).retry, ...REPORTED } };
}

/** Returns how long a key step retries an outage. */
export function keyRetry(state: StayState, key: Key): Pick<ActivityOptions, 'retry'> {
  return outageRetry(state, { isOpen: key.outageSince !== undefined });
}

/** Returns how long one activity retries an outage: until attention opens for it, and longer and rarer after that. */
function outageRetry(
  state: StayState,
  { isOpen }: { readonly isOpen: boolean },
): Required<Pick<ActivityOptions, 'retry'>> {
  const minutes = state.property?.policy.outageAfterMinutes ?? 2;
  const maximumAttempts = isOpen ? LATER_ATTEMPTS : 5 + Math.ceil((minutes * 60) / FIRST_INTERVALS_S);
  return { retry: { initialInterval: '1s', maximumInterval: isOpen ? '30s' : '20s', maximumAttempts } };
}

/** Returns the retries of an activity that waits for something to happen, without a limit. */
export function waitingRetry(backoffCoefficient: number): Pick<ActivityOptions, 'retry'> {
  return { retry: { initialInterval: '2s', backoffCoefficient, maximumInterval: '30s' } };
}

/** Error types that end a step at once, because the stay must say so before it waits. */
const REPORTED = { nonRetryableErrorTypes: [ERROR_TYPES.propertyUnknown] };

/** Returns the retries of the first read of the property; it reports at once if the property is not configured. */
export const reportingRetry: Pick<ActivityOptions, 'retry'> = {
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 10, ...REPORTED },
};

/** Returns the text that Temporal Web UI shows beside the activity, cut to Temporal's limit. */
export function summaryOf(text: string): { readonly summary: string } {
  return { summary: escapeMarkdown(text).slice(0, SUMMARY_LENGTH) };
}

/** Facts that a failed activity of Seam tells the stay. */
interface FailureDetails {
  readonly nothingMade?: true;
  readonly acsCredentialId?: string;
  readonly seamType?: string;
}

/** Error types of Seam for a guest whom it no longer has. */
const GUEST_MISSING: ReadonlySet<string> = new Set(['acs_user_not_found', 'user_identity_not_found']);

/**
 * Returns the step failure for an activity's error.
 * @throws any other error, which is a bug
 */
export function failureOf(error: unknown): StepFailure {
  if (isCancellation(error)) return { kind: 'cancelled', message: 'cancelled' };
  if (!(error instanceof ActivityFailure)) throw error;
  const cause = error.cause;
  if (!(cause instanceof ApplicationFailure))
    return { kind: 'outage', message: 'Seam or our worker did not answer in time' };
  const passing = cause.type === ERROR_TYPES.seamUnavailable || cause.nonRetryable !== true;
  const about = cause.details?.[0] as FailureDetails | null | undefined;
  const isMissing = cause.type === ERROR_TYPES.notFoundAtSeam && GUEST_MISSING.has(about?.seamType ?? '');
  return {
    kind: passing ? 'outage' : 'refused',
    message: cause.message,
    ...(cause.type === ERROR_TYPES.propertyUnknown ? { propertyUnknown: true } : {}),
    ...defined({
      nothingMade: about?.nothingMade,
      acsCredentialId: about?.acsCredentialId,
      guestMissing: isMissing ? true : undefined,
    }),
  };
}
