/** HTTP module of Seam's events, if a webhook secret is configured. */
import { Counter } from 'prom-client';
import { createSeamClient } from '../seam/index.js';
import { deliveryReader, openEventHandler, parentCredential, type CredentialRef } from '../seam/webhooks/index.js';
import type { HttpModule, HttpModuleContext } from './http-module.js';
import { openStays } from './open-stays.js';
import { addSeamWebhook, type SeamEventCounts } from './seam-webhook.js';

/** Returns the module of Seam's webhook, or an empty list without a webhook secret. */
export function seamEventsModule({
  config,
  temporal,
  connection,
  log,
  metrics,
}: HttpModuleContext): readonly HttpModule[] {
  if (config.webhookSecrets === undefined) return [];
  const read = deliveryReader(...config.webhookSecrets);
  const handler = openEventHandler({ stays: openStays(temporal, connection), ...askingSeam({ config, log }) });
  let counts: () => Partial<SeamEventCounts> = () => ({});
  const counter = new Counter({
    name: 'stayline_seam_events_total',
    help: "Deliveries of Seam's webhook, by outcome",
    labelNames: ['outcome'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(counts())) counter.inc({ outcome }, count);
    },
  });
  return [
    {
      plugin: async (app) => {
        counts = addSeamWebhook(app, { read, handler, log });
      },
      report: () => ({ seamEvents: counts() }),
    },
  ];
}

/**
 * Returns the lookup of parent keys. Without an API key for Seam, events about a key's copy on a phone have no effect.
 * Events about the key itself still do.
 */
function askingSeam({
  config: { seam },
  log,
}: Pick<HttpModuleContext, 'config' | 'log'>): Pick<Parameters<typeof openEventHandler>[0], 'parentOf'> {
  if (seam === undefined) return {};
  const client = createSeamClient(seam);
  const onRefused = (why: string): void =>
    log.error({ why }, 'Seam refused the lookup of the key that a credential belongs to');
  return { parentOf: (credential: CredentialRef) => parentCredential(client, credential, { onRefused }) };
}
