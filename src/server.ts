/**
 * Server process: `npm run server`, or `node dist/src/server.js`. It receives bookings and Seam's events and sends them
 * to their stays. Its environment configures it (`src/config/process-variables.ts`). Exit codes: 0 after SIGTERM or SIGINT, once every
 * request is answered; 1 if it failed; 2 if the configuration is wrong.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { collectRoutes } from './booking/http/index.js';
import { openServer, type ServerConfiguration } from './config/configuration.js';
import { defined } from './domain/model/defined.js';
import type { Log } from './log.js';
import { endRequested, runProcess } from './process.js';
import type { HttpModule } from './server/http-module.js';
import { openModules } from './server/modules.js';
import { watchReadiness } from './server/readiness.js';
import { retentionHoursFor } from './property-file.js';
import { createHttpServer } from './http/server.js';
import { addMetrics } from './http/metrics.js';
import { traceRequests } from './http/tracing.js';
import { countFailingStays, watchFailingStays } from './server/failing-stays.js';
import { countOpenStays } from './server/stay-metrics.js';
import { openTracing } from './tracing.js';
import { clientOn, connectWhenNeeded } from './temporal/connection.js';

/** Time that the process waits for the check of Temporal before it listens; later it is only not ready yet. */
const FIRST_CHECK_MS = 5_000;

async function serve(configuration: ServerConfiguration, log: Log): Promise<void> {
  const { config, target, properties } = configuration;
  const { address, namespace } = target;
  const ending = new AbortController();
  const tracing = config.isTraced ? openTracing('stayline-server') : undefined;
  const connection = connectWhenNeeded(target);
  const temporal = clientOn(connection, target);
  const retentionHours = retentionHoursFor((await properties?.all()) ?? []);
  const readiness = watchReadiness(connection, target, { log, retentionHours, signal: ending.signal });
  await Promise.race([readiness.checked, sleep(FIRST_CHECK_MS, undefined, { ref: false })]);
  let modules: readonly HttpModule[] = [];
  const failing = watchFailingStays(temporal, (error) => log.warn({ error }, 'failing stays could not be searched'));
  const report = (): Record<string, unknown> =>
    Object.fromEntries(modules.flatMap((door) => Object.entries(door.report?.() ?? {})));
  const server = createHttpServer({
    whyNotReady: readiness.whyNotReady,
    readyDetail: async () => defined({ failingStays: await failing() }),
    report,
    onError: (error) => log.error({ error }, 'a request failed'),
  });
  const metrics = addMetrics(server.app);
  countFailingStays(metrics, failing);
  countOpenStays(metrics, temporal, (error) => log.warn({ error }, 'open stays could not be searched'));
  traceRequests(server.app);
  await collectRoutes(server.app);
  modules = openModules({ ...configuration, temporal, connection, log, metrics });
  for (const { plugin } of modules) await server.app.register(plugin);
  const asked = endRequested();
  const url = await server.listen(config);
  log.info({ url, address, namespace }, 'listening');
  process.send?.({ url });
  try {
    await Promise.race([asked, readiness.checked.then(() => asked)]);
  } finally {
    ending.abort();
    await server.drain(sleep(config.drainNoticeMs));
    await connection.close();
    await tracing?.close();
    log.info(report(), 'ended');
  }
}

await runProcess({ name: 'server', open: openServer, run: serve });
