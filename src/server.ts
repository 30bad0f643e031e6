/**
 * Server process: `npm run server`, or `node dist/src/server.js`. It receives bookings and Seam's events and sends them
 * to their stays. Its environment configures it (`src/config.ts`). Exit codes: 0 after SIGTERM or SIGINT, once every
 * request is answered; 1 if it failed; 2 if the configuration is wrong.
 */
import { Client } from '@temporalio/client';
import { collectRoutes } from './booking/http/index.js';
import { ConfigFileError } from './config-file.js';
import { ConfigError, serverConfig, type ServerConfig } from './config.js';
import { createLog, type Log } from './log.js';
import type { HttpModule } from './server/http-module.js';
import { openModules } from './server/modules.js';
import { createHttpServer } from './http/server.js';
import { addMetrics } from './http/metrics.js';
import { connectWhenNeeded, temporalTarget } from './temporal/connection.js';

const NOT_WORKED = 1;
const BAD_INPUT = 2;

const READY_MS = 2_000;

async function serve(config: ServerConfig, log: Log): Promise<void> {
  const target = temporalTarget(process.env);
  const { namespace } = target;
  const connection = connectWhenNeeded(target);
  const temporal = new Client({ connection, namespace });
  let modules: readonly HttpModule[] = [];
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
    report,
    onError: (error) => log.error({ error }, 'a request failed'),
  });
  const metrics = addMetrics(server.app);
  await collectRoutes(server.app);
  modules = await openModules({ config, temporal, connection, log, metrics });
  for (const { plugin } of modules) await server.app.register(plugin);
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const url = await server.listen(config);
  log.info({ url, address: target.address, namespace }, 'listening');
  process.send?.({ url });
  await asked;
  await server.drain();
  await connection.close();
  log.info(report(), 'ended');
}

async function main(): Promise<number> {
  let config: ServerConfig;
  try {
    config = serverConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The server's environment is not right:\n${error.message}\n`);
    return BAD_INPUT;
  }
  const log = createLog(config.logLevel);
  try {
    await serve(config, log);
    return 0;
  } catch (error) {
    if (error instanceof ConfigFileError) {
      process.stderr.write(`${error.message}\n`);
      return BAD_INPUT;
    }
    log.error({ error }, 'the server did not work');
    return NOT_WORKED;
  }
}

// Forked (`src/dev/child-process.ts`): when the parent process is gone, this process ends as by SIGTERM.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.exit(await main());
