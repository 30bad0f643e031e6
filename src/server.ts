/**
 * The server process: `npm run server`, or `node dist/src/server.js`. Takes Seam's events in and hands them to the stays that they are
 * about. Configured by its environment (`src/config.ts`). Ends with 0 after SIGTERM or SIGINT, when every request has been answered; 1
 * if it did not work; 2 if the configuration is wrong.
 */
import { Client } from '@temporalio/client';
import { ConfigError, serverConfig, type ServerConfig } from './config.js';
import { createLog, type Log } from './log.js';
import { createSeamClient } from './seam/index.js';
import { deliveryReader, openEventDesk, parentCredential, type CredentialRef } from './seam/webhooks/index.js';
import { createHttpServer } from './server/http.js';
import { openStays } from './server/open-stays.js';
import { addSeamWebhook } from './server/seam-webhook.js';
import { connect, temporalTarget } from './temporal/connection.js';

const NOT_WORKED = 1;
const BAD_INPUT = 2;

/** Longer than any handler takes: what then still holds on to a connection is cut off. */
const DRAIN_MS = 15_000;
const READY_MS = 2_000;

async function serve(config: ServerConfig, log: Log): Promise<void> {
  const target = temporalTarget(process.env);
  const { namespace } = target;
  const connection = await connect(target);
  const client = new Client({ connection, namespace });
  const desk = openEventDesk({ stays: openStays(client, connection), ...askingSeam(config, log) });
  const server = createHttpServer({
    isReady: () =>
      connection
        .withDeadline(Date.now() + READY_MS, () => connection.workflowService.describeNamespace({ namespace }))
        .then(
          () => true,
          () => false,
        ),
    report: () => ({ seamEvents: counts() }),
    onError: (error) => log.error({ error }, 'a request failed'),
  });
  const counts = addSeamWebhook(server.app, { read: deliveryReader(config.webhookSecret), desk, log });
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const url = await server.listen(config);
  log.info({ url, address: target.address, namespace }, 'listening');
  process.send?.({ url });
  await asked;
  const cutOff = setTimeout(() => server.app.server.closeAllConnections(), DRAIN_MS);
  await server.drain();
  clearTimeout(cutOff);
  await connection.close();
  log.info({ seamEvents: counts() }, 'ended');
}

/** Without a key for Seam, events about the copy of a key on one phone are of no use; those about the key itself are. */
function askingSeam({ seam }: ServerConfig, log: Log): Pick<Parameters<typeof openEventDesk>[0], 'parentOf'> {
  if (seam === undefined) return {};
  const client = createSeamClient(seam);
  const onRefused = (why: string): void => log.error({ why }, 'Seam refuses to say what a credential belongs to');
  return { parentOf: (credential: CredentialRef) => parentCredential(client, credential, { onRefused }) };
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
    log.error({ error }, 'the server did not work');
    return NOT_WORKED;
  }
}

// Forked (`src/dev/child-process.ts`): without the process that wanted us, we end as by SIGTERM.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.exit(await main());
