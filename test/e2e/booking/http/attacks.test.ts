/**
 * Attacks by strangers on a running server. Each is refused with the right status, starts no workflow, and leaves no secret or personal
 * data in the log.
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApiKey } from '../../../../src/booking/http/index.js';
import { openStayWorld, type StayWorld } from '../../../harness/stay-world.js';
import {
  aDelivery,
  anEvent,
  SECRET as SEAM_SECRET,
  type DeliveryHabits,
} from '../../../unit/seam/webhooks/a-delivery.js';
import { deliver, SECRET as OWN_SECRET, signed, type Signing } from '../generic/sender.js';
import { OTHER_PROPERTY_ID, type CallOptions } from './api-world.js';
import { OWN_SYSTEM, startServerProcess, type ServerProcess } from './server-process.js';

let hotel: StayWorld;
let server: ServerProcess;
let valid: Record<string, unknown>;
beforeAll(async () => {
  hotel = await openStayWorld({ server: 'dev', properties: { [OTHER_PROPERTY_ID]: {} } });
  server = await startServerProcess(hotel, { seamSecret: SEAM_SECRET, ownSecret: OWN_SECRET });
  const { propertyId: _p, reservationId: _r, ...snapshot } = await hotel.snapshotOf('unused', {});
  valid = { ...snapshot, guests: [{ guestId: 'g1', name: NAME, email: MAIL }] };
});
afterAll(async () => {
  await server.stop();
  await hotel.stop();
});

const NAME = 'Finn Fox';
const MAIL = 'finn@example.org';
const RESERVATION = '/v1/properties/seaside/reservations/R-1';
const SEAM = '/webhooks/seam';
const LONG_AGO_S = 6 * 60;
const stranger = makeApiKey({ keyId: 'writer', properties: 'all', access: 'write' }).key;
const nested = (depth: number): string => `${'{"guests":['.repeat(depth)}${']}'.repeat(depth)}`;
const json =
  (text: string): (() => string) =>
  () =>
    text;

/** A snapshot as the hotel's own booking system delivers it. */
const delivered = (changes: object = {}): string =>
  JSON.stringify({ propertyId: 'seaside', reservationId: 'R-1', ...valid, ...changes });
const signedLike =
  (body: () => string, signing: Signing = {}): (() => CallOptions) =>
  () => ({ key: null, headers: signed(body(), signing) });

const keyEvent = (acsCredentialId = 'c-1'): Record<string, unknown> =>
  anEvent('acs_credential.invalidated', { acs_credential_id: acsCredentialId, acs_system_id: 's-1', name: NAME });
const seamSaid = (event: () => unknown, habits: DeliveryHabits = {}): Pick<Attack, 'body' | 'options'> => ({
  body: () => aDelivery(event(), habits).body.toString(),
  options: () => ({ key: null, headers: aDelivery(event(), habits).headers }),
});

interface Attack {
  readonly what: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: () => unknown;
  readonly options?: () => CallOptions;
  readonly status: number;
  /** The expected answer: a problem type, or the outcome of a webhook delivery. */
  readonly problem?: string;
  readonly outcome?: object;
}

const ATTACKS: readonly Attack[] = [
  { what: 'no key', options: () => ({ key: null }), status: 401, problem: 'unauthorized' },
  {
    what: "somebody else's key of the same name",
    options: () => ({ key: stranger }),
    status: 401,
    problem: 'unauthorized',
  },
  { what: 'an expired key', options: () => ({ key: server.keys.expired }), status: 401, problem: 'unauthorized' },
  {
    what: 'a key for another property',
    options: () => ({ key: server.keys.other }),
    status: 403,
    problem: 'forbidden',
  },
  { what: 'a key that may only read', options: () => ({ key: server.keys.reader }), status: 403, problem: 'forbidden' },
  {
    what: 'a key of the codec server, which may not even read',
    method: 'GET',
    options: () => ({ key: server.keys.decoder }),
    status: 403,
    problem: 'forbidden',
  },
  {
    what: 'the key as a password',
    options: () => ({
      key: null,
      headers: { authorization: `Basic ${Buffer.from(`x:${server.keys.writer}`).toString('base64')}` },
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
    options: () => ({ key: server.keys.reader, headers: { 'x-http-method-override': 'PUT' } }),
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
    what: 'half a surrogate pair, which no workflow id can hold',
    body: () => ({ ...valid, rooms: ['\ud800'] }),
    status: 422,
    problem: 'invalid-request',
  },
  {
    what: 'wrong fields by the ten thousand',
    body: () => ({ ...valid, guests: Array.from({ length: 199 }, () => ({ rooms: Array(200).fill(0) })) }),
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
  {
    what: 'a delivery of the booking system that nobody signed',
    method: 'POST',
    path: OWN_SYSTEM,
    body: delivered,
    options: () => ({ key: null }),
    status: 401,
    outcome: { outcome: 'forged' },
  },
  {
    what: 'one that is signed with another secret',
    method: 'POST',
    path: OWN_SYSTEM,
    body: delivered,
    options: signedLike(delivered, {
      secret: `whsec_${Buffer.from('thirty-two bytes that nobody gave').toString('base64')}`,
    }),
    status: 401,
    outcome: { outcome: 'forged' },
  },
  {
    what: 'one that was signed long ago',
    method: 'POST',
    path: OWN_SYSTEM,
    body: delivered,
    options: signedLike(delivered, { at: new Date(Date.now() - LONG_AGO_S * 1_000) }),
    status: 401,
    outcome: { outcome: 'forged' },
  },
  {
    what: 'one that was altered after it was signed',
    method: 'POST',
    path: OWN_SYSTEM,
    body: () => delivered({ status: 'cancelled' }),
    options: signedLike(delivered),
    status: 401,
    outcome: { outcome: 'forged' },
  },
  {
    what: "one of another property's id, rightly signed",
    method: 'POST',
    path: OWN_SYSTEM,
    body: () => delivered({ propertyId: OTHER_PROPERTY_ID }),
    options: signedLike(() => delivered({ propertyId: OTHER_PROPERTY_ID })),
    status: 202,
    outcome: { outcome: 'nothing' },
  },
  {
    what: 'an event of Seam that nobody signed',
    method: 'POST',
    path: SEAM,
    body: keyEvent,
    options: () => ({ key: null }),
    status: 401,
    outcome: { error: 'the signature is wrong' },
  },
  {
    what: 'an event that is signed with another secret',
    method: 'POST',
    path: SEAM,
    ...seamSaid(keyEvent, { secret: 'whsec_c29tZWJvZHlFbHNl' }),
    status: 401,
    outcome: { error: 'the signature is wrong' },
  },
  {
    what: 'an event that was signed long ago',
    method: 'POST',
    path: SEAM,
    ...seamSaid(keyEvent, { secondsAgo: LONG_AGO_S }),
    status: 401,
    outcome: { error: 'the signature is wrong' },
  },
];

/** Attacks as raw bytes, which fetch would correct before sending. */
const RAW_ATTACKS: readonly {
  readonly what: string;
  readonly text: () => string;
  readonly status: number;
  readonly problem: string;
}[] = [
  {
    what: 'a path that climbs into another property',
    text: () => {
      const body = JSON.stringify(valid);
      return request(`PUT /v1/properties/seaside/../${OTHER_PROPERTY_ID}/reservations/R-1`, body, [
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: close',
      ]);
    },
    status: 404,
    problem: 'not-found',
  },
  {
    what: 'two lengths of one body',
    text: () =>
      request(`PUT ${RESERVATION}`, '2\r\n{}\r\n0\r\n\r\n', [
        'Content-Type: application/json',
        'Content-Length: 2',
        'Transfer-Encoding: chunked',
      ]),
    status: 400,
    problem: 'bad-request',
  },
  {
    what: 'headers without end',
    text: () => request(`GET ${RESERVATION}`, '', [`X-Much: ${'x'.repeat(100_000)}`]),
    status: 431,
    problem: 'headers-too-large',
  },
];

describe('attacks on the HTTP server', () => {
  test.each(ATTACKS)(
    'the server answers a request ($what) with status $status',
    async ({ method = 'PUT', path = RESERVATION, body, options, status, problem, outcome }) => {
      const sent = method === 'GET' ? undefined : (body?.() ?? valid);
      const answer = await server.call(method, path, sent, options?.() ?? {});
      expect(answer.status).toBe(status);
      if (problem === undefined) expect(answer.body).toEqual(outcome);
      else {
        expect(answer.body).toMatchObject({ type: `urn:stayline:problem:${problem}`, status });
        expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      }
      const text = JSON.stringify(answer.body);
      expect(text).not.toMatch(/Fox|example\.org|sl_|node_modules/);
      expect(text.length, 'whatever was sent, the answer can be read').toBeLessThan(10_000);
    },
  );

  test.each(RAW_ATTACKS)(
    'the server answers raw bytes ($what) with status $status',
    async ({ text, status, problem }) => {
      const answer = await raw(text());
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).toMatch(/^content-type: application\/problem\+json/im);
      expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
        type: `urn:stayline:problem:${problem}`,
        status,
      });
    },
  );

  test('the server does not read a body that comes without an API key', async () => {
    const big = { ...valid, hold: { reason: 'x'.repeat(1_000_000) } };
    expect((await server.call('PUT', RESERVATION, big, { key: null })).status).toBe(401);
  });
});

describe('the state after all attacks', () => {
  const of = (reservationId: string): string => `stay/${OTHER_PROPERTY_ID}/${reservationId}`;

  test('no attack has started a workflow', async () => {
    await putInForest('R-after');
    const workflows: string[] = [];
    for await (const { workflowId } of hotel.temporal.workflow.list()) workflows.push(workflowId);
    expect(workflows).toEqual([of('R-after')]);
    // Lists lag behind; a request by id returns the current state.
    for (const workflowId of ['stay/seaside/R-1', of('R-1'), 'ingest/seaside/R-1']) {
      const looked = hotel.temporal.workflow.getHandle(workflowId).describe();
      await expect(looked, workflowId).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
    }
  });

  test('a room name that looks like a query finds no stay of another property', async () => {
    await putInForest('R-hidden');
    const found = async (room: string): Promise<unknown> => {
      const { status, body } = await server.call(
        'GET',
        `/v1/properties/seaside/stays?room=${encodeURIComponent(room)}`,
      );
      return [status, body.stays];
    };
    expect(await found("101' OR StayProperty = 'forest")).toEqual([200, []]);
    expect(await found('101" OR StayProperty = "forest')).toEqual([200, []]);
  });
});

describe('repeated valid requests', () => {
  test('a repeated delivery of the booking system is processed once', async () => {
    const url = `${server.url}${OWN_SYSTEM}`;
    const first = { propertyId: 'seaside', reservationId: 'R-2', ...valid, rooms: [], revision: 1 };
    const later = { ...first, revision: 2, status: 'cancelled' };
    const signing = { id: 'msg_replayed', at: new Date() };
    const outcomes: string[] = [];
    for (const snapshot of [first, first, later, first]) {
      const { outcome } = await deliver(url, snapshot, snapshot === first ? signing : {});
      outcomes.push(outcome);
    }
    expect(outcomes).toEqual(['recorded', 'same', 'recorded', 'same']);
    const { body } = await server.call('GET', '/v1/properties/seaside/reservations/R-2');
    expect(body).toMatchObject({ revision: 2, phase: 'cancelled' });
    expect(linesOf(body, /^snapshot /)).toEqual(['snapshot 1: in-house, rooms not assigned', expect.any(String)]);
  });

  test('a repeated event of Seam is processed once', async () => {
    const stay = await hotel.book('R-3', {});
    const { keys } = await stay.until((view) => view.keys.some(({ state }) => state === 'live'));
    const { body, headers } = aDelivery(keyEvent(keys[0]?.acsCredentialId));
    for (let time = 0; time < 2; time++) {
      expect(await server.call('POST', SEAM, body.toString(), { key: null, headers })).toMatchObject({ status: 202 });
    }
    // Signals arrive in the order in which they were sent.
    await stay.signal('hold', { reason: 'marker' });
    const view = await stay.until((seen) => linesOf(seen, /^hold/).length === 1);
    expect(linesOf(view, /^Seam reports acs_credential\.invalidated/)).toHaveLength(1);
    const { body: health } = await server.call('GET', '/healthz', undefined, { key: null });
    expect(health.seamEvents).toMatchObject({ 'handed-over': 1, repeated: 1 });
  });

  test('an older snapshot after a newer one is refused as a conflict', async () => {
    expect((await server.call('PUT', RESERVATION, valid)).status).toBe(200);
    expect((await server.call('PUT', RESERVATION, { ...valid, revision: 0 })).status).toBe(409);
  });
});

test('the log holds no secret and no personal data of any request', () => {
  const log = server.logged();
  // These expected lines prove that the right log is searched.
  expect(log).toContain('"msg":"listening"');
  expect(log).toContain('a delivery was refused: its signature is wrong');
  expect(log).toContain('"msg":"sent to stays"');
  const { headers } = aDelivery(keyEvent());
  const secrets = [stranger, ...Object.values(server.keys), SEAM_SECRET, OWN_SECRET, headers['svix-signature'] ?? ''];
  for (const word of ['Fox', 'example.org', 'sl_', 'whsec_', 'v1,', ...secrets]) expect(log).not.toContain(word);
});

/** Creates and lists a stay of the other property. Earlier workflows are then listed too, and an injected query would find this stay. */
async function putInForest(reservationId: string): Promise<void> {
  const snapshot = { ...valid, status: 'confirmed', rooms: [] };
  const key = server.keys.other;
  const path = `/v1/properties/${OTHER_PROPERTY_ID}`;
  expect((await server.call('PUT', `${path}/reservations/${reservationId}`, snapshot, { key })).status).toBe(200);
  const listed = async (): Promise<string[]> => {
    const { body } = await server.call('GET', `${path}/stays`, undefined, { key });
    return body.stays.map((stay: { reservationId: string }) => stay.reservationId);
  };
  await expect.poll(listed, { timeout: 120_000, interval: 50 }).toContain(reservationId);
}

function linesOf({ timeline }: { readonly timeline: readonly { readonly what: string }[] }, like: RegExp): string[] {
  return timeline.map(({ what }) => what).filter((what) => like.test(what));
}

function request(first: string, body: string, headers: readonly string[]): string {
  const lines = [`${first} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${server.keys.writer}`, ...headers, '', body];
  return lines.join('\r\n');
}

/** Sends raw bytes, and returns the answer. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.on('error', reject);
    socket.setTimeout(20_000, () => socket.destroy());
  });
}
