/**
 * Every signal, update and query of the workflows that serve booking systems: `ingest`, `bookingSweep`,
 * `bookingDelivery`, `bookingListener` and `bookingCommand`. An exported name is its wire name and `Signal`, `Update` or `Query`.
 * Messages hold ids only: guest names never pass through these workflows.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { IngestOutcome, RereadOutcome, SweepCounts } from '../../src/domain/model/booking-activities.js';
import type {
  CommandStart,
  DeliveryStart,
  IngestPace,
  ListenStart,
  SweepAsked,
} from '../../src/domain/model/booking-start-schema.js';

export type { CommandStart, DeliveryStart, IngestPace, ListenStart };

/** Argument of the workflow `ingest`; all optional, so that a start by name works. */
export interface IngestStart {
  readonly pace?: IngestPace;
  /** Set by continue-as-new only. */
  readonly carried?: IngestCarried;
}

/** State that `ingest` carries into a new run. */
export interface IngestCarried {
  readonly schema: 1;
  readonly deliveries: number;
  readonly readings: number;
  /** Time of the first read that found no reservation, in milliseconds since 1970. */
  readonly missingSince?: number;
}

/** Result of the workflow `ingest` and of its query. */
export interface IngestSummary {
  readonly deliveries: number;
  readonly readings: number;
  readonly last?: IngestOutcome;
}

/** Type of the workflow `ingest`, for a start by name. */
export type IngestWorkflow = (start: IngestStart) => Promise<IngestSummary>;

/** Reports that the reservation may have changed in the booking system. */
export const reservationChangedSignal = defineSignal('reservationChanged');

/** Reads the reservation now and returns the outcome. */
export const rereadUpdate = defineUpdate<RereadOutcome>('reread');

export const ingestQuery = defineQuery<IngestSummary>('ingest');

/** Type of the workflow `bookingDelivery`, for a start by name. */
export type DeliveryWorkflow = (start: DeliveryStart) => Promise<void>;

/** Reports that a delivery with these reservations has arrived. Each needs a hand-over that begins after it. */
export const deliveredSignal = defineSignal('delivered');

/** Argument of the workflow `bookingSweep`. */
export interface SweepStart extends SweepAsked {
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

/** Result of the workflow `bookingSweep` and of its query; the next sweep continues from it. */
export interface SweepSummary {
  readonly since: string;
  /** Start of this sweep; the next one looks back to this time, minus the overlap. */
  readonly begunAt: string;
  readonly pages: number;
  /** Number of reservations that the booking system listed. */
  readonly listed: number;
  /** Number of stays that were behind the booking system, because events were missed. */
  readonly repaired: number;
  readonly counts: SweepCounts;
}

/** Type of the workflow `bookingSweep`, for a start by name. */
export type SweepWorkflow = (start: SweepStart) => Promise<SweepSummary>;

export const sweepQuery = defineQuery<SweepSummary>('sweep');

/** Type of the workflow `bookingListener`, for a start by name. */
export type ListenWorkflow = (start: ListenStart) => Promise<never>;

/** Type of the workflow `bookingCommand`, for a start by name. */
export type CommandWorkflow = (start: CommandStart) => Promise<void>;
