/**
 * Schemas of the start arguments of the workflows that serve booking systems, without the state of a previous run, which
 * only the workflow itself writes. Unknown fields are left out: a newer server may run beside an older worker.
 */
import { z } from 'zod';

const milliseconds = z.number({ error: 'must be a number of milliseconds' }).min(0, 'must be 0 or more');
const count = z.number({ error: 'must be a number' }).min(0, 'must be 0 or more');
const name = z.string({ error: 'must be a text' }).min(1, 'must not be empty');

/** Timing of batches and rereads for the deliveries of one reservation, in milliseconds. */
export const ingestPaceSchema = z.object({
  /** Quiet time after the last delivery, before the reservation is read. */
  quietMs: milliseconds,
  /** Maximum age of the first delivery; the reservation is read then at the latest. */
  longestMs: milliseconds,
  /** Delays of the rereads that follow when a read after a delivery brought no change. */
  rereadMs: z.array(milliseconds).readonly(),
  /** Delay before a missing reservation is read again. */
  goneMs: milliseconds,
  /** Time the update `reread` waits for a read; absent: 50 s. */
  replyWithinMs: milliseconds.exactOptional(),
});

/** Property of a connection to sweep. */
export const sweepStartSchema = z.object({
  connectionId: name,
  propertyId: name,
  /** Days that the first sweep looks back. */
  firstDays: count,
  /** Minutes that every later sweep looks back before the start of the previous one. */
  overlapMinutes: count,
});

/** Argument of the workflow `bookingListener`. */
export const listenStartSchema = z.object({ connectionId: name });

/** Argument of the workflow `bookingCommand`. */
export const commandStartSchema = z.object({
  connectionId: name,
  /** Id of the command in the booking system. */
  commandId: name,
});

/** Argument of the workflow `bookingDelivery`. */
export const deliveryStartSchema = z.object({
  connectionId: name,
  /** Fingerprint of the reservations. */
  deliveryId: name,
  /** Pace of the reads. */
  pace: ingestPaceSchema,
  reservations: z.array(z.object({ propertyId: name, reservationId: name })).readonly(),
});

export type IngestPace = Readonly<z.output<typeof ingestPaceSchema>>;
export type SweepAsked = Readonly<z.output<typeof sweepStartSchema>>;
export type ListenStart = Readonly<z.output<typeof listenStartSchema>>;
export type DeliveryStart = Readonly<z.output<typeof deliveryStartSchema>>;
export type CommandStart = Readonly<z.output<typeof commandStartSchema>>;
