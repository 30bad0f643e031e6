/** Logs: one line of JSON each, on stderr. No guest's name, e-mail or phone number belongs in them, and no secret. */
import { trace } from '@opentelemetry/api';
import { pino, type Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type Log = Logger;

const STDERR = 2;

/**
 * Returns a log that writes one line of JSON per entry, with the time in UTC.
 * @param level the lowest level that is written
 * @param destination where lines go; absent: stderr
 */
export function createLog(level: LogLevel, destination: { write(line: string): void } = pino.destination(STDERR)): Log {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: activeTrace,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    destination,
  );
}

/** Returns the trace and the span that a line belongs to, under OpenTelemetry's names for logs. */
function activeTrace(): Readonly<Record<string, string>> {
  const active = trace.getActiveSpan()?.spanContext();
  return active === undefined ? {} : { trace_id: active.traceId, span_id: active.spanId };
}
