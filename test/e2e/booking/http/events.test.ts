/**
 * Event streams over real connections, with a Temporal whose search results the test sets and a clock that the test advances: access,
 * duration and limits of a stream.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KeyDecision } from '../../../../src/booking/http/api-keys.js';
import { bookingApi, collectRoutes } from '../../../../src/booking/http/index.js';
import { fixedProperties } from '../../../../src/property-file.js';
import { createHttpServer } from '../../../../src/http/server.js';

const LOOK_MS = 1_000;
const STILL_HERE_MS = 15_000;
const PAGE_SIZE = 1_000;
const DAY_MS = 86_400_000;

let door: Door;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() });
  door = await openDoor();
});
afterEach(async () => {
  await door.stop();
  vi.useRealTimers();
});

describe('a listener on the event stream', () => {
  test('a listener receives each change, and a comment from time to time that keeps the stream alive', async () => {
    const ear = await door.listen();
    door.changes(['seaside', 'R-1']);
    await pass(LOOK_MS);
    await ear.until(/^id: \S+~stay\/seaside\/R-1\nevent: stay-changed\ndata: \{.*"reservationId":"R-1"/m);
    await pass(STILL_HERE_MS);
    await ear.until(/: still here/);
  });

  test('searches stop after a listener disconnects before their stream has begun', async () => {
    const held = door.temporal.hold();
    const leaving = door.request();
    await expect.poll(() => door.temporal.searches.length).toBe(1);
    leaving.destroy();
    await expect.poll(() => door.connections()).toBe(0);
    held.open();
    await letHappen();
    await pass(LOOK_MS);
    await letHappen();
    const before = door.temporal.searches.length;
    for (let i = 0; i < 5; i++) await pass(LOOK_MS);
    expect(door.temporal.searches).toHaveLength(before);
  });

  test('a listener that does not read is disconnected, and other listeners still receive the changes', async () => {
    const ear = await door.listen();
    door.hurryConnections(100);
    const stalled = await door.listen();
    door.hurryConnections(1);
    stalled.socket.pause();
    // More data than fits into the buffers between two processes.
    door.changes(...Array.from({ length: 300 }, (_, i): Change => ['seaside', `R-${i}`, 'x'.repeat(100_000)]));
    await pass(LOOK_MS);
    await expect.poll(() => door.connections(), { timeout: 120_000 }).toBe(1);
    await expect.poll(() => ear.heard().includes('R-0"')).toBe(true);
    stalled.socket.resume();
    await once(stalled.socket, 'close');
    expect(stalled.heard().includes('R-0"')).toBe(false);
  });
});

describe('a stream whose key ends', () => {
  test.each<[string, KeyDecision, string]>([
    ['taken out of the file', { kind: 'unknown' }, ''],
    ['expired', { kind: 'expired' }, ''],
    ['for another property than is asked for', valid(['forest']), '?property=seaside'],
  ])('a stream ends without further events once its key is %s', async (_how, decision, query) => {
    const ear = await door.listen({ query });
    door.key.decision = decision;
    door.changes(['seaside', 'R-1']);
    await pass(LOOK_MS);
    await ear.ended();
    expect(ear.heard()).not.toContain('R-1');
  });

  test('a stream ends with its key even if no stay changes', async () => {
    const ear = await door.listen();
    door.key.decision = { kind: 'unknown' };
    await pass(STILL_HERE_MS);
    await ear.ended();
    // The connection can be reused, and no search runs for it any more.
    expect(ear.socket.destroyed).toBe(false);
    await pass(LOOK_MS);
    const before = door.temporal.searches.length;
    for (let i = 0; i < 5; i++) await pass(LOOK_MS);
    expect(door.temporal.searches).toHaveLength(before);
  });

  test('a stream whose key expires during a catch-up ends in the middle of it', async () => {
    door.changes(...Array.from({ length: 500 }, (_, i): Change => ['seaside', `R-${i}`]));
    door.key.judged = (times) => {
      // The key is checked on connection, and before each hundred events.
      if (times === 3) door.key.decision = { kind: 'expired' };
    };
    const ear = await door.listen({ lastEventId: eventId(-1_000) });
    await ear.ended();
    expect(ear.heard().match(/^id: /gm)).toHaveLength(100);
  });

  test('a stream sends only events of the properties that its key currently covers', async () => {
    door.key.decision = valid('all');
    const ear = await door.listen();
    door.changes(['forest', 'R-1'], ['seaside', 'R-2']);
    door.key.decision = valid(['seaside']);
    await pass(LOOK_MS);
    await ear.until(/R-2/);
    expect(ear.heard()).not.toContain('R-1');
    door.key.decision = valid(['seaside', 'forest']);
    await pass(STILL_HERE_MS);
    door.changes(['forest', 'R-3']);
    await pass(LOOK_MS);
    await ear.until(/R-3/);
  });
});

describe('a listener that reconnects', () => {
  test("a reconnected listener receives missed changes of its key's properties, in order of time", async () => {
    door.changes(['seaside', 'R-2', '', -10], ['forest', 'R-9', '', -20], ['seaside', 'R-1', '', -30]);
    const ear = await door.listen({ lastEventId: eventId(-60_000) });
    await ear.until(/R-1[^]*R-2/);
    expect(ear.heard()).not.toContain('R-9');
    expect(door.temporal.searches.at(-1)).toContain('StayProperty IN ("seaside")');
  });

  test('a reconnection that asks for one property searches only that property', async () => {
    door.key.decision = valid('all');
    await door.listen({ lastEventId: eventId(-60_000), query: `?property=${encodeURIComponent('for"est')}` });
    expect(door.temporal.searches.at(-1)).toContain('(StayProperty STARTS_WITH "for")');
  });

  test('a reconnected listener receives visibility’s last fifteen seconds again', async () => {
    door.changes(['seaside', 'R-1', '', -74_000], ['seaside', 'R-2', '', -76_000]);
    const ear = await door.listen({ lastEventId: eventId(-60_000) });
    await ear.until(/R-1/);
    expect(ear.heard()).not.toContain('R-2');
  });

  test('a catch-up waits for all pages as long as each page arrives in time', async () => {
    door.changes(...Array.from({ length: 4 * PAGE_SIZE }, (_, i): Change => ['seaside', `R-${i}`, '', -i - 600_000]));
    door.temporal.pageTakesMs = 4_000;
    const coming = door.listen({ lastEventId: eventId(-3_600_000) });
    await expect.poll(() => door.temporal.searches.length).toBe(1);
    // One page for the start of the feed, and four of missed changes.
    for (let i = 0; i < 5; i++) await pass(4_000);
    await (await coming).until(/R-0\b/);
  });

  test('a reconnection with too old an id or too many missed stays is refused with 410 and advice to start over', async () => {
    const old = await door.refused({ lastEventId: eventId(-8 * DAY_MS) });
    expect(old).toMatchObject({ status: 410, body: { type: 'urn:stayline:problem:gone' } });
    expect(old.body.detail).toMatch(/older than 7 days; reconnect without Last-Event-ID, then read GET/);
    expect((await door.refused({ lastEventId: '1970-01-01T00:00:00.000Z~x' })).status).toBe(410);
    expect(door.temporal.searches).toEqual([]);

    const one = (_: unknown, i: number): Change => ['seaside', `R-${i}`, '', -600_000];
    door.changes(...Array.from({ length: 10 * PAGE_SIZE }, one));
    await door.listen({ lastEventId: eventId(-3_600_000) });
    door.changes(['seaside', 'R-more', '', -600_000]);
    const much = await door.refused({ lastEventId: eventId(-3_600_000) });
    expect(much).toMatchObject({ status: 410, body: { type: 'urn:stayline:problem:gone' } });
    expect(much.body.detail).toMatch(/more than 10000 stays/);
  });

  test.each([
    'yesterday',
    '2026-13-45T99:99:99.999Z~x',
    '2026-02-30T00:00:00.000Z~x',
    '0000-01-01T00:00:00.000Z~x',
    '9999-12-31T23:59:59.999Z~x',
  ])('a reconnection with %s, which is not the id of any event, is refused', async (lastEventId) => {
    const { status, body } = await door.refused({ lastEventId });
    expect([status, body.errors]).toEqual([
      422,
      [{ path: 'last-event-id', message: 'must be the id of an event that this API sent' }],
    ]);
    expect(door.temporal.searches).toEqual([]);
  });
});

test('a key may have twenty streams at once, and the next stream is refused until one has ended', async () => {
  const ears = await Promise.all(Array.from({ length: 20 }, () => door.listen()));
  const refused = await door.refused();
  expect(refused).toMatchObject({ status: 429, body: { type: 'urn:stayline:problem:too-many-requests' } });
  expect(refused.head).toMatch(/^retry-after: [1-9]\d*\r$/m);
  ears[0]?.socket.destroy();
  await expect.poll(() => door.connections()).toBe(19);
  await door.listen();
  expect((await door.refused()).status).toBe(429);
  // Another key has its own limit.
  door.key.decision = valid(['seaside'], 'another');
  await door.listen();
});

test('all streams that are queued on one connection end when the connection closes', async () => {
  const held = door.temporal.hold();
  const socket = door.request({ times: 20 });
  await expect.poll(() => door.key.times).toBe(20);
  await letHappen();
  held.open();
  socket.destroy();
  await expect.poll(() => door.connections()).toBe(0);
  await Promise.all(Array.from({ length: 20 }, () => door.listen()));
});

type Change = readonly [propertyId: string, reservationId: string, attention?: string, ms?: number];

interface Asking {
  readonly query?: string;
  readonly lastEventId?: string;
  /** Number of copies of the request, one behind the other on one connection. */
  readonly times?: number;
}

interface Ear {
  readonly socket: Socket;
  heard(): string;
  until(what: RegExp): Promise<void>;
  ended(): Promise<void>;
}

interface Door {
  readonly key: { decision: KeyDecision; times: number; judged: (times: number) => void };
  readonly temporal: FakeTemporal;
  /** Records changes as of now, or of the given number of milliseconds from now. */
  changes(...changes: readonly Change[]): void;
  /** Returns the number of open connections of the server. */
  connections(): number;
  /** Divides the server's connection timeouts by the given number. */
  hurryConnections(times: number): void;
  /** Sends the request. */
  request(asking?: Asking): Socket;
  /** Opens a stream; resolves once it has begun. */
  listen(asking?: Asking): Promise<Ear>;
  refused(asking?: Asking): Promise<Refused>;
  stop(): Promise<void>;
}

interface Refused {
  readonly status: number;
  readonly head: string;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into JSON that has no type
}

async function openDoor(): Promise<Door> {
  const temporal = fakeTemporal();
  const key: Door['key'] = { decision: valid(['seaside']), times: 0, judged: () => undefined };
  const server = createHttpServer({ whyNotReady: async () => undefined, report: () => ({}), onError: () => undefined });
  const open = new Set<Socket>();
  let hurry = 1;
  server.app.server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const setTimeout = socket.setTimeout.bind(socket);
    socket.setTimeout = (ms, callback) => setTimeout(ms / hurry, callback);
  });
  await collectRoutes(server.app);
  await server.app.register(
    bookingApi({
      temporal: { options: { namespace: 'default' } } as Client,
      connection: temporal.connection,
      properties: fixedProperties([]),
      keys: {
        async judge() {
          key.times++;
          key.judged(key.times);
          return key.decision;
        },
      },
      requestsPerMinute: 100_000,
      log: { info: () => undefined, warn: () => undefined },
      onError: () => undefined,
    }),
  );
  const url = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const sockets: Socket[] = [];

  function request({ query = '', lastEventId, times = 1 }: Asking = {}): Socket {
    const socket = connect(Number(url.port), url.hostname);
    sockets.push(socket);
    const headers = ['host: test', 'authorization: Bearer key'];
    if (lastEventId !== undefined) headers.push(`last-event-id: ${lastEventId}`);
    socket.write(`GET /v1/events${query} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`.repeat(times));
    socket.on('error', () => undefined);
    return socket;
  }

  function earAt(socket: Socket): Ear {
    let heard = '';
    socket.setEncoding('utf8').on('data', (text) => (heard += text.toString()));
    return {
      socket,
      heard: () => heard,
      until: async (what) => void (await expect.poll(() => heard, { timeout: 120_000 }).toMatch(what)),
      // The last chunk of the response.
      ended: async () => void (await expect.poll(() => heard, { timeout: 120_000 }).toMatch(/\r\n0\r\n\r\n$/)),
    };
  }

  return {
    key,
    temporal,
    changes(...changes) {
      for (const [propertyId, reservationId, attention = '', ms = 0] of changes) {
        temporal.visible.unshift({ propertyId, reservationId, attention, at: Date.now() + ms });
      }
    },
    connections: () => open.size,
    hurryConnections(times) {
      hurry = times;
    },
    request,
    async listen(asking) {
      const ear = earAt(request(asking));
      await ear.until(/^HTTP\/1.1 200 OK[^]*retry: 2000/);
      return ear;
    },
    async refused(asking) {
      const ear = earAt(request(asking));
      await ear.until(/\r\n\r\n\{.*\}$/);
      const [head = '', body = ''] = ear.heard().split('\r\n\r\n');
      ear.socket.destroy();
      await once(ear.socket, 'close');
      return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body) };
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await server.drain();
    },
  };
}

interface FakeTemporal {
  readonly connection: Connection;
  /** The workflows in visibility, in its own order. */
  readonly visible: {
    readonly propertyId: string;
    readonly reservationId: string;
    readonly attention: string;
    readonly at: number;
  }[];
  /** The queries of all requested pages. */
  readonly searches: readonly string[];
  pageTakesMs: number;
  /** Makes all further searches wait until `open` is called. */
  hold(): { open(): void };
}

function fakeTemporal(): FakeTemporal {
  const searches: string[] = [];
  const visible: FakeTemporal['visible'] = [];
  let held = Promise.resolve();

  interface Search {
    readonly query: string;
    readonly pageSize: number;
    readonly nextPageToken: Uint8Array;
  }

  async function listWorkflowExecutions({ query, pageSize, nextPageToken }: Search): Promise<object> {
    searches.push(query);
    await held;
    if (fake.pageTakesMs > 0) await new Promise((resolve) => setTimeout(resolve, fake.pageTakesMs));
    const since = Date.parse(/StayChangedAt >= "([^"]*)"/.exec(query)?.[1] ?? '');
    const from = Number(Buffer.from(nextPageToken).toString('utf8'));
    const all = visible.filter(({ at }) => at >= since);
    const executions = all.slice(from, from + pageSize).map(({ propertyId, reservationId, attention, at }) => ({
      execution: { workflowId: `stay/${propertyId}/${reservationId}` },
      searchAttributes: {
        indexedFields: {
          StayChangedAt: defaultPayloadConverter.toPayload(new Date(at).toISOString()),
          StayAttention: defaultPayloadConverter.toPayload([attention]),
        },
      },
    }));
    const next = from + pageSize < all.length ? `${from + pageSize}` : '';
    return { executions, nextPageToken: Buffer.from(next) };
  }

  async function withDeadline<T>(deadline: number, call: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the deadline has passed')), deadline - Date.now());
    });
    return Promise.race([call(), late]).finally(() => clearTimeout(timer));
  }

  const fake: FakeTemporal = {
    connection: {
      workflowService: { listWorkflowExecutions, getSystemInfo: async () => ({}) },
      withDeadline,
      withAbortSignal: async <T>(_signal: AbortSignal, call: () => Promise<T>): Promise<T> => call(),
    } as unknown as Connection,
    visible,
    searches,
    pageTakesMs: 0,
    hold() {
      let open: () => void = () => undefined;
      held = new Promise((resolve) => (open = resolve));
      return { open };
    },
  };
  return fake;
}

function valid(properties: 'all' | readonly string[], keyId = 'test'): KeyDecision {
  return { kind: 'valid', caller: { keyId, properties, access: 'read' } };
}

/** Returns the id of an event that many milliseconds from now. */
function eventId(ms: number): string {
  return `${new Date(Date.now() + ms).toISOString()}~stay/seaside/R-0`;
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await letHappen();
}

/** Yields to the event loop several times, so that pending callbacks run. */
async function letHappen(): Promise<void> {
  for (let i = 0; i < 20; i++) await nextTurn();
}
