/** Process-wide runtime of the SDK: the destination of its logs, and the signals that end a worker. */
import {
  DefaultLogger,
  Runtime,
  makeTelemetryFilterString,
  type LogLevel as TemporalLevel,
  type PrometheusMetricsExporter,
} from '@temporalio/worker';
import type { Log, LogLevel } from '../log.js';

/** Signals that end a worker. SIGUSR2, an SDK default, is left out: many tools send it to request a report. */
const SHUTDOWN_SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT'];

export interface MetricsOptions {
  /** Host and port, such as `0.0.0.0:9464`. */
  readonly address: string;
  /** Bounds of the buckets of our own histograms, by name. */
  readonly buckets: Readonly<Record<string, number[]>>;
}

/**
 * Installs the runtime. Call it once per process, before the first connection.
 * @param metrics where Prometheus reads the metrics of the SDK and our own; absent: none
 */
export function installRuntime(log: Log, metrics?: MetricsOptions): void {
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: SHUTDOWN_SIGNALS,
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metrics === undefined ? {} : { metrics: prometheusFor(metrics) }),
    },
  });
}

/** Names as Prometheus has them: counters end in `_total`, durations in `_seconds`. */
function prometheusFor({ address, buckets }: MetricsOptions): PrometheusMetricsExporter {
  return {
    prometheus: {
      bindAddress: address,
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
      histogramBucketOverrides: { ...buckets },
    },
  };
}

/** Returns an SDK logger that writes to our log; also for bundling. */
export function temporalLogger(log: Log): DefaultLogger {
  return new DefaultLogger(log.level.toUpperCase() as TemporalLevel, ({ level, message, meta }) => {
    log[level.toLowerCase() as LogLevel](meta ?? {}, message);
  });
}
