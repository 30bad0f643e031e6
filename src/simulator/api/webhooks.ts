/** Seam's webhooks: stored here, sent in Svix's format, signed with Svix's own library (Seam's documentation). */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'svix';
import type { SeamEvent } from './events.js';
import type { Params } from './params.js';
import { EVENT_TYPES } from './published.js';
import { notFound, SeamError } from './seam-error.js';
import type { World } from '../hotel/world.js';

export interface WebhookRecord {
  readonly webhook_id: string;
  readonly url: string;
  readonly event_types: readonly string[];
  readonly secret: string;
}

export interface SavedWebhooks {
  readonly records: readonly WebhookRecord[];
  /** Events that a webhook has not accepted yet. */
  readonly pending: readonly { readonly webhook_id: string; readonly event_id: string }[];
}

export interface Webhooks {
  /** Creates a webhook; `secret` replaces a generated one. */
  create(asked: Params<'webhookCreate'>, secret?: string): WebhookRecord;
  find(webhookId: string): WebhookRecord;
  list(): readonly WebhookRecord[];
  update(asked: Params<'webhookUpdate'>): void;
  delete(webhookId: string): void;
  /** Returns the webhooks and the deliveries in progress, for the state file. */
  saved(): SavedWebhooks;
  /** Cancels every delivery in progress. */
  close(): void;
}

/** Waits in milliseconds before the second and each further attempt. */
const webhookRetryWaits: readonly number[] = [500, 2_000, 5_000, 15_000];

const ATTEMPT_TIMEOUT_MS = 5_000;

/**
 * Returns webhooks that send every event of `world`, and retry after `retryWaits` (milliseconds of real time). Saved
 * deliveries begin again.
 */
export function createWebhooks(
  world: World,
  retryWaits: readonly number[] = webhookRetryWaits,
  saved: SavedWebhooks = { records: [], pending: [] },
): Webhooks {
  const records = new Map(saved.records.map((record) => [record.webhook_id, record]));
  const pending = new Set<SavedWebhooks['pending'][number]>();
  const stop = new AbortController();
  // Every delivery in progress adds a listener.
  setMaxListeners(0, stop.signal);

  world.events.onEvent((event) => {
    for (const record of records.values()) {
      if (!wants(record, event)) continue;
      void deliver(record, event);
      if (world.switches.webhookDelivery === 'twice') void deliver(record, event);
    }
  });

  async function deliver(record: WebhookRecord, event: SeamEvent): Promise<void> {
    const delivery = { webhook_id: record.webhook_id, event_id: event.event_id };
    pending.add(delivery);
    const end = await attemptAll(record, event);
    if (stop.signal.aborted) return;
    pending.delete(delivery);
    if (end === 'given-up') world.journal.write('webhook-given-up', delivery);
  }

  async function attemptAll(record: WebhookRecord, event: SeamEvent): Promise<'ended' | 'given-up'> {
    for (const wait of [0, ...retryWaits]) {
      if (wait > 0) await sleep(wait, undefined, { signal: stop.signal }).catch(() => undefined);
      if (stop.signal.aborted || !records.has(record.webhook_id)) return 'ended';
      if (await attempt(record, event, stop.signal)) return 'ended';
    }
    return 'given-up';
  }

  for (const { webhook_id, event_id } of saved.pending) {
    const [record, event] = [records.get(webhook_id), world.events.byId(event_id)];
    if (record !== undefined && event !== undefined) void deliver(record, event);
  }

  function find(webhookId: string): WebhookRecord {
    const record = records.get(webhookId);
    if (record === undefined) throw notFound('webhook', webhookId);
    return record;
  }

  return {
    create(asked, secret = `whsec_${randomBytes(24).toString('base64')}`) {
      checkEventTypes(asked.event_types ?? []);
      const record: WebhookRecord = {
        webhook_id: world.newId(),
        url: asked.url,
        event_types: asked.event_types ?? ['*'],
        secret,
      };
      records.set(record.webhook_id, record);
      world.journal.write('webhook-created', { webhook_id: record.webhook_id });
      return record;
    },
    find,
    list: () => [...records.values()],
    update({ webhook_id, event_types }) {
      const known = find(webhook_id);
      checkEventTypes(event_types);
      records.set(webhook_id, { ...known, event_types });
      world.journal.write('webhook-updated', { webhook_id });
    },
    delete(webhookId) {
      find(webhookId);
      records.delete(webhookId);
      world.journal.write('webhook-deleted', { webhook_id: webhookId });
    },
    saved: () => ({ records: [...records.values()], pending: [...pending] }),
    close: () => stop.abort(),
  };
}

/** @throws `SeamError` 400 `invalid_event_types` for a type that Seam does not publish. */
function checkEventTypes(types: readonly string[]): void {
  const published = new Set<string>(['*', ...EVENT_TYPES]);
  const unknown = types.filter((type) => !published.has(type));
  if (unknown.length > 0) {
    throw new SeamError(400, 'invalid_event_types', `event_types: Seam has no event ${unknown.join(', ')}`);
  }
}

function wants(record: WebhookRecord, event: SeamEvent): boolean {
  return record.event_types.some((type) => type === '*' || type === event.event_type);
}

/** Sends the bare event as the body. Returns true if the receiver answers with 2xx. */
async function attempt(record: WebhookRecord, event: SeamEvent, stop: AbortSignal): Promise<boolean> {
  const body = JSON.stringify(event);
  const sentAt = new Date();
  const messageId = `msg_${event.event_id}`;
  try {
    const response = await fetch(record.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'svix-id': messageId,
        'svix-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
        'svix-signature': new Webhook(record.secret).sign(messageId, sentAt, body),
      },
      signal: AbortSignal.any([stop, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // The receiver refused, timed out or closed the connection. The next attempt covers all three.
    return false;
  }
}
