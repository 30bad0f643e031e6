/**
 * Schemas of Mews's Connector API: reservations (version 2023-06-06), companionships, customers, resources and
 * commands. Only fields that are read are checked. Source: MewsSystems/gitbook-connector-api, operations/*.md and
 * websockets/README.md.
 */
import { z } from 'zod';

const instant = z.iso.datetime({ offset: true, error: 'must be an instant' });
const id = z.string().min(1);
const cursor = z.string().nullish();

export const reservationSchema = z.object({
  Id: id,
  ServiceId: id,
  AccountId: id,
  AccountType: z.string(),
  State: z.enum(['Inquired', 'Enquired', 'Requested', 'Optional', 'Confirmed', 'Started', 'Processed', 'Canceled']),
  CancellationReason: z.string().nullish(),
  AssignedResourceId: id.nullish(),
  ScheduledStartUtc: instant,
  ActualStartUtc: instant.nullish(),
  ScheduledEndUtc: instant,
  UpdatedUtc: instant,
});

/** Parts of a reservation that say that it has ended, however unreadable the rest of it is. */
export const endSchema = z.object({
  Id: id,
  State: z.enum(['Processed', 'Canceled']),
  CancellationReason: z.string().optional().catch(undefined),
  UpdatedUtc: instant.optional().catch(undefined),
});

export const customerSchema = z.object({
  Id: id,
  FirstName: z.string().nullish(),
  LastName: z.string().nullish(),
  Email: z.string().nullish(),
  Phone: z.string().nullish(),
});

const companionshipSchema = z.object({ CustomerId: id, ReservationId: id.nullish() });

const resourceSchema = z.object({ Id: id, Name: z.string().nullish() });

/** Page of reservations. Each is parsed on its own, so that an unreadable one does not fail the rest of its batch. */
export const reservationsSchema = z.object({
  Reservations: z.array(z.looseObject({ Id: id })).nullish(),
  Cursor: cursor,
});
export const changedSchema = z.object({ Reservations: z.array(z.object({ Id: id })).nullish(), Cursor: cursor });
export const customersSchema = z.object({ Customers: z.array(customerSchema).nullish(), Cursor: cursor });
export const companionshipsSchema = z.object({
  Companionships: z.array(companionshipSchema).nullish(),
  Cursor: cursor,
});
export const resourcesSchema = z.object({ Resources: z.array(resourceSchema).nullish(), Cursor: cursor });

export const commandSchema = z.object({
  Id: id,
  State: z.string(),
  Device: z.object({ Type: z.string().nullish() }).nullish(),
  Data: z.object({ ReservationId: id.nullish() }).nullish(),
});
export const commandsSchema = z.object({ Commands: z.array(commandSchema).nullish() });

/** Type of the device whose commands Stayline carries out; other devices belong to other systems. */
export const KEY_CUTTER = 'KeyCutter';

/** States of a command that is not started. */
export const WAITING = ['Pending', 'Received'] as const;

/** Returns true if the command is not started. */
export function isWaiting(state: string): boolean {
  return (WAITING as readonly string[]).includes(state);
}

/** Returns true if the command is not finished. */
export function isOpen(state: string): boolean {
  return isWaiting(state) || state === 'Processing';
}

/** Body of a general webhook; `Value` has more fields for some events. */
export const webhookSchema = z.object({
  EnterpriseId: id,
  Events: z.array(z.object({ Discriminator: z.string(), Value: z.object({ Id: z.string().nullish() }).nullish() })),
});

/** Message of the WebSocket; events of other types have other fields. */
export const messageSchema = z.object({
  Events: z.array(z.object({ Type: z.string(), Id: z.string().nullish(), State: z.string().nullish() })),
});

export type MewsReservation = z.infer<typeof reservationSchema>;
export type MewsEnd = z.infer<typeof endSchema>;
export type MewsCustomer = z.infer<typeof customerSchema>;
export type MewsCommand = z.infer<typeof commandSchema>;

/** Reservation with its companions, customers and room. */
export interface MewsBooking {
  readonly reservation: MewsReservation;
  readonly companionIds: readonly string[];
  readonly customers: ReadonlyMap<string, MewsCustomer>;
  /** Name of the room, if one is assigned. */
  readonly room: string | undefined;
}
