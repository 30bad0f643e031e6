/** A booking system that delivers snapshots signed as in Standard Webhooks. */
import { randomUUID } from 'node:crypto';
import { Webhook } from 'svix';

export const SECRET = `whsec_${Buffer.from('thirty-two bytes for a signature').toString('base64')}`;

export interface Signing {
  readonly secret?: string;
  readonly id?: string;
  /** Time of the signature; default: now. */
  readonly at?: Date;
}

export function signed(
  body: string,
  { secret = SECRET, id = `msg_${randomUUID()}`, at = new Date() }: Signing = {},
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}

export interface Answered {
  readonly status: number;
  readonly outcome: string;
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

export async function deliver(url: string, snapshot: unknown, signing: Signing = {}): Promise<Answered> {
  const body = JSON.stringify(snapshot);
  const response = await fetch(url, { method: 'POST', body, headers: signed(body, signing) });
  return { status: response.status, ...((await response.json()) as Omit<Answered, 'status'>) };
}
