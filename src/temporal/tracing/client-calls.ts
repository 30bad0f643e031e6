/** Spans of the calls that start and message workflows, whose headers carry the trace on. */
import { SpanKind } from '@opentelemetry/api';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { inSpan } from './span.js';
import { withActiveTrace } from './trace-header.js';

const call = <Result>(name: string, workflowId: string, send: () => Promise<Result>): Promise<Result> =>
  inSpan(name, { kind: SpanKind.CLIENT, attributes: { temporalWorkflowId: workflowId } }, send);

/** Interceptor of a client's calls; queries and other calls that change nothing have no spans. */
export const tracedCalls: WorkflowClientInterceptor = {
  start: (input, next) =>
    call(`StartWorkflow:${input.workflowType}`, input.options.workflowId, () =>
      next({ ...input, headers: withActiveTrace(input.headers) }),
    ),
  signal: (input, next) =>
    call(`SignalWorkflow:${input.signalName}`, input.workflowExecution.workflowId ?? '', () =>
      next({ ...input, headers: withActiveTrace(input.headers) }),
    ),
  signalWithStart: (input, next) =>
    call(`SignalWithStartWorkflow:${input.signalName}`, input.options.workflowId, () =>
      next({ ...input, headers: withActiveTrace(input.headers) }),
    ),
  startUpdate: (input, next) =>
    call(`UpdateWorkflow:${input.updateName}`, input.workflowExecution.workflowId ?? '', () =>
      next({ ...input, headers: withActiveTrace(input.headers) }),
    ),
  startUpdateWithStart: (input, next) =>
    call(`UpdateWithStartWorkflow:${input.updateName}`, input.workflowStartOptions.workflowId, () =>
      next({
        ...input,
        workflowStartHeaders: withActiveTrace(input.workflowStartHeaders),
        updateHeaders: withActiveTrace(input.updateHeaders),
      }),
    ),
};
