/**
 * Who says so: Seam delivers its events through Svix, signed over the body as it was sent. Source: Seam's guide to webhooks; the
 * headers `svix-*` (or `webhook-*`), the secret `whsec_…`, and at most five minutes between signing and arriving.
 */
import { Webhook, WebhookVerificationError } from 'svix';
import { readEvent, type ReadEvent } from './event.js';

export type Delivery =
  | ReadEvent
  /** Not from Seam, not for us, altered, or too old: nothing in it counts. */
  | { readonly kind: 'forged'; readonly why: string };

/** Reads what was delivered: the headers, and the body byte for byte. */
export type DeliveryReader = (headers: Readonly<Record<string, string>>, body: Buffer) => Delivery;

/**
 * @param secret as Seam gave it when the webhook was made, `whsec_…`
 * @throws Error if that is no secret
 */
export function deliveryReader(secret: string): DeliveryReader {
  const webhook = new Webhook(secret);
  return (headers, body) => {
    let content: unknown;
    try {
      content = webhook.verify(body, headers);
    } catch (error) {
      if (error instanceof WebhookVerificationError) return { kind: 'forged', why: error.message };
      // The signature is looked at first: what is signed and yet no JSON is Seam's own.
      if (error instanceof SyntaxError) return { kind: 'unreadable', fields: ['the whole body'] };
      throw error;
    }
    return readEvent(content);
  };
}

/** Whether the text can be a webhook's secret. */
export function isWebhookSecret(text: string): boolean {
  try {
    deliveryReader(text);
    return /^whsec_.{4}/.test(text);
  } catch {
    return false;
  }
}
