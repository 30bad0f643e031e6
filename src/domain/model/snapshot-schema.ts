/**
 * Snapshot of a reservation, as booking systems send it (`docs/messages.md`): checked field by field,
 * unknown fields refused by name. All other modules use the types of these schemas.
 */
import { z } from 'zod';
import { hasLength, isCalendarDate, isInstant, millis, type Instant, type Window } from './instants.js';
import { LONGEST_ID } from './ids.js';
import { MOST_GUESTS, tooManyForOneStay } from './party-size.js';

export type { Instant, Window };

/** Well-formed text of up to 200 readable characters: ids become parts of workflow ids and of Seam's keys. */
export const idSchema = z
  .string({ error: `must be a text of 1 to ${LONGEST_ID} characters` })
  .min(1, 'must not be empty')
  .max(LONGEST_ID, `must be at most ${LONGEST_ID} characters long`)
  // The OpenAPI document has this pattern: it must mean the same in every language, so \\p is not possible.
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  .regex(/^[^\x00-\x1f\x7f-\x9f]+$/, 'must hold no control characters')
  // Half a surrogate pair cannot be percent-encoded: workflow code would throw.
  .refine((id) => !/\p{Cs}/u.test(id), 'must be well-formed Unicode, without half of a surrogate pair')
  // Ids become field names in the state, and every object already has inherited ones.
  .refine((id) => !(id in {}), 'must not be a name that JavaScript reserves, such as "constructor"');

export const instantSchema = z
  .string({ error: 'must be an ISO 8601 instant with an offset, such as "2026-11-23T14:00Z"' })
  .regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/,
    'must be an ISO 8601 instant with an offset, such as "2026-11-23T14:00Z"',
  )
  .refine(isInstant, 'must be a date and time that exist, such as "2026-11-23T14:00Z"')
  .refine((text) => isInReach(text), 'must be before the year 2200; give an open end a nearer date');

/** Returns true before the year 2200. Later dates stand for "never" and leave no room to add a grace or a zone. */
function isInReach(text: string): boolean {
  return Number(text.slice(0, 4)) < 2200;
}

const localDate = z
  .string({ error: 'must be a local date such as "2026-11-23"' })
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a local date such as "2026-11-23"')
  .refine(isCalendarDate, 'must be a date that exists, such as "2026-11-23"')
  .refine((text) => isInReach(text), 'must be before the year 2200; give an open end a nearer date');

const clockTime = z
  .string({ error: 'must be a 24-hour clock time such as "15:00"' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a 24-hour clock time such as "15:00"');

/** Problem of a window that is empty: keys have minute precision, so both instants are compared as they are kept. */
export const windowOrder = {
  error: ({ input }: { readonly input?: unknown }): string => {
    const { from, to } = input as Window;
    return millis(from) < millis(to) ? 'must be in a later minute than "from"' : 'must be later than "from"';
  },
  path: ['to'],
};

/** Returns true unless the window is empty. An instant that does not exist is a problem of its own. */
export function isOrdered(window: Window): boolean {
  return !isInstant(window.from) || !isInstant(window.to) || hasLength(window);
}

export const windowSchema = z.strictObject({ from: instantSchema, to: instantSchema }).refine(isOrdered, windowOrder);

/** Window of local dates; missing clock times come from the property. */
export const localWindowSchema = z
  .strictObject({
    arrival: localDate,
    departure: localDate,
    checkIn: clockTime.optional(),
    checkOut: clockTime.optional(),
  })
  .refine((window) => window.arrival <= window.departure, {
    error: 'must not be before "arrival"',
    path: ['departure'],
  })
  .refine(
    ({ arrival, departure, checkIn, checkOut }) =>
      arrival !== departure || checkIn === undefined || checkOut === undefined || checkIn < checkOut,
    { error: 'must be after the day of "arrival", or "checkOut" later than "checkIn"', path: ['departure'] },
  );

/** Window as instants, or as local dates with the property's or its own clock times. */
export const snapshotWindowSchema = z.union([windowSchema, localWindowSchema]);

export const roomsSchema = z
  .array(idSchema, { error: 'must be a list of rooms such as ["101", "102"]; [] while none is assigned' })
  .max(200, 'must name at most 200 rooms')
  .refine((rooms) => new Set(rooms).size === rooms.length, 'must name each room once');

/**
 * Copy of zod's pattern. Temporal's sandbox freezes the original (`src/temporal/preload-schemas.ts`), and zod writes
 * to it when it matches.
 */
const emailPattern = new RegExp(z.regexes.email);

export const guestSchema = z.strictObject({
  guestId: idSchema,
  /** Id of a person across stays, if the booking system has one. */
  personId: idSchema.optional(),
  primary: z.boolean({ error: 'must be true or false' }).default(false),
  name: z
    .string({ error: 'must be a text' })
    .min(1, 'must not be empty')
    .max(200, 'must be at most 200 characters long')
    .optional(),
  email: z.email({ pattern: emailPattern, error: 'must be an e-mail address' }).optional(),
  phone: z
    .string({ error: 'must be a phone number in E.164, such as "+4915112345678"' })
    .regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number in E.164, such as "+4915112345678"')
    .optional(),
  /** Subset of the stay's rooms; absent means all of them. */
  rooms: roomsSchema.optional(),
  /** The guest's own window; absent means the stay's. */
  window: windowSchema.optional(),
  /** False for a child, or a guest who takes a plastic card. */
  wantsKey: z.boolean({ error: 'must be true or false' }).default(true),
});

export const guestsSchema = z
  .array(guestSchema, { error: 'must be a list of guests' })
  .max(MOST_GUESTS, `must name at most ${MOST_GUESTS} guests`)
  .superRefine((guests, context) => {
    const seen = new Set<string>();
    guests.forEach((guest, index) => {
      if (seen.has(guest.guestId)) {
        context.addIssue({ code: 'custom', path: [index, 'guestId'], message: "must differ from every other guest's" });
      }
      seen.add(guest.guestId);
    });
  });

export const statusSchema = z.enum(['tentative', 'confirmed', 'in-house', 'departed', 'cancelled', 'no-show']);

const END_STATUSES = ['departed', 'cancelled', 'no-show'] as const;

/** Returns true for a status in which no guest should hold a key any more. */
export function isEndOf(status: StayStatus): boolean {
  return END_STATUSES.some((end) => end === status);
}

const segmentsSchema = z
  .array(
    z.strictObject({ from: instantSchema, to: instantSchema, rooms: roomsSchema }).refine(isOrdered, windowOrder),
    { error: 'must be a list of { "from", "to", "rooms" }, one for each stretch of the stay' },
  )
  .min(1, 'must name at least one stretch of the stay')
  .max(200, 'must name at most 200 stretches of the stay')
  .superRefine((segments, context) => {
    segments.forEach((segment, index) => {
      const before = segments[index - 1];
      if (before !== undefined && Date.parse(segment.from) < Date.parse(before.to)) {
        context.addIssue({
          code: 'custom',
          path: [index, 'from'],
          message: 'must not be before the end of the previous one',
        });
      }
    });
  });

/** Increases with every change in the booking system: a number, or the modification instant. */
export const revisionSchema = z.union([z.number().min(0, 'must not be negative'), instantSchema], {
  error: 'must be a number that grows with every change, or the instant of the change',
});

export const snapshotSchema = z
  .strictObject({
    propertyId: idSchema,
    reservationId: idSchema,
    revision: revisionSchema,
    status: statusSchema,
    window: snapshotWindowSchema,
    /** Rooms of the whole stay; [] while none is assigned. */
    rooms: roomsSchema.optional(),
    /** Rooms of each stretch of time, for a stay that moves; replaces `rooms`. */
    segments: segmentsSchema.optional(),
    guests: guestsSchema,
    /**
     * Source of the guests' ids. `given`: the booking system has an id for each person. Otherwise the stay matches the
     * guests with those it knows, by their contacts, and an id is only proposed for a new one. In doubt it asks staff
     * (`by-person`), or the place in the list decides (`by-place`).
     */
    guestIds: z.enum(['given', 'by-person', 'by-place']).optional(),
    shareGroup: idSchema.optional(),
    hold: z
      .strictObject({ reason: z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters long') })
      .optional(),
    /** The sender asserts that this snapshot is newer although the revision is the same. */
    supersede: z.boolean().optional(),
    /** Identifies the request: one that the stay has taken is not taken again. No part of the reservation. */
    requestId: idSchema.optional(),
    /** Author, as an id and not a name; no part of the reservation. */
    by: idSchema.optional(),
  })
  .superRefine((snapshot, context) => {
    if (snapshot.rooms === undefined && snapshot.segments === undefined) {
      const message = 'must be a list of rooms such as ["101", "102"]; [] while none is assigned';
      context.addIssue({ code: 'custom', path: ['rooms'], message });
    }
    if (snapshot.segments !== undefined && (snapshot.rooms ?? []).length > 0) {
      context.addIssue({ code: 'custom', path: ['rooms'], message: 'must be absent where "segments" name the rooms' });
    }
    // An ending needs nothing that only a grant needs.
    if (!isEndOf(snapshot.status)) {
      const stays = snapshot.segments?.map(({ rooms }) => rooms) ?? [snapshot.rooms ?? []];
      const message = tooManyForOneStay({ stays, guests: snapshot.guests });
      if (message !== undefined)
        context.addIssue({ code: 'custom', path: ['guests'], message: `must fit: ${message}` });
    }
    const booked = new Set([snapshot.rooms ?? [], ...(snapshot.segments ?? []).map(({ rooms }) => rooms)].flat());
    snapshot.guests.forEach((guest, index) => {
      const foreign = (guest.rooms ?? []).find((room) => !booked.has(room));
      if (foreign !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['guests', index, 'rooms'],
          message: `must be among the stay's rooms; ${JSON.stringify(foreign)} is not`,
        });
      }
    });
  })
  .transform((snapshot) => ({ ...snapshot, rooms: snapshot.rooms ?? [] }));

/** Name of a stay, in whatever holds more. */
export const stayNameSchema = z.object({ propertyId: idSchema, reservationId: idSchema });

/** End of a stay, as much of a snapshot as says it for certain; all other fields may be missing or wrong. */
export const endingSchema = stayNameSchema.extend({
  status: statusSchema.extract(END_STATUSES),
  revision: revisionSchema.optional().catch(undefined),
  supersede: z.literal(true).optional().catch(undefined),
  requestId: idSchema.optional().catch(undefined),
  by: idSchema.optional().catch(undefined),
});

export type Guest = z.infer<typeof guestSchema>;
export type SnapshotWindow = z.infer<typeof snapshotWindowSchema>;
export type StayStatus = z.infer<typeof statusSchema>;
export type StaySnapshot = z.infer<typeof snapshotSchema>;
/** Snapshot as a sender writes it, without defaults. */
export type StaySnapshotInput = z.input<typeof snapshotSchema>;
