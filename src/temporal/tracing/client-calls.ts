/** Spans of the calls that start and message workflows, whose headers carry the trace on. */
import { SpanKind } from '@opentelemetry/api';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { Headers } from '@temporalio/common';
import { inSpan } from './span.js';
import { withActiveTrace } from './trace-header.js';

/** Runs a call of a workflow in a span. */
const call = <Result>(name: string, workflowId: string | undefined, send: () => Promise<Result>): Promise<Result> =>
  inSpan(name, { kind: SpanKind.CLIENT, attributes: { temporalWorkflowId: workflowId ?? '' } }, send);

const traced = <Input extends { readonly headers: Headers }>(input: Input): Input => ({
  ...input,
  headers: withActiveTrace(input.headers),
});

/** Interceptor of a client's calls; queries and other calls that change nothing have no spans. */
export const tracedCalls: WorkflowClientInterceptor = {
  start: (input, next) =>
    call(`StartWorkflow:${input.workflowType}`, input.options.workflowId, () => next(traced(input))),
  signal: (input, next) =>
    call(`SignalWorkflow:${input.signalName}`, input.workflowExecution.workflowId, () => next(traced(input))),
  signalWithStart: (input, next) =>
    call(`SignalWithStartWorkflow:${input.signalName}`, input.options.workflowId, () => next(traced(input))),
  startUpdate: (input, next) =>
    call(`UpdateWorkflow:${input.updateName}`, input.workflowExecution.workflowId, () => next(traced(input))),
  startUpdateWithStart: (input, next) =>
    call(`UpdateWithStartWorkflow:${input.updateName}`, input.workflowStartOptions.workflowId, () =>
      next({
        ...input,
        workflowStartHeaders: withActiveTrace(input.workflowStartHeaders),
        updateHeaders: withActiveTrace(input.updateHeaders),
      }),
    ),
};
