/** Stays whose workflow task fails, for probes and scrapes. */
import type { Client } from '@temporalio/client';
import { Gauge, type Registry } from 'prom-client';
import { rememberBriefly } from '../seam/cache.js';
import { failingStays, type FailingStays } from '../temporal/failing-tasks.js';

/** Time that a result is used again, so that frequent probes and scrapes do not query Temporal each time. */
const KNOWN_MS = 15_000;

/** Returns a function like `failingStays` whose result is up to 15 s old; undefined also if Temporal does not answer. */
export function watchFailingStays(
  temporal: Client,
  onError: (error: unknown) => void,
): () => Promise<FailingStays | undefined> {
  const look = rememberBriefly(KNOWN_MS, () =>
    failingStays(temporal).catch((error: unknown) => {
      onError(error);
      return undefined;
    }),
  );
  return () => look('failing stays');
}

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
