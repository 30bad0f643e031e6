/**
 * List of the server's HTTP modules. A module is a fastify plugin with its own routes, and a report for `GET /healthz`.
 * A new module needs a line in `openModules`.
 */
import { defined } from '../domain/model/defined.js';
import type { HttpModuleContext, HttpModule } from './http-module.js';
import { Counter, Gauge } from 'prom-client';
import { ADAPTERS } from '../booking/adapters/index.js';
import { bookingApi, openApiKeys } from '../booking/http/index.js';
import { readConnections, type Connections } from '../booking/ingress/connections.js';
import { lastSweeps, type LastSweep } from '../booking/ingress/last-sweeps.js';
import { openIngress } from '../booking/ingress/webhook.js';
import { openPropertyFile, type Properties } from '../property-file.js';
import { seamEventsModule } from './seam-events.js';

/**
 * Creates the modules that the configuration enables.
 * @throws ConfigFileError if the property file, or the file of API keys or of connections, is invalid
 */
export async function openModules(context: HttpModuleContext): Promise<readonly HttpModule[]> {
  return [...seamEventsModule(context), ...(await bookingModule(context)), ...(await ingressModule(context))];
}

async function ingressModule({ config, temporal, log, metrics }: HttpModuleContext): Promise<readonly HttpModule[]> {
  const { bookingsFile, propertiesFile } = config;
  if (bookingsFile === undefined) return [];
  const properties = propertiesFile === undefined ? undefined : await openProperties(propertiesFile, log);
  const connections = await readConnections(bookingsFile, { adapters: ADAPTERS, env: process.env });
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

/** Adds gauges of the last sweeps. Each scrape reads them, because they are Temporal's state, not this process's. */
function countSweeps(
  connections: Connections,
  { temporal, log, metrics }: Pick<HttpModuleContext, 'temporal' | 'log' | 'metrics'>,
): void {
  const labelNames = ['connection', 'property'] as const;
  let known: { readonly sweeps: Promise<readonly LastSweep[]>; readonly until: number } | undefined;
  const look = async (): Promise<readonly LastSweep[]> => {
    if (known === undefined || known.until < Date.now()) {
      const sweeps = lastSweeps(temporal, connections).catch((error: unknown) => {
        log.warn({ error }, 'the last sweeps could not be read');
        return [];
      });
      known = { sweeps, until: Date.now() + SWEEPS_KNOWN_MS };
    }
    return known.sweeps;
  };
  const gauge = (name: string, help: string, valueOf: (ended: LastSweep['ended']) => number): void => {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [metrics],
      async collect() {
        for (const { connectionId: connection, propertyId: property, ended } of await look()) {
          this.set({ connection, property }, valueOf(ended));
        }
      },
    });
  };
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

function openProperties(file: string, log: HttpModuleContext['log']): Promise<Properties> {
  return openPropertyFile(file, {
    onInvalid: ({ problems }) => {
      log.error({ problems }, 'the changed property file cannot be used; the previous content stays in force');
    },
  });
}

async function bookingModule({ config, temporal, connection, log }: HttpModuleContext): Promise<readonly HttpModule[]> {
  const { booking } = config;
  if (booking === undefined) return [];
  const properties = await openProperties(booking.propertiesFile, log);
  const keys = await openApiKeys(booking.apiKeysFile, {
    onInvalid: ({ problems }) => {
      log.error({ problems }, 'the changed file of API keys cannot be used; the previous content stays in force');
    },
  });
  const plugin = bookingApi({
    temporal,
    connection,
    properties,
    keys,
    requestsPerMinute: booking.requestsPerMinute,
    ...defined({ webUiUrl: booking.webUiUrl }),
    log,
    onError: (error) => log.warn({ error }, 'the search for changes of stays failed; it is retried'),
  });
  return [{ plugin }];
}
