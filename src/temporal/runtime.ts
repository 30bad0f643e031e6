/** The SDK's process-wide runtime: where its logs go, and which signals end a worker. */
import { DefaultLogger, Runtime, makeTelemetryFilterString, type LogLevel as TemporalLevel } from '@temporalio/worker';
import type { Log, LogLevel } from '../log.js';

/** SIGUSR2, which also ends a worker by default, is left out: many tools send it to ask for a report. */
const SHUTDOWN_SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT'];

/** Call once per process, before the first connection. */
export function installRuntime(log: Log): void {
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: SHUTDOWN_SIGNALS,
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  });
}

/** The SDK's logger that writes to ours; also for bundling. */
export function temporalLogger(log: Log): DefaultLogger {
  return new DefaultLogger(log.level.toUpperCase() as TemporalLevel, ({ level, message, meta }) => {
    log[level.toLowerCase() as LogLevel](meta ?? {}, message);
  });
}
