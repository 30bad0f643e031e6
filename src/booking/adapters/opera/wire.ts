/**
 * Requests and answers of OPERA Cloud's door lock outbound interface: `postRoomKeysOutbound` of the Front Desk
 * Operations Outbound API 25.5 (oracle/hospitality-api-docs, fofoutbound.json). Only fields that are read are checked.
 * Enumerations accept any text, because a request of an unknown kind must be answered, too.
 */
import { z } from 'zod';

const text = z.string().nullish();

export const roomKeyRequestSchema = z.object({
  keyType: z.string(),
  roomKeyType: text,
  keyUserType: text,
  encoderId: text,
  encoderTerminal: text,
  roomId: text,
  oldRoomId: text,
  additionalRooms: z.array(z.string()).nullish(),
  reservationIdList: z.array(z.object({ id: text, type: text })).nullish(),
  guestShareFlag: z.boolean().nullish(),
  keyValidityStart: text,
  keyValidityEnd: text,
  keyRequestTime: text,
});

const anyText = text.catch(undefined);

/**
 * Request to remove keys, however unreadable its other fields are: OPERA shows the keys as deleted, and never asks
 * again.
 */
export const removalSchema = roomKeyRequestSchema.extend({
  keyType: z.literal('Remove'),
  roomKeyType: anyText,
  keyUserType: anyText,
  encoderId: anyText,
  encoderTerminal: anyText,
  roomId: anyText,
  oldRoomId: anyText,
  additionalRooms: z.array(z.string()).nullish().catch(undefined),
  reservationIdList: z.array(z.object({ id: anyText, type: anyText }).catch({})).nullish(),
  guestShareFlag: z.boolean().nullish().catch(undefined),
  keyValidityStart: anyText,
  keyValidityEnd: anyText,
  keyRequestTime: anyText,
});

export type RoomKeyRequest = z.infer<typeof roomKeyRequestSchema>;

/** Response codes: `OK` done, `BY` the encoder is busy, `UR` cannot be processed, `RY` retry. */
export type ResponseCode = 'OK' | 'BY' | 'UR' | 'RY';

export interface RoomKeyResult {
  readonly code: ResponseCode;
  /** Text for the person at the front desk. */
  readonly text: string;
  /** Window of a key that was read; replaces the window of the request. */
  readonly window?: { readonly from: string; readonly to: string };
}

const ROOM_KEY_TYPES: readonly unknown[] = ['HardKey', 'MobileKey', 'PinCode', 'KeyPayload'];
const MOST_TEXT = 2_000;

/**
 * Returns the body of the answer. Its required fields are always present, even if the request lacks them.
 * @param now ISO 8601, UTC
 * @param validity what the request asks for, as instants
 */
export function roomKeyAnswer(
  request: Partial<RoomKeyRequest>,
  decision: RoomKeyResult,
  { now, validity }: { readonly now: string; readonly validity?: { readonly from: string; readonly to: string } },
): Readonly<Record<string, unknown>> {
  const { from, to } = decision.window ?? validity ?? { from: now, to: now };
  const { encoderId, additionalRooms, reservationIdList } = request;
  return {
    responseCode: decision.code,
    responseText: decision.text.slice(0, MOST_TEXT),
    roomId: request.roomId ?? '',
    encoderTerminal: request.encoderTerminal || 'unknown',
    ...(encoderId == null ? {} : { encoderId }),
    roomKeyType: ROOM_KEY_TYPES.includes(request.roomKeyType) ? request.roomKeyType : 'MobileKey',
    keyUserType: 'Guest',
    keyValidityStart: withSeconds(from),
    keyValidityEnd: withSeconds(to),
    keyCreationTime: withSeconds(now),
    ...(additionalRooms == null ? {} : { additionalRooms }),
    ...(reservationIdList == null ? {} : { reservationIdList: reservationIdList.map(stated) }),
  };
}

function stated({ id, type }: { readonly id?: unknown; readonly type?: unknown }): Readonly<Record<string, unknown>> {
  return { ...(typeof id === 'string' ? { id } : {}), ...(typeof type === 'string' ? { type } : {}) };
}

/** Returns the instant with seconds, which `date-time` requires. */
function withSeconds(instant: string): string {
  return new Date(instant).toISOString();
}
