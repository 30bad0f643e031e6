/** What strangers and vandals try at the door: each is refused as it should be, starts no workflow, and leaves nothing in the log. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApiKey } from '../../../src/booking/http/index.js';
import { openApiWorld, type ApiWorld, type CallOptions } from './api-world.js';

let world: ApiWorld;
let valid: Record<string, unknown>;
beforeAll(async () => {
  world = await openApiWorld();
  const { propertyId: _p, reservationId: _r, ...snapshot } = await world.hotel.snapshotOf('unused', {});
  valid = { ...snapshot, guests: [{ guestId: 'g1', name: NAME, email: MAIL }] };
});
afterAll(() => world.stop());

const NAME = 'Finn Fox';
const MAIL = 'finn@example.org';
const RESERVATION = '/v1/properties/seaside/reservations/R-1';
const stranger = makeApiKey({ keyId: 'writer', properties: 'all', access: 'write' }).key;
const nested = (depth: number): string => `${'{"guests":['.repeat(depth)}${']}'.repeat(depth)}`;
const json =
  (text: string): (() => string) =>
  () =>
    text;

interface Attack {
  readonly what: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: () => unknown;
  readonly options?: () => CallOptions;
  readonly status: number;
  readonly problem: string;
}

const ATTACKS: readonly Attack[] = [
  { what: 'no key', options: () => ({ key: null }), status: 401, problem: 'unauthorized' },
  {
    what: "somebody else's key of the same name",
    options: () => ({ key: stranger }),
    status: 401,
    problem: 'unauthorized',
  },
  { what: 'an expired key', options: () => ({ key: world.keys.expired }), status: 401, problem: 'unauthorized' },
  { what: 'a key for another property', options: () => ({ key: world.keys.other }), status: 403, problem: 'forbidden' },
  { what: 'a key that may only read', options: () => ({ key: world.keys.reader }), status: 403, problem: 'forbidden' },
  {
    what: 'the key as a password',
    options: () => ({
      key: null,
      headers: { authorization: `Basic ${Buffer.from(`x:${world.keys.writer}`).toString('base64')}` },
    }),
    status: 401,
    problem: 'unauthorized',
  },
  {
    what: 'the key in the query',
    path: `${RESERVATION}?api_key=${stranger}`,
    options: () => ({ key: null }),
    status: 401,
    problem: 'unauthorized',
  },
  {
    what: 'a reader that says that it only overrides the method',
    method: 'POST',
    options: () => ({ key: world.keys.reader, headers: { 'x-http-method-override': 'PUT' } }),
    status: 404,
    problem: 'not-found',
  },
  {
    what: "another property's id in the body",
    body: () => ({ ...valid, propertyId: 'forest' }),
    status: 422,
    problem: 'invalid-request',
  },
  {
    what: 'a path that climbs into another property',
    path: '/v1/properties/seaside/../forest/reservations/R-1',
    status: 403,
    problem: 'forbidden',
  },
  {
    what: 'a path that climbs, percent-encoded',
    path: '/v1/properties/seaside%2F..%2Fforest/reservations/R-1',
    status: 403,
    problem: 'forbidden',
  },
  {
    what: 'a broken percent-encoding',
    path: '/v1/properties/seaside/reservations/%E0%A4%A',
    status: 400,
    problem: 'bad-request',
  },
  { what: 'a NUL in an id', path: '/v1/properties/seaside/reservations/R%00', status: 422, problem: 'invalid-request' },
  {
    what: 'an id too long for Temporal',
    path: `/v1/properties/seaside/reservations/${'%E2%82%AC'.repeat(200)}`,
    status: 422,
    problem: 'invalid-request',
  },
  {
    what: 'a body of a megabyte',
    body: () => ({ ...valid, hold: { reason: 'x'.repeat(1_000_000) } }),
    status: 413,
    problem: 'too-large',
  },
  { what: 'a body that nests without end', body: json(nested(10_000)), status: 422, problem: 'invalid-request' },
  { what: 'an array for an object', body: () => [valid], status: 422, problem: 'invalid-request' },
  {
    what: 'numbers for texts',
    body: () => ({ ...valid, guests: [{ guestId: 7 }] }),
    status: 422,
    problem: 'invalid-request',
  },
  { what: 'a text for an object', body: () => JSON.stringify('{}'), status: 422, problem: 'invalid-request' },
  { what: 'another prototype', body: json('{"__proto__":{"status":"in-house"}}'), status: 400, problem: 'bad-request' },
  {
    what: 'another constructor',
    body: json('{"constructor":{"prototype":{"status":"in-house"}}}'),
    status: 400,
    problem: 'bad-request',
  },
  {
    what: 'an id that is a name of the prototype',
    body: () => ({ ...valid, guests: [{ guestId: '__proto__' }] }),
    status: 422,
    problem: 'invalid-request',
  },
  {
    what: 'half a body',
    body: json(`{"guests":[{"guestId":"g1","name":"${NAME}"`),
    status: 400,
    problem: 'bad-request',
  },
  {
    what: 'a body that says it is text',
    body: () => JSON.stringify({ name: NAME }),
    options: () => ({ headers: { 'content-type': 'text/plain' } }),
    status: 415,
    problem: 'unsupported-media-type',
  },
  {
    what: 'a form',
    body: json(`name=${encodeURIComponent(NAME)}`),
    options: () => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    status: 415,
    problem: 'unsupported-media-type',
  },
  {
    what: 'a query that ends its quotation',
    method: 'GET',
    path: `/v1/properties/seaside/stays?phase=${encodeURIComponent('x" OR StayProperty = "forest')}`,
    status: 422,
    problem: 'invalid-request',
  },
];

describe('at the door', () => {
  test.each(ATTACKS)(
    '$what: $status',
    async ({ method = 'PUT', path = RESERVATION, body, options, status, problem }) => {
      const sent = method === 'GET' ? undefined : (body?.() ?? valid);
      const answer = await world.call(method, path, sent, options?.() ?? {});
      expect(answer).toMatchObject({ status, body: { type: `urn:stayline:problem:${problem}`, status } });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(JSON.stringify(answer.body)).not.toMatch(/Fox|example\.org|sl_|node_modules/);
    },
  );

  test('two lengths of one body: the request is not understood', async () => {
    const text = [
      `PUT ${RESERVATION} HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${world.keys.writer}`,
      'Content-Type: application/json',
      'Content-Length: 2',
      'Transfer-Encoding: chunked',
      '',
      '2\r\n{}\r\n0\r\n\r\n',
    ].join('\r\n');
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('headers without end are cut off', async () => {
    const text = `GET ${RESERVATION} HTTP/1.1\r\nHost: x\r\nX-Much: ${'x'.repeat(100_000)}\r\n\r\n`;
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('rooms whose names look like a query find nothing of others', async () => {
    const room = encodeURIComponent('101" OR StayProperty = "forest');
    const { status, body } = await world.call('GET', `/v1/properties/seaside/stays?room=${room}`);
    expect([status, body]).toEqual([200, { stays: [] }]);
  });

  test('a body without a key is not read', async () => {
    const big = { ...valid, hold: { reason: 'x'.repeat(1_000_000) } };
    expect((await world.call('PUT', RESERVATION, big, { key: null })).status).toBe(401);
  });
});

test('after all of it there is no workflow, and nothing secret or personal in the log', async () => {
  const workflows: string[] = [];
  for await (const { workflowId } of world.hotel.temporal.workflow.list()) workflows.push(workflowId);
  expect(workflows).toEqual([]);
  const log = world.logged();
  for (const word of ['Fox', 'example.org', 'sl_', stranger, ...Object.values(world.keys)])
    expect(log).not.toContain(word);
});

test('a guest who is let in leaves nothing personal in the log, either', async () => {
  expect((await world.call('PUT', RESERVATION, valid)).status).toBe(200);
  expect((await world.call('PUT', RESERVATION, { ...valid, revision: 0 })).status).toBe(409);
  expect(world.logged()).not.toMatch(/Fox|example\.org|sl_/);
});

/** Sends bytes as they are; answers what comes back. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.on('error', reject);
    socket.setTimeout(20_000, () => socket.destroy());
  });
}
