/**
 * Property configuration file: one hotel's zone, clock times, Seam ids, door mapping and policy.
 * Read at the edge (`src/property-file.ts`) and passed on by the activity `resolveProperty`; never read in a workflow.
 */
import { z } from 'zod';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a 24-hour clock time such as "15:00"');

const ianaZone = z.string().refine(isIanaZone, 'must be an IANA time zone such as "Europe/Berlin"');

function isIanaZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Key policy of a hotel. Every field has a default, so an empty object is a valid policy. */
export const policySchema = z
  .strictObject({
    /** Start of granting: at check-in only, or `minutes` before the window starts. Check-in opens it at once, too. */
    issueFrom: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('check-in') }),
        z.strictObject({
          kind: z.literal('lead-time'),
          minutes: z
            .int()
            .min(0)
            .max(60 * 24 * 30),
        }),
      ])
      .default({ kind: 'lead-time', minutes: 120 }),
    /** Key waits until the guest's phone has an active endpoint, or is issued anyway and synced later. */
    phone: z.enum(['wait-for-phone', 'issue-anyway']).default('wait-for-phone'),
    /** Time limit for Seam to sync a key with the provider; after it, attention `key-delayed`. */
    confirmWithinMinutes: z
      .int()
      .min(1)
      .max(24 * 60)
      .default(5),
    /** Time limit of an outage; after it, attention `access-system-down`. */
    outageAfterMinutes: z
      .int()
      .min(1)
      .max(24 * 60)
      .default(2),
    /** Time after check-in that a guest may lack a phone; after it, attention `phone-missing`. */
    phoneMissingAfterMinutes: z
      .int()
      .min(0)
      .max(24 * 60)
      .default(15),
    /** Hours that a stay stays open after its window's end, so that a reversed or late message finds it. */
    closingGraceHours: z
      .number()
      .min(0)
      .max(24 * 30)
      .default(24),
    /** Minutes that keys stay valid after the booked departure, unless the room's next lease begins earlier. */
    departureGraceMinutes: z
      .int()
      .min(0)
      .max(24 * 60)
      .default(0),
    /**
     * What brings keys to a guest's phone: the hotel's app, which asks for a client session; an instant key, which is a
     * link; or neither, if another program does it.
     */
    delivery: z.enum(['app', 'instant-key', 'none']).default('app'),
    /** Visionline card format (Seam's documentation): decides how many doors fit into one key. */
    cardFormat: z.enum(['rfid48', 'TLCode']).default('rfid48'),
    /**
     * Label of the key with Visionline's placeholders; null sends none. Off by default: Seam's guide has the field, its
     * published schema does not.
     */
    label: z.string().min(1).nullable().default(null),
  })
  .prefault({});

/** Mapping from a room of the booking system to its door at Seam. */
const doorMappingSchema = z
  .strictObject({
    /** Field of the entrance that holds the room: `display_name` or `visionline_metadata.door_name`. */
    roomFrom: z.enum(['display_name', 'door_name']).default('display_name'),
    /** Pattern of the room in that field; `{room}` is replaced, for example "Room {room}". */
    roomPattern: z.string().includes('{room}').default('{room}'),
    /** Rooms whose door has another name: room to Seam `acs_entrance_id`. */
    rooms: z.record(z.string().min(1), z.string().min(1)).default({}),
    /** Common doors that every guest key opens: by `door_category`, or listed by `acs_entrance_id`. */
    commonDoors: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('by-category'), categories: z.array(z.string().min(1)).min(1) }),
        z.strictObject({ kind: z.literal('listed'), acsEntranceIds: z.array(z.string().min(1)) }),
      ])
      .default({ kind: 'by-category', categories: ['common', 'common (PMS)'] }),
  })
  .prefault({});

export const propertySchema = z.strictObject({
  propertyId: z.string().min(1),
  name: z.string().min(1),
  timeZone: ianaZone,
  checkIn: clockTime.default('15:00'),
  checkOut: clockTime.default('11:00'),
  seam: z.strictObject({
    acsSystemId: z.string().min(1),
    credentialManagerAcsSystemId: z.string().min(1),
  }),
  doors: doorMappingSchema,
  policy: policySchema,
});

export const propertyFileSchema = z.strictObject({ properties: z.array(propertySchema).min(1) });

export type Policy = z.infer<typeof policySchema>;
export type Property = z.infer<typeof propertySchema>;
