/** Tests of the webhook's answers while Temporal cannot be reached: only a delivery that must be stored fails. */
import { Client } from '@temporalio/client';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseConnections } from '../../../../src/booking/ingress/connections.js';
import { openIngress, type Ingress } from '../../../../src/booking/ingress/webhook.js';
import { connectWhenNeeded } from '../../../../src/temporal/connection.js';
import { house } from './house-system.js';

const PATH = '/webhooks/house/seaside-house';
const AUTHORIZATION = `Basic ${Buffer.from('house:s3cret pass of the house').toString('base64')}`;

let app: FastifyInstance;
let ingress: Ingress;
let openAgain: () => Ingress;
const logged: string[] = [];
// A port on which only root may listen.
const connection = connectWhenNeeded({ address: '127.0.0.1:1', namespace: 'default' });

beforeAll(() => {
  const guard = {
    token: 'HOUSE_TOKEN',
    basic: { user: 'house', password: 'HOUSE_PASSWORD' },
    addresses: ['203.0.113.0/24'],
  };
  const file = {
    connections: [
      {
        connectionId: 'seaside-house',
        system: 'house',
        properties: [{ propertyId: 'seaside', externalId: 'SEA' }],
        settings: { baseUrl: 'http://127.0.0.1:1', guard },
      },
    ],
  };
  const env = { HOUSE_TOKEN: 'the-right-token-of-house', HOUSE_PASSWORD: 's3cret pass of the house' };
  const connections = parseConnections(JSON.stringify(file), 'bookings.json', { adapters: [house], env });
  const note = (about: object, message: string): void => void logged.push(JSON.stringify(about) + message);
  const open = (): Ingress =>
    openIngress({ connections, temporal: new Client({ connection }), log: { info: note, warn: note } });
  openAgain = open;
  ingress = open();
});
beforeEach(async () => {
  app = fastify();
  await app.register(ingress.plugin);
});
afterAll(() => connection.close());

interface Posted {
  readonly token?: string;
  readonly authorization?: string;
  readonly ip?: string;
  readonly body?: string;
}

async function post({
  token = 'the-right-token-of-house',
  authorization = AUTHORIZATION,
  ip = '203.0.113.9',
  body = '',
}: Posted = {}) {
  const headers = { authorization, 'content-type': 'application/json' };
  return app.inject({ method: 'POST', url: `${PATH}/${token}`, remoteAddress: ip, headers, payload: body });
}

const event = (property: string, ...reservations: string[]): string => JSON.stringify({ property, reservations });

test('a delivery with a wrong token gets 404, as any unknown path does', async () => {
  const wrong = await post({ token: 'wrong' });
  const nowhere = await app.inject({ method: 'POST', url: '/webhooks/house/other/the-right-token-of-house' });
  expect([wrong.statusCode, nowhere.statusCode]).toEqual([404, 404]);
  expect((await app.inject({ method: 'POST', url: PATH })).statusCode).toBe(404);
});

test('a delivery with a wrong name, password or address is refused, and its content is not logged', async () => {
  const other = `Basic ${Buffer.from('house:guess-1').toString('base64')}`;
  expect((await post({ authorization: other })).statusCode).toBe(401);
  expect((await post({ authorization: 'Bearer s3cret pass of the house' })).statusCode).toBe(401);
  expect((await post({ ip: '198.51.100.1' })).statusCode).toBe(401);
  expect((await post({ ip: '::ffff:203.0.113.9' })).statusCode).toBe(200);
  expect(logged.join()).not.toMatch(/guess-1|s3cret|the-right-token-of-house/);
});

test('an empty body is a health check, and an unreadable or unrelated body is accepted and counted', async () => {
  expect((await post()).statusCode).toBe(200);
  for (const body of ['{', '[]', '"text"', '{"property":1}', event('HILLS', 'R-1', 'R-2'), event('SEA')]) {
    expect((await post({ body })).statusCode).toBe(202);
  }
  expect(ingress.counts()['seaside-house']).toMatchObject({ unreadable: 4, ignored: 2, nothing: 2 });
});

test('a delivery that cannot be stored is answered with 503 and Retry-After', async () => {
  const answer = await post({ body: event('SEA', 'R-1') });
  expect(answer.statusCode).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(ingress.counts()['seaside-house']).toMatchObject({ failed: 1 });
});

test('a thousand forged deliveries are counted, and cause one line in the log for each reason', async () => {
  logged.length = 0;
  ingress = openAgain();
  app = fastify();
  await app.register(ingress.plugin);
  for (let i = 0; i < 500; i++) {
    expect((await post({ ip: '192.0.2.1' })).statusCode).toBe(401);
    expect((await post({ authorization: `Basic ${i}` })).statusCode).toBe(401);
  }
  expect(ingress.counts()['seaside-house']).toMatchObject({ forged: 1_000 });
  expect(logged).toHaveLength(2);
});
