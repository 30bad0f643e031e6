/** Inputs and outcomes of the activities that the ingress workflows call: ids and counts, no guest data. Types only. */
import type { IngestPace } from './booking-start-schema.js';
import type { StayName } from './ids.js';

export interface ReadReservationInput {
  readonly propertyId: string;
  readonly reservationId: string;
  /** Action if the booking system does not find the reservation: report it, or cancel its stay. */
  readonly ifGone: 'report' | 'cancel';
}

/** Result of reading one reservation. */
export type IngestOutcome =
  /** The stay was started or updated. */
  | { readonly kind: 'changed' }
  /** The stay already had this snapshot. */
  | { readonly kind: 'same' }
  /** The stay has a newer snapshot; this read was stale. */
  | { readonly kind: 'older' }
  /** The booking system does not find the reservation; it is read again later. */
  | { readonly kind: 'missing' }
  /** The reservation is permanently gone. Its stay, if any, is cancelled. */
  | { readonly kind: 'cancelled' }
  /** The stay is over. No stay is started for a window in the past. */
  | { readonly kind: 'over' }
  /** A reservation that needs no keys. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** The adapter's result is not a valid snapshot; `why` names the fields. */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Result of one read as a sweep counts it. `pending`: the sweep stopped waiting and the read goes on.
 * The sweep does not count the later result of a pending read.
 */
export type RereadOutcome = IngestOutcome | { readonly kind: 'pending' };

/** Number of reservations per result. */
export type SweepCounts = Readonly<Record<RereadOutcome['kind'], number>>;

export interface SweepPageInput {
  readonly connectionId: string;
  readonly propertyId: string;
  /** ISO 8601 in UTC; the overlap is already subtracted. */
  readonly since: string;
  readonly cursor?: string;
}

export interface SweepPageOutcome {
  readonly counts: SweepCounts;
  /** Cursor of the next page; absent after the last page. */
  readonly next?: string;
}

export interface HandOverInput {
  readonly pace: IngestPace;
  readonly reservations: readonly StayName[];
}

export interface ListenInput {
  readonly connectionId: string;
}

export interface CarryOutCommandInput {
  readonly connectionId: string;
  readonly commandId: string;
  /** Time of the handover, in milliseconds since 1970. */
  readonly since: number;
}

export interface BookingActivities {
  /** Fetches a reservation, converts it to a snapshot, and sends the snapshot to its stay. */
  readReservation(input: ReadReservationInput): Promise<IngestOutcome>;
  /** Hands every reservation of a delivery over to its workflow `ingest`. */
  handOverReservations(input: HandOverInput): Promise<void>;
  /** Lists one page of changed reservations and starts a read of each. */
  sweepPage(input: SweepPageInput): Promise<SweepPageOutcome>;
  /** Keeps a connection to a booking system open for as long as it lasts. */
  listenToBookings(input: ListenInput): Promise<void>;
  /** Carries out one command of a booking system and sends the answer back. */
  carryOutCommand(input: CarryOutCommandInput): Promise<void>;
}
