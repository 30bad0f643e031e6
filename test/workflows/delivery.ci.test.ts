/** Deliveries that name many reservations: stored with few requests before the answer, and handed over one by one after it. */
import fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBookingActivities } from '../../activities/bookings.js';
import { NO_CONNECTIONS, parseConnections } from '../../src/booking/ingress/connections.js';
import { openIngress } from '../../src/booking/ingress/webhook.js';
import { house } from '../e2e/booking/ingress/house-system.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';
import { waitUntil } from '../harness/wait-until.js';

const PATIENCE = { timeout: 120_000, interval: 100 };

let world: StayWorld;
/** Reservations that were read, by id. */
const read = new Set<string>();
/** Numbers of the reservations of each hand-over that has begun. */
const begun: number[] = [];
let mayHandOver = Promise.resolve();

beforeAll(async () => {
  const real = createBookingActivities({ connections: NO_CONNECTIONS, count: () => undefined });
  world = await openStayWorld({
    server: 'dev',
    bookings: {
      ...real,
      readReservation: async ({ reservationId }) => {
        read.add(reservationId);
        return { kind: 'ignored', why: 'a test' };
      },
      async handOverReservations(input) {
        begun.push(input.reservations.length);
        await mayHandOver;
        await real.handOverReservations(input);
      },
    },
  });
});
afterAll(async () => world.stop());

/** Returns a function that delivers to a webhook, and returns the status. */
async function webhook(): Promise<(ids: readonly string[]) => Promise<number>> {
  const connection = {
    connectionId: 'house',
    system: 'house',
    properties: [{ propertyId: PROPERTY_ID, externalId: 'SEA' }],
    settings: { baseUrl: 'http://127.0.0.1:1', guard: { token: 'HOUSE_TOKEN' } },
    pace: { settleSeconds: 0, rereadSeconds: [] },
  };
  const token = 'the-right-token-of-house';
  const opening = { adapters: [house], env: { HOUSE_TOKEN: token } };
  const connections = parseConnections(JSON.stringify({ connections: [connection] }), 'bookings.json', opening);
  const quiet = { info: () => undefined, warn: () => undefined };
  const app = fastify();
  await app.register(openIngress({ connections, temporal: world.temporal, log: quiet }).plugin);
  return async (reservations) => {
    const payload = JSON.stringify({ property: 'SEA', reservations });
    const headers = { 'content-type': 'application/json' };
    const url = `/webhooks/house/house/${token}`;
    return (await app.inject({ method: 'POST', url, headers, payload })).statusCode;
  };
}

function gate(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
} {
  let ends: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => (ends = { resolve, reject }));
  return { promise, resolve: () => ends?.resolve(), reject: (error) => ends?.reject(error) };
}

const idsOf = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

test('a delivery of a thousand reservations is stored before the first of them is handed over', async () => {
  const never = gate();
  mayHandOver = never.promise;
  const deliver = await webhook();
  expect(await deliver(idsOf('many', 1_200))).toBe(202);
  await waitUntil(() => begun.length === 3, PATIENCE);
  expect(begun.toSorted((a, b) => a - b)).toEqual([200, 500, 500]);
  expect(read.size).toBe(0);
  for await (const { workflowId } of world.temporal.workflow.list({ query: 'WorkflowType = "bookingDelivery"' }))
    await world.temporal.workflow.getHandle(workflowId).terminate('so many reads would take minutes');
  never.reject(new Error('the workflow is terminated'));
});

test('a delivery that is repeated while it is handed over is handed over once more, as its reservations may have changed', async () => {
  const held = gate();
  mayHandOver = held.promise;
  begun.length = 0;
  const deliver = await webhook();
  const ids = idsOf('again', 6);
  expect(await deliver(ids)).toBe(202);
  await waitUntil(() => begun.length === 1, PATIENCE);
  expect(await deliver(ids.toReversed())).toBe(202);
  expect(await deliver(ids)).toBe(202);
  held.resolve();
  await waitUntil(() => begun.length === 2 && ids.every((id) => read.has(id)), PATIENCE);
});

test('a few reservations are signalled before the answer', async () => {
  begun.length = 0;
  const deliver = await webhook();
  const ids = idsOf('few', 5);
  expect(await deliver(ids)).toBe(202);
  await waitUntil(() => ids.every((id) => read.has(id)), PATIENCE);
  expect(begun).toEqual([]);
});
