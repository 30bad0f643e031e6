/**
 * Trace of a change, as messages carry it: the header of Temporal's own OpenTelemetry interceptors, with the fields of
 * W3C Trace Context (https://www.w3.org/TR/trace-context/). Pure.
 */

/** Header of calls, messages and activities at Temporal. */
export const TRACE_HEADER = '_tracer-data';

/** Content of the header. */
export interface TraceFields {
  readonly traceparent: string;
  readonly tracestate?: string;
}

const TRACE_PARENT = /^(?<start>00-[\da-f]{32})-(?<span>[\da-f]{16})-(?<flags>[\da-f]{2})$/;

/** Returns the fields of a header's content, or undefined if it is no such content: senders may write anything. */
export function traceFieldsIn(content: unknown): TraceFields | undefined {
  if (typeof content !== 'object' || content === null || !('traceparent' in content)) return undefined;
  const { traceparent } = content;
  return typeof traceparent === 'string' && TRACE_PARENT.test(traceparent) ? (content as TraceFields) : undefined;
}

/**
 * Returns the fields in these headers; undefined without any, or if the header cannot be decoded.
 * @param decode returns the content of a payload
 */
export function traceFieldsOf<Payload>(
  { [TRACE_HEADER]: payload }: Readonly<Record<string, Payload>>,
  decode: (payload: Payload) => unknown,
): TraceFields | undefined {
  if (payload === undefined) return undefined;
  try {
    return traceFieldsIn(decode(payload));
  } catch {
    // Senders may write anything.
    return undefined;
  }
}

/** Returns the fields for those that a span of this id causes. @param spanId 16 hexadecimal digits */
export function fieldsUnder({ traceparent, ...others }: TraceFields, spanId: string): TraceFields {
  return { ...others, traceparent: traceparent.replace(TRACE_PARENT, `$<start>-${spanId}-$<flags>`) };
}

/** Message that a workflow has taken, for a span of its own. */
export interface TakenMessage {
  /** Kind and name, such as `HandleUpdate:applyReservation`. */
  readonly name: string;
  /** Trace and span of the sender. */
  readonly sender: TraceFields;
  readonly spanId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Sinks of workflows that report the messages. */
export interface TracingSinks {
  readonly tracing: { taken(message: TakenMessage): void };
}
