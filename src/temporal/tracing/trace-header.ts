/** Trace context in the headers of Temporal's calls, messages and activities. */
import { context, propagation, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { TRACE_HEADER, traceFieldsIn, traceFieldsOf, type TraceFields } from '../../domain/model/trace-parent.js';

/** Tracer of all spans of Temporal's calls; without an exporter, they cost and do nothing. */
export const tracer = trace.getTracer('stayline/temporal');

/** Returns the context of the trace that the fields name. */
export function contextOf(fields: TraceFields): Context {
  return propagation.extract(ROOT_CONTEXT, fields);
}

/** Returns the context of the trace in these headers; the root context without one. */
export function contextIn(headers: Headers): Context {
  const fields = traceFieldsOf(headers, (payload) => defaultPayloadConverter.fromPayload(payload));
  return fields === undefined ? ROOT_CONTEXT : contextOf(fields);
}

/** Returns the headers with the active trace; the same headers if none is active. */
export function withActiveTrace(headers: Headers): Headers {
  const fields: Record<string, string> = {};
  propagation.inject(context.active(), fields);
  return traceFieldsIn(fields) === undefined
    ? headers
    : { ...headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload(fields) };
}
