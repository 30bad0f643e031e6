/** Whether Temporal knows a stay, and whether it is open. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { stayWorkflowId, type StayName } from '../domain/model/ids.js';

/** A stay that has ended answers, but takes nothing in any more. */
export type Standing = 'open' | 'ended' | 'unknown';

export async function standingOf(temporal: Client, name: StayName): Promise<Standing> {
  try {
    const { status } = await temporal.workflow.getHandle(stayWorkflowId(name)).describe();
    return status.name === 'RUNNING' ? 'open' : 'ended';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'unknown';
    throw error;
  }
}
