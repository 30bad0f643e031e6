/** Responses to webhook requests, which decide whether Svix delivers again, and the log of each request. */
import { connect as connectSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { createLog } from '../../../src/log.js';
import { deliveryReader, type EventHandler, type SeamEvent } from '../../../src/seam/webhooks/index.js';
import { createHttpServer, type HttpServer } from '../../../src/http/server.js';
import { addSeamWebhook, SEAM_WEBHOOK_PATH, type SeamEventCounts } from '../../../src/server/seam-webhook.js';
import { aDelivery, aKeyEvent, anEvent, SECRET, type ADelivery } from '../seam/webhooks/a-delivery.js';

let server: HttpServer;
let counts: () => SeamEventCounts;
let take: EventHandler['take'];
let whyNotReady: string | undefined;
const taken: SeamEvent[] = [];
const logged: string[] = [];

beforeEach(() => {
  taken.length = 0;
  logged.length = 0;
  take = async () => ({ kind: 'handed-over', stays: ['stay/a/1'] });
  whyNotReady = undefined;
  const log = createLog('trace', { write: (line) => void logged.push(line) });
  server = createHttpServer({
    whyNotReady: async () => whyNotReady,
    report: () => ({ seamEvents: counts() }),
    onError: (error) => log.error({ error }, 'a request failed'),
  });
  const handler: EventHandler = {
    take(event) {
      taken.push(event);
      return take(event);
    },
  };
  counts = addSeamWebhook(server.app, { read: deliveryReader(SECRET), handler, log });
});
afterEach(() => server.drain());

async function deliver({ headers, body }: ADelivery, contentType = 'application/json'): Promise<number> {
  const answer = await server.app.inject({
    method: 'POST',
    url: SEAM_WEBHOOK_PATH,
    headers: { ...headers, 'content-type': contentType },
    payload: body,
  });
  return answer.statusCode;
}

describe('a delivery', () => {
  it('a delivery that is handed over is accepted, whatever content type it claims', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      expect(await deliver(aDelivery(aKeyEvent()), type)).toBe(202);
    }
    expect(taken).toHaveLength(3);
    expect(counts()).toMatchObject({ 'handed-over': 3 });
  });

  it('a forged delivery is refused, and its event is not handled', async () => {
    expect(await deliver(aDelivery(aKeyEvent(), { secret: 'whsec_c29tZWJvZHlFbHNl' }))).toBe(401);
    expect((await server.app.inject({ method: 'POST', url: SEAM_WEBHOOK_PATH })).statusCode).toBe(401);
    expect(taken).toEqual([]);
    expect(counts()).toMatchObject({ forged: 2 });
  });

  it('a thousand forged deliveries are counted, and cause one line in the log', async () => {
    for (let i = 0; i < 1_000; i++)
      expect(await deliver(aDelivery('{}', { secret: 'whsec_c29tZWJvZHlFbHNl' }))).toBe(401);
    expect(counts()).toMatchObject({ forged: 1_000 });
    expect(logged.filter((line) => line.includes('signature is wrong'))).toHaveLength(1);
  });

  it('a genuine but unreadable delivery is accepted and logged, because sending it again would not help', async () => {
    expect(await deliver(aDelivery('no json'))).toBe(202);
    expect(await deliver(aDelivery(aKeyEvent({ acs_credential_id: 7 })))).toBe(202);
    expect(taken).toEqual([]);
    expect(counts()).toMatchObject({ unreadable: 2 });
    expect(logged.join('')).toContain('acs_credential_id');
  });

  it.each(['no-stay', 'ignored', 'repeated'] as const)(
    'a delivery with the outcome %s is accepted and counted',
    async (kind) => {
      take = async () => ({ kind });
      expect(await deliver(aDelivery(aKeyEvent()))).toBe(202);
      expect(counts()).toMatchObject({ [kind]: 1 });
    },
  );

  it('a delivery about the access system is accepted, and its error codes are logged', async () => {
    take = async () => ({ kind: 'noted' });
    const errors = [{ error_code: 'seam_bridge_disconnected', message: 'the bridge of Mr Fox' }];
    const event = anEvent('acs_system.disconnected', { acs_system_id: 's-1', acs_system_errors: errors });
    expect(await deliver(aDelivery(event))).toBe(202);
    expect(logged.join('')).toContain('seam_bridge_disconnected');
    expect(logged.join('')).not.toContain('Fox');
  });

  it('a delivery that cannot be handed over gets a 503 response, so that it is delivered again', async () => {
    take = async () => Promise.reject(new Error('Temporal is away'));
    expect(await deliver(aDelivery(aKeyEvent()))).toBe(503);
    expect(counts()).toMatchObject({ failed: 1 });
  });

  it('an oversized delivery is refused before it is read', async () => {
    expect(await deliver(aDelivery(aKeyEvent({ more: 'x'.repeat(300_000) })))).toBe(413);
    expect(taken).toEqual([]);
  });

  it('a delivery leaves no secret, no signature and no guest data from its body in the log', async () => {
    const delivery = aDelivery(aKeyEvent({ event_description: 'key of Finn Fox, finn@example.org' }));
    await deliver(delivery);
    await deliver({ ...delivery, body: Buffer.from('altered: Finn Fox') });
    const text = logged.join('');
    expect(text).toContain('"eventId":"e-1"');
    for (const word of ['Fox', 'example.org', SECRET, delivery.headers['svix-signature'] ?? '']) {
      expect(text).not.toContain(word);
    }
  });
});

describe('the server', () => {
  test('a server is ready while its dependencies answer, always alive, and reports the outcomes of events', async () => {
    const get = async (url: string): Promise<number> => (await server.app.inject(url)).statusCode;
    expect([await get('/readyz'), await get('/healthz')]).toEqual([200, 200]);
    whyNotReady = 'Temporal does not answer';
    expect([await get('/readyz'), await get('/healthz')]).toEqual([503, 200]);
    expect((await server.app.inject('/readyz')).json()).toEqual({ ready: false, why: whyNotReady });
    await deliver(aDelivery(aKeyEvent()));
    expect((await server.app.inject('/healthz')).json()).toMatchObject({ ok: true, seamEvents: { 'handed-over': 1 } });
  });

  test('an unknown path gets a 404 response, and so does another method on the webhook', async () => {
    for (const url of ['/', '/_sim/hotel', SEAM_WEBHOOK_PATH]) {
      expect((await server.app.inject(url)).statusCode).toBe(404);
    }
  });

  test('a draining server answers requests that have arrived, and accepts no new ones', async () => {
    let answer: () => void = () => undefined;
    take = () => new Promise((resolve) => (answer = () => resolve({ kind: 'no-stay' })));
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const { headers, body } = aDelivery(aKeyEvent());
    const post = fetch(`${url}${SEAM_WEBHOOK_PATH}`, { method: 'POST', headers, body: new Uint8Array(body) });
    await vi.waitFor(() => expect(taken).toHaveLength(1));
    const drained = server.drain();
    await vi.waitFor(() => expect(canConnect(url)).resolves.toBe(false));
    answer();
    expect((await post).status).toBe(202);
    await drained;
  });
});

function canConnect(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connectSocket(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
