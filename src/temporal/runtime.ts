/** Process-wide runtime of the SDK: the destination of its logs, and the signals that end a worker. */
import { DefaultLogger, Runtime, makeTelemetryFilterString, type LogLevel as TemporalLevel } from '@temporalio/worker';
import type { Log, LogLevel } from '../log.js';

/** Signals that end a worker. SIGUSR2, an SDK default, is left out: many tools send it to request a report. */
const SHUTDOWN_SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT'];

/** Installs the runtime. Call it once per process, before the first connection. */
export function installRuntime(log: Log): void {
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: SHUTDOWN_SIGNALS,
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  });
}

/** Returns an SDK logger that writes to our log; also for bundling. */
export function temporalLogger(log: Log): DefaultLogger {
  return new DefaultLogger(log.level.toUpperCase() as TemporalLevel, ({ level, message, meta }) => {
    log[level.toLowerCase() as LogLevel](meta ?? {}, message);
  });
}
