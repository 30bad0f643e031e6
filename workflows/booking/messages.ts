/**
 * Every signal, update and query of the workflows behind the booking door: `ingest`, `bookingSweep`, `bookingListener` and `bookingCommand`. An exported name is its wire
 * name and `Signal`, `Update` or `Query`. Ids only: what a guest is called passes from the booking system to the stay, and not by here.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { IngestOutcome, RereadOutcome, SweepCounts } from '../../src/domain/model/booking-activities.js';

/** How deliveries about one reservation are gathered and followed up; milliseconds. */
export interface IngestPace {
  /** A reservation is read once nothing has come about it for so long … */
  readonly settleMs: number;
  /** … or when the first delivery is so old. */
  readonly longestMs: number;
  /** Where reading brought nothing new after a delivery, it is read again after each of these. */
  readonly rereadMs: readonly number[];
  /** A reservation that is gone is looked for again after this. */
  readonly goneMs: number;
  /** How long whoever asks for a reading waits for it; 50 s if absent. */
  readonly patienceMs?: number;
}

/** Argument of the workflow `ingest`; all optional, so that a start by name works. */
export interface IngestStart {
  readonly pace?: IngestPace;
  /** Set by continue-as-new only. */
  readonly carried?: IngestCarried;
}

/** What an `ingest` that goes on as a new run has still to do. */
export interface IngestCarried {
  readonly schema: 1;
  readonly deliveries: number;
  readonly readings: number;
  /** Since when the booking system does not know the reservation, in milliseconds since 1970. */
  readonly missingSince?: number;
}

/** The result of the workflow `ingest`, and the answer of its query. */
export interface IngestSummary {
  readonly deliveries: number;
  readonly readings: number;
  readonly last?: IngestOutcome;
}

/** The workflow `ingest`, for whoever starts it by its name. */
export type IngestWorkflow = (start: IngestStart) => Promise<IngestSummary>;

/** The booking system says that something may have changed. */
export const reservationChangedSignal = defineSignal('reservationChanged');

/** Reads the reservation now; answers what came of it. */
export const rereadUpdate = defineUpdate<RereadOutcome>('reread');

export const ingestQuery = defineQuery<IngestSummary>('ingest');

/** Argument of the workflow `bookingSweep`. */
export interface SweepStart {
  readonly connectionId: string;
  readonly propertyId: string;
  /** How far the first sweep looks back. */
  readonly firstDays: number;
  /** How far every other one looks back beyond the begin of the one before. */
  readonly overlapMinutes: number;
  /** Set by continue-as-new only. */
  readonly carried?: SweepCarried;
}

export interface SweepCarried {
  readonly since: string;
  readonly begunAt: string;
  readonly cursor: string;
  readonly pages: number;
  readonly counts: SweepCounts;
}

/** The result of the workflow `bookingSweep`, from which the next one goes on, and the answer of its query. */
export interface SweepSummary {
  readonly since: string;
  /** When this sweep began: the next one looks back to here, and by the overlap beyond. */
  readonly begunAt: string;
  readonly pages: number;
  /** Reservations that the booking system named. */
  readonly listed: number;
  /** Stays that knew less than the booking system: what events missed. */
  readonly repaired: number;
  readonly counts: SweepCounts;
}

/** The workflow `bookingSweep`, for whoever starts it by its name. */
export type SweepWorkflow = (start: SweepStart) => Promise<SweepSummary>;

export const sweepQuery = defineQuery<SweepSummary>('sweep');

/** Argument of the workflow `bookingListener`. */
export interface ListenStart {
  readonly connectionId: string;
}

/** The workflow `bookingListener`, for whoever starts it by its name. */
export type ListenWorkflow = (start: ListenStart) => Promise<never>;

/** Argument of the workflow `bookingCommand`. */
export interface CommandStart {
  readonly connectionId: string;
  /** The booking system's own id of the command. */
  readonly commandId: string;
}

/** The workflow `bookingCommand`, for whoever starts it by its name. */
export type CommandWorkflow = (start: CommandStart) => Promise<void>;
