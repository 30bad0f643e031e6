/** Tests of the HTTP server in operation: an outage of Temporal, too many requests, event streams. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectWhenNeeded } from '../../../../src/temporal/connection.js';
import { openApi, openApiWorld, type ApiWorld } from './api-world.js';

const RESERVATION = '/v1/properties/seaside/reservations/R-1';
const REQUESTS_PER_MINUTE = 40;

let world: ApiWorld;
let snapshot: Record<string, unknown>;
beforeAll(async () => {
  world = await openApiWorld({ requestsPerMinute: REQUESTS_PER_MINUTE });
  const { propertyId: _p, reservationId: _r, ...rest } = await world.hotel.snapshotOf('unused', {});
  snapshot = { ...rest, status: 'confirmed' };
});
afterAll(() => world.stop());

/** Longer than any answer takes on a busy machine. That an answer is prompt shows its text: it is not that of a timeout. */
const PATIENCE_MS = 120_000;

describe('an outage of Temporal', () => {
  test.each(['nobody listens where it was', 'it listens and does not answer'] as const)(
    'every call gets a prompt 503 with Retry-After while Temporal is away (%s), and none takes effect later',
    async (how) => {
      const road = await roadToTemporal(how === 'nobody listens where it was' ? 'closed' : 'silent');
      const connection = connectWhenNeeded({ address: road.address, namespace: 'default' });
      const api = await openApi({ temporal: new Client({ connection }), connection });
      const of = (reservationId: string): string => `/v1/properties/seaside/reservations/${reservationId}`;
      const away = of(`R-${how.replaceAll(' ', '-')}`);
      const calls: readonly [string, string, unknown?][] = [
        ['GET', away],
        ['GET', '/v1/properties/seaside/stays'],
        ['GET', '/v1/properties/seaside/rooms/101'],
        ['PUT', away, snapshot],
        ['POST', `${away}/check-in`],
        ['PUT', `${away}/dates`, { window: { departure: '2027-06-01' } }],
        ['DELETE', `${away}/guests/g1`],
        ['POST', `${away}/guests/g1/erase`],
        ['POST', `${away}/plan`, { message: 'checkIn', payload: {} }],
        ['POST', `${away}/plan`, { message: 'applyReservation', payload: snapshot }],
      ];
      const called = async ([method, path, body]: (typeof calls)[number]): Promise<void> => {
        const answer = await api.call(method, path, body, { signal: AbortSignal.timeout(PATIENCE_MS) });
        expect([answer.status, answer.headers.get('retry-after')], `${method} ${path}`).toEqual([503, '2']);
        // This text is for an unreachable server; the text for missing workers comes only after ten seconds.
        expect(answer.body.detail).toMatch(/^Temporal does not answer/);
      };
      await Promise.all(calls.map(called));

      await road.open();
      await expect.poll(async () => (await api.call('GET', away)).status, { timeout: 120_000 }).toBe(404);
      // Uses the same connection, so that any request it held back would have arrived before.
      const marker = of(`${away.slice(away.lastIndexOf('/') + 1)}-marker`);
      expect((await api.call('PUT', marker, { ...snapshot, rooms: [] })).status).toBe(200);
      expect((await api.call('GET', away)).status).toBe(404);
      await api.stop();
      road.close();
    },
  );
});

describe('a listener of events', () => {
  test('a listener receives every change of the stays it may see, and after a break the changes it missed', async () => {
    const ear = listen(world.keys.writer);
    await ear.open;
    await world.call('PUT', RESERVATION, snapshot, { key: world.keys.all });
    await world.call('PUT', '/v1/properties/forest/reservations/R-9', snapshot, { key: world.keys.all });
    const [first] = await ear.until((events) => events.some(({ data }) => data.stay === 'stay/seaside/R-1'));
    expect(first).toMatchObject({ event: 'stay-changed', data: { propertyId: 'seaside', phase: 'expected' } });
    ear.close();
    await world.call('PUT', RESERVATION, { ...snapshot, revision: 2, status: 'cancelled' });
    const again = listen(world.keys.writer, first?.id);
    const missed = await again.until((events) => events.some(({ data }) => data.phase === 'cancelled'));
    expect(missed.map(({ data }) => data.stay)).not.toContain('stay/forest/R-9');
    expect(new Set(missed.map(({ id }) => id)).size).toBe(missed.length);
    again.close();
  });

  test('a listener with an id that never existed is refused', async () => {
    const answer = await world.call('GET', '/v1/events', undefined, { headers: { 'last-event-id': 'yesterday' } });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'last-event-id' }] } });
    expect((await world.call('GET', '/v1/events?property=forest')).status).toBe(403);
  });
});

describe('the operator', () => {
  test('an operator sees request metrics by route, without any id', async () => {
    await world.call('GET', '/v1/properties/seaside/reservations/R-secret');
    const { body } = await world.call('GET', '/metrics', undefined, { key: null });
    const line =
      'stayline_http_request_duration_seconds_count{method="GET",route="/v1/properties/:propertyId/reservations/:reservationId",status="404"} 1';
    expect(body).toContain(line);
    expect(body).not.toContain('R-secret');
  });
});

test('too many requests with one key get 429, and requests with another key do not', async () => {
  const statuses: number[] = [];
  const look = { key: world.keys.reader };
  for (let i = 0; i <= REQUESTS_PER_MINUTE; i++)
    statuses.push((await world.call('GET', RESERVATION, undefined, look)).status);
  expect(new Set(statuses.slice(0, -1))).toEqual(new Set([200]));
  const refused = await world.call('GET', RESERVATION, undefined, look);
  expect(refused).toMatchObject({ status: 429, body: { type: 'urn:stayline:problem:too-many-requests' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await world.call('GET', RESERVATION, undefined, { key: world.keys.all })).status).toBe(200);
});

interface Heard {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly stay: string; readonly phase: string };
}

interface Ear {
  readonly open: Promise<void>;
  until(enough: (events: readonly Heard[]) => boolean): Promise<readonly Heard[]>;
  close(): void;
}

function listen(key: string, lastEventId?: string): Ear {
  const abort = new AbortController();
  const events: Heard[] = [];
  let opened: () => void = () => undefined;
  const open = new Promise<void>((resolve) => (opened = resolve));
  const read = async (): Promise<void> => {
    const response = await fetch(`${world.url}/v1/events`, {
      headers: {
        authorization: `Bearer ${key}`,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: abort.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    for await (const chunk of response.body ?? []) {
      opened();
      text += Buffer.from(chunk).toString('utf8');
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks.filter((one) => one.startsWith('id: '))) {
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
        events.push({ ...fields, data: JSON.parse(fields.data) });
      }
    }
  };
  // Fails with an error when the stream is closed.
  void read().catch(() => undefined);
  return {
    open,
    async until(enough) {
      await expect.poll(() => enough(events), { timeout: 120_000, interval: 50 }).toBe(true);
      return [...events];
    },
    close: () => abort.abort(),
  };
}

interface Road {
  readonly address: string;
  open(): Promise<void>;
  close(): void;
}

/** A proxy to the world's Temporal server that is closed, or never responds, until it is opened. */
async function roadToTemporal(at: 'closed' | 'silent'): Promise<Road> {
  const { hostname, port } = new URL(`tcp://${addressOfTemporal()}`);
  const sockets = new Set<Socket>();
  let isOpen = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined);
  };
  const server = createServer((socket) => {
    keep(socket);
    if (isOpen) socket.pipe(keep(connect(Number(port), hostname))).pipe(socket);
    else socket.resume();
  });
  const listen = async (where: number): Promise<number> => {
    server.listen(where, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const own = await listen(0);
  if (at === 'closed') await promisify(server.close.bind(server))();
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    address: `127.0.0.1:${own}`,
    async open() {
      isOpen = true;
      cut();
      if (!server.listening) await listen(own);
    },
    close() {
      server.close();
      cut();
    },
  };
}

function addressOfTemporal(): string {
  const { connection } = world.hotel.temporal;
  if (!(connection instanceof Connection)) throw new Error('The world has a connection of its own');
  return connection.options.address;
}
