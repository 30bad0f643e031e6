/** How the door behaves where it runs: while Temporal is away, under too many requests, to those who listen. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectWhenNeeded } from '../../../src/temporal/connection.js';
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

describe('while Temporal is away', () => {
  const nobody = (): Promise<string> => Promise.resolve('127.0.0.1:1');
  const silence = createServer((socket) => socket.on('error', () => undefined).resume());
  /** Takes connections and never says a word. */
  async function somebodySilent(): Promise<string> {
    silence.listen(0, '127.0.0.1');
    await once(silence, 'listening');
    return `127.0.0.1:${(silence.address() as AddressInfo).port}`;
  }
  afterAll(() => void silence.close());

  test.each([
    ['nobody listens where it was', nobody],
    ['it listens and does not answer', somebodySilent],
  ])('as %s, every call is answered 503 with Retry-After', async (_how, address) => {
    // Not closed: the client's own retries of calls that were given up would complain.
    const connection = connectWhenNeeded({ address: await address(), namespace: 'default' });
    const api = await openApi({ temporal: new Client({ connection }), connection });
    const paths = [RESERVATION, '/v1/properties/seaside/stays', '/v1/properties/seaside/rooms/101'];
    const calls = [
      ...paths.map((path) => api.call('GET', path)),
      api.call('PUT', RESERVATION, snapshot),
      api.call('POST', `${RESERVATION}/check-in`),
      api.call('POST', `${RESERVATION}/plan`, { message: 'checkIn', payload: {} }),
    ];
    for (const { status, headers, body } of await Promise.all(calls)) {
      expect([status, headers.get('retry-after')]).toEqual([503, '2']);
      // Said of a server that is away; of workers that are, it is said much later.
      expect(body.detail).toMatch(/^Temporal does not answer/);
    }
    await api.stop();
  });
});

describe('those who listen', () => {
  test('hear of every change of the stays that they may see, and after a break of what they have missed', async () => {
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

  test('with an id that never was are refused', async () => {
    const answer = await world.call('GET', '/v1/events', undefined, { headers: { 'last-event-id': 'yesterday' } });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'last-event-id' }] } });
    expect((await world.call('GET', '/v1/events?property=forest')).status).toBe(403);
  });
});

describe('the operator', () => {
  test('sees requests by route, and no id', async () => {
    await world.call('GET', '/v1/properties/seaside/reservations/R-secret');
    const { body } = await world.call('GET', '/metrics', undefined, { key: null });
    const line =
      'stayline_http_request_duration_seconds_count{method="GET",route="/v1/properties/:propertyId/reservations/:reservationId",status="404"} 1';
    expect(body).toContain(line);
    expect(body).not.toContain('R-secret');
  });
});

test('too many requests of one key are answered 429, and those of another are not', async () => {
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
  // Ends with an error when it is closed.
  void read().catch(() => undefined);
  return {
    open,
    async until(enough) {
      await expect.poll(() => enough(events), { timeout: 20_000, interval: 50 }).toBe(true);
      return [...events];
    },
    close: () => abort.abort(),
  };
}
