/** Workflow half of `in-worker.ts`; added to the workflow bundle as an interceptor. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  proxySinks,
  type ActivityInput,
  type WorkflowInterceptors,
} from '@temporalio/workflow';
import { CANCELLED, type CancellingSinks } from './sinks.js';

const { cancelling } = proxySinks<CancellingSinks>();

/** Returns the interceptors; the SDK finds this function by its name. */
export function interceptors(): WorkflowInterceptors {
  return { outbound: [{ scheduleActivity: callingOffHere }], inbound: [], internals: [] };
}

/** Runs an activity whose cancellation is not sent to the server. */
async function callingOffHere(
  input: ActivityInput,
  next: (input: ActivityInput) => Promise<unknown>,
): Promise<unknown> {
  const scope = CancellationScope.current();
  if (scope.consideredCancelled) return next(input);
  if (scope.cancellable) {
    scope.cancelRequested.catch(() => cancelling.cancelBy(input.options.activityId ?? String(input.seq)));
  }
  try {
    return await CancellationScope.nonCancellable(() => next(input));
  } catch (error) {
    if (isCancelledHere(error)) throw new CancelledFailure('The activity was cancelled');
    throw error;
  }
}

function isCancelledHere(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  return error.cause instanceof ApplicationFailure && error.cause.type === CANCELLED;
}
