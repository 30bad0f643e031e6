/** Spans of the attempts of activities, under the change that caused them. */
import { SpanKind } from '@opentelemetry/api';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { inSpan } from './span.js';
import { contextIn } from './trace-header.js';

/** Interceptor of a worker's activities. An activity without a trace begins one. */
export const tracedActivities: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute: (input, next) =>
      inSpan(
        `RunActivity:${info.activityType}`,
        {
          kind: SpanKind.CONSUMER,
          attributes: {
            temporalWorkflowId: info.workflowExecution?.workflowId ?? '',
            temporalRunId: info.workflowExecution?.runId ?? '',
            temporalActivityId: info.activityId,
            'stayline.attempt': info.attempt,
          },
        },
        () => next(input),
        contextIn(input.headers),
      ),
  },
});
