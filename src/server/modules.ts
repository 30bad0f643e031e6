/**
 * List of the server's HTTP modules. A module is a fastify plugin with its own routes, and a report for `GET /healthz`.
 * A new module needs a line in `openModules`.
 */
import { defined } from '../domain/model/defined.js';
import type { HttpModuleContext, HttpModule } from './http-module.js';
import { Counter } from 'prom-client';
import { bookingApi } from '../booking/http/index.js';
import type { Connections } from '../booking/ingress/connections.js';
import { lastSweeps, type LastSweep } from '../booking/ingress/last-sweeps.js';
import { openIngress } from '../booking/ingress/webhook.js';
import { rememberBriefly } from '../seam/cache.js';
import { openPhoneAccess } from './phone-access.js';
import { addSampledGauge } from './sampled-gauge.js';
import { seamEventsModule } from './seam-events.js';

/** Creates the modules that the configuration enables. */
export function openModules(context: HttpModuleContext): readonly HttpModule[] {
  return [...seamEventsModule(context), ...bookingModule(context), ...ingressModule(context)];
}

function ingressModule({ connections, properties, temporal, log, metrics }: HttpModuleContext): readonly HttpModule[] {
  if (connections === undefined) return [];
  const { plugin, counts } = openIngress({ connections, temporal, log, ...defined({ properties }) });
  const counter = new Counter({
    name: 'stayline_booking_deliveries_total',
    help: 'Deliveries of booking systems, by outcome',
    labelNames: ['connection', 'outcome'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const [connection, outcomes] of Object.entries(counts())) {
        for (const [outcome, count] of Object.entries(outcomes)) counter.inc({ connection, outcome }, count);
      }
    },
  });
  countSweeps(connections, { temporal, log, metrics });
  return [{ plugin, report: () => ({ bookings: counts() }) }];
}

/** Cache time of the last sweeps, so that frequent scrapes of the metrics do not query Temporal each time. */
const SWEEPS_KNOWN_MS = 15_000;

/** Adds gauges of the last sweeps. */
function countSweeps(
  connections: Connections,
  { temporal, log, metrics }: Pick<HttpModuleContext, 'temporal' | 'log' | 'metrics'>,
): void {
  let known: readonly LastSweep[] = [];
  const look = rememberBriefly(SWEEPS_KNOWN_MS, async () => {
    try {
      known = await lastSweeps(temporal, connections);
    } catch (error) {
      // The last ends stay: they grow old, which is what the alert looks at.
      log.warn({ error }, 'the last sweeps could not be read');
    }
    return known;
  });
  const gauge = (name: string, help: string, valueOf: (ended: LastSweep['ended']) => number): void =>
    addSampledGauge(metrics, {
      name,
      help,
      labelNames: ['connection', 'property'],
      samples: async () =>
        (await look('sweeps')).map(({ connectionId: connection, propertyId: property, ended }) => ({
          labels: { connection, property },
          value: valueOf(ended),
        })),
    });
  gauge(
    'stayline_booking_sweep_ended_timestamp_seconds',
    'Time at which the last sweep of a property ended; 0 if none has',
    (ended) => (ended?.at.getTime() ?? 0) / 1_000,
  );
  gauge(
    'stayline_booking_sweep_repaired',
    'Reservations that the last sweep changed or cancelled',
    (ended) => ended?.repaired ?? 0,
  );
}

function bookingModule(context: HttpModuleContext): readonly HttpModule[] {
  const { config, apiKeys, properties, temporal, connection, log } = context;
  // The configuration is refused if there are API keys and no properties.
  if (apiKeys === undefined || properties === undefined) return [];
  const plugin = bookingApi({
    temporal,
    connection,
    properties,
    keys: apiKeys,
    requestsPerMinute: config.requestsPerMinute,
    ...defined({
      webUiUrl: config.webUiUrl,
      phoneAccess: config.seam === undefined ? undefined : openPhoneAccess(config.seam, log),
    }),
    log,
    onError: (error) => log.warn({ error }, 'the search for changes of stays failed; it is retried'),
  });
  return [{ plugin }];
}
