/** Activities on keys: issue and confirm, revoke, look again. */
import { CancelledFailure, Context } from '@temporalio/activity';
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
        const { attempt, heartbeatDetails } = Context.current().info;
        const desk = await office.desk(input.propertyId);
        const remembered = rememberedFrom(heartbeatDetails);
        const outcome = await issueKey(input, desk, { number: attempt, signal, remembered, remember: note });
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

const progressSchema = z.object({
  startedAt: z.number(),
  key: z.object({ acsCredentialId: z.string(), adopted: z.boolean() }).exactOptional(),
});

/** Heartbeat details of an attempt that got that far. */
function rememberedFrom(details: unknown): IssueProgress | undefined {
  const parsed = progressSchema.safeParse(details);
  return parsed.success ? parsed.data : undefined;
}
