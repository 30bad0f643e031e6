/** Webhooks: what is delivered, how it is signed, and what happens when the receiver fails. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'svix';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openSimulator, type TestSimulator, type TestSimulatorOptions } from './support.js';

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Receiver {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
}

/** Answers with the given statuses in turn, then with 200. */
async function aReceiver(statuses: readonly number[] = []): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.statusCode = statuses[deliveries.length] ?? 200;
      deliveries.push({ headers: request.headers, body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, deliveries };
}

let simulator: TestSimulator;

async function open(options: TestSimulatorOptions = {}): Promise<void> {
  simulator = await openSimulator({ rooms: 2, webhookRetryWaits: [5, 5], ...options });
}

afterEach(() => simulator.close());

async function subscribe(
  url: string,
  event_types?: readonly string[],
): Promise<{ webhook_id: string; secret: string }> {
  const { body } = await simulator.seam('/webhooks/create', {
    url,
    ...(event_types === undefined ? {} : { event_types }),
  });
  return body.webhook;
}

function headersOf(delivery: Delivery): Record<string, string> {
  return Object.fromEntries(Object.entries(delivery.headers).map(([name, value]) => [name, String(value)]));
}

describe('a webhook', () => {
  it('a webhook carries the bare event, signed so that the Svix library accepts it and nothing else', async () => {
    await open();
    const receiver = await aReceiver();
    const { secret } = await subscribe(receiver.url);
    simulator.hotel.addGuest();
    await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(1));
    const [delivery] = receiver.deliveries;
    if (delivery === undefined) throw new Error('nothing was delivered');
    const event = new Webhook(secret).verify(delivery.body, headersOf(delivery));
    expect(event).toEqual(simulator.hotel.world.events.all()[0]);
    expect(() => new Webhook(secret).verify(`${delivery.body} `, headersOf(delivery))).toThrow();
  });

  it('a webhook is sent again with the same id while the receiver fails', async () => {
    await open();
    const receiver = await aReceiver([500, 503]);
    await subscribe(receiver.url);
    simulator.hotel.addGuest();
    await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(3));
    expect(new Set(receiver.deliveries.map((delivery) => delivery.headers['svix-id'])).size).toBe(1);
  });

  it('a webhook is given up after the last attempt, and the journal records it', async () => {
    await open();
    const receiver = await aReceiver([500, 500, 500, 500]);
    await subscribe(receiver.url);
    simulator.hotel.addGuest();
    await vi.waitFor(() => expect(simulator.hotel.journal().at(-1)?.what).toBe('webhook-given-up'));
    expect(receiver.deliveries).toHaveLength(3);
  });

  it('a webhook delivers only the requested types of event, which can be changed', async () => {
    await open();
    const receiver = await aReceiver();
    const { webhook_id } = await subscribe(receiver.url, ['phone.deactivated']);
    const guest = simulator.hotel.addGuest();
    simulator.hotel.phones.deactivate(guest.deviceId);
    await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(1));
    expect(receiver.deliveries[0]?.body).toContain('phone.deactivated');
    await simulator.seam('/webhooks/update', { webhook_id, event_types: ['acs_user.created'] });
    simulator.hotel.addGuest();
    await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(2));
    expect(receiver.deliveries[1]?.body).toContain('acs_user.created');
  });

  it('a webhook can be read, listed and deleted', async () => {
    await open();
    const receiver = await aReceiver();
    const webhook = await subscribe(receiver.url);
    const { webhook_id } = webhook;
    expect((await simulator.seam('/webhooks/get', { webhook_id })).body.webhook).toEqual(webhook);
    expect((await simulator.seam('/webhooks/list')).body.webhooks).toEqual([webhook]);
    await simulator.seam('/webhooks/delete', { webhook_id });
    expect((await simulator.seam('/webhooks/list')).body.webhooks).toEqual([]);
    expect((await simulator.seam('/webhooks/create', { url: 'nowhere' })).status).toBe(400);
  });

  it('with the switch webhookDelivery, a webhook arrives twice as the same event', async () => {
    await open({ switches: { webhookDelivery: 'twice' } });
    const receiver = await aReceiver();
    await subscribe(receiver.url);
    simulator.hotel.addGuest();
    await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(2));
    expect(receiver.deliveries[0]?.body).toBe(receiver.deliveries[1]?.body);
  });
});
