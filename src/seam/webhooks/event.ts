/**
 * Seam's events, limited to those that Stayline acts on (`@seamapi/types` has all of them). An event only reports that
 * something changed; the stay re-reads the state from Seam.
 */
import { z } from 'zod';

/** Id that becomes part of a query and of a signal, so only the characters of ids are allowed. */
const id = z.string().regex(/^[\w-]{1,100}$/);

const credentialTypes = [
  'acs_credential.issued',
  'acs_credential.reissued',
  'acs_credential.invalidated',
  'acs_credential.deleted',
] as const;
const phoneTypes = ['phone.deactivated'] as const;
const systemTypes = ['acs_system.disconnected', 'acs_system.connected'] as const;

/** Event types to subscribe to at Seam; every other type is ignored. */
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
  /** `fields`: paths that are missing or differ from Seam's schema. */
  | { readonly kind: 'unreadable'; readonly fields: readonly string[] };

/** Parses the event in a webhook's body. Fields that Stayline does not use may hold anything. */
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
