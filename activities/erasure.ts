/**
 * Activities of the workflow `eraseGuest`: they read the guest's data once more, at Seam and in the histories of the
 * stay, and delete it.
 */
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { otherGuestIdsQuery, stayQuery, userIdentityIdsQuery } from '../workflows/stay/messages.js';
import { asking } from '../src/temporal/asking.js';
import { standingOf } from '../src/client/standing.js';
import { deleteIdentity, findIdentityId, hasLiveKeys } from '../src/seam/erase.js';
import { userIdentityKey } from '../src/seam/guests.js';
import type { ErasureActivities } from '../src/domain/model/erasure.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import { parseStayWorkflowId, stayWorkflowId, type StayName } from '../src/domain/model/ids.js';
import { atSeam } from './at-seam.js';
import type { Dependencies } from './dependencies.js';
import { notYet } from './not-yet.js';
import { openStaysOf, runsOf } from '../src/temporal/visibility.js';

/** Returns the activities that erase a guest. */
export function createErasureActivities(office: Dependencies): ErasureActivities {
  return {
    async lookBack(name) {
      const { client } = Context.current();
      const standing = await standingOf(client, name);
      if (standing === 'unknown') return null;
      if (standing === 'open') throw needed('the stay has not ended: check out or cancel first');
      const handle = client.workflow.getHandle(stayWorkflowId(name));
      return {
        view: await asking(() => handle.query(stayQuery)),
        userIdentityIds: await asking(() => handle.query(userIdentityIdsQuery)),
        otherGuestIds: await asking(() => handle.query(otherGuestIdsQuery)),
      };
    },

    eraseGuest: ({ guest, userIdentityId: known }) =>
      atSeam(async ({ signal }) => {
        const { propertyId } = guest;
        const { seam, property } = await office.context(propertyId);
        const userIdentityId = known ?? (await findIdentityId(userIdentityKey(guest), seam, signal));
        if (userIdentityId === undefined) return 'unknown';
        const other = await openStayOf(Context.current().client, propertyId, userIdentityId);
        if (other !== undefined) throw needed(`the guest is expected in another stay, ${other}`);
        if (await hasLiveKeys(userIdentityId, property.seam.acsSystemId, office.now(), seam, signal)) {
          throw needed('a key of the guest may still open doors');
        }
        return deleteIdentity(userIdentityId, seam, signal);
      }),

    async eraseHistory(name) {
      const { client } = Context.current();
      if (!(await deleteHistories(client, name))) return;
      throw notYet(ERROR_TYPES.historyStillThere, 'Temporal has not deleted every history of the stay yet');
    },
  };
}

function needed(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, ERROR_TYPES.guestNeeded);
}

/**
 * Returns the workflow id of an open stay of the property with this guest, or undefined. It queries every open stay: no
 * list of the stays of one guest exists.
 */
async function openStayOf(client: Client, propertyId: string, userIdentityId: string): Promise<string | undefined> {
  for await (const { workflowId } of client.workflow.list({ query: openStaysOf(propertyId) })) {
    if (parseStayWorkflowId(workflowId)?.propertyId !== propertyId) continue;
    const known = await asking(() => client.workflow.getHandle(workflowId).query(userIdentityIdsQuery));
    if (Object.values(known).includes(userIdentityId)) return workflowId;
  }
  return undefined;
}

/**
 * Requests the deletion of every run that has ended, and returns whether there was one. Deletion takes a while, and
 * Temporal's list lags behind.
 */
async function deleteHistories(client: Client, name: StayName): Promise<boolean> {
  const workflowId = stayWorkflowId(name);
  const { namespace } = client.options;
  let found = (await standingOf(client, name)) === 'ended';
  for await (const { workflowId: listed, runId, status } of client.workflow.list({ query: runsOf(workflowId) })) {
    // A run that started meanwhile needs its history.
    if (listed !== workflowId || status.name === 'RUNNING') continue;
    found = true;
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } });
  }
  return found;
}
