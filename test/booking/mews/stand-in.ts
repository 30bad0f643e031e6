/**
 * Mews, as far as Stayline speaks to it: the Connector API's readings with paging by cursor and its limit of requests, commands, the
 * WebSocket and general webhooks. Source: MewsSystems/gitbook-connector-api. It can be out of order, cut connections, and lose events.
 */
import fastify from 'fastify';
import { WebSocketServer, type WebSocket } from 'ws';
import { openDeliveries, type Deliveries } from '../deliveries.js';
import { addTrouble, type Trouble } from '../trouble.js';
import {
  ADA,
  aWireReservation,
  BEN,
  checkAsPublished,
  type WireCustomer,
  type WireReservation,
} from './reservation.js';

export interface WebhookMessage {
  readonly EnterpriseId: string;
  readonly IntegrationId: string;
  readonly Events: readonly { readonly Discriminator: string; readonly Value: { readonly Id: string } }[];
}

export interface WireCommand {
  readonly Id: string;
  State: string;
  Notes?: string;
  readonly states: string[];
  readonly CreatedUtc: string;
  readonly Device: { readonly Id: string; readonly Name: string; readonly Type: string };
  readonly Data: Readonly<Record<string, unknown>>;
}

export interface Mews {
  readonly url: string;
  readonly wsUrl: string;
  readonly tokens: { readonly ClientToken: string; readonly AccessToken: string };
  readonly trouble: Trouble;
  readonly deliveries: Deliveries<WebhookMessage>;
  /** Events of the WebSocket are sent, unless it is told to be silent. */
  silent: boolean;
  /** Books or changes, tells the WebSocket and the webhook; `UpdatedUtc` is now. Nobody is told who the companions are. */
  save(
    changes: Partial<WireReservation> & { readonly Id: string },
    companions?: readonly WireCustomer[],
  ): Promise<void>;
  /** As the front desk does: no event is told of it. */
  setCompanions(reservationId: string, companions: readonly WireCustomer[]): void;
  forget(reservationId: string): void;
  /** The front desk cuts a key. */
  cutKey(id: string, data: Readonly<Record<string, unknown>>, device?: string): WireCommand;
  /** Ends every connection of the WebSocket; new ones are refused while `refuse`. */
  cut(how?: { readonly refuse: boolean }): void;
  acceptAgain(): void;
  connections(): number;
  /** How often each operation was asked for. */
  readonly asked: Map<string, number>;
  /** So many requests from now on; then 429. */
  limit(requests: number): void;
  subscribe(endpointUrl: string): void;
  close(): Promise<void>;
}

interface Body {
  readonly ClientToken?: string;
  readonly AccessToken?: string;
  readonly Client?: string;
  readonly ReservationIds?: readonly string[];
  readonly CustomerIds?: readonly string[];
  readonly ResourceIds?: readonly string[];
  readonly CommandIds?: readonly string[];
  readonly CommandId?: string;
  readonly State?: string;
  readonly Notes?: string;
  readonly UpdatedUtc?: { readonly StartUtc: string; readonly EndUtc: string };
  readonly CollidingUtc?: { readonly StartUtc: string; readonly EndUtc: string };
  readonly Limitation?: { readonly Count: number; readonly Cursor?: string };
}

export const ENTERPRISE = '851df8c8-90f2-4c4a-8e01-a4fc46b25178';
const TOKENS = { ClientToken: 'E0D439EE522F44368DC78E1BFB03710C', AccessToken: 'C66EF7B239D24632943D115EDE9CB810' };
const THREE_MONTHS_MS = 93 * 24 * 3_600_000;

export async function startMews(): Promise<Mews> {
  const app = fastify();
  const trouble = addTrouble(app);
  const reservations = new Map<string, WireReservation>();
  const companions = new Map<string, readonly WireCustomer[]>();
  const commands = new Map<string, WireCommand>();
  const customers = new Map([ADA, BEN].map((customer) => [customer.Id, customer]));
  const asked = new Map<string, number>();
  let left = Infinity;
  let refuses = false;
  let endpoint: string | undefined;

  const deliveries = openDeliveries<WebhookMessage>(async (message) => {
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
  const tell = (event: object): void => {
    if (mews.silent) return;
    for (const socket of sockets) socket.send(JSON.stringify({ Events: [event] }));
  };

  const operation = (path: string, answer: (body: Body) => unknown): void => {
    app.post<{ Body: Body }>(`/api/connector/v1/${path}`, async (request, reply) => {
      asked.set(path, (asked.get(path) ?? 0) + 1);
      const { ClientToken, AccessToken, Client } = request.body;
      if (ClientToken !== TOKENS.ClientToken || AccessToken !== TOKENS.AccessToken) {
        return reply.code(401).send({ Message: 'Invalid ClientToken.' });
      }
      if (left <= 0) return reply.code(429).header('retry-after', '1').send({ Message: 'Too many requests.' });
      left -= 1;
      if (!Client) return reply.code(400).send({ Message: 'Client is required.' });
      const over = [request.body.ReservationIds, request.body.CustomerIds].some((ids) => (ids?.length ?? 0) > 1_000);
      if (over) return reply.code(400).send({ Message: 'At most 1000.' });
      return answer(request.body);
    });
  };
  /** The cursor is the id of the last item of the page before. */
  const page = <Item extends { readonly Id: string }>(
    items: readonly Item[],
    { Limitation }: Body,
  ): { items: readonly Item[]; Cursor: string | null } => {
    if (Limitation === undefined) throw new Error('Limitation is required');
    const start = Limitation.Cursor === undefined ? 0 : items.findIndex(({ Id }) => Id === Limitation.Cursor) + 1;
    const found = items.slice(start, start + Limitation.Count);
    return { items: found, Cursor: found.at(-1)?.Id ?? null };
  };
  operation('reservations/getAll/2023-06-06', (body) => {
    const { ReservationIds: ids, UpdatedUtc: updated, CollidingUtc: colliding } = body;
    if (updated !== undefined && Date.parse(updated.EndUtc) - Date.parse(updated.StartUtc) > THREE_MONTHS_MS) {
      throw new Error('At most three months');
    }
    const found = [...reservations.values()].filter(
      ({ Id, UpdatedUtc, ScheduledStartUtc, ScheduledEndUtc }) =>
        (ids === undefined || ids.includes(Id)) &&
        (updated === undefined || (updated.StartUtc <= UpdatedUtc && UpdatedUtc <= updated.EndUtc)) &&
        (colliding === undefined || (ScheduledStartUtc < colliding.EndUtc && colliding.StartUtc < ScheduledEndUtc)),
    );
    const { items, Cursor } = page(found, body);
    items.forEach(checkAsPublished);
    return { Reservations: items, Cursor };
  });
  operation('companionships/getAll', (body) => {
    const all = (body.ReservationIds ?? []).flatMap((ReservationId) =>
      (companions.get(ReservationId) ?? []).map(({ Id: CustomerId }) => ({
        Id: `${ReservationId}/${CustomerId}`,
        CustomerId,
        ReservationId,
        ReservationGroupId: '94843f6f-3be3-481b-a1c7-06458774c3df',
      })),
    );
    const { items, Cursor } = page(all, body);
    return { Companionships: items, Customers: null, Reservations: null, ReservationGroups: null, Cursor };
  });
  operation('customers/getAll', (body) => {
    const { items, Cursor } = page(
      (body.CustomerIds ?? []).flatMap((id) => customers.get(id) ?? []),
      body,
    );
    return { Customers: items, Documents: [], Addresses: [], Cursor };
  });
  operation('resources/getAll', (body) => {
    const all = (body.ResourceIds ?? []).map((Id) => ({
      Id,
      Name: Id.slice(-12).replace(/^0+/, ''),
      State: 'Inspected',
      ParentResourceId: null,
    }));
    const { items, Cursor } = page(all, body);
    return { Resources: items, ResourceCategories: null, Cursor };
  });
  operation('commands/getAllActive', () => ({
    Commands: [...commands.values()].filter(({ State }) => State === 'Pending' || State === 'Received'),
  }));
  operation('commands/getAllByIds', ({ CommandIds = [] }) => ({
    Commands: CommandIds.flatMap((id) => commands.get(id) ?? []),
  }));
  operation('commands/update', ({ CommandId = '', State = '', Notes }) => {
    const command = commands.get(CommandId);
    if (command === undefined) throw new Error('No such command');
    command.State = State;
    command.states.push(State);
    if (Notes !== undefined) command.Notes = Notes;
    return {};
  });

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
      const reservation = {
        ...aWireReservation(),
        ...reservations.get(changes.Id),
        ...changes,
        UpdatedUtc: new Date().toISOString(),
      };
      reservations.set(changes.Id, reservation);
      if (people !== undefined) mews.setCompanions(changes.Id, people);
      const { Id, State, ScheduledStartUtc: StartUtc, ScheduledEndUtc: EndUtc, AssignedResourceId } = reservation;
      tell({ Type: 'Reservation', Id, State, StartUtc, EndUtc, AssignedResourceId });
      await deliveries.tell({
        EnterpriseId: ENTERPRISE,
        IntegrationId: 'c8bee838-7fb1-4f4e-8fac-ac87008b2f90',
        Events: [
          { Discriminator: 'ServiceOrderUpdated', Value: { Id } },
          { Discriminator: 'CustomerUpdated', Value: { Id: ADA.Id } },
        ],
      });
    },
    setCompanions(reservationId, people) {
      companions.set(reservationId, people);
      for (const person of people) customers.set(person.Id, person);
    },
    forget: (reservationId) => void reservations.delete(reservationId),
    cutKey(id, data, device = 'KeyCutter') {
      const command: WireCommand = {
        Id: id,
        State: 'Pending',
        states: [],
        CreatedUtc: new Date().toISOString(),
        Device: { Id: '63efb573-fc58-4065-b687-9bdd51568529', Name: 'Front desk', Type: device },
        Data: { KeyCount: 1, LockIds: [], LastName: 'Example', ...data },
      };
      commands.set(id, command);
      tell({ Type: 'DeviceCommand', Id: id, State: 'Pending' });
      return command;
    },
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
    },
  };
  return mews;
}
