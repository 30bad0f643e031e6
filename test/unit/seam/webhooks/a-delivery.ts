/** Deliveries as Svix makes them: a body, and headers signed by Svix's own library. */
import { Webhook } from 'svix';

export const SECRET = 'whsec_b25seUZvclRlc3Rz';

export interface ADelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface DeliveryHabits {
  readonly secret?: string;
  /** Age of the signature in seconds; negative: in the future. */
  readonly secondsAgo?: number;
  readonly headerPrefix?: 'svix' | 'webhook';
}

/** @param content an event, or a text that is sent as it is */
export function aDelivery(content: unknown, habits: DeliveryHabits = {}): ADelivery {
  const { secret = SECRET, secondsAgo = 0, headerPrefix: prefix = 'svix' } = habits;
  const body = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const at = new Date(Date.now() - secondsAgo * 1_000);
  return {
    body,
    headers: {
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1_000)),
      [`${prefix}-signature`]: new Webhook(secret).sign('msg_1', at, body),
    },
  };
}

/** Returns an event in the form of `/events/list`. */
export function anEvent(eventType: string, fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    event_id: 'e-1',
    event_type: eventType,
    workspace_id: 'w-1',
    created_at: '2026-11-23T12:00:00.000Z',
    occurred_at: '2026-11-23T12:00:00.000Z',
    ...fields,
  };
}

export function aKeyEvent(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return anEvent('acs_credential.invalidated', { acs_credential_id: 'c-1', acs_system_id: 's-1', ...fields });
}
