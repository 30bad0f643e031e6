/**
 * Calls activities off without the time-skipping server. That server cannot take the cancellation of an activity which has ended while
 * the workflow made up its mind: it fails the workflow task, loses what the activity brought, and the stay hangs for good. Nor can it
 * take one of an activity that waits to be tried again: its time stands still. So the workflow asks its worker, which is in this process,
 * to stop the activity; an activity that is not at work ends as its next attempt begins. What the stay sees is the same.
 */
import { asyncLocalStorage, CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { InjectedSinks } from '@temporalio/worker';
import type { StayActivities } from '../../../src/domain/model/stay-activities.js';
import { CALLED_OFF, type CallingOffSinks } from './sinks.js';

export interface CallingOff {
  /** For the worker that runs workflows. */
  readonly sinks: InjectedSinks<CallingOffSinks>;
  /** The same activities, which stop when they are called off. */
  obeying(activities: StayActivities): StayActivities;
}

export function openCallingOff(): CallingOff {
  /** By run and activity. An activity that has ended is never asked for again, so what is left here does no harm. */
  const orders = new Map<string, AbortController>();
  const orderFor = (runId: string, activityId: string): AbortController => {
    const name = `${runId}/${activityId}`;
    const order = orders.get(name) ?? new AbortController();
    orders.set(name, order);
    return order;
  };
  return {
    sinks: {
      callingOff: {
        callOff: {
          fn: ({ runId }, activityId) => orderFor(runId, activityId).abort(new CancelledFailure('called off')),
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

async function obey(calledOff: AbortSignal, work: () => Promise<unknown>): Promise<unknown> {
  const end = ApplicationFailure.create({
    message: 'The activity was called off',
    type: CALLED_OFF,
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
  });
  if (calledOff.aborted) throw end;
  const context = Context.current();
  const signal = AbortSignal.any([context.cancellationSignal, calledOff]);
  const told = Object.create(context, {
    cancellationSignal: { value: signal },
    cancellationDetails: {
      get: () => (calledOff.aborted ? { cancelRequested: true } : context.cancellationDetails),
    },
  }) as Context;
  try {
    return await asyncLocalStorage.run(told, work);
  } catch (error) {
    const isFinal = error instanceof ApplicationFailure && error.nonRetryable === true;
    throw calledOff.aborted && !isFinal ? end : error;
  }
}
