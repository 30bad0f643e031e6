/**
 * Mapping of a Mews reservation with its guests to a snapshot. Mews has ids for persons, which stay the same over
 * stays.
 */
import { z } from 'zod';
import { defined } from '../../../domain/model/defined.js';
import type { Ending } from '../../../domain/model/ending.js';
import type { StayName } from '../../../domain/model/ids.js';
import { earlier, normalInstant } from '../../../domain/model/instants.js';
import type { StaySnapshotInput } from '../../../domain/model/snapshot-schema.js';
import type { Fetched, SourceFields } from '../../ingress/adapter.js';
import { contactOf, phoneCountrySchema } from '../parts/contacts.js';
import { endSchema, type MewsBooking, type MewsEnd, type MewsReservation } from './wire.js';

/** Settings for choices that Mews's documents leave to the hotel. */
export const mappingSettings = {
  /** Services whose reservations have doors; absent: all, and then a parking lot is taken for a room. */
  serviceIds: z.array(z.string().min(1)).min(1, 'must name at least one service').optional(),
  /** Rule for an owner who is not among the named companions: a guest only if there are no companions, or always. */
  ownerStays: z.enum(['unless-others-do', 'always']).default('unless-others-do'),
  phoneCountry: phoneCountrySchema.optional(),
};

export type MewsMappingSettings = z.infer<z.ZodObject<typeof mappingSettings>>;

const STATUS = {
  Inquired: 'tentative',
  Enquired: 'tentative',
  Requested: 'tentative',
  Optional: 'tentative',
  Confirmed: 'confirmed',
  Started: 'in-house',
  Processed: 'departed',
  Canceled: 'cancelled',
} as const satisfies Readonly<Record<MewsReservation['State'], StaySnapshotInput['status']>>;

/** Fields of Mews that become the fields of a snapshot. */
export const SOURCE_FIELDS: SourceFields = {
  reservationId: 'Id',
  revision: 'UpdatedUtc',
  status: 'State',
  window: 'ScheduledStartUtc, ScheduledEndUtc',
  'window.from': 'ScheduledStartUtc',
  'window.to': 'ScheduledEndUtc',
  rooms: 'AssignedResourceId',
  guests: 'AccountId, companionships',
};

/** Returns the end of a reservation of which not more is known. */
export function toEnding(name: StayName, end: MewsEnd): Fetched {
  return {
    kind: 'found',
    snapshots: [{ ...name, status: endStatusOf(end), ...defined({ revision: end.UpdatedUtc }) }],
  };
}

function endStatusOf({ State, CancellationReason }: MewsEnd): Ending['status'] {
  return State === 'Canceled' && CancellationReason === 'NoShow' ? 'no-show' : STATUS[State];
}

/**
 * Returns the snapshot of a reservation, or `ignored` if it belongs to a service without doors. An end counts all the
 * same: its stay may be from a time with other settings.
 */
export function toSnapshot(name: StayName, booking: MewsBooking, settings: MewsMappingSettings): Fetched {
  const { reservation, room } = booking;
  const { serviceIds } = settings;
  if (serviceIds !== undefined && !serviceIds.includes(reservation.ServiceId)) {
    const { data: end } = endSchema.safeParse(reservation);
    return end === undefined ? { kind: 'ignored', why: 'it belongs to another service' } : toEnding(name, end);
  }
  const start = normalInstant(reservation.ScheduledStartUtc);
  const snapshot: StaySnapshotInput = {
    ...name,
    revision: reservation.UpdatedUtc,
    status: statusOf(reservation),
    window: {
      // Guests who check in early have the room from their check-in.
      from: reservation.ActualStartUtc == null ? start : earlier(start, normalInstant(reservation.ActualStartUtc)),
      to: normalInstant(reservation.ScheduledEndUtc),
    },
    rooms: room === undefined ? [] : [room],
    guests: guestsOf(booking, settings),
    // A merge of profiles gives a person another id.
    guestIds: 'by-person',
  };
  return { kind: 'found', snapshots: [snapshot] };
}

/** Returns the snapshot's status. Mews records a no-show only as the reason of a cancellation. */
function statusOf({ State, CancellationReason }: MewsReservation): StaySnapshotInput['status'] {
  return State === 'Canceled' && CancellationReason === 'NoShow' ? 'no-show' : STATUS[State];
}

/** Returns the guests, the primary one first. The owner may be a company, or a person who booked for others. */
function guestsOf(
  { reservation, companionIds, customers }: MewsBooking,
  { ownerStays, phoneCountry }: MewsMappingSettings,
): StaySnapshotInput['guests'] {
  const { AccountId, AccountType } = reservation;
  const isGuest = companionIds.length === 0 || companionIds.includes(AccountId) || ownerStays === 'always';
  const owner = AccountType === 'Customer' && isGuest ? [AccountId] : [];
  const ids = [...owner, ...companionIds.filter((id) => id !== owner[0])];
  return ids.map((id, place) => {
    const { FirstName, LastName, Email, Phone } = customers.get(id) ?? {};
    const contact = contactOf({ names: [FirstName, LastName], email: Email, phone: Phone }, phoneCountry);
    return { guestId: id, personId: id, primary: place === 0, ...contact };
  });
}
