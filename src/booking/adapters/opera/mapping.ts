/** Mapping of OPERA's key types to key requests (`src/domain/key-request`). Pure. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { localInstant } from '../../../domain/model/dates.js';
import { defined } from '../../../domain/model/defined.js';
import { isBefore, normalInstant, type Window } from '../../../domain/model/instants.js';
import type { KeyRequest, KeyRequestKind } from '../../../domain/model/key-request-schema.js';
import { idSchema, instantSchema } from '../../../domain/model/snapshot-schema.js';
import type { RoomKeyRequest } from './wire.js';

/** Settings for choices that OPERA's documents leave to the hotel. */
export const mappingSettings = {
  /** IANA zone of the property, and of times without an offset. */
  timeZone: z.string({ error: 'must be an IANA time zone such as "Europe/Berlin"' }).refine(isZone, {
    error: 'must be an IANA time zone such as "Europe/Berlin"',
  }),
  /** Type of the id that is Stayline's reservation id; a reservation has several. */
  reservationIdType: z.string().min(1, 'must not be empty').default('Reservation'),
  /** Owner of a duplicate key: another guest, or the same guest, whose key is on all their phones anyway. */
  duplicates: z.enum(['another-guest', 'same-guest']).default('another-guest'),
  /** Rule for reservations with the share flag: they share a room, or each waits until the room is free. */
  sharers: z.enum(['same-room', 'separate']).default('same-room'),
  /**
   * Kinds of keys that Stayline makes; the answer for others names another encoder. `Remove` is accepted for all kinds.
   */
  roomKeyTypes: z
    .array(z.enum(['MobileKey', 'HardKey', 'PinCode', 'KeyPayload']))
    .min(1)
    .default(['MobileKey']),
};

export type OperaMappingSettings = z.infer<z.ZodObject<typeof mappingSettings>>;

export type ReadRequest =
  | { readonly kind: 'keys'; readonly reservationId: string; readonly request: KeyRequest }
  /** Request to show what is on a key. */
  | { readonly kind: 'read'; readonly reservationId: string }
  | { readonly kind: 'cannot'; readonly why: string };

const KINDS: Readonly<Record<string, KeyRequestKind>> = {
  New: 'new',
  Duplicate: 'duplicate',
  Lost: 'lost',
  ReEncode: 're-encode',
  RoomMove: 'move',
  ModifyStay: 'modify',
  Remove: 'remove',
};

/** Returns the request, or why it cannot be processed. @param now ISO 8601, for requests without a time of their own */
export function readRequest(wire: RoomKeyRequest, settings: OperaMappingSettings, now: string): ReadRequest {
  if (wire.keyType === 'OneShot') {
    return { kind: 'cannot', why: 'A one-shot key would end the keys of the guests; please encode a card.' };
  }
  const reservationId = reservationIdOf(wire, settings);
  if (reservationId === undefined) return { kind: 'cannot', why: 'The request names no reservation.' };
  if (wire.keyType === 'Read') return { kind: 'read', reservationId };
  const kind = Object.hasOwn(KINDS, wire.keyType) ? KINDS[wire.keyType] : undefined;
  if (kind === undefined) return { kind: 'cannot', why: 'Stayline does not support this kind of request.' };
  if (kind !== 'remove' && !settings.roomKeyTypes.some((type) => type === wire.roomKeyType)) {
    return {
      kind: 'cannot',
      why: `Stayline makes only ${settings.roomKeyTypes.join(', ')}; please use another encoder.`,
    };
  }
  const named = [...new Set([wire.roomId ?? '', ...(wire.additionalRooms ?? [])])].filter((room) => room !== '');
  const rooms = named.filter((room) => idSchema.safeParse(room).success);
  if (kind !== 'remove' && rooms.length < named.length)
    return { kind: 'cannot', why: 'The request names an invalid room.' };
  const window = validityOf(wire, settings);
  if (kind !== 'remove' && window === undefined)
    return { kind: 'cannot', why: 'The key has no end, or ends before it starts.' };
  const request: KeyRequest = {
    requestId: `opera-${createHash('sha256').update(JSON.stringify(wire)).digest('hex').slice(0, 32)}`,
    kind,
    rooms,
    ...defined({ oldRoom: idSchema.safeParse(wire.oldRoomId).data }),
    ...defined({ window }),
    at: instantOf(wire.keyRequestTime, settings.timeZone) ?? now,
    by: 'opera',
    furtherKeys: settings.duplicates,
    ...(wire.guestShareFlag === true && settings.sharers === 'same-room' && rooms[0] !== undefined
      ? { shareGroup: `opera-share/${rooms[0]}`.slice(0, 200) }
      : {}),
  };
  return { kind: 'keys', reservationId, request };
}

function reservationIdOf(
  { reservationIdList }: RoomKeyRequest,
  { reservationIdType }: OperaMappingSettings,
): string | undefined {
  const ids = reservationIdList ?? [];
  const chosen = ids.find(({ type }) => type?.toLowerCase() === reservationIdType.toLowerCase()) ?? ids[0];
  return idSchema.safeParse(chosen?.id).data;
}

/** Returns the key's validity as instants in UTC, or undefined if it is not a valid window. */
export function validityOf(
  { keyValidityStart, keyValidityEnd, keyRequestTime }: RoomKeyRequest,
  { timeZone }: Pick<OperaMappingSettings, 'timeZone'>,
): Window | undefined {
  const from = instantOf(keyValidityStart ?? keyRequestTime, timeZone);
  const to = instantOf(keyValidityEnd, timeZone);
  if (from === undefined || to === undefined) return undefined;
  const window = { from: normalInstant(from), to: normalInstant(to) };
  return isBefore(window.from, window.to) ? window : undefined;
}

const LOCAL = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?$/;

/**
 * Returns the time as an instant. OPERA's schema says `date-time`, but real requests also have hotel times without an
 * offset.
 */
function instantOf(written: string | null | undefined, timeZone: string): string | undefined {
  const [, date, clock] = LOCAL.exec(written ?? '') ?? [];
  if (date === undefined || clock === undefined) return instantSchema.safeParse(written).data;
  try {
    return instantSchema.safeParse(localInstant(date, clock, timeZone)).data;
  } catch {
    return undefined;
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
