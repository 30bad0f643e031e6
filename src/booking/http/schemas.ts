/** Request schemas: paths, queries and bodies, derived from the schemas of snapshots and messages. */
import { z } from 'zod';
import { guestToEraseSchema } from '../../domain/model/erasure-schema.js';
import { messageSchemas, type MessageName } from '../../domain/model/message-schema.js';
import { roomMessageSchemas } from '../../domain/model/room-message-schema.js';
import {
  guestSchema,
  idSchema,
  localWindowSchema,
  snapshotSchema,
  statusSchema,
  windowSchema,
} from '../../domain/model/snapshot-schema.js';
import { named } from '../../http/schema-names.js';
import { attentionCodeSchema, phaseSchema } from './view-schemas.js';

export const propertyParams = z.object({ propertyId: idSchema });
export const reservationParams = propertyParams.extend({ reservationId: idSchema });
export const guestParams = reservationParams.extend({ guestId: idSchema });
export const roomParams = propertyParams.extend({ room: idSchema });

const MESSAGE_NAMES = {
  AddGuests: messageSchemas.addGuests,
  RemoveGuest: messageSchemas.removeGuest,
  ChangeRooms: messageSchemas.changeRooms,
  ChangeDates: messageSchemas.changeDates,
  ReplaceKey: messageSchemas.replaceKey,
  PhoneReady: messageSchemas.phoneReady,
  JoinTo: messageSchemas.joinTo,
  CredentialChanged: messageSchemas.credentialChanged,
  PhoneAccessMade: messageSchemas.phoneAccessMade,
  DriftFound: messageSchemas.driftFound,
  LeaseChanged: messageSchemas.leaseChanged,
  PhoneChanged: messageSchemas.phoneChanged,
  /** Message with a reason: `hold`, `release`, `force`, `block`. */
  StaffAct: messageSchemas.hold,
  /** Message without a field of its own: `checkIn`, `retry` and others. */
  PlainAct: messageSchemas.checkIn,
  Guest: guestSchema,
  InstantWindow: windowSchema,
  LocalWindow: localWindowSchema,
  StayStatus: statusSchema,
};
for (const [name, schema] of Object.entries(MESSAGE_NAMES)) named(name, schema);

/** Returns the name of a message as that of a type: `AddGuests`. */
function pascal(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/**
 * Snapshot without required ids, because they are in the path. The client applies the snapshot's own schema, which
 * checks the fields together.
 */
export const reservationBody = named(
  'Snapshot',
  z.strictObject({
    ...snapshotSchema.in.shape,
    propertyId: idSchema.optional().describe('Absent, or the same as in the path'),
    reservationId: idSchema.optional().describe('Absent, or the same as in the path'),
  }),
);

const local = localWindowSchema.shape;

/** New dates of a stay: instants, or local dates of the property. */
export const datesBody = named(
  'NewDates',
  messageSchemas.changeDates.extend({
    window: z.union([
      messageSchemas.changeDates.shape.window,
      z
        .strictObject({
          arrival: local.arrival.optional(),
          departure: local.departure.optional(),
          checkIn: local.checkIn,
          checkOut: local.checkOut,
        })
        .refine((window) => window.arrival !== undefined || window.departure !== undefined, {
          error: 'must hold "arrival", "departure" or both',
        }),
    ]),
  }),
);

/** Identity of the guest to erase, beyond the ids in the path. */
export const erasureBody = named('ErasureOf', guestToEraseSchema.pick({ personId: true }));

/** Author of a request for phone access; everything else is in the path. */
export const phoneAccessBody = named('PhoneAccessRequest', z.strictObject({ by: idSchema.optional() }));

/** Schema of each message by its name, so that a payload is checked like the message itself. */
const plannedMessages = (Object.keys(messageSchemas) as MessageName[]).map((name) =>
  named(`Planned${pascal(name)}`, z.strictObject({ message: z.literal(name), payload: messageSchemas[name] })),
);

const plannedSnapshot = named(
  'PlannedSnapshot',
  z.strictObject({ message: z.literal('applyReservation'), payload: reservationBody }),
);

/** Dry run of a message or of a whole snapshot. */
export const planBody = named(
  'PlannedChange',
  z.discriminatedUnion('message', [plannedSnapshot, ...plannedMessages], {
    error: `must be applyReservation or one of ${Object.keys(messageSchemas).join(', ')}`,
  }),
);

const { reason, by, requestId } = roomMessageSchemas.force.shape;

/** Room for a stay, by the front desk. */
export const roomForceBody = named('RoomForce', z.strictObject({ reservationId: idSchema, reason, by, requestId }));

export const changeHeaders = z.object({
  'idempotency-key': idSchema
    .optional()
    .describe('Identifies the change, so that a retry is not applied twice; the same as requestId in the body'),
});

export const staysQuery = z.strictObject({
  room: idSchema.optional(),
  phase: phaseSchema.optional(),
  attention: z
    .union([z.literal(['any', 'none']), attentionCodeSchema])
    .optional()
    .describe('An attention code, `any` or `none`'),
  arriving: z.iso
    .date({ error: 'must be a date such as "2026-11-23"' })
    .optional()
    .describe("A day of the property's calendar"),
  pageSize: z.coerce
    .number({ error: 'must be a number from 1 to 200' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(200, 'must be at most 200')
    .default(50),
  pageToken: z.string().max(4_000, 'must be the nextPageToken of the previous page').optional(),
});

export const staySummarySchema = named(
  'StaySummary',
  z.object({
    stay: z.string().describe('Workflow id'),
    propertyId: z.string(),
    reservationId: z.string(),
    phase: phaseSchema.exactOptional(),
    rooms: z.array(z.string()),
    attention: z.array(z.string()),
    arrival: z.string().exactOptional(),
    departure: z.string().exactOptional(),
    changedAt: z.string().describe('Time of the last change, to the millisecond'),
  }),
);

export type StaySummary = z.infer<typeof staySummarySchema>;
