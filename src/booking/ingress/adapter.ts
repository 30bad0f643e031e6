/**
 * What Stayline needs to know of a booking system: an adapter is one mapping file and one fetch. It says how a delivery is told to be
 * genuine and which reservations it is about (ids only: a delivery means "fetch now", whatever it says), how one reservation is fetched
 * and read as a snapshot, and how to list what has changed since an instant. Everything else (durable hand-over, bursts, order, retry,
 * sweep, counting) is the ingress's, and the same for all systems: `docs/booking-systems.md`.
 */
import type { FastifyPluginAsync } from 'fastify';
import type { z } from 'zod';
import type { StayClient } from '../../client.js';
import type { StayName } from '../../domain/model/ids.js';
import type { KeyOutcome } from '../../domain/key-request/outcome.js';
import type { KeyRequest } from '../../domain/model/key-request.js';
import type { StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import type { RereadOutcome } from '../../domain/model/booking-activities.js';

/** How an adapter is written: `export const apaleo = defineAdapter({ … })`, named in `src/booking/adapters/index.ts`. */
export interface AdapterDefinition<Settings> {
  /** The system's name in the connections file and in the path of its webhook, such as `apaleo`. */
  readonly system: string;
  /**
   * The connection's `settings` in the connections file: a strict object with documented defaults. Secrets are never in the file: a field
   * that needs one holds the name of an environment variable (`secretNameSchema` in `settings.ts`).
   */
  readonly settings: z.ZodType<Settings>;
  /**
   * Called once per process and connection, in the server's process as well as in the worker's; what it makes may hold memory, such as an
   * access token. Must not do any I/O.
   * @throws Error saying what is wrong with the settings, where the schema cannot say it
   */
  open(opening: Opening<Settings>): BookingSystem;
}

/** What an adapter is given to work with. */
export interface Opening<Settings> {
  readonly connectionId: string;
  readonly settings: Settings;
  /** The properties of this connection. */
  readonly properties: readonly ConnectedProperty[];
  /** The value of an environment variable that the settings name. @throws Error naming it, if it is not set */
  secret(name: string): string;
}

/** A property as Stayline and as the booking system name it. */
export interface ConnectedProperty {
  readonly propertyId: string;
  /** The booking system's own id of the property. */
  readonly externalId: string;
}

/** An adapter whose settings have been forgotten by the type system: what the registry holds. */
export interface BookingAdapter {
  readonly system: string;
  readonly settings: z.ZodType;
  /** @param opening its `settings` as `settings` has parsed them */
  open(opening: Opening<unknown>): BookingSystem;
}

export function defineAdapter<Settings>(definition: AdapterDefinition<Settings>): BookingAdapter {
  const { system, settings, open } = definition;
  return { system, settings, open: (opening) => open({ ...opening, settings: opening.settings as Settings }) };
}

/** One connection to a booking system, open. What is absent the system does not do. */
export interface BookingSystem {
  /** `POST /webhooks/<system>/<connectionId>`, and the same with `/<token>`. */
  readonly webhook?: Webhook;
  /**
   * Routes with a contract of their own, beside or instead of the webhook (OPERA's `roomKeysOutbound`): a fastify plugin, registered in a
   * scope of its own in the server's process. Its paths are its own; begin them with `/webhooks/<system>/<connectionId>/`.
   */
  readonly routes?: (door: Door) => FastifyPluginAsync;
  /**
   * Reads one reservation as it stands now. Runs in an activity that is tried again for as long as it throws what will pass.
   * @throws BookingSystemError (`errors.ts`); anything else counts as passing
   */
  fetchReservation?(name: StayName, call: FetchCall): Promise<Fetched>;
  /**
   * Lists what has changed in one property, a page at a time; for the sweep. May name a reservation twice, and may leave out those
   * whose last night was more than a day before `since`.
   * @throws BookingSystemError; anything else counts as passing
   */
  changedSince?(query: ChangesQuery, call: Call): Promise<ChangesPage>;
  /**
   * Keeps a connection to the booking system open (a WebSocket, a stream) and tells the door what it hears. Runs as an activity: in one
   * worker at a time, and again when it ends or throws. Should end soon after `call.signal` fires.
   */
  listen?(door: Door, call: Call): Promise<void>;
  /**
   * Carries out one command of the booking system ("cut a key") that was handed over by `door.command`, and answers it there. Runs in an
   * activity that is tried again, in whichever worker is left, until it returns: looks first how far an attempt before has come.
   * @throws BookingSystemError; anything else counts as passing
   */
  carryOutCommand?(command: CommandCall, door: Door): Promise<void>;
}

export interface CommandCall extends Call {
  /** The booking system's own id of the command. */
  readonly commandId: string;
  /** When it was handed over: milliseconds since 1970. */
  readonly since: number;
}

export interface Webhook {
  /** Total and quick: judges and reads a delivery without asking anybody. */
  read(delivery: Delivery): Reading;
}

/** A request to the webhook, as it came. */
export interface Delivery {
  /** The last part of the path, if it has one after the connection's id. */
  readonly token?: string;
  /** Names in lower case; of headers that came twice, none. */
  readonly headers: Readonly<Record<string, string>>;
  /** Byte for byte; empty if there was none. */
  readonly body: Buffer;
  /** The address that the request came from. */
  readonly ip: string;
}

/** What a delivery was found to be, and so how it is answered. */
export type Reading =
  /** A token that is not ours: 404, as where there is nothing. */
  | { readonly kind: 'unknown' }
  /** Not signed or authenticated as it should be: 401. `why` is logged, and must hold nothing that was sent. */
  | { readonly kind: 'forged'; readonly why: string }
  /** A health check, or an empty body: 200. */
  | { readonly kind: 'alive' }
  /** Genuine, but it cannot be understood: 202, since sending it again would not help; counted and logged by field names. */
  | { readonly kind: 'unreadable'; readonly fields: readonly string[] }
  /** These may have changed: 202 once Temporal has their names. `ignored` counts what was about something else, or another property. */
  | { readonly kind: 'changed'; readonly reservations: readonly StayName[]; readonly ignored: number }
  /** A whole snapshot of the generic adapter: applied before it is answered. */
  | { readonly kind: 'snapshot'; readonly snapshot: unknown };

/** What came of fetching a reservation. */
export type Fetched =
  /**
   * The stays that the reservation stands for: mostly one, of the name that was asked for. A system that sells several rooms under one
   * reservation answers several, each with a reservation id of its own. `revision` is the booking system's modification time (or number),
   * so that an older reading never undoes a newer one; `supersede` is the ingress's business.
   */
  | { readonly kind: 'found'; readonly snapshots: readonly StaySnapshotInput[] }
  /** The booking system does not know it (any more). Looked for again after a grace, then taken as cancelled. */
  | { readonly kind: 'gone' }
  /** Nothing that Stayline makes keys for, such as a reservation of a spa; `why` in plain words, without personal data. */
  | { readonly kind: 'ignored'; readonly why: string };

export interface ChangesQuery {
  /** Stayline's name of the property. */
  readonly propertyId: string;
  /** ISO 8601 in UTC; the overlap with the last sweep is already taken off. */
  readonly since: string;
  /** `next` of the page before. */
  readonly cursor?: string;
}

export interface ChangesPage {
  readonly reservations: readonly StayName[];
  /** Absent: this was the last page. Opaque to all but the adapter, and at most 2,000 characters long. */
  readonly next?: string;
}

export interface Call {
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** A guest of whom the stay knows, or knew. */
export interface KnownGuest {
  readonly guestId: string;
  readonly isGone: boolean;
}

export interface FetchCall extends Call {
  /** The guests that the stay has, or ever had; none if there is no stay. For systems that do not number them. */
  readonly knownGuests: () => Promise<readonly KnownGuest[]>;
}

/** What routes and listeners of an adapter may do here. */
export interface Door {
  /** Hands over durably that these may have changed: resolves when Temporal has all of them. @throws Error if it cannot be reached */
  changed(reservations: readonly StayName[]): Promise<void>;
  /** Hands a command of the booking system over durably, to `carryOutCommand`; the same again does nothing. @throws Error likewise */
  command(commandId: string): Promise<void>;
  /** Reads a reservation now, in turn with all else that reads it; answers what came of it, however long the booking system is down. */
  reread(reservation: StayName): Promise<RereadOutcome>;
  /**
   * Hands a request for keys to the workflow `keyRequests`: from then on it is carried out, whatever happens here.
   * @throws Error if Temporal could not be reached by `deadline` (ms since 1970)
   */
  askForKeys(name: StayName, request: KeyRequest, deadline: number): Promise<void>;
  /** Follows a request that was handed in until it is done or `deadline` has come. Never throws. */
  followKeys(name: StayName, request: KeyRequest, deadline: number): Promise<KeyOutcome>;
  /** For commands of the booking system that are no state of a reservation (a lost key): signals to the stay, and its view. */
  readonly stays: StayClient;
  /** Counts something that happened, by a short fixed name, for `/healthz` and the metrics. */
  count(what: string): void;
}
