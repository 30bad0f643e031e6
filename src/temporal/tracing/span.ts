/** Spans around asynchronous work. */
import { context, SpanStatusCode, type Context, type SpanOptions } from '@opentelemetry/api';
import { tracer } from './trace-header.js';

/**
 * Runs `work` in a span, and returns its result. A failure is named by its type only: its text may hold what a person
 * wrote.
 * @param parent absent: the active context
 */
export function inSpan<Result>(
  name: string,
  options: SpanOptions,
  work: () => Promise<Result>,
  parent: Context = context.active(),
): Promise<Result> {
  return tracer.startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setAttribute('error.type', typeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Returns the type of a failure of an activity, or the name of another error. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'type' in error && typeof error.type === 'string' ? error.type : error.name;
}
