/** Gauges of state that is Temporal's, not this process's: each scrape reads their samples. */
import { Gauge, type Registry } from 'prom-client';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface SampledGauge {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Returns all samples; values with the same labels are added. Never rejects. */
  samples(): Promise<readonly Sample[]>;
}

/** Adds the gauge to the registry. */
export function addSampledGauge(metrics: Registry, { name, help, labelNames, samples }: SampledGauge): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [metrics],
    async collect() {
      const read = await samples();
      this.reset();
      for (const { labels, value } of read) this.inc(labels, value);
    },
  });
}
