/** Spans of the messages that workflows take. Workflow code chooses their ids, which its activities already carry. */
import { SpanKind } from '@opentelemetry/api';
import { RandomIdGenerator, type IdGenerator } from '@opentelemetry/sdk-trace-node';
import type { Sinks } from '@temporalio/workflow';
import type { InjectedSinks } from '@temporalio/worker';
import type { TracingSinks } from '../../domain/model/trace-parent.js';
import { contextOf, tracer } from './trace-header.js';

/** Id of the next span, if it is chosen. */
let chosen: string | undefined;
const random = new RandomIdGenerator();

/** Generator of a tracer provider's ids: random, except those that workflow code chose. */
export const spanIds: IdGenerator = {
  generateTraceId: () => random.generateTraceId(),
  generateSpanId: () => chosen ?? random.generateSpanId(),
};

/** Sinks of a worker: a span for each message that brings a trace, at the time of the workflow task that takes it. */
export const tracingSinks: InjectedSinks<TracingSinks & Sinks> = {
  tracing: {
    taken: {
      fn({ workflowId, runId }, { name, sender, spanId, at }) {
        const attributes = { temporalWorkflowId: workflowId, temporalRunId: runId };
        try {
          chosen = spanId;
          tracer.startSpan(name, { kind: SpanKind.CONSUMER, startTime: at, attributes }, contextOf(sender)).end(at);
        } finally {
          chosen = undefined;
        }
      },
      callDuringReplay: false,
    },
  },
};
