/**
 * Fairness between hotels: an interceptor that gives every activity the property of its workflow as fairness key.
 * Temporal's server then hands out the tasks of each property in turn, so that a large hotel, or one whose access system
 * does not answer, does not keep the others waiting.
 */
import { workflowInfo, type WorkflowInterceptors } from '@temporalio/workflow';
import { propertyOfWorkflow } from '../src/domain/model/ids.js';

/** Longest fairness key that Temporal accepts, in bytes. */
const KEY_LENGTH = 64;

/** Interceptors of every workflow; the workflow bundle loads this module. */
export const interceptors = (): WorkflowInterceptors => {
  const property = propertyOfWorkflow(workflowInfo().workflowId);
  if (property === undefined) return {};
  // Encoded, a character is a byte. Properties with the same beginning share a turn.
  const priority = { fairnessKey: encodeURIComponent(property).slice(0, KEY_LENGTH) };
  return {
    outbound: [
      {
        scheduleActivity: (input, next) => next({ ...input, options: { priority, ...input.options } }),
      },
    ],
  };
};
