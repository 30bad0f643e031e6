/**
 * Interface of a booking system's adapter: one mapping file and one fetch. An adapter verifies a delivery and reads
 * which reservations it is about (ids only: any delivery means "fetch now"). It fetches one reservation and maps it to
 * a snapshot. It lists the changes since an instant. The ingress does everything else (durable hand-over, bursts,
 * order, retry, sweep, counting), in the same way for all systems: `docs/booking-systems.md`.
 */
import type { z } from 'zod';
import type { StayClient } from '../../client.js';
import type { StayName } from '../../domain/model/ids.js';
import type { KeyOutcome } from '../../domain/key-request/outcome.js';
import type { KeyRequest } from '../../domain/model/key-request-schema.js';
import type { Ending } from '../../domain/model/ending.js';
import type { StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import type { RereadOutcome } from '../../domain/model/booking-activities.js';

/** An adapter: `export const apaleo = defineAdapter({ … })`, listed in `src/booking/adapters/index.ts`. */
export interface AdapterDefinition<Settings> {
  /** Name of the system in the connections file and in the path of its webhook, such as `apaleo`. */
  readonly system: string;
  /**
   * Schema of the connection's `settings` in the connections file: a strict object with documented defaults. Secrets
   * are never in the file: such a field holds the name of an environment variable (`secretNameSchema` in
   * `settings.ts`).
   */
  readonly settings: z.ZodType<Settings>;
  /**
   * Opens a connection, once per process and connection, in the server's process and in the worker's. The result may
   * keep state in memory, such as an access token. Must not do any I/O.
   * @throws Error that names what is wrong with the settings, where the schema cannot check it
   */
  open(opening: Opening<Settings>): BookingSystem;
}

/** Input of an adapter's `open`. */
export interface Opening<Settings> {
  readonly connectionId: string;
  readonly settings: Settings;
  /** Properties of this connection. */
  readonly properties: readonly ConnectedProperty[];
  /** Returns an environment variable that the settings name. @throws Error that names it, if it is not set */
  secret(name: string): string;
}

/** Ids of a property in Stayline and in the booking system. */
export interface ConnectedProperty {
  readonly propertyId: string;
  /** Booking system's own id of the property. */
  readonly externalId: string;
}

/** Adapter without the type of its settings, as the registry holds it. */
export interface BookingAdapter {
  readonly system: string;
  readonly settings: z.ZodType;
  /** Opens a connection. @param opening its `settings` are parsed by the schema `settings` */
  open(opening: Opening<unknown>): BookingSystem;
}

/** Returns a definition as an adapter for the registry. */
export function defineAdapter<Settings>(definition: AdapterDefinition<Settings>): BookingAdapter {
  const { system, settings, open } = definition;
  return { system, settings, open: (opening) => open({ ...opening, settings: opening.settings as Settings }) };
}

/** Fields of a booking system, by the fields of a snapshot that they become. */
export type SourceFields = Readonly<Record<string, string>>;

/** Open connection to a booking system. The system does not support the members that are absent. */
export interface BookingSystem {
  /**
   * Names of the booking system's fields, by the fields of a snapshot that they become (`window.to`, `guests`). A person
   * who corrects a refused reservation knows only these.
   */
  readonly sourceFields?: SourceFields;
  /** `POST /webhooks/<system>/<connectionId>`, and the same with `/<token>`. */
  readonly webhook?: Webhook;
  /**
   * Answers requests with a contract of their own, beside or instead of the webhook (OPERA's `roomKeysOutbound`), below
   * `/webhooks/<system>/<connectionId>/`. Called once, in the server's process, before the first request.
   */
  readonly serve?: (door: Door) => Serve;
  /**
   * Reads the current state of one reservation. Runs in an activity that is retried as long as it throws transient
   * errors.
   * @throws BookingSystemError (`errors.ts`); any other error counts as transient
   */
  fetchReservation?(name: StayName, call: Call): Promise<Fetched>;
  /**
   * Lists the changes of one property for the sweep, a page at a time. May name a reservation twice. May omit
   * reservations whose last night was more than a day before `since`.
   * @throws BookingSystemError; any other error counts as transient
   */
  changedSince?(query: ChangesQuery, call: Call): Promise<ChangesPage>;
  /**
   * Keeps a connection to the booking system open (a WebSocket, a stream) and passes on what it receives. Runs as an
   * activity in one worker at a time, and restarts when it ends or throws. Should end soon after `call.signal` fires.
   */
  listen?(door: Door, call: Call): Promise<void>;
  /**
   * Runs one command of the booking system ("cut a key") that `door.command` handed over, and reports the result there.
   * Runs in an activity that is retried, in any worker, until it returns. First checks the progress of earlier
   * attempts.
   * @throws BookingSystemError; any other error counts as transient
   */
  carryOutCommand?(command: CommandCall, door: Door): Promise<void>;
}

/** Returns the answer to a request, or undefined for a path that does not exist. */
export type Serve = (request: ServedRequest) => Promise<ServedAnswer | undefined>;

export interface ServedRequest extends Pick<Delivery, 'headers' | 'body'> {
  /** Path below that of the connection, decoded, such as `hotels/MUC/roomKeysOutbound`. */
  readonly path: string;
}

export interface ServedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
}

export interface CommandCall extends Call {
  /** Booking system's own id of the command. */
  readonly commandId: string;
  /** Time of the hand-over, in milliseconds since 1970. */
  readonly since: number;
}

export interface Webhook {
  /** Verifies and reads a delivery. Quick, does no I/O and never throws. */
  read(delivery: Delivery): Reading;
}

/** Request to the webhook, as received. */
export interface Delivery {
  /** Last part of the path; absent if the path ends with the connection's id. */
  readonly token?: string;
  /** Headers by lower-case name; headers that came twice are omitted. */
  readonly headers: Readonly<Record<string, string>>;
  /** Raw bytes; empty if there was no body. */
  readonly body: Buffer;
  /** Address of the sender. */
  readonly ip: string;
}

/** Result of reading a delivery. It decides the response. */
export type Reading =
  /** Unknown token: 404, as for an unknown path. */
  | { readonly kind: 'unknown' }
  /** Wrong signature or authentication: 401. `why` is logged and must hold nothing that was sent. */
  | { readonly kind: 'forged'; readonly why: string }
  /** A health check, or an empty body: 200. */
  | { readonly kind: 'alive' }
  /** Genuine but unreadable: 202, because a repeat would not help. It is counted, and the field names are logged. */
  | { readonly kind: 'unreadable'; readonly fields: readonly string[] }
  /**
   * Reservations that may have changed: 202 once Temporal has their names. `ignored` counts items about something else
   * or about another property.
   */
  | { readonly kind: 'changed'; readonly reservations: readonly StayName[]; readonly ignored: number }
  /**
   * Whole snapshot of the generic adapter: applied before the response. `deliveryId` is the sender's id of the delivery,
   * as covered by the signature.
   */
  | { readonly kind: 'snapshot'; readonly snapshot: unknown; readonly deliveryId: string };

/** Result of fetching a reservation. */
export type Fetched =
  /**
   * Snapshots of the reservation's stays: mostly one, with the requested name. A system that sells several rooms under
   * one reservation returns several, each with a reservation id of its own. `revision` is the booking system's
   * modification time (or number), so that an older reading never undoes a newer one. The ingress sets `supersede`. Of
   * a stay that has ended, the ending alone is enough, where the rest cannot be read.
   */
  | { readonly kind: 'found'; readonly snapshots: readonly (StaySnapshotInput | Ending)[] }
  /** The booking system does not have it, or no longer. It is read again after a delay, then taken as cancelled. */
  | { readonly kind: 'gone' }
  /** Needs no keys from Stayline, such as a spa reservation; `why` is in plain words, without personal data. */
  | { readonly kind: 'ignored'; readonly why: string };

export interface ChangesQuery {
  /** Stayline's id of the property. */
  readonly propertyId: string;
  /** ISO 8601 in UTC; the overlap with the last sweep is already subtracted. */
  readonly since: string;
  /** `next` of the previous page. */
  readonly cursor?: string;
}

export interface ChangesPage {
  readonly reservations: readonly StayName[];
  /** Absent on the last page. Opaque to all but the adapter, and at most 2,000 characters long. */
  readonly next?: string;
}

export interface Call {
  /** Fires when the caller no longer waits for the result. */
  readonly signal: AbortSignal;
}

/** Port for the requests that an adapter answers, and for its listeners. */
export interface Door {
  /**
   * Records durably that these may have changed; resolves when Temporal has all of them.
   * @throws Error if Temporal cannot be reached
   */
  changed(reservations: readonly StayName[]): Promise<void>;
  /**
   * Hands a command of the booking system over durably, to `carryOutCommand`; a repeat has no effect.
   * @throws Error if Temporal cannot be reached
   */
  command(commandId: string): Promise<void>;
  /**
   * Reads a reservation now, in sequence with its other reads, and returns the outcome. Waits as long as the booking
   * system is down.
   */
  reread(reservation: StayName): Promise<RereadOutcome>;
  /**
   * Hands a request for keys to the workflow `keyRequests`, which carries it out even if this process fails.
   * @throws Error if Temporal cannot be reached by `deadline` (ms since 1970)
   */
  askForKeys(name: StayName, request: KeyRequest, deadline: number): Promise<void>;
  /** Follows a recorded request until it is done or `deadline` has passed. Never throws. */
  followKeys(name: StayName, request: KeyRequest, deadline: number): Promise<KeyOutcome>;
  /**
   * Client for signals to the stay and its view, for commands that are not part of a reservation's state (a lost key).
   */
  readonly stays: StayClient;
  /** Counts an event by a short fixed name, for `/healthz` and the metrics. */
  count(what: string): void;
}
