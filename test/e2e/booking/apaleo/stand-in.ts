/**
 * The part of apaleo that Stayline uses: tokens for client credentials, one reservation, the list by modification, and webhooks to a
 * subscriber, whose endpoint must pass the health check. Sources: https://apaleo.dev/guides (OAuth, webhooks) and the Booking API v1.
 * It can fail, lag behind its own events, and limit its callers. Its deliveries can be late, duplicated, reordered or lost.
 * Its answers and the requests to it are checked against the models that apaleo publishes.
 */
import formbody from 'node:querystring';
import fastify from 'fastify';
import { openDeliveries, type Deliveries } from '../deliveries.js';
import { addTrouble, type Trouble } from '../trouble.js';
import { unlikePublished, type ApaleoModel } from './published-models.js';
import { apaleoTime, type WireReservation } from './reservation.js';

export interface ApaleoEvent {
  readonly topic: string;
  readonly type: string;
  readonly id: string;
  readonly accountId: string;
  readonly propertyId: string;
  readonly timestamp: number;
  readonly data: { readonly entityId: string };
}

export interface Apaleo {
  readonly url: string;
  readonly tokenUrl: string;
  readonly client: { readonly id: string; readonly secret: string };
  readonly trouble: Trouble;
  readonly deliveries: Deliveries<ApaleoEvent>;
  /** Creates or changes a reservation at `at` (ms since 1970, default: now), and notifies the subscriber. */
  save(reservation: WireReservation, type: string, at?: number): Promise<void>;
  /** Deletes a reservation permanently. */
  remove(id: string): Promise<void>;
  /** Makes reads return the state before the latest change for `ms` milliseconds; events are still sent. */
  lagBy(ms: number): void;
  /** Switches the stand-in to a version of apaleo that differs from the published one. */
  outgrow(): void;
  /** Invalidates every token issued so far. */
  endTokens(): void;
  tokensGiven(): number;
  /** @throws Error if the health check at the endpoint fails, as apaleo refuses the subscription */
  subscribe(endpointUrl: string, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** @throws Error naming every request or answer that differs from what apaleo publishes */
  close(): Promise<void>;
}

const NOT_LISTED: readonly string[] = ['taxDetails', 'payableAmount'];
const CLIENT = { id: 'ABCD-SP-STAYLINE', secret: 'apaleo-client-secret' };

interface Version {
  readonly at: number;
  readonly reservation: WireReservation | undefined;
}

export async function startApaleo(): Promise<Apaleo> {
  const app = fastify();
  const versions = new Map<string, Version[]>();
  const tokens = new Set<string>();
  let tokensGiven = 0;
  let lagMs = 0;
  let subscriber: { readonly url: string; readonly headers: Readonly<Record<string, string>> } | undefined;
  const trouble = addTrouble(app);

  const unlike = new Set<string>();
  let isOutgrown = false;
  const asPublished = <Value>(model: ApaleoModel, value: Value): Value => {
    if (isOutgrown) return value;
    for (const difference of unlikePublished(model, value)) unlike.add(`${model}: ${difference}`);
    return value;
  };

  const post = async (body: unknown): Promise<number> => {
    if (subscriber === undefined) return 0;
    const answer = await fetch(subscriber.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...subscriber.headers },
      body: JSON.stringify(body),
    });
    return answer.status;
  };
  const deliveries = openDeliveries<ApaleoEvent>(post);

  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, formbody.parse(body as string)),
  );

  const current = (id: string): WireReservation | undefined =>
    versions.get(id)?.findLast(({ at }) => at <= Date.now() - lagMs)?.reservation;

  const isAllowed = (authorization: string | undefined): boolean =>
    tokens.has(authorization?.replace(/^Bearer /, '') ?? '');

  app.post('/connect/token', async (request, reply) => {
    const { grant_type: grantType } = request.body as Readonly<Record<string, string>>;
    if (decodeBasic(request.headers.authorization) !== `${CLIENT.id}:${CLIENT.secret}`) {
      return reply.code(400).send({ error: 'invalid_client' });
    }
    if (grantType !== 'client_credentials') return reply.code(400).send({ error: 'unsupported_grant_type' });
    tokensGiven += 1;
    const token = `token-${tokensGiven}`;
    tokens.add(token);
    return { access_token: token, expires_in: 3600, token_type: 'Bearer', scope: 'reservations.read' };
  });

  app.get<{ Params: { id: string }; Querystring: { expand?: string } }>(
    '/booking/v1/reservations/:id',
    async (request, reply) => {
      if (!isAllowed(request.headers.authorization)) return reply.code(401).send();
      asPublished('bookingReservationsByIdGet.Params', { ...request.params, ...request.query });
      const reservation = current(request.params.id);
      if (reservation === undefined) return reply.code(404).send({ messages: ['not found'] });
      return asPublished('ReservationModel', expanded(reservation, request.query.expand));
    },
  );

  app.get<{ Querystring: Readonly<Record<string, string>> }>('/booking/v1/reservations', async (request, reply) => {
    if (!isAllowed(request.headers.authorization)) return reply.code(401).send();
    asPublished('bookingReservationsGet.Params', request.query);
    const { propertyIds = '', dateFilter, from = '', sort, pageNumber = '1', pageSize = '100' } = request.query;
    if (dateFilter !== 'Modification' || Number.isNaN(Date.parse(from)) || sort !== 'updated:asc') {
      return reply.code(422).send({ messages: ['this stand-in lists by modification only'] });
    }
    const found = [...versions.keys()]
      .flatMap((id) => current(id) ?? [])
      .filter(({ property }) => propertyIds.split(',').includes(property.id))
      .filter(({ modified }) => Date.parse(modified) >= Date.parse(from))
      .toSorted((a, b) => Date.parse(a.modified) - Date.parse(b.modified) || a.id.localeCompare(b.id));
    const [number, size] = [Number(pageNumber), Number(pageSize)];
    const page = found.slice((number - 1) * size, number * size);
    if (page.length === 0) return reply.code(204).send();
    const reservations = page.map(listed);
    return asPublished('ReservationListModel', { reservations, count: found.length });
  });

  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    tokenUrl: `${url}/connect/token`,
    client: CLIENT,
    trouble,
    deliveries,
    async save(reservation, type, at = Date.now()) {
      const history = versions.get(reservation.id) ?? [];
      history.push({ at: Date.now(), reservation: { ...reservation, modified: apaleoTime(at) } });
      versions.set(reservation.id, history);
      await deliveries.tell(eventOf(reservation.id, reservation.property.id, type));
    },
    async remove(id) {
      const history = versions.get(id) ?? [];
      const propertyId = history.at(-1)?.reservation?.property.id ?? '';
      history.push({ at: Date.now(), reservation: undefined });
      await deliveries.tell(eventOf(id, propertyId, 'deleted'));
    },
    lagBy(ms) {
      lagMs = ms;
    },
    outgrow() {
      isOutgrown = true;
    },
    endTokens: () => tokens.clear(),
    tokensGiven: () => tokensGiven,
    async subscribe(endpointUrl, headers = {}) {
      subscriber = { url: endpointUrl, headers };
      const check = { id: 'check', topic: 'system', type: 'healthcheck', accountId: 'SDXE', timestamp: Date.now() };
      const status = await post({ ...check, propertyIds: ['MUC'] });
      if (status >= 200 && status < 300) return;
      subscriber = undefined;
      throw new Error(`The health check was answered ${status}; the subscription is refused`);
    },
    async close() {
      await app.close();
      if (unlike.size > 0) throw new Error(`Not as apaleo publishes it:\n  ${[...unlike].join('\n  ')}`);
    },
  };
}

/** Omits the fields that apaleo returns only on request. */
function expanded(reservation: WireReservation, expand = ''): Partial<WireReservation> {
  const { assignedUnits, ...rest } = reservation;
  return expand.split(',').includes('assignedUnits') && assignedUnits !== undefined ? { ...rest, assignedUnits } : rest;
}

/** Reduces a reservation to a list item, which has neither taxes nor the payable amount. */
function listed(reservation: WireReservation): Partial<WireReservation> {
  return Object.fromEntries(Object.entries(expanded(reservation)).filter(([field]) => !NOT_LISTED.includes(field)));
}

/** Names and secrets are form-encoded before they are joined (RFC 6749 §2.3.1). */
function decodeBasic(header = ''): string {
  const joined = Buffer.from(header.replace(/^Basic /, ''), 'base64').toString('utf8');
  return joined.split(':').map(decodeURIComponent).join(':');
}

let eventsMade = 0;

function eventOf(entityId: string, propertyId: string, type: string): ApaleoEvent {
  eventsMade += 1;
  const id = `ec5a1fe4-331c-450a-915c-${String(eventsMade).padStart(12, '0')}`;
  return { topic: 'Reservation', type, id, accountId: 'HFTF', propertyId, timestamp: Date.now(), data: { entityId } };
}
