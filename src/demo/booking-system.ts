/**
 * Scripted booking system: keeps reservations and sends them whole, as real ones do. It uses `stayline/client` only.
 */
import type { StayClient, StayName, StayView } from '../client.js';
import { personIdOf, type Booking, type OneMessage } from './script.js';

const HOUR_MS = 60 * 60 * 1000;

export interface BookingSystem {
  /** Returns the name of a reservation at Stayline. */
  stayName(reservation: string): StayName;
  /** Sends the reservation in its current state, as its next revision. */
  book(reservation: string, booking: Booking): Promise<StayView>;
  /** Sends a change only. */
  signal(reservation: string, message: OneMessage): Promise<void>;
  view(reservation: string): Promise<StayView>;
}

/** Returns a booking system that sends reservations of one property. */
export function openBookingSystem(client: StayClient, propertyId: string): BookingSystem {
  const revisions = new Map<string, number>();
  const stayName = (reservationId: string): StayName => ({ propertyId, reservationId });
  return {
    stayName,
    async book(reservation, booking) {
      const revision = (revisions.get(reservation) ?? 0) + 1;
      revisions.set(reservation, revision);
      return client.applyReservation({
        ...stayName(reservation),
        revision,
        status: 'confirmed',
        window: windowOf(booking, Date.now()),
        rooms: [...booking.rooms],
        guests: booking.guests.map((person, index) => ({
          guestId: person.guestId,
          personId: personIdOf(person),
          name: person.name,
          primary: index === 0,
        })),
      });
    },
    signal: (reservation, { name, payload }) => client.signal(stayName(reservation), name, payload),
    view: (reservation) => client.view(stayName(reservation)),
  };
}

function windowOf({ startsInHours, nights }: Booking, now: number): { readonly from: string; readonly to: string } {
  const from = now + startsInHours * HOUR_MS;
  return { from: new Date(from).toISOString(), to: new Date(from + nights * 24 * HOUR_MS).toISOString() };
}
