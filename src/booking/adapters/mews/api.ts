/**
 * Client of Mews's Connector API. Every call is a POST with the tokens in its body; Mews allows 200 calls in 30
 * seconds. Concurrent reads of reservations are batched.
 */
import DataLoader from 'dataloader';
import PQueue from 'p-queue';
import type { z } from 'zod';
import { defined } from '../../../domain/model/defined.js';
import { chunksOf } from '../../ingress/at-once.js';
import { BookingSystemError } from '../../ingress/errors.js';
import { openBookingHttp, unreadable } from '../../ingress/http.js';
import { toTheSecond } from '../parts/times.js';
import {
  changedSchema,
  commandsSchema,
  companionshipsSchema,
  customersSchema,
  endSchema,
  reservationSchema,
  reservationsSchema,
  resourcesSchema,
  type MewsBooking,
  type MewsEnd,
  type MewsCommand,
} from './wire.js';

export interface MewsApiOptions {
  readonly apiUrl: string;
  readonly clientToken: string;
  readonly accessToken: string;
  readonly client: string;
  /** Request budget of one process. */
  readonly requestsPer30Seconds: number;
}

/** Filter of a listing of reservations, page by page. */
export interface MewsListing {
  readonly filter: 'UpdatedUtc' | 'CollidingUtc';
  readonly from: string;
  readonly to: string;
  readonly cursor?: string;
}

export type CommandState = 'Processing' | 'Processed' | 'Error';

export interface MewsApi {
  /**
   * Returns the reservation, or undefined if Mews has none with this id. Of one that has ended, and cannot be read with
   * its guests and room, only the end.
   * @throws BookingSystemError
   */
  booking(reservationId: string): Promise<MewsBooking | MewsEnd | undefined>;
  list(listing: MewsListing): Promise<{ readonly ids: readonly string[]; readonly next?: string }>;
  /** Returns the commands that are not finished. */
  activeCommands(): Promise<readonly MewsCommand[]>;
  command(id: string): Promise<MewsCommand | undefined>;
  updateCommand(id: string, state: CommandState, notes?: string): Promise<void>;
}

const ROOT = '/api/connector/v1';
const RESERVATIONS = 'reservations/getAll/2023-06-06';
const BAD_REQUEST = 400;
const TOO_MANY = 429;
/** Pause after a 429 that states no time. */
const SHORT_PAUSE_MS = 1_000;
/** Most extra requests to find the refused ids of a batch. Beyond them, a single id is hardly the cause. */
const MOST_PROBES = 24;
const NO_SUCH_ROOM = { kind: 'unreadable', fields: ['Resources'] } as const;
const INTERVAL_MS = 30_000;
const PAGE = 100;
const MOST_IDS = 1_000;
/** Time during which reads are collected into one batch. */
const GATHER_MS = 20;
/** Lifetime of cached room names: rooms are hardly ever renamed. */
const ROOM_NAMES_LAST_MS = 10 * 60_000;

/** Returns a client that keeps the request budget of its process. It sends no request before the first call. */
export function openMewsApi({ apiUrl, clientToken, accessToken, client, ...limits }: MewsApiOptions): MewsApi {
  const http = openBookingHttp({ baseUrl: apiUrl });
  const queue = new PQueue({
    interval: INTERVAL_MS,
    intervalCap: limits.requestsPer30Seconds,
    carryoverIntervalCount: true,
  });
  const roomNames = new Map<string, { readonly name: string; readonly until: number }>();

  /**
   * End of the pause that Mews demands, in milliseconds since 1970. Earlier calls fail at once; Temporal waits and
   * retries.
   */
  let heldBackUntil = 0;

  async function send<Answer>(path: string, body: object, answer: z.ZodType<Answer>): Promise<Answer> {
    const retryAfterMs = heldBackUntil - Date.now();
    if (retryAfterMs > 0) {
      throw new BookingSystemError(`POST ${path}`, { kind: 'unavailable', status: TOO_MANY, retryAfterMs });
    }
    try {
      return await http.send({
        operation: `POST ${path}`,
        method: 'POST',
        path: `${ROOT}/${path}`,
        body: { ClientToken: clientToken, AccessToken: accessToken, Client: client, ...body },
        answer,
        // Many callers share one answer: none of them may cancel the request.
        signal: new AbortController().signal,
      });
    } catch (error) {
      const failure = error instanceof BookingSystemError ? error.failure : undefined;
      if (failure?.kind === 'unavailable' && failure.status === TOO_MANY) {
        heldBackUntil = Math.max(heldBackUntil, Date.now() + (failure.retryAfterMs ?? SHORT_PAUSE_MS));
      }
      throw error;
    }
  }

  /** Queues a request. Commands go first, because a front desk waits for them; reads can wait. */
  const post = <Answer>(path: string, body: object, answer: z.ZodType<Answer>): Promise<Answer> =>
    queue.add(() => send(path, body, answer), { priority: path.startsWith('commands/') ? 1 : 0 });

  /** Returns the items of all pages. */
  async function all<Item, Answer extends { readonly Cursor?: string | null | undefined }>(
    path: string,
    body: object,
    schema: z.ZodType<Answer>,
    itemsOf: (answer: Answer) => readonly Item[] | null | undefined,
  ): Promise<readonly Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const limitation = defined({ Count: MOST_IDS, Cursor: cursor });
      const answer = await post(path, { ...body, Limitation: limitation }, schema);
      const page = itemsOf(answer) ?? [];
      items.push(...page);
      // A full page may be the last page; a shorter page always is.
      cursor = page.length < MOST_IDS ? undefined : (answer.Cursor ?? undefined);
    } while (cursor !== undefined);
    return items;
  }

  async function roomsOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const now = Date.now();
    const unknown = ids.filter((one) => (roomNames.get(one)?.until ?? 0) <= now);
    if (unknown.length > 0) {
      // Guests may still be in a room that is no longer bookable.
      const body = { ResourceIds: unknown, Extent: { Resources: true, Inactive: true } };
      for (const { Id, Name } of await all('resources/getAll', body, resourcesSchema, (answer) => answer.Resources)) {
        if (Name != null && Name !== '') roomNames.set(Id, { name: Name, until: now + ROOM_NAMES_LAST_MS });
      }
    }
    return new Map(
      ids.flatMap((one) => {
        const known = roomNames.get(one);
        return known === undefined ? [] : [[one, known.name] as const];
      }),
    );
  }

  type Loaded = MewsBooking | MewsEnd | undefined | BookingSystemError;

  /** Loads a batch. A reservation that cannot be read gets an error of its own; the others load. */
  async function load(ids: readonly string[], probes = { left: MOST_PROBES }): Promise<readonly Loaded[]> {
    try {
      return await loadTogether(ids);
    } catch (error) {
      if (!(error instanceof BookingSystemError) || error.failure.kind !== 'rejected') throw error;
      probes.left -= 2;
      const isDivided = error.failure.status === BAD_REQUEST && ids.length > 1 && probes.left >= 0;
      if (!isDivided) return ids.map(() => error);
      const middle = Math.ceil(ids.length / 2);
      return [...(await load(ids.slice(0, middle), probes)), ...(await load(ids.slice(middle), probes))];
    }
  }

  async function loadTogether(ids: readonly string[]): Promise<readonly Loaded[]> {
    const found = await all(RESERVATIONS, { ReservationIds: ids }, reservationsSchema, (answer) => answer.Reservations);
    const ends = new Map(found.flatMap((one) => endSchema.safeParse(one).data ?? []).map((end) => [end.Id, end]));
    try {
      const loaded = await completed(ids, found);
      return loaded.map((one, place) =>
        one instanceof BookingSystemError ? (ends.get(ids[place] ?? '') ?? one) : one,
      );
    } catch (error) {
      // An end needs no guests and no rooms, so a failure to read them delays only the reservations that go on.
      const others = ids.filter((one) => !ends.has(one));
      if (!(error instanceof BookingSystemError) || others.length === ids.length) throw error;
      const loaded = others.length === 0 ? [] : await load(others).catch(() => others.map(() => error));
      return ids.map((one) => ends.get(one) ?? loaded[others.indexOf(one)]);
    }
  }

  /** Returns the reservations with their guests and rooms. */
  async function completed(
    ids: readonly string[],
    found: readonly { readonly Id: string }[],
  ): Promise<readonly (MewsBooking | undefined | BookingSystemError)[]> {
    const read = new Map(found.map((one) => [one.Id, reservationSchema.safeParse(one)]));
    const reservations = [...read.values()].flatMap(({ data }) => data ?? []);
    const companionships =
      reservations.length === 0
        ? []
        : await all(
            'companionships/getAll',
            { ReservationIds: reservations.map(({ Id }) => Id), Extent: {} },
            companionshipsSchema,
            (answer) => answer.Companionships,
          );
    const owners = reservations
      .filter(({ AccountType }) => AccountType === 'Customer')
      .map(({ AccountId }) => AccountId);
    const customers = await customersOf([...owners, ...companionships.map(({ CustomerId }) => CustomerId)]);
    const rooms = await roomsOf([
      ...new Set(reservations.flatMap(({ AssignedResourceId }) => AssignedResourceId ?? [])),
    ]);
    return ids.map((one) => {
      const parsed = read.get(one);
      if (parsed === undefined) return undefined;
      if (!parsed.success) return unreadable(`POST ${RESERVATIONS}`, parsed.error);
      const reservation = parsed.data;
      const { AssignedResourceId: roomId } = reservation;
      const room = roomId == null ? undefined : rooms.get(roomId);
      // Without the room's name the guests would seem to have no room, and their keys would be revoked.
      if (roomId != null && room === undefined) return new BookingSystemError('POST resources/getAll', NO_SUCH_ROOM);
      const companionIds = companionships
        .filter(({ ReservationId }) => ReservationId === one)
        .map(({ CustomerId }) => CustomerId);
      return { reservation, companionIds: [...new Set(companionIds)], customers, room };
    });
  }

  async function customersOf(ids: readonly string[]): Promise<MewsBooking['customers']> {
    const found = [];
    for (const chunk of chunksOf([...new Set(ids)], MOST_IDS)) {
      const body = { CustomerIds: chunk, Extent: { Customers: true } };
      found.push(...(await all('customers/getAll', body, customersSchema, (answer) => answer.Customers)));
    }
    return new Map(found.map((customer) => [customer.Id, customer]));
  }

  const bookings = new DataLoader<string, MewsBooking | MewsEnd | undefined>((ids) => load(ids), {
    cache: false,
    maxBatchSize: MOST_IDS,
    batchScheduleFn: (callback) => void setTimeout(callback, GATHER_MS),
  });

  return {
    booking: (reservationId) => bookings.load(reservationId),
    async list({ filter, from, to, cursor }) {
      const body = {
        [filter]: { StartUtc: toTheSecond(Date.parse(from)), EndUtc: toTheSecond(Date.parse(to) + 999) },
        Limitation: defined({ Count: PAGE, Cursor: cursor }),
      };
      const { Reservations, Cursor } = await post(RESERVATIONS, body, changedSchema);
      const ids = (Reservations ?? []).map(({ Id }) => Id);
      return { ids, ...(Cursor == null || ids.length === 0 ? {} : { next: Cursor }) };
    },
    async activeCommands() {
      return (await post('commands/getAllActive', {}, commandsSchema)).Commands ?? [];
    },
    async command(id) {
      const { Commands } = await post('commands/getAllByIds', { CommandIds: [id] }, commandsSchema);
      return (Commands ?? []).find(({ Id }) => Id === id);
    },
    async updateCommand(id, state, notes) {
      const update = defined({ CommandId: id, State: state, Notes: notes });
      await post('commands/update', update, commandsSchema.partial());
    },
  };
}
