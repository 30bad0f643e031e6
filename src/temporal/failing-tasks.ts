/**
 * Workflows whose task fails: code throws, or a history does not fit the code. Temporal retries the task indefinitely,
 * and the workflow makes no progress until a worker with other code takes it. Its messages are kept meanwhile.
 */
import type { Client } from '@temporalio/client';
import { GRPC_STATUS, grpcErrorIn } from './grpc-errors.js';
import { OPEN_STAYS } from './workflow-types.js';

/** Timeout of each call. */
const TIMEOUT_MS = 2_000;
/** Attempt from which a task counts as failing: a worker that dies or is busy costs one attempt. */
const FAILING_ATTEMPT = 3;

export interface FailingTask {
  readonly workflowId: string;
  readonly runId: string;
  readonly attempt: number;
}

/**
 * Returns the failing task of a workflow, or undefined if its task does not fail.
 * @throws any error of Temporal's client, such as for an unknown workflow
 */
export async function failingTaskOf(temporal: Client, workflowId: string): Promise<FailingTask | undefined> {
  const { pendingWorkflowTask: task, workflowExecutionInfo: info } = await temporal.withDeadline(
    Date.now() + TIMEOUT_MS,
    () =>
      temporal.workflowService.describeWorkflowExecution({
        namespace: temporal.options.namespace,
        execution: { workflowId },
      }),
  );
  const attempt = task?.attempt ?? 0;
  return attempt < FAILING_ATTEMPT ? undefined : { workflowId, runId: info?.execution?.runId ?? '', attempt };
}

/** Most failing stays that are listed. */
const MOST_LISTED = 20;

export interface FailingStays {
  readonly count: number;
  /** The first of them. */
  readonly stays: readonly { readonly workflowId: string; readonly runId: string }[];
}

/** The server sets this attribute after several failed attempts, which is within a minute. */
const FAILING_STAYS = `${OPEN_STAYS} AND TemporalReportedProblems IS NOT NULL`;

/**
 * Returns the open stays whose task fails; undefined if the server does not record it (Temporal 1.29 and later do).
 * @throws any other error of Temporal's client
 */
export async function failingStays(temporal: Client): Promise<FailingStays | undefined> {
  try {
    return await temporal.withDeadline(Date.now() + TIMEOUT_MS, async () => {
      const { count } = await temporal.workflow.count(FAILING_STAYS);
      if (count === 0) return { count, stays: [] };
      const stays: { readonly workflowId: string; readonly runId: string }[] = [];
      for await (const { workflowId, runId } of temporal.workflow.list({
        query: FAILING_STAYS,
        pageSize: MOST_LISTED,
      })) {
        stays.push({ workflowId, runId });
        if (stays.length === MOST_LISTED) break;
      }
      return { count, stays };
    });
  } catch (error) {
    if (grpcErrorIn(error)?.code === GRPC_STATUS.INVALID_ARGUMENT) return undefined;
    throw error;
  }
}
