/** Standing of a stay at Temporal: open, ended or unknown. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { stayWorkflowId, type StayName } from '../domain/model/ids.js';

/** Standing of a stay. An ended stay still answers queries, but accepts no changes. */
export type Standing = 'open' | 'ended' | 'unknown';

/** Returns whether Temporal has the stay, and whether it is open. */
export async function standingOf(temporal: Client, name: StayName): Promise<Standing> {
  try {
    const { status } = await temporal.workflow.getHandle(stayWorkflowId(name)).describe();
    return status.name === 'RUNNING' ? 'open' : 'ended';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'unknown';
    throw error;
  }
}
