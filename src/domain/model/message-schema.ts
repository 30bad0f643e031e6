/** Schemas of the messages of `stay`: payloads of its signals, of `planFor`, and the start argument. */
import { z } from 'zod';
import { doorFactsSchema } from './door-schema.js';
import { PHONE_ACCESS_KINDS } from './phone-access.js';
import { findingSchema } from './drift-schema.js';
import { leaseNewsSchema } from './room-message-schema.js';
import { guestsSchema, idSchema, instantSchema, isOrdered, roomsSchema, windowOrder } from './snapshot-schema.js';

const reason = z.string({ error: 'must say why, in up to 200 characters' }).min(1).max(200);

/** Fields of every signal: an id to detect a repeat, the time of the event, and its author (an id, no name). */
const envelope = {
  requestId: idSchema.optional(),
  at: instantSchema.optional(),
  by: idSchema.optional(),
};

const nothing = z.strictObject(envelope);
const staffAct = z.strictObject({ reason, guestId: idSchema.optional(), ...envelope });

export const messageSchemas = {
  addGuests: z.strictObject({ guests: guestsSchema.min(1, 'must name at least one guest'), ...envelope }),
  removeGuest: z.strictObject({ guestId: idSchema, cause: z.enum(['left', 'security']).default('left'), ...envelope }),
  sameGuest: z.strictObject({ guestId: idSchema, as: idSchema, ...envelope }),
  changeRooms: z.strictObject({
    rooms: roomsSchema,
    guestId: idSchema.optional(),
    from: instantSchema.optional(),
    ...envelope,
  }),
  changeDates: z.strictObject({
    window: z
      .strictObject({ from: instantSchema.optional(), to: instantSchema.optional() })
      .refine((window) => window.from !== undefined || window.to !== undefined, {
        error: 'must hold "from", "to" or both',
      })
      .refine(({ from, to }) => from === undefined || to === undefined || isOrdered({ from, to }), windowOrder),
    ...envelope,
  }),
  checkIn: nothing,
  checkOut: nothing,
  cancel: nothing,
  retry: nothing,
  replaceKey: z.strictObject({
    guestId: idSchema,
    mode: z.enum(['secure', 'convenient'], { error: 'must be "secure" or "convenient"' }),
    deviceId: idSchema.optional(),
    ...envelope,
  }),
  phoneReady: z.strictObject({ guestId: idSchema, ...envelope }),
  hold: staffAct,
  release: staffAct,
  force: staffAct,
  block: staffAct,
  joinTo: z.strictObject({ acsCredentialId: idSchema, guestId: idSchema.optional(), ...envelope }),
  credentialChanged: z.strictObject({ acsCredentialId: idSchema, eventType: idSchema, eventId: idSchema, ...envelope }),
  leaseChanged: leaseNewsSchema.extend(envelope),
  phoneChanged: z.strictObject({ deviceId: idSchema, eventType: idSchema, eventId: idSchema, ...envelope }),
  phoneAccessMade: z.strictObject({
    guestId: idSchema,
    kind: z.enum(PHONE_ACCESS_KINDS),
    clientSessionId: idSchema,
    instantKeyId: idSchema.optional(),
    expiresAt: instantSchema,
    ...envelope,
  }),
  policyChanged: nothing,
  driftFound: z.strictObject({ findings: z.array(findingSchema).min(1).max(50), ...envelope }),
  readingRefused: z.strictObject({
    problem: z.string({ error: 'must say what is wrong, in up to 500 characters' }).min(1).max(500),
    ...envelope,
  }),
} as const;

export type MessageName = keyof typeof messageSchemas;

/** Message as a sender writes it, without defaults. */
export type MessageInput<Name extends MessageName> = z.input<(typeof messageSchemas)[Name]>;

/** Checked message: its name and its payload. */
export type Message = {
  [Name in MessageName]: { readonly name: Name; readonly payload: z.output<(typeof messageSchemas)[Name]> };
}[MessageName];

export const messageNames = Object.keys(messageSchemas) as readonly MessageName[];

/** Change for a dry run: the message name, and a payload that is checked like the message itself. */
export const plannedChangeSchema = z.strictObject({
  message: z.enum(['applyReservation', ...messageNames], {
    error: `must be applyReservation or one of ${messageNames.join(', ')}`,
  }),
  payload: z.unknown(),
  /** Answers that rooms would give to the claims of the change. */
  answers: z.array(leaseNewsSchema).readonly().exactOptional(),
  /** Answers of looks for doors (workflow `findDoors`); rooms without an answer count as rooms with a door. */
  doors: z.array(doorFactsSchema).readonly().exactOptional(),
});
