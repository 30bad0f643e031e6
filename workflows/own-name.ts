/** Names that workflows read from their own ids, and ids that follow from their arguments. */
import { ApplicationFailure, setDefaultUpdateHandler, workflowInfo } from '@temporalio/workflow';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import { canonicalWorkflowId } from '../src/domain/model/ids.js';

/**
 * Returns the name in the id of this workflow.
 * @param parse parser of the id, such as `parseIngestWorkflowId`
 * @param form form of the id, such as `ingest/<propertyId>/<reservationId>`
 * @throws ApplicationFailure of `errorType` if the id has another form or spelling; it names the right spelling
 */
export function ownName<Name>(parse: (workflowId: string) => Name | undefined, form: string, errorType: string): Name {
  const { workflowId } = workflowInfo();
  const name = parse(workflowId);
  if (name !== undefined) return name;
  const canonical = canonicalWorkflowId(workflowId);
  const isOtherSpelling = canonical !== undefined && parse(canonical) !== undefined;
  const right = isOtherSpelling ? canonical : `${form}, parts percent-encoded`;
  throw refusing(wrongId(right, workflowId, errorType));
}

/** Returns the failure after it has also become the answer to the updates that started this workflow. */
function refusing(failure: ApplicationFailure): ApplicationFailure {
  setDefaultUpdateHandler(() => {
    throw failure;
  });
  return failure;
}

/**
 * Checks that this workflow has the id that belongs to its argument. Under another id it could run twice at once.
 * @throws ApplicationFailure `InvalidMessage` that names the right id
 */
export function requireOwnId(right: string): void {
  const { workflowId } = workflowInfo();
  if (workflowId !== right) throw wrongId(right, workflowId);
}

/** Time of a start, which Temporal appends to the workflow ids of a schedule. */
const STARTED_AT = /-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * Checks that the id of this scheduled workflow has the one valid spelling.
 * @throws ApplicationFailure `InvalidMessage` that names the right spelling
 */
export function requireScheduledSpelling(): void {
  const { workflowId } = workflowInfo();
  const scheduled = workflowId.replace(STARTED_AT, '');
  const right = canonicalWorkflowId(scheduled);
  if (right !== undefined && right !== scheduled) throw wrongId(right, scheduled);
}

function wrongId(
  right: string,
  workflowId: string,
  errorType: string = ERROR_TYPES.invalidMessage,
): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`workflow id must be ${right}; it is ${workflowId}`, errorType);
}
