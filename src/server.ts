/**
 * Server process: `npm run server`, or `node dist/src/server.js`. It receives bookings and Seam's events and sends them
 * to their stays. Its environment configures it (`src/config.ts`). Exit codes: 0 after SIGTERM or SIGINT, once every
 * request is answered; 1 if it failed; 2 if the configuration is wrong.
 */
import { Client } from '@temporalio/client';
import { collectRoutes } from './booking/http/index.js';
import { serverConfig, type ServerConfig } from './config.js';
import { defined } from './domain/model/defined.js';
import type { Log } from './log.js';
import { endRequested, runProcess } from './process.js';
import type { HttpModule } from './server/http-module.js';
import { openModules } from './server/modules.js';
import { createHttpServer } from './http/server.js';
import { addMetrics } from './http/metrics.js';
import { countFailingStays } from './server/failing-stays.js';
import { watchFailingStays } from './temporal/failing-tasks.js';
import { connectWhenNeeded, temporalTarget } from './temporal/connection.js';

const READY_MS = 2_000;

async function serve(config: ServerConfig, log: Log): Promise<void> {
  const target = temporalTarget(process.env);
  const { namespace } = target;
  const connection = connectWhenNeeded(target);
  const temporal = new Client({ connection, namespace });
  let modules: readonly HttpModule[] = [];
  const failing = watchFailingStays(temporal, (error) => log.warn({ error }, 'failing stays could not be searched'));
  const report = (): Record<string, unknown> =>
    Object.fromEntries(modules.flatMap((door) => Object.entries(door.report?.() ?? {})));
  const server = createHttpServer({
    isReady: () =>
      connection
        .withDeadline(Date.now() + READY_MS, () => connection.workflowService.describeNamespace({ namespace }))
        .then(
          () => true,
          () => false,
        ),
    readyDetail: async () => defined({ failingStays: await failing() }),
    report,
    onError: (error) => log.error({ error }, 'a request failed'),
  });
  const metrics = addMetrics(server.app);
  countFailingStays(metrics, failing);
  await collectRoutes(server.app);
  modules = await openModules({ config, temporal, connection, log, metrics });
  for (const { plugin } of modules) await server.app.register(plugin);
  const asked = endRequested();
  const url = await server.listen(config);
  log.info({ url, address: target.address, namespace }, 'listening');
  process.send?.({ url });
  await asked;
  await server.drain();
  await connection.close();
  log.info(report(), 'ended');
}

await runProcess({ name: 'server', configOf: serverConfig, run: serve });
