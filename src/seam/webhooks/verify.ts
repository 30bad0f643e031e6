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
 * @param secret as Seam returned it when the webhook was created, `whsec_…`
 * @throws Error if that is not a secret
 */
export function deliveryReader(secret: string): DeliveryReader {
  const webhook = new Webhook(secret);
  return (headers, body) => {
    let content: unknown;
    try {
      content = webhook.verify(body, headers);
    } catch (error) {
      if (error instanceof WebhookVerificationError) return { kind: 'forged', why: error.message };
      // The signature is checked first, so a signed body that is not JSON comes from Seam itself.
      if (error instanceof SyntaxError) return { kind: 'unreadable', fields: ['the whole body'] };
      throw error;
    }
    return readEvent(content);
  };
}

/** Minimum length of a secret in bytes; Seam's own have 24. A shorter one could be guessed. */
const SHORTEST_BYTES = 12;

/** Returns true if the text can be a webhook's secret. */
export function isWebhookSecret(text: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  return Buffer.from(text.slice('whsec_'.length), 'base64').length >= SHORTEST_BYTES;
}
