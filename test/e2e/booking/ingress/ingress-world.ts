/** A hotel whose reservations are in a booking system: the house system of the tests, the ingress on a real port, and workers. */
import { WorkflowNotFoundError } from '@temporalio/client';
import fastify from 'fastify';
import { createBookingActivities } from '../../../../activities/bookings.js';
import { parseConnections, type Connections } from '../../../../src/booking/ingress/connections.js';
import { openIngress, type Ingress } from '../../../../src/booking/ingress/webhook.js';
import type { StayView } from '../../../../src/client.js';
import { ingestWorkflowId } from '../../../../src/domain/model/ids.js';
import { PROPERTY_ID, openStayWorld, type StayWorld } from '../../../harness/stay-world.js';
import { waitUntil } from '../../../harness/wait-until.js';
import { house, startHouseSystem, type HouseReservation, type HouseSystem } from './house-system.js';

export interface IngressWorld {
  readonly hotel: StayWorld;
  readonly house: HouseSystem;
  readonly ingress: Ingress;
  readonly connections: Connections;
  /** Root URL of the server with the webhook. */
  readonly url: string;
  /** Creates a stay in three weeks, in a room of its own, with one guest. `changes` override these values. Sends no event. */
  save(reservationId: string, changes?: Partial<HouseReservation>): HouseReservation;
  /** Delivers an event as the house system does, and returns the status. */
  deliver(...reservationIds: readonly string[]): Promise<number>;
  /** Waits until the workflow that reads the reservation has ended. */
  read(reservationId: string): Promise<void>;
  view(reservationId: string): Promise<StayView>;
  stop(): Promise<void>;
}

const TOKEN = 'b0a7-house-token';
const WEBHOOK_PATH = '/webhooks/house/seaside-house';
const DAY = 24 * 60 * 60_000;
/** Patience for a machine under load. */
const PATIENCE_MS = 45_000;

export async function openIngressWorld(): Promise<IngressWorld> {
  const booking = await startHouseSystem();
  const connection = {
    connectionId: 'seaside-house',
    system: 'house',
    properties: [{ propertyId: PROPERTY_ID, externalId: 'SEA' }],
    settings: { baseUrl: booking.url, guard: { token: 'HOUSE_TOKEN' } },
    pace: { settleSeconds: 0.5, longestSeconds: 3, rereadSeconds: [1], goneSeconds: 1 },
    sweep: { everyMinutes: 1_440, overlapMinutes: 1, firstDays: 30 },
  };
  const connections = parseConnections(JSON.stringify({ connections: [connection] }), 'bookings.json', {
    adapters: [house],
    env: { HOUSE_TOKEN: TOKEN },
  });
  const hotel = await openStayWorld({
    server: 'dev',
    bookings: createBookingActivities({ connections, count: () => undefined }),
  });
  const quiet = { info: () => undefined, warn: () => undefined };
  const ingress = openIngress({ connections, temporal: hotel.temporal, log: quiet });
  const app = fastify();
  await app.register(ingress.plugin);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  return {
    hotel,
    house: booking,
    ingress,
    connections,
    url,
    save(reservationId, changes = {}) {
      const from = Date.now() + 21 * DAY;
      const reservation: HouseReservation = {
        propertyId: PROPERTY_ID,
        reservationId,
        status: 'confirmed',
        window: { from: new Date(from).toISOString(), to: new Date(from + 3 * DAY).toISOString() },
        rooms: ['101'],
        guests: [{ guestId: 'g1', primary: true, name: 'Ada Quill', email: 'ada.quill@example.com' }],
        ...changes,
      };
      booking.save(reservation);
      return reservation;
    },
    async deliver(...reservations) {
      const body = JSON.stringify({ property: 'SEA', reservations });
      return (await fetch(`${url}${WEBHOOK_PATH}/${TOKEN}`, { method: 'POST', body })).status;
    },
    async read(reservationId) {
      const handle = hotel.temporal.workflow.getHandle(ingestWorkflowId({ propertyId: PROPERTY_ID, reservationId }));
      const hasEnded = async (): Promise<boolean> => {
        try {
          return (await handle.describe()).status.name !== 'RUNNING';
        } catch (error) {
          // A large delivery starts its reads after the answer.
          if (error instanceof WorkflowNotFoundError) return false;
          throw error;
        }
      };
      await waitUntil(hasEnded, { timeout: PATIENCE_MS, interval: 50 });
    },
    view: (reservationId) => hotel.client.view({ propertyId: PROPERTY_ID, reservationId }),
    async stop() {
      await app.close();
      await hotel.stop();
      await booking.close();
    },
  };
}
