/** Logs: one line of JSON each, on stderr. No guest's name, e-mail or phone number belongs in them, and no secret. */
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
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    destination,
  );
}
