/**
 * Mews's Connector API: every call is a POST with the tokens in its body, and no more than 200 of them may come within 30 seconds. Reservations
 * that are read at the same time are read together.
 */
import DataLoader from 'dataloader';
import PQueue from 'p-queue';
import type { z } from 'zod';
import { openBookingHttp } from '../../ingress/http.js';
import {
  changedSchema,
  commandsSchema,
  companionshipsSchema,
  customersSchema,
  reservationsSchema,
  resourcesSchema,
  type MewsBooking,
  type MewsCommand,
  type MewsResource,
} from './wire.js';

export interface MewsApiOptions {
  readonly apiUrl: string;
  readonly clientToken: string;
  readonly accessToken: string;
  readonly client: string;
  /** Of one process. */
  readonly requestsPer30Seconds: number;
}

/** Which reservations to list; one page after the other. */
export interface MewsListing {
  readonly filter: 'UpdatedUtc' | 'CollidingUtc';
  readonly from: string;
  readonly to: string;
  readonly cursor?: string;
}

export type CommandState = 'Processing' | 'Processed' | 'Error';

export interface MewsApi {
  /** undefined if Mews does not know it. @throws BookingSystemError */
  booking(reservationId: string): Promise<MewsBooking | undefined>;
  list(listing: MewsListing): Promise<{ readonly ids: readonly string[]; readonly next?: string }>;
  /** Commands that nobody has finished. */
  activeCommands(): Promise<readonly MewsCommand[]>;
  command(id: string): Promise<MewsCommand | undefined>;
  updateCommand(id: string, state: CommandState, notes?: string): Promise<void>;
}

const ROOT = '/api/connector/v1';
const INTERVAL_MS = 30_000;
const PAGE = 100;
const MOST_IDS = 1_000;
/** How long other readings are waited for. */
const GATHER_MS = 20;
/** Rooms are hardly ever renamed. */
const RESOURCES_LAST_MS = 10 * 60_000;

export function openMewsApi({ apiUrl, clientToken, accessToken, client, ...limits }: MewsApiOptions): MewsApi {
  const http = openBookingHttp({ baseUrl: apiUrl });
  const queue = new PQueue({
    interval: INTERVAL_MS,
    intervalCap: limits.requestsPer30Seconds,
    carryoverIntervalCount: true,
  });
  const resources = new Map<string, { readonly resource: MewsResource; readonly until: number }>();

  const post = <Answer>(path: string, body: object, answer: z.ZodType<Answer>): Promise<Answer> =>
    queue.add(() =>
      http.send({
        operation: `POST ${path}`,
        method: 'POST',
        path: `${ROOT}/${path}`,
        body: { ClientToken: clientToken, AccessToken: accessToken, Client: client, ...body },
        answer,
        // Many wait for one answer: none of them may call it off.
        signal: new AbortController().signal,
      }),
    );

  /** Every page of what belongs to the given ids. */
  async function all<Item, Answer extends { readonly Cursor?: string | null | undefined }>(
    path: string,
    body: object,
    schema: z.ZodType<Answer>,
    itemsOf: (answer: Answer) => readonly Item[] | null | undefined,
  ): Promise<readonly Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const limitation = { Count: MOST_IDS, ...(cursor === undefined ? {} : { Cursor: cursor }) };
      const answer = await post(path, { ...body, Limitation: limitation }, schema);
      const page = itemsOf(answer) ?? [];
      items.push(...page);
      // A full page may be the last one, a shorter one is.
      cursor = page.length < MOST_IDS ? undefined : (answer.Cursor ?? undefined);
    } while (cursor !== undefined);
    return items;
  }

  async function resourcesOf(ids: readonly string[]): Promise<ReadonlyMap<string, MewsResource>> {
    const now = Date.now();
    const unknown = ids.filter((one) => (resources.get(one)?.until ?? 0) <= now);
    if (unknown.length > 0) {
      const body = { ResourceIds: unknown, Extent: { Resources: true } };
      for (const resource of await all('resources/getAll', body, resourcesSchema, (answer) => answer.Resources)) {
        resources.set(resource.Id, { resource, until: now + RESOURCES_LAST_MS });
      }
    }
    return new Map(
      ids.flatMap((one) => {
        const known = resources.get(one);
        return known === undefined ? [] : [[one, known.resource] as const];
      }),
    );
  }

  async function load(ids: readonly string[]): Promise<(MewsBooking | undefined)[]> {
    const reservations = await all(
      'reservations/getAll/2023-06-06',
      { ReservationIds: ids },
      reservationsSchema,
      (answer) => answer.Reservations,
    );
    if (reservations.length === 0) return ids.map(() => undefined);
    const found = reservations.map(({ Id }) => Id);
    const companionships = await all(
      'companionships/getAll',
      { ReservationIds: found, Extent: {} },
      companionshipsSchema,
      (answer) => answer.Companionships,
    );
    const owners = reservations
      .filter(({ AccountType }) => AccountType === 'Customer')
      .map(({ AccountId }) => AccountId);
    const customers = await customersOf([...owners, ...companionships.map(({ CustomerId }) => CustomerId)]);
    const rooms = await resourcesOf([
      ...new Set(reservations.flatMap(({ AssignedResourceId }) => AssignedResourceId ?? [])),
    ]);
    return ids.map((one) => {
      const reservation = reservations.find(({ Id }) => Id === one);
      if (reservation === undefined) return undefined;
      const companionIds = companionships
        .filter(({ ReservationId }) => ReservationId === one)
        .map(({ CustomerId }) => CustomerId);
      return {
        reservation,
        companionIds: [...new Set(companionIds)],
        customers,
        resource: rooms.get(reservation.AssignedResourceId ?? ''),
      };
    });
  }

  async function customersOf(ids: readonly string[]): Promise<MewsBooking['customers']> {
    const different = [...new Set(ids)];
    const chunks = Array.from({ length: Math.ceil(different.length / MOST_IDS) }, (_, index) =>
      different.slice(index * MOST_IDS, (index + 1) * MOST_IDS),
    );
    const found = [];
    for (const chunk of chunks) {
      const body = { CustomerIds: chunk, Extent: { Customers: true } };
      found.push(...(await all('customers/getAll', body, customersSchema, (answer) => answer.Customers)));
    }
    return new Map(found.map((customer) => [customer.Id, customer]));
  }

  const bookings = new DataLoader<string, MewsBooking | undefined>(load, {
    cache: false,
    maxBatchSize: MOST_IDS,
    batchScheduleFn: (callback) => void setTimeout(callback, GATHER_MS),
  });

  return {
    booking: (reservationId) => bookings.load(reservationId),
    async list({ filter, from, to, cursor }) {
      const body = {
        [filter]: { StartUtc: from, EndUtc: to },
        Limitation: { Count: PAGE, ...(cursor === undefined ? {} : { Cursor: cursor }) },
      };
      const { Reservations, Cursor } = await post('reservations/getAll/2023-06-06', body, changedSchema);
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
      const told = { CommandId: id, State: state, ...(notes === undefined ? {} : { Notes: notes }) };
      await post('commands/update', told, commandsSchema.partial());
    },
  };
}
