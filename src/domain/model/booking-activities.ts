/** What the workflows of the ingress ask of the world, and what they are told back: ids and counts, no data of guests. Types only. */

export interface ReadReservationInput {
  readonly propertyId: string;
  readonly reservationId: string;
  /** What to do if the booking system does not know the reservation: say so, or cancel its stay. */
  readonly ifGone: 'report' | 'cancel';
}

/** What reading a reservation came to. */
export type IngestOutcome =
  /** The stay was made, or knows more than before. */
  | { readonly kind: 'changed' }
  /** The stay knew all of it. */
  | { readonly kind: 'same' }
  /** The stay knew something newer: the reading lags. */
  | { readonly kind: 'older' }
  /** The booking system does not know the reservation; to be looked for again. */
  | { readonly kind: 'missing' }
  /** It is gone for good: its stay, if there is one, is cancelled. */
  | { readonly kind: 'cancelled' }
  /** The stay is over, and none is started for what has passed. */
  | { readonly kind: 'over' }
  /** Not a reservation that keys are made for. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** What the adapter made of it is no snapshot: `why` names the fields. */
  | { readonly kind: 'refused'; readonly why: string };

/** To the sweep, also: it was not waited for any longer, and is still being read. What that comes to is in no count of the sweep's. */
export type RereadOutcome = IngestOutcome | { readonly kind: 'pending' };

/** How many reservations came to what. */
export type SweepCounts = Readonly<Record<RereadOutcome['kind'], number>>;

export interface SweepPageInput {
  readonly connectionId: string;
  readonly propertyId: string;
  /** ISO 8601 in UTC; the overlap is taken off already. */
  readonly since: string;
  readonly cursor?: string;
}

export interface SweepPageOutcome {
  readonly counts: SweepCounts;
  /** Absent: that was the last page. */
  readonly next?: string;
}

export interface ListenInput {
  readonly connectionId: string;
}

export interface CarryOutCommandInput {
  readonly connectionId: string;
  readonly commandId: string;
  /** When it was handed over: milliseconds since 1970. */
  readonly since: number;
}

export interface BookingActivities {
  /** Fetches a reservation, reads it as a snapshot, and sends that to its stay. */
  readReservation(input: ReadReservationInput): Promise<IngestOutcome>;
  /** Lists one page of what has changed, and has each reservation on it read. */
  sweepPage(input: SweepPageInput): Promise<SweepPageOutcome>;
  /** Keeps a connection to a booking system open for as long as it lasts. */
  listenToBookings(input: ListenInput): Promise<void>;
  /** Carries out one command of a booking system, and answers it there. */
  carryOutCommand(input: CarryOutCommandInput): Promise<void>;
}
