/** Metric of the stays whose workflow task fails. */
import { Gauge, type Registry } from 'prom-client';
import type { FailingStays } from '../temporal/failing-tasks.js';

/** Adds the gauge; `NaN` while the count is unknown, and on a server that does not record such stays. */
export function countFailingStays(metrics: Registry, failing: () => Promise<FailingStays | undefined>): void {
  new Gauge({
    name: 'stayline_failing_stays',
    help: 'Open stays whose workflow task fails again and again',
    registers: [metrics],
    async collect() {
      this.set((await failing())?.count ?? Number.NaN);
    },
  });
}
