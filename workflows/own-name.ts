/** Names that workflows read from their own ids. */
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';

/**
 * Returns the name in the id of this workflow.
 * @param parse parser of the id, such as `parseIngestWorkflowId`
 * @param form form of the id, such as `ingest/<propertyId>/<reservationId>`
 * @throws ApplicationFailure of `errorType` if the id has another form
 */
export function ownName<Name>(parse: (workflowId: string) => Name | undefined, form: string, errorType: string): Name {
  const { workflowId } = workflowInfo();
  const name = parse(workflowId);
  if (name !== undefined) return name;
  const message = `workflow id must be ${form}, parts percent-encoded; it is ${workflowId}`;
  throw ApplicationFailure.nonRetryable(message, errorType);
}
