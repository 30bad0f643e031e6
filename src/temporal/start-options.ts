/** Options that every start of a workflow has. */
import { TASK_QUEUES, type TaskQueue } from './task-queues.js';

export interface StartOptions<Args extends readonly unknown[]> {
  readonly workflowId: string;
  readonly taskQueue: TaskQueue;
  readonly args: Args;
  /** Line in Temporal Web UI; ids only. */
  readonly staticSummary: string;
}

/** Returns the options of a start. All workflows run on the queue of stays. */
export function startOptions<Args extends unknown[]>(
  workflowId: string,
  args: [...Args],
  staticSummary: string,
): StartOptions<[...Args]> {
  return { workflowId, taskQueue: TASK_QUEUES.stays, args, staticSummary };
}
