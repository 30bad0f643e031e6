/**
 * The hotel's own register: who sleeps where on which night, as the front desk knows it. It decides what doors should do, and the product's
 * own reports never do.
 */
import type { StayName } from '../../../src/client.js';
import type { StaySnapshotInput } from '../../../src/domain/model/snapshot-schema.js';
import { PROPERTY_ID } from '../../harness/stay-world.js';

export interface GuestEntry {
  readonly guestId: string;
  readonly personId?: string;
  /** `late`: the guest asks for a key only at check-in, and their phone can hold one a minute later. */
  readonly phone: 'in-time' | 'late';
  /** True once the guest's phone can hold a key. */
  enrolled: boolean;
  left: boolean;
}

export type Standing = 'booked' | 'in-house' | 'departed' | 'cancelled' | 'no-show';

export interface Reservation {
  readonly id: string;
  readonly guests: GuestEntry[];
  /** Day of arrival; days are numbered from the first of the month. */
  readonly arrival: number;
  departure: number;
  readonly bookedOn: number;
  readonly arrivesAt: number;
  readonly leavesAt: number;
  /** The clock time of a late check-out. */
  checkOut?: string;
  room: string;
  /** The room that the guest had before a move. */
  formerRoom?: string;
  /** False as long as the booking system has not assigned the room. */
  assigned: boolean;
  readonly fate: 'comes' | 'cancels' | 'does-not-come';
  readonly shareGroup?: string;
  standing: Standing;
  /** The revision that was sent last; 0 before the first. */
  revision: number;
}

/** Nights by room: each is free or taken. */
export interface Plan {
  readonly rooms: readonly string[];
  isFree(room: string, from: number, to: number): boolean;
  /** Returns the reservation that has the room in a night. */
  occupant(room: string, night: number): Reservation | undefined;
  take(reservation: Reservation, from: number, to: number): void;
  leave(reservation: Reservation, from: number, to: number): void;
  freeRooms(from: number, to: number): string[];
}

export function openPlan(rooms: readonly string[]): Plan {
  const nights = new Map<string, Map<number, Reservation>>(rooms.map((room) => [room, new Map()]));
  const of = (room: string): Map<number, Reservation> => nights.get(room) ?? new Map();
  const plan: Plan = {
    rooms,
    isFree: (room, from, to) => !nightsOf(from, to).some((night) => of(room).has(night)),
    occupant: (room, night) => of(room).get(night),
    take(reservation, from, to) {
      for (const night of nightsOf(from, to)) of(reservation.room).set(night, reservation);
    },
    leave(reservation, from, to) {
      for (const night of nightsOf(from, to)) {
        const taken = of(reservation.room).get(night);
        if (taken === reservation) of(reservation.room).delete(night);
      }
    },
    freeRooms: (from, to) => rooms.filter((room) => plan.isFree(room, from, to)),
  };
  return plan;
}

function nightsOf(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

const STATUS = {
  booked: 'confirmed',
  'in-house': 'in-house',
  departed: 'departed',
  cancelled: 'cancelled',
  'no-show': 'no-show',
} as const;

/** Returns the reservation as a booking system would send it now. */
export function snapshotOf(reservation: Reservation, dateOf: (day: number) => string): StaySnapshotInput {
  const { id, guests, arrival, departure, checkOut, room, assigned, standing, shareGroup, revision } = reservation;
  return {
    ...nameOf(id),
    revision,
    status: STATUS[standing],
    window: {
      arrival: dateOf(arrival),
      departure: dateOf(departure),
      ...(checkOut === undefined ? {} : { checkOut }),
    },
    rooms: assigned ? [room] : [],
    guests: guests
      .filter((guest) => !guest.left)
      .map(({ guestId, personId, phone }, index) => ({
        guestId,
        primary: index === 0,
        wantsKey: phone === 'in-time' || standing !== 'booked',
        ...(personId === undefined ? {} : { personId }),
      })),
    ...(shareGroup === undefined ? {} : { shareGroup }),
  };
}

/** Returns the guests who should be able to open their room now. */
export function holdersOf(reservation: Reservation): readonly GuestEntry[] {
  if (reservation.standing !== 'in-house') return [];
  return reservation.guests.filter((guest) => guest.enrolled && !guest.left);
}

/** Returns the name of a stay; stays are named after their reservations. */
export function nameOf(reservationId: string): StayName {
  return { propertyId: PROPERTY_ID, reservationId };
}

export function identityKey({ id }: Reservation, { personId, guestId }: GuestEntry): string {
  return personId === undefined ? `${PROPERTY_ID}/${id}/${guestId}` : `${PROPERTY_ID}/${personId}`;
}
