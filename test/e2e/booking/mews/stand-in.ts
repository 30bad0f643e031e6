/**
 * The part of Mews that Stayline uses: the Connector API's reads with paging by cursor and its rate limit, commands, the WebSocket and
 * general webhooks. Requests, answers and events are checked against what Mews publishes (`published-schema.ts`). It can fail, cut
 * connections, and lose events.
 */
import fastify from 'fastify';
import { WebSocketServer, type WebSocket } from 'ws';
import { openDeliveries, type Deliveries } from '../deliveries.js';
import { addTrouble, type Trouble } from '../trouble.js';
import {
  answerAsPublished,
  requestAsPublished,
  type MewsAnswer,
  type MewsOperation,
  type MewsRequest,
} from './published-schema.js';
import {
  ADA,
  aWireReservation,
  aWireResource,
  BEN,
  ENTERPRISE,
  guidOf,
  INTEGRATION,
  mewsTime,
  type WireCustomer,
  type WireReservation,
} from './reservation.js';

export type WebhookMessage = MewsAnswer<'webhook'>;
type WireCommand = Readonly<MewsAnswer<'commands/getAllActive'>['Commands'][number]>;
type CommandState = WireCommand['State'];

/** A command of the front desk, and the states that its device has reported. */
export interface AskedCommand {
  readonly id: string;
  State: CommandState;
  Notes?: string;
  /** Every reported state, in order. */
  readonly states: CommandState[];
}

export interface Mews {
  readonly url: string;
  readonly wsUrl: string;
  readonly tokens: { readonly ClientToken: string; readonly AccessToken: string };
  readonly trouble: Trouble;
  readonly deliveries: Deliveries<WebhookMessage>;
  /** Suppresses the events of the WebSocket while true. */
  silent: boolean;
  /** Creates or changes a reservation, and notifies WebSocket and webhook; `UpdatedUtc` is now. Events do not mention companions. */
  save(
    changes: Partial<WireReservation> & { readonly Id: string },
    companions?: readonly WireCustomer[],
  ): Promise<void>;
  /** Sets the companions as the front desk does: no event is sent. */
  setCompanions(reservationId: string, companions: readonly WireCustomer[]): void;
  forget(reservationId: string): void;
  /** Refuses all requests that name this reservation. */
  spurn(reservationId: string): void;
  /** Makes a room no longer bookable; `unknown` removes it. */
  closeRoom(resourceId: string, how: 'inactive' | 'unknown'): void;
  /** Switches the stand-in to a version of Mews that differs from the published one. */
  outgrow(): void;
  /** Sends a command of the front desk to cut a key; without a reservation, the key is for another person. */
  cutKey(id: string, reservationId?: string): AskedCommand;
  /** Sends a command of the front desk to scan the passports of a reservation's guests. */
  scanPassports(id: string, reservationId: string): AskedCommand;
  /** Closes every connection of the WebSocket; with `refuse`, new ones are refused. */
  cut(how?: { readonly refuse: boolean }): void;
  acceptAgain(): void;
  connections(): number;
  /** Number of requests by operation. */
  readonly asked: Map<string, number>;
  /** Allows that many requests from now on; further ones get 429. */
  limit(requests: number): void;
  subscribe(endpointUrl: string): void;
  /** @throws Error naming every request or answer that differs from what Mews publishes */
  close(): Promise<void>;
}

const TOKENS = { ClientToken: 'E0D439EE522F44368DC78E1BFB03710C', AccessToken: 'C66EF7B239D24632943D115EDE9CB810' };

export async function startMews(): Promise<Mews> {
  const app = fastify();
  const trouble = addTrouble(app);
  const reservations = new Map<string, WireReservation>();
  const companions = new Map<string, readonly WireCustomer[]>();
  const commands = new Map<string, { readonly asked: AskedCommand; readonly command: WireCommand }>();
  const customers = new Map([ADA, BEN].map((customer) => [customer.Id, customer]));
  const asked = new Map<string, number>();
  /** Differences from what Mews publishes. */
  const unlike = new Set<string>();
  let left = Infinity;
  let refuses = false;
  let isOutgrown = false;
  const closed = new Map<string, 'inactive' | 'unknown'>();
  const spurned = new Set<string>();
  let endpoint: string | undefined;

  /** Runs a check and records its failure. The failing answer may be retried far from the test, so the failure is reported on close too. */
  const noted = <Value>(checked: () => Value): Value => {
    try {
      return checked();
    } catch (error) {
      unlike.add(error instanceof Error ? error.message : String(error));
      throw error;
    }
  };

  const published: typeof answerAsPublished = (name, answered) =>
    isOutgrown ? answered : noted(() => answerAsPublished(name, answered));

  const deliveries = openDeliveries<WebhookMessage>(async (message) => {
    published('webhook', message);
    if (endpoint === undefined) return 0;
    const headers = { 'content-type': 'application/json' };
    return (await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(message) })).status;
  });

  const sockets = new Set<WebSocket>();
  const server = new WebSocketServer({ noServer: true });
  app.server.on('upgrade', (request, socket, head) => {
    const cookie = `ClientToken=${TOKENS.ClientToken}; AccessToken=${TOKENS.AccessToken}`;
    if (refuses || request.url !== '/ws/connector' || request.headers.cookie !== cookie) {
      socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, socket, head, (opened) => {
      sockets.add(opened);
      opened.on('close', () => sockets.delete(opened));
    });
  });
  const tell = (event: MewsAnswer<'WebSocket'>['Events'][number]): void => {
    if (mews.silent) return;
    const message = published('WebSocket', { Events: [event] });
    for (const socket of sockets) socket.send(JSON.stringify(message));
  };

  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) =>
    reply.code(error.statusCode ?? 500).send(answerAsPublished('error', { Message: error.message })),
  );
  const operation = <Name extends MewsOperation>(
    name: Name,
    answer: (body: MewsRequest<Name>) => MewsAnswer<Name>,
  ): void => {
    app.post(`/api/connector/v1/${name}`, async ({ body }, reply) => {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      const asks = noted(() => requested(name, body));
      const { ClientToken, AccessToken } = asks;
      if (ClientToken !== TOKENS.ClientToken || AccessToken !== TOKENS.AccessToken) {
        throw refusal(401, 'Invalid ClientToken or AccessToken.');
      }
      if (left <= 0) {
        reply.header('retry-after', '1');
        throw refusal(429, 'Too many requests.');
      }
      left -= 1;
      const answered = answer(asks);
      return published(name, answered);
    });
  };
  /** Returns one page; the cursor is the id of the last item of the previous page. */
  const page = <Item extends { readonly Id: string }>(
    items: readonly Item[],
    { Count, Cursor }: MewsRequest<'resources/getAll'>['Limitation'],
  ): { items: Item[]; Cursor: string | null } => {
    const start = Cursor == null ? 0 : items.findIndex(({ Id }) => Id === Cursor) + 1;
    const found = items.slice(start, start + Count);
    return { items: found, Cursor: found.at(-1)?.Id ?? null };
  };
  operation('reservations/getAll/2023-06-06', ({ ReservationIds: ids, UpdatedUtc, CollidingUtc, Limitation }) => {
    if (ids?.some((id) => spurned.has(id))) throw refusal(400, 'Invalid ReservationIds.');
    const found = [...reservations.values()].filter(
      (one) =>
        (ids == null || ids.includes(one.Id)) &&
        (UpdatedUtc == null || isIn(one.UpdatedUtc, UpdatedUtc)) &&
        (CollidingUtc == null || collides(one, CollidingUtc)),
    );
    const { items, Cursor } = page(found, Limitation);
    return { Reservations: items, Cursor };
  });
  operation('companionships/getAll', ({ ReservationIds, Limitation }) => {
    const all = (ReservationIds ?? []).flatMap((ReservationId) =>
      (companions.get(ReservationId) ?? []).map(({ Id: CustomerId }) => ({
        Id: guidOf(`${ReservationId}/${CustomerId}`),
        CustomerId,
        ReservationId,
        ReservationGroupId: aWireReservation(reservations.get(ReservationId)).GroupId,
      })),
    );
    const { items, Cursor } = page(all, Limitation);
    return { Companionships: items, Customers: null, Reservations: null, ReservationGroups: null, Cursor };
  });
  operation('customers/getAll', ({ CustomerIds, Extent, Limitation }) => {
    const all = (CustomerIds ?? []).flatMap((id) => customers.get(id) ?? []);
    const { items, Cursor } = page(all, Limitation);
    return { Customers: Extent.Customers === true ? items : [], Documents: null, Cursor };
  });
  operation('resources/getAll', ({ ResourceIds, Extent, Limitation }) => {
    const there = (ResourceIds ?? []).filter(
      (id) => closed.get(id) !== 'unknown' && (Extent.Inactive === true || !closed.has(id)),
    );
    const { items, Cursor } = page(there.map(aWireResource), Limitation);
    return { Resources: Extent.Resources === true ? items : null, ResourceCategories: null, Cursor };
  });
  const commandsNow = (isDesired: (command: WireCommand) => boolean): { Commands: WireCommand[]; Cursor: null } => {
    const all = [...commands.values()].map(({ asked: { State }, command }) => ({ ...command, State }));
    return { Commands: all.filter(isDesired), Cursor: null };
  };
  operation('commands/getAllActive', () => commandsNow(({ State }) => State === 'Pending' || State === 'Received'));
  operation('commands/getAllByIds', ({ CommandIds }) => commandsNow(({ Id }) => CommandIds.includes(Id)));
  operation('commands/update', ({ CommandId, State, Notes }) => {
    const told = commands.get(CommandId)?.asked;
    if (told === undefined) throw refusal(400, 'Invalid CommandId.');
    told.State = State;
    told.states.push(State);
    if (Notes != null && ['Processed', 'Cancelled', 'Error'].includes(State)) told.Notes = Notes;
    tell({ Type: 'DeviceCommand', Id: CommandId, State });
    return {};
  });
  const ask = (id: string, device: Pick<WireCommand['Device'], 'Type' | 'Name'>, data: WireCommand['Data']) => {
    const told: AskedCommand = { id, State: 'Pending', states: [] };
    const command: WireCommand = {
      Id: id,
      State: 'Pending',
      CreatedUtc: mewsTime(Date.now()),
      Creator: { FirstName: 'Frida', LastName: 'Example', ImageUrl: null },
      Device: { Id: guidOf(device.Name), ...device },
      Data: data,
    };
    published('commands/getAllActive', { Commands: [command] });
    commands.set(id, { asked: told, command });
    tell({ Type: 'DeviceCommand', Id: id, State: 'Pending' });
    return told;
  };

  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const mews: Mews = {
    url,
    wsUrl: `${url.replace('http', 'ws')}/ws/connector`,
    tokens: TOKENS,
    trouble,
    deliveries,
    silent: false,
    asked,
    async save(changes, people) {
      const UpdatedUtc = mewsTime(Date.now());
      const reservation = aWireReservation({ ...reservations.get(changes.Id), ...changes, UpdatedUtc });
      published('reservations/getAll/2023-06-06', { Reservations: [reservation] });
      reservations.set(changes.Id, reservation);
      if (people !== undefined) mews.setCompanions(changes.Id, people);
      const { Id, State, StartUtc, EndUtc, AssignedResourceId } = reservation;
      tell({ Type: 'Reservation', Id, State, StartUtc, EndUtc, AssignedResourceId });
      await deliveries.tell({
        EnterpriseId: ENTERPRISE,
        IntegrationId: INTEGRATION,
        Events: [
          { Discriminator: 'ServiceOrderUpdated', Value: { Id } },
          { Discriminator: 'CustomerUpdated', Value: { Id: ADA.Id } },
        ],
      });
    },
    setCompanions(reservationId, people) {
      published('customers/getAll', { Customers: people });
      companions.set(reservationId, people);
      for (const person of people) customers.set(person.Id, person);
    },
    spurn: (reservationId) => void spurned.add(reservationId),
    closeRoom: (resourceId, how) => void closed.set(resourceId, how),
    outgrow() {
      isOutgrown = true;
    },
    forget: (reservationId) => void reservations.delete(reservationId),
    cutKey(id, reservationId) {
      const { StartUtc, EndUtc } = aWireReservation(reservations.get(reservationId ?? ''));
      const who = { FirstName: 'Ada', LastName: 'Example', ReservationId: reservationId ?? null };
      const data = { KeyCutterId: '1', KeyCount: 1, LockIds: ['101'], StartUtc, EndUtc, ...who };
      return ask(id, { Type: 'KeyCutter', Name: 'Front desk' }, data);
    },
    scanPassports: (id, ReservationId) =>
      ask(
        id,
        { Type: 'PassportScanner', Name: 'Scanner' },
        { PassportScannerId: '1', CustomerId: null, ReservationId },
      ),
    cut({ refuse } = { refuse: false }) {
      refuses = refuse;
      for (const socket of sockets) socket.terminate();
    },
    acceptAgain() {
      refuses = false;
    },
    connections: () => sockets.size,
    limit(requests) {
      left = requests;
    },
    subscribe(endpointUrl) {
      endpoint = endpointUrl;
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      server.close();
      await app.close();
      if (unlike.size > 0) throw new Error([...unlike].join('\n'));
    },
  };
  return mews;
}

function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}

/** @throws Error that Mews would answer with 400 */
function requested<Name extends MewsOperation>(name: Name, body: unknown): MewsRequest<Name> {
  try {
    return requestAsPublished(name, body);
  } catch (error) {
    throw Object.assign(error as Error, { statusCode: 400 });
  }
}

interface Interval {
  readonly StartUtc: string;
  readonly EndUtc: string;
}

/** Checks that a time is in the interval. The end is excluded, unless it equals the start. */
function isIn(time: string, { StartUtc, EndUtc }: Interval): boolean {
  const [at, from, to] = [Date.parse(time), Date.parse(StartUtc), Date.parse(EndUtc)];
  return from === to ? at === from : from <= at && at < to;
}

function collides({ ScheduledStartUtc, ScheduledEndUtc }: WireReservation, { StartUtc, EndUtc }: Interval): boolean {
  return Date.parse(ScheduledStartUtc) < Date.parse(EndUtc) && Date.parse(StartUtc) < Date.parse(ScheduledEndUtc);
}
