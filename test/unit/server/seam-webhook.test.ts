/** What a request to the webhook is answered, which decides whether Svix delivers it again; and what is logged of it. */
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
let isReady: () => Promise<boolean>;
const taken: SeamEvent[] = [];
const logged: string[] = [];

beforeEach(() => {
  taken.length = 0;
  logged.length = 0;
  take = async () => ({ kind: 'handed-over', stays: ['stay/a/1'] });
  isReady = async () => true;
  const log = createLog('trace', { write: (line) => void logged.push(line) });
  server = createHttpServer({
    isReady: () => isReady(),
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
  it('that is handed over is accepted, whatever type its body claims to be', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      expect(await deliver(aDelivery(aKeyEvent()), type)).toBe(202);
    }
    expect(taken).toHaveLength(3);
    expect(counts()).toMatchObject({ 'handed-over': 3 });
  });

  it('that is forged is refused, and nothing is done', async () => {
    expect(await deliver(aDelivery(aKeyEvent(), { secret: 'whsec_c29tZWJvZHlFbHNl' }))).toBe(401);
    expect((await server.app.inject({ method: 'POST', url: SEAM_WEBHOOK_PATH })).statusCode).toBe(401);
    expect(taken).toEqual([]);
    expect(counts()).toMatchObject({ forged: 2 });
  });

  it('that is genuine but cannot be read is accepted and logged: sending it again would not help', async () => {
    expect(await deliver(aDelivery('no json'))).toBe(202);
    expect(await deliver(aDelivery(aKeyEvent({ acs_credential_id: 7 })))).toBe(202);
    expect(taken).toEqual([]);
    expect(counts()).toMatchObject({ unreadable: 2 });
    expect(logged.join('')).toContain('acs_credential_id');
  });

  it.each(['no-stay', 'ignored', 'repeated'] as const)('that comes to %s is accepted and counted', async (kind) => {
    take = async () => ({ kind });
    expect(await deliver(aDelivery(aKeyEvent()))).toBe(202);
    expect(counts()).toMatchObject({ [kind]: 1 });
  });

  it('about the access system is accepted, and says in the log what is wrong there', async () => {
    take = async () => ({ kind: 'noted' });
    const errors = [{ error_code: 'seam_bridge_disconnected', message: 'the bridge of Mr Fox' }];
    const event = anEvent('acs_system.disconnected', { acs_system_id: 's-1', acs_system_errors: errors });
    expect(await deliver(aDelivery(event))).toBe(202);
    expect(logged.join('')).toContain('seam_bridge_disconnected');
    expect(logged.join('')).not.toContain('Fox');
  });

  it('that nobody can be asked about is given back, to be delivered again', async () => {
    take = async () => Promise.reject(new Error('Temporal is away'));
    expect(await deliver(aDelivery(aKeyEvent()))).toBe(503);
    expect(counts()).toMatchObject({ failed: 1 });
  });

  it('that is far too big is refused before it is read', async () => {
    expect(await deliver(aDelivery(aKeyEvent({ more: 'x'.repeat(300_000) })))).toBe(413);
    expect(taken).toEqual([]);
  });

  it('leaves no secret, signature, or anything else of its body in the log', async () => {
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
  test('is ready while what it depends on answers, and alive in any case; it tells what became of events', async () => {
    const get = async (url: string): Promise<number> => (await server.app.inject(url)).statusCode;
    expect([await get('/readyz'), await get('/healthz')]).toEqual([200, 200]);
    isReady = async () => false;
    expect([await get('/readyz'), await get('/healthz')]).toEqual([503, 200]);
    await deliver(aDelivery(aKeyEvent()));
    expect((await server.app.inject('/healthz')).json()).toMatchObject({ ok: true, seamEvents: { 'handed-over': 1 } });
  });

  test('answers what is not there with 404, also another method on the webhook', async () => {
    for (const url of ['/', '/_sim/hotel', SEAM_WEBHOOK_PATH]) {
      expect((await server.app.inject(url)).statusCode).toBe(404);
    }
  });

  test('answers what has come in before it ends, and nothing after', async () => {
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
