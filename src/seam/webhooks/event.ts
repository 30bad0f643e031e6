/**
 * Seam's events, as far as Stayline acts on them (`@seamapi/types` has them whole). An event only says that something has changed:
 * what is true is read again.
 */
import { z } from 'zod';

/** Becomes part of a query and of a signal, so nothing but what ids are made of. */
const id = z.string().regex(/^[\w-]{1,100}$/);

const credentialTypes = [
  'acs_credential.issued',
  'acs_credential.reissued',
  'acs_credential.invalidated',
  'acs_credential.deleted',
] as const;
const phoneTypes = ['phone.deactivated'] as const;
const systemTypes = ['acs_system.disconnected', 'acs_system.connected'] as const;

/** What to subscribe to at Seam; every other type is ignored. */
export const SEAM_EVENT_TYPES: readonly string[] = [...credentialTypes, ...phoneTypes, ...systemTypes];

const head = z.object({ event_id: id, event_type: z.string().min(1).max(200) });
const credentialEvent = head.extend({
  event_type: z.enum(credentialTypes),
  acs_credential_id: id,
  acs_system_id: id,
});
const phoneEvent = head.extend({ event_type: z.enum(phoneTypes), device_id: id });
const systemEvent = head.extend({
  event_type: z.enum(systemTypes),
  acs_system_id: id,
  acs_system_errors: z.array(z.object({ error_code: z.string() })).optional(),
});

interface EventHead {
  readonly eventId: string;
  readonly eventType: string;
}

export type SeamEvent = EventHead &
  (
    | { readonly kind: 'credential'; readonly acsCredentialId: string; readonly acsSystemId: string }
    | { readonly kind: 'phone'; readonly deviceId: string }
    | { readonly kind: 'system'; readonly acsSystemId: string; readonly errorCodes: readonly string[] }
    | { readonly kind: 'other' }
  );

export type ReadEvent =
  | { readonly kind: 'event'; readonly event: SeamEvent }
  /** `fields`: what is missing or not as Seam publishes it. */
  | { readonly kind: 'unreadable'; readonly fields: readonly string[] };

/** Reads the bare event that a webhook carries; fields that nobody needs may be anything. */
export function readEvent(value: unknown): ReadEvent {
  const parsed = head.safeParse(value);
  if (!parsed.success) return unreadable(parsed.error);
  const { event_id: eventId, event_type: eventType } = parsed.data;
  if (isOneOf(credentialTypes, eventType)) {
    return reading(credentialEvent, value, (event) => ({
      kind: 'credential',
      eventId,
      eventType,
      acsCredentialId: event.acs_credential_id,
      acsSystemId: event.acs_system_id,
    }));
  }
  if (isOneOf(phoneTypes, eventType)) {
    return reading(phoneEvent, value, (event) => ({ kind: 'phone', eventId, eventType, deviceId: event.device_id }));
  }
  if (isOneOf(systemTypes, eventType)) {
    return reading(systemEvent, value, (event) => ({
      kind: 'system',
      eventId,
      eventType,
      acsSystemId: event.acs_system_id,
      errorCodes: (event.acs_system_errors ?? []).map((error) => error.error_code),
    }));
  }
  return { kind: 'event', event: { kind: 'other', eventId, eventType } };
}

function isOneOf(types: readonly string[], eventType: string): boolean {
  return types.includes(eventType);
}

function reading<Wire>(schema: z.ZodType<Wire>, value: unknown, make: (wire: Wire) => SeamEvent): ReadEvent {
  const parsed = schema.safeParse(value);
  return parsed.success ? { kind: 'event', event: make(parsed.data) } : unreadable(parsed.error);
}

function unreadable(error: z.ZodError): ReadEvent {
  return { kind: 'unreadable', fields: error.issues.map((issue) => issue.path.join('.') || 'the whole body') };
}
