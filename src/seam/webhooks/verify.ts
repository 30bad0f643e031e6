/**
 * Verification of webhook deliveries. Seam delivers its events through Svix, signed over the raw body. Source: Seam's
 * guide to webhooks. It defines the headers `svix-*` (or `webhook-*`), the secret `whsec_…`, and at most five minutes
 * from signing to arrival.
 */
import { Webhook, WebhookVerificationError } from 'svix';
import { readEvent, type ReadEvent } from './event.js';

export type Delivery =
  | ReadEvent
  /** Delivery from another sender, for another receiver, altered, or too old; its content is ignored. */
  | { readonly kind: 'forged'; readonly why: string };

/** Function that verifies and parses a delivery: the headers, and the body byte for byte. */
export type DeliveryReader = (headers: Readonly<Record<string, string>>, body: Buffer) => Delivery;

/**
 * Creates a reader of deliveries.
 * @param secrets as Seam returned them when the webhooks were created, `whsec_…`; one of them must match
 * @throws Error if one is not a secret
 */
export function deliveryReader(...secrets: readonly [string, ...string[]]): DeliveryReader {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return (headers, body) => {
    let why = 'it is not signed';
    for (const webhook of webhooks) {
      try {
        return readEvent(webhook.verify(body, headers));
      } catch (error) {
        // The signature is checked first, so a signed body that is not JSON comes from Seam itself.
        if (error instanceof SyntaxError) return { kind: 'unreadable', fields: ['the whole body'] };
        if (!(error instanceof WebhookVerificationError)) throw error;
        why = error.message;
      }
    }
    return { kind: 'forged', why };
  };
}

/** Minimum length of a secret in bytes; Seam's own have 24. A shorter one could be guessed. */
const SHORTEST_BYTES = 12;

/** Returns true if the text can be a webhook's secret. */
export function isWebhookSecret(text: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  return Buffer.from(text.slice('whsec_'.length), 'base64').length >= SHORTEST_BYTES;
}
