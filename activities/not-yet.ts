/** Failure of an activity that waits for the world: Temporal retries it until what it waits for has happened. */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

/** Returns a retryable failure that Temporal neither logs nor counts as an error. */
export function notYet(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type, category: ApplicationFailureCategory.BENIGN });
}
