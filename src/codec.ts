/**
 * Codec server process: `npm run codec`, or `node dist/src/codec.js`. Temporal Web UI decodes payloads with it
 * (docs/encryption.md). Its environment configures it (`src/config/process-variables.ts`). Exit codes: 0 after SIGTERM or
 * SIGINT, once every request is answered; 1 if it failed; 2 if the configuration is wrong.
 */
import { codecRoutes } from './codec/routes.js';
import { openCodec, type CodecConfiguration } from './config/configuration.js';
import { addMetrics } from './http/metrics.js';
import { createHttpServer } from './http/server.js';
import type { Log } from './log.js';
import { endRequested, runProcess } from './process.js';

async function serve({ config, encryption, ...credentials }: CodecConfiguration, log: Log): Promise<void> {
  const server = createHttpServer({
    whyNotReady: () => Promise.resolve(undefined),
    report: () => ({}),
    onError: (error) => log.error({ error }, 'a request failed'),
  });
  const metrics = addMetrics(server.app);
  await server.app.register(codecRoutes({ ...config, keys: encryption, credentials, log, metrics }));
  const asked = endRequested();
  const url = await server.listen(config);
  log.info({ url, origin: config.origin }, 'listening');
  process.send?.({ url });
  await asked;
  await server.drain();
}

await runProcess({ name: 'codec server', open: openCodec, run: serve });
