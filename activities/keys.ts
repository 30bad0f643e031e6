/** Activities on keys: issue and confirm, revoke, check. */
import { CancelledFailure, Context } from '@temporalio/activity';
import { z } from 'zod';
import { checkKeys, issueKey, lookForStrays, revokeKey, type IssueProgress } from '../src/seam/index.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import type { StayActivities } from '../src/domain/model/stay-activities.js';
import { atSeam, isCancelRequested } from './at-seam.js';
import type { Dependencies } from './dependencies.js';
import { notYet } from './not-yet.js';

type KeyActivities = Pick<
  StayActivities,
  'issueKey' | 'revokeKey' | 'checkKeys' | 'waitForKeysToEnd' | 'waitForKeyOnPhone' | 'watchForStrays'
>;

/** Returns the activities on keys. */
export function createKeyActivities(office: Dependencies): KeyActivities {
  return {
    issueKey: (input) =>
      atSeam(async ({ signal, noted, silentMs, note }) => {
        const { info } = Context.current();
        const attempt = {
          number: info.attempt,
          firstAt: info.scheduledTimestampMs,
          signal,
          silentMs,
          remembered: progressSchema.safeParse(noted).data,
          remember: note,
        };
        const outcome = await issueKey(input, await office.context(input.propertyId), attempt);
        if (outcome.kind === 'cancelled' && !isCancelRequested()) {
          throw new CancelledFailure('The worker is shutting down; the next attempt continues');
        }
        return outcome;
      }),
    revokeKey: (input) => atSeam(async ({ signal }) => revokeKey(input, await office.urgentContext(input), signal)),
    checkKeys: (input) => atSeam(async ({ signal }) => checkKeys(input, await office.seamAt(input), signal)),
    waitForKeysToEnd: (input) =>
      atSeam(async ({ signal }) => {
        const { goneCredentialIds } = await checkKeys(input, await office.seamAt(input), signal);
        if (input.acsCredentialIds.every((id) => goneCredentialIds.includes(id))) return;
        throw notYet(ERROR_TYPES.keysOfOtherStay, 'The guest still holds a key of another stay');
      }),
    waitForKeyOnPhone: ({ acsCredentialId, ...at }) =>
      atSeam(async ({ signal }) => {
        const input = { ...at, acsCredentialIds: [acsCredentialId] };
        const outcome = await checkKeys(input, await office.seamAt(at), signal);
        if (outcome.unfetchedCredentialIds?.includes(acsCredentialId) !== true) return outcome;
        throw notYet(ERROR_TYPES.keyNotFetched, 'No phone of the guest has fetched the key yet');
      }),
    watchForStrays: (input) =>
      atSeam(async ({ signal }) => {
        const observed = await lookForStrays(input, await office.seamAt(input), signal);
        if (observed.strayCredentialIds.length > 0 || hasLookedFor(input.minutes)) return observed;
        throw notYet(ERROR_TYPES.noStrayYet, 'No key of a lost request has appeared');
      }),
  };
}

/** Returns whether the watch has lasted `minutes`, by Temporal's time, which tests may skip. */
function hasLookedFor(minutes: number): boolean {
  const { scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  return currentAttemptScheduledTimestampMs - scheduledTimestampMs >= minutes * 60_000;
}

const progressSchema = z.object({
  acsCredentialId: z.string(),
  adopted: z.boolean(),
  since: z.number(),
}) satisfies z.ZodType<IssueProgress>;
