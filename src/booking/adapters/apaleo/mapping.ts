/**
 * Mapping of a reservation of apaleo's Booking API v1 to a snapshot. Only fields that are read are checked; apaleo may
 * add others.
 */
import { z } from 'zod';
import type { StayName } from '../../../domain/model/ids.js';
import { defined } from '../../../domain/model/defined.js';
import { earlier, isBefore, millis, normalInstant, type Window } from '../../../domain/model/instants.js';
import type { StaySnapshotInput } from '../../../domain/model/snapshot-schema.js';
import type { Fetched, SourceFields } from '../../ingress/adapter.js';
import { contactOf, phoneCountrySchema, type Contact } from '../parts/contacts.js';
import { guestIdentitySchema, guestIdsOf, type GuestIds, type IdentifiedGuest } from '../parts/guest-ids.js';
import { roomsOver, type RoomsOfSnapshot } from '../parts/rooms-over-time.js';

/** Settings for choices that apaleo's documents leave to the hotel. */
export const mappingSettings = {
  /** Source of the room name that Seam uses for the door: the unit's name, or its id. */
  roomFrom: z.enum(['name', 'id']).default('name'),
  /**
   * `time-ranges`: the units that apaleo assigned for each part of the stay. `current-unit`: only the unit that the
   * reservation names now, for the whole stay. It suits hotels that move guests at once and never update the old
   * ranges.
   */
  rooms: z.enum(['time-ranges', 'current-unit']).default('time-ranges'),
  /** Rule for further guests with neither an e-mail address nor a phone number. The primary guest always gets a key. */
  keysFor: z.enum(['with-contact', 'everyone']).default('with-contact'),
  guestIdentity: guestIdentitySchema,
  phoneCountry: phoneCountrySchema.optional(),
  /** Unit group types that have doors for guests; reservations of other groups (parking, meeting rooms) are ignored. */
  unitGroupTypes: z.array(z.string().min(1)).min(1).default(['BedRoom']),
};

export type ApaleoMappingSettings = z.infer<z.ZodObject<typeof mappingSettings>>;

const instant = z.iso.datetime({ offset: true, error: 'must be an instant' });
const unit = z.object({ id: z.string().min(1), name: z.string().min(1).nullish() });
const guest = z.object({
  firstName: z.string().nullish(),
  middleInitial: z.string().nullish(),
  lastName: z.string().nullish(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
});

export const reservationSchema = z.object({
  id: z.string().min(1),
  status: z.enum(['Confirmed', 'InHouse', 'CheckedOut', 'Canceled', 'NoShow']),
  property: z.object({ id: z.string().min(1) }),
  unitGroup: z.object({ type: z.string().nullish() }).nullish(),
  unit: unit.nullish(),
  assignedUnits: z.array(z.object({ unit, timeRanges: z.array(z.object({ from: instant, to: instant })) })).nullish(),
  arrival: instant,
  departure: instant,
  checkInTime: instant.nullish(),
  modified: instant,
  primaryGuest: guest.nullish(),
  additionalGuests: z.array(guest).nullish(),
});

export type ApaleoReservation = z.infer<typeof reservationSchema>;

const STATUS = {
  Confirmed: 'confirmed',
  InHouse: 'in-house',
  CheckedOut: 'departed',
  Canceled: 'cancelled',
  NoShow: 'no-show',
} as const satisfies Readonly<Record<ApaleoReservation['status'], StaySnapshotInput['status']>>;

/** Fields of apaleo that become the fields of a snapshot. */
export const SOURCE_FIELDS: SourceFields = {
  reservationId: 'id',
  revision: 'modified',
  status: 'status',
  window: 'arrival, departure',
  'window.from': 'arrival',
  'window.to': 'departure',
  rooms: 'assignedUnits',
  segments: 'assignedUnits',
  guests: 'primaryGuest, additionalGuests',
};

/** Parts of a reservation that say that it has ended. */
const endSchema = z.object({
  status: z.enum(['CheckedOut', 'Canceled', 'NoShow']),
  property: z.object({ id: z.string() }).optional().catch(undefined),
  modified: instant.optional().catch(undefined),
});

/**
 * Returns the end of a reservation, however unreadable the rest of it is; undefined if it does not say that it has
 * ended, or belongs to another property.
 */
export function endOf(name: StayName, reservation: unknown, externalId: string | undefined): Fetched | undefined {
  const { data } = endSchema.safeParse(reservation);
  if (data === undefined || (data.property?.id ?? externalId) !== externalId) return undefined;
  const ending = { ...name, status: STATUS[data.status], ...defined({ revision: data.modified }) };
  return { kind: 'found', snapshots: [ending] };
}

/**
 * Returns the function that maps a reservation to a snapshot, or to `ignored` if its unit group has no doors for
 * guests.
 */
export function openApaleoMapping(
  settings: ApaleoMappingSettings,
  guestIds: GuestIds,
): (name: StayName, reservation: ApaleoReservation) => Fetched {
  return (name, reservation) => {
    const groupType = reservation.unitGroup?.type ?? undefined;
    if (groupType !== undefined && !settings.unitGroupTypes.includes(groupType)) {
      return { kind: 'ignored', why: `its unit group type is ${groupType}` };
    }
    const window = windowOf(reservation);
    const snapshot: StaySnapshotInput = {
      propertyId: name.propertyId,
      reservationId: name.reservationId,
      revision: reservation.modified,
      status: STATUS[reservation.status],
      window,
      ...roomsOf(reservation, window, settings),
      guests: guestsOf(reservation, settings, (contacts) => guestIds(name.reservationId, contacts)),
      guestIds: guestIdsOf(settings.guestIdentity),
    };
    return { kind: 'found', snapshots: [snapshot] };
  };
}

/** Returns the stay's window in UTC. Guests who check in early have the room from their check-in. */
function windowOf({ arrival, departure, checkInTime }: ApaleoReservation): Window {
  const planned = normalInstant(arrival);
  const from = checkInTime == null ? planned : earlier(planned, normalInstant(checkInTime));
  return { from, to: normalInstant(departure) };
}

function roomsOf(reservation: ApaleoReservation, window: Window, settings: ApaleoMappingSettings): RoomsOfSnapshot {
  const roomName = ({ id, name }: z.infer<typeof unit>): string => (settings.roomFrom === 'id' ? id : (name ?? id));
  const { assignedUnits, arrival } = reservation;
  if (settings.rooms === 'current-unit' || assignedUnits == null) {
    return { rooms: reservation.unit == null ? [] : [roomName(reservation.unit)] };
  }
  const times = assignedUnits.flatMap((assigned) =>
    assigned.timeRanges.map(({ from, to }) => ({
      room: roomName(assigned.unit),
      // Ranges follow the planned arrival. Guests who arrive earlier have the first planned room from their check-in.
      from: millis(from) <= millis(arrival) && isBefore(window.from, from) ? window.from : from,
      to,
    })),
  );
  return roomsOver(window, times);
}

function guestsOf(
  { primaryGuest, additionalGuests }: ApaleoReservation,
  { keysFor, phoneCountry }: ApaleoMappingSettings,
  identified: (contacts: readonly Contact[]) => readonly IdentifiedGuest[],
): StaySnapshotInput['guests'] {
  const typed = [...(primaryGuest == null ? [] : [primaryGuest]), ...(additionalGuests ?? [])];
  const contacts = typed.map(({ firstName, middleInitial, lastName, email, phone }) =>
    contactOf({ names: [firstName, middleInitial, lastName], email, phone }, phoneCountry),
  );
  return identified(contacts).map(({ guestId, contact }, place) => {
    const primary = primaryGuest != null && place === 0;
    const isReachable = contact.email !== undefined || contact.phone !== undefined;
    return { guestId, primary, ...contact, wantsKey: primary || keysFor === 'everyone' || isReachable };
  });
}
