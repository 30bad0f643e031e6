/** Arguments of updates and workflows: parsed by their schema, or refused. */
import { ApplicationFailure } from '@temporalio/workflow';
import { check, describeProblems, type Schema } from '../src/domain/model/check.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';

/**
 * Returns the parsed argument.
 * @throws ApplicationFailure `InvalidMessage`, with the problems as details
 */
export function parsed<T>(schema: Schema<T>, input: unknown): T {
  const checked = check(schema, input);
  if (checked.ok) return checked.value;
  const { problems } = checked;
  throw ApplicationFailure.nonRetryable(describeProblems(problems), ERROR_TYPES.invalidMessage, { problems });
}
