/** Activities on keys: issue and confirm, revoke, look again. */
import { CancelledFailure, Context, type Info } from '@temporalio/activity';
import { z } from 'zod';
import { checkKeys, issueKey, revokeKey, type IssueProgress } from '../src/seam/index.js';
import type { StayActivities } from '../src/stay/steps.js';
import { atSeam, isCancelRequested } from './at-seam.js';
import type { Office } from './dependencies.js';

type KeyActivities = Pick<StayActivities, 'issueKey' | 'revokeKey' | 'checkKeys'>;

export function createKeyActivities(office: Office): KeyActivities {
  return {
    issueKey: (input) =>
      atSeam(async ({ signal, note }) => {
        const { info } = Context.current();
        const attempt = { number: info.attempt, signal, remembered: rememberedFrom(info), remember: note };
        const outcome = await issueKey(input, await office.desk(input.propertyId), attempt);
        if (outcome.kind === 'cancelled' && !isCancelRequested()) {
          throw new CancelledFailure('The worker shuts down; the next attempt goes on');
        }
        return outcome;
      }),
    revokeKey: (input) => atSeam(async ({ signal }) => revokeKey(input, await office.desk(input.propertyId), signal)),
    checkKeys: (input) =>
      atSeam(async ({ signal }) => checkKeys(input, (await office.desk(input.propertyId)).seam, signal)),
  };
}

const progressSchema = z.object({ acsCredentialId: z.string(), adopted: z.boolean(), since: z.number() });

/** Heartbeat details of an attempt that got that far. */
function rememberedFrom({ heartbeatDetails }: Info): IssueProgress | undefined {
  const parsed = progressSchema.safeParse(heartbeatDetails);
  return parsed.success ? parsed.data : undefined;
}
