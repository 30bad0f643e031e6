/**
 * Adapter of a custom booking system. It receives whole snapshots in the format of `docs/messages.md`, signed according
 * to Standard Webhooks (HMAC-SHA256 over id, time and body, at most five minutes old). It fetches nothing: deliveries
 * are complete.
 */
import { Webhook, WebhookVerificationError } from 'svix';
import { z } from 'zod';
import { defineAdapter, type Reading } from '../../ingress/adapter.js';
import { secretNameSchema } from '../../ingress/settings.js';

const settingsSchema = z.strictObject({
  /** Secrets, one of which must match the signature. Two are in use during a rotation. */
  secrets: z
    .array(secretNameSchema, { error: 'must be a list of names of environment variables' })
    .min(1, 'must name at least one environment variable')
    .max(5, 'must name at most 5 environment variables'),
});

export const generic = defineAdapter({
  system: 'generic',
  settings: settingsSchema,
  open({ settings, properties, secret }) {
    const webhooks = settings.secrets.map((name) => webhookOf(name, secret(name)));
    const own = new Set(properties.map(({ propertyId }) => propertyId));
    return {
      webhook: {
        read({ token, headers, body }) {
          if (token !== undefined) return { kind: 'unknown' };
          const opened = verify(webhooks, headers, body);
          return opened.kind === 'content' ? judge(opened.content, deliveryIdOf(headers), own) : opened;
        },
      },
    };
  },
});

/** Returns the verifier for one secret. @throws Error that names what is wrong with the secret, without its value */
function webhookOf(name: string, secret: string): Webhook {
  const wrong = `needs a Standard Webhooks secret in the environment variable ${name}: "whsec_" and 24 to 64 bytes in base64`;
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) throw new Error(wrong);
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64').length;
  if (bytes < 24 || bytes > 64) throw new Error(wrong);
  return new Webhook(secret);
}

type Opened =
  { readonly kind: 'content'; readonly content: unknown } | Extract<Reading, { kind: 'forged' | 'unreadable' }>;

function verify(webhooks: readonly Webhook[], headers: Readonly<Record<string, string>>, body: Buffer): Opened {
  let why = 'it is not signed';
  for (const webhook of webhooks) {
    try {
      return { kind: 'content', content: webhook.verify(body, headers) };
    } catch (error) {
      // The signature is checked first: a signed body that is not JSON comes from the real sender.
      if (error instanceof SyntaxError) return { kind: 'unreadable', fields: ['the whole body'] };
      if (!(error instanceof WebhookVerificationError)) throw error;
      why = error.message;
    }
  }
  return { kind: 'forged', why };
}

/** Returns the signed id: the verifier prefers Svix's name of the header, so that another id beside it counts for nothing. */
function deliveryIdOf(headers: Readonly<Record<string, string>>): string {
  return headers['svix-id'] ?? headers['webhook-id'] ?? '';
}

function judge(content: unknown, deliveryId: string, own: ReadonlySet<string>): Reading {
  const { propertyId } = (content ?? {}) as { readonly propertyId?: unknown };
  if (typeof propertyId === 'string' && !own.has(propertyId)) return { kind: 'changed', reservations: [], ignored: 1 };
  return { kind: 'snapshot', snapshot: content, deliveryId };
}
