/** The workflow `bookingListener`: one connection that is kept open, in one worker, and opened again when it ends. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createBookingActivities } from '../../activities/bookings.js';
import { defineAdapter } from '../../src/booking/ingress/adapter.js';
import { connectionsOf, parseConnections, type Connections } from '../../src/booking/ingress/connections.js';
import { ensureSchedules } from '../../src/booking/ingress/sweeps.js';
import type { StaySnapshotInput } from '../../src/domain/model/snapshot-schema.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

/** Reservation ids sent so far: every connection sends one and ends; the second connection fails. */
const said: string[] = [];
/** True once connections last, as real ones do. */
let holds = false;
/** Signals of the connections that last. */
const lines: AbortSignal[] = [];
const lasting = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    lines.push(signal);
    signal.addEventListener('abort', () => resolve());
    if (signal.aborted) resolve();
  });
const radio = defineAdapter({
  system: 'radio',
  settings: z.strictObject({}),
  open: () => ({
    async fetchReservation(name) {
      const window = { from: '2035-05-01T14:00Z', to: '2035-05-03T10:00Z' };
      const stay: StaySnapshotInput = { ...name, revision: 1, status: 'confirmed', window, rooms: [], guests: [] };
      return { kind: 'found', snapshots: [stay] };
    },
    async listen(door, { signal }) {
      if (holds) return lasting(signal);
      const reservationId = `heard-${said.length}`;
      said.push(reservationId);
      if (said.length === 2) throw new Error('the line is dead');
      await door.changed([{ propertyId: PROPERTY_ID, reservationId }]);
      door.count('heard');
    },
  }),
});

let world: StayWorld;
let connections: Connections;
const replaced = new AbortController();
const counted: string[] = [];
beforeAll(async () => {
  const connection = { connectionId: 'radio', system: 'radio', properties: [{ propertyId: PROPERTY_ID }] };
  const file = JSON.stringify({ connections: [{ ...connection, pace: { settleSeconds: 0.1 } }] });
  const parsed = parseConnections(file, 'bookings.json', { adapters: [radio], env: {} });
  connections = connectionsOf(parsed.all.map((one) => ({ ...one, replaced: replaced.signal })));
  const count = (connectionId: string, what: string): void => void counted.push(`${connectionId} ${what}`);
  world = await openStayWorld({ server: 'dev', bookings: createBookingActivities({ connections, count }) });
});
afterAll(async () => world.stop());

test('changes that a listener receives reach the stays, and a connection that ends or fails is opened again', async () => {
  await ensureSchedules(world.temporal, connections);
  await ensureSchedules(world.temporal, connections);
  await vi.waitUntil(() => said.length >= 3, { timeout: 120_000 });
  for (const reservationId of ['heard-0', 'heard-2']) {
    const look = (): Promise<unknown> =>
      world.client.view({ propertyId: PROPERTY_ID, reservationId }).catch(() => undefined);
    await vi.waitUntil(async () => (await look()) !== undefined, { timeout: 120_000, interval: 100 });
  }
  expect(counted.slice(0, 2)).toEqual(['radio heard', 'radio heard']);
  const found = world.temporal.workflow.list({ query: 'WorkflowType = "bookingListener"' });
  const ids: string[] = [];
  for await (const { workflowId } of found) ids.push(workflowId);
  expect(ids).toEqual(['listen/radio']);
});

test('a listener whose connection has changed in the file ends, and is opened again as the file says now', async () => {
  holds = true;
  await vi.waitUntil(() => lines.length === 1, { timeout: 120_000 });
  expect(lines[0]?.aborted).toBe(false);
  replaced.abort();
  await vi.waitUntil(() => lines.length > 1, { timeout: 120_000 });
  expect(lines[0]?.aborted).toBe(true);
});
