/**
 * What Stayline reads of Mews's Connector API: reservations (version 2023-06-06), companionships, customers, resources and commands. Only
 * what is read is checked. Source: MewsSystems/gitbook-connector-api, operations/*.md and websockets/README.md.
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

export const customerSchema = z.object({
  Id: id,
  FirstName: z.string().nullish(),
  LastName: z.string().nullish(),
  Email: z.string().nullish(),
  Phone: z.string().nullish(),
});

export const companionshipSchema = z.object({ CustomerId: id, ReservationId: id.nullish() });

export const resourceSchema = z.object({ Id: id, Name: z.string().nullish() });

/** Each reservation is read by itself: one that cannot be read must not hold up those that are asked for with it. */
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

/** The device that commands are carried out for; others are somebody else's. */
export const KEY_CUTTER = 'KeyCutter';

/** States of a command that nobody has begun … */
export const WAITING = ['Pending', 'Received'] as const;

export function isWaiting(state: string): boolean {
  return (WAITING as readonly string[]).includes(state);
}

/** … and of one that is not finished. */
export function isOpen(state: string): boolean {
  return isWaiting(state) || state === 'Processing';
}

/** A general webhook; `Value` has more for some events. */
export const webhookSchema = z.object({
  EnterpriseId: id,
  Events: z.array(z.object({ Discriminator: z.string(), Value: z.object({ Id: z.string().nullish() }).nullish() })),
});

/** A message of the WebSocket; events of other types have other fields. */
export const messageSchema = z.object({
  Events: z.array(z.object({ Type: z.string(), Id: z.string().nullish(), State: z.string().nullish() })),
});

export type MewsReservation = z.infer<typeof reservationSchema>;
export type MewsCustomer = z.infer<typeof customerSchema>;
export type MewsCommand = z.infer<typeof commandSchema>;

/** A reservation with all that belongs to it. */
export interface MewsBooking {
  readonly reservation: MewsReservation;
  readonly companionIds: readonly string[];
  readonly customers: ReadonlyMap<string, MewsCustomer>;
  /** The name of the room, if one is assigned. */
  readonly room: string | undefined;
}
