/**
 * Cancels activities without the time-skipping server, which cannot handle two kinds of cancellation. The first is that of an activity
 * which ended while the workflow was deciding. There the server fails the workflow task and loses the activity's result, and the stay hangs
 * indefinitely. The second is that of an activity which waits for a retry: the server's time stands still. The workflow therefore asks its
 * worker, which is in this process, to stop the activity. An activity that is not running ends when its next attempt begins. What the stay
 * sees is the same.
 */
import { asyncLocalStorage, CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { InjectedSinks } from '@temporalio/worker';
import type { StayActivities } from '../../../src/domain/model/stay-activities.js';
import { CANCELLED, type CancellingSinks } from './sinks.js';

export interface Cancelling {
  /** Sinks for the worker that runs workflows. */
  readonly sinks: InjectedSinks<CancellingSinks>;
  /** Returns the same activities, which stop when they are cancelled. */
  obeying(activities: StayActivities): StayActivities;
}

export function openCancelling(): Cancelling {
  /** Cancellations by run and activity. An activity that has ended is never requested again, so a leftover entry does no harm. */
  const orders = new Map<string, AbortController>();
  const orderFor = (runId: string, activityId: string): AbortController => {
    const name = `${runId}/${activityId}`;
    const order = orders.get(name) ?? new AbortController();
    orders.set(name, order);
    return order;
  };
  return {
    sinks: {
      cancelling: {
        cancelBy: {
          fn: ({ runId }, activityId) => orderFor(runId, activityId).abort(new CancelledFailure('cancelled')),
        },
      },
    },
    obeying: (activities) => {
      const entries = Object.entries(activities) as [keyof StayActivities, (input: never) => Promise<unknown>][];
      return Object.fromEntries(
        entries.map(([name, activity]) => [
          name,
          (input: never) => {
            const { workflowExecution, activityId } = Context.current().info;
            return obey(orderFor(workflowExecution?.runId ?? '', activityId).signal, () => activity(input));
          },
        ]),
      ) as unknown as StayActivities;
    },
  };
}

async function obey(cancelled: AbortSignal, work: () => Promise<unknown>): Promise<unknown> {
  const end = ApplicationFailure.create({
    message: 'The activity was cancelled',
    type: CANCELLED,
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
  });
  if (cancelled.aborted) throw end;
  const context = Context.current();
  const signal = AbortSignal.any([context.cancellationSignal, cancelled]);
  const cancellable = Object.create(context, {
    cancellationSignal: { value: signal },
    cancellationDetails: {
      get: () => (cancelled.aborted ? { cancelRequested: true } : context.cancellationDetails),
    },
  }) as Context;
  try {
    return await asyncLocalStorage.run(cancellable, work);
  } catch (error) {
    const isFinal = error instanceof ApplicationFailure && error.nonRetryable === true;
    throw cancelled.aborted && !isFinal ? end : error;
  }
}
