/** From a reservation of apaleo's Booking API v1 to a snapshot. Only what is read is checked; apaleo may add fields as it pleases. */
import { z } from 'zod';
import type { StayName } from '../../../domain/model/ids.js';
import { earlier, isBefore, millis, normalInstant, type Window } from '../../../domain/model/instants.js';
import type { StaySnapshotInput } from '../../../domain/model/snapshot-schema.js';
import type { Fetched, KnownGuest } from '../../ingress/adapter.js';
import { contactOf, phoneCountrySchema, type Contact } from '../parts/contacts.js';
import { guestIdentitySchema, type GuestIds, type IdentifiedGuest } from '../parts/guest-ids.js';
import { roomsOver, type RoomsOfSnapshot } from '../parts/rooms-over-time.js';

/** What apaleo's documents leave to the hotel. */
export const mappingSettings = {
  /** What the doors are called at Seam: the unit's name, or its id. */
  roomFrom: z.enum(['name', 'id'], { error: 'must be one of name, id' }).default('name'),
  /**
   * `time-ranges`: the units that apaleo has assigned for each stretch of the stay. `current-unit`: only the one that the reservation
   * names now, for the whole stay; for hotels that move guests at once and leave the ranges of the old room as they are.
   */
  rooms: z
    .enum(['time-ranges', 'current-unit'], { error: 'must be one of time-ranges, current-unit' })
    .default('time-ranges'),
  /** Whether further guests get a key if neither an e-mail address nor a phone number is known; the primary guest always does. */
  keysFor: z
    .enum(['with-contact', 'everyone'], { error: 'must be one of with-contact, everyone' })
    .default('with-contact'),
  guestIdentity: guestIdentitySchema,
  phoneCountry: phoneCountrySchema.optional(),
  /** Units that have doors for guests; reservations of other groups (parking, meeting rooms) are ignored. */
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

export function openApaleoMapping(
  settings: ApaleoMappingSettings,
  guestIds: GuestIds,
): (name: StayName, reservation: ApaleoReservation, known: readonly KnownGuest[]) => Fetched {
  return (name, reservation, known) => {
    const groupType = reservation.unitGroup?.type ?? undefined;
    if (groupType !== undefined && !settings.unitGroupTypes.includes(groupType)) {
      return { kind: 'ignored', why: `its unit group is a ${groupType}` };
    }
    const window = windowOf(reservation);
    const snapshot: StaySnapshotInput = {
      propertyId: name.propertyId,
      reservationId: name.reservationId,
      revision: reservation.modified,
      status: STATUS[reservation.status],
      window,
      ...roomsOf(reservation, window, settings),
      guests: guestsOf(reservation, settings, (contacts) => guestIds(name.reservationId, contacts, known)),
    };
    return { kind: 'found', snapshots: [snapshot] };
  };
}

/** Who checks in early has the room from then on. */
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
      // The ranges keep to the plan: whoever came before it has the room that was planned for the beginning.
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
