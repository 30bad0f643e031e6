/** Scenarios of the workflows between a booking system and its stays, by the name of their saved history. Guests are made up. */
import { ensureSchedules } from '../../src/booking/ingress/sweeps.js';
import {
  commandWorkflowId,
  eraseWorkflowId,
  ingestWorkflowId,
  keyRequestsWorkflowId,
} from '../../src/domain/model/ids.js';
import { CONNECTION, PROPERTY } from '../e2e/booking/hotel.js';
import { openIngressWorld, type IngressWorld } from '../e2e/booking/ingress/ingress-world.js';
import { endedSweep } from '../e2e/booking/ingress/outage.js';
import { rereadUpdate } from '../../workflows/booking/messages.js';
import { connectMews } from '../e2e/booking/mews/connected.js';
import { guidOf, roomId } from '../e2e/booking/mews/reservation.js';
import { connectOpera, type ConnectedOpera } from '../e2e/booking/opera/connected.js';
import { openStayWorld, PROPERTY_ID } from '../harness/stay-world.js';
import { waitUntil } from '../harness/wait-until.js';
import { fetchHistory, type SavedHistory } from './saved-history.js';

/** Folder of these histories: the workflows around a stay change independently of it. Earlier histories are in `bookings`. */
export const BOOKING_GENERATION = 'bookings-0.1.0';

const ID = 'R-1';
const ingestId = (reservationId: string): string => ingestWorkflowId({ propertyId: PROPERTY_ID, reservationId });

/** @param live returns the id of the workflow whose history is kept */
async function atTheHouse(live: (world: IngressWorld) => Promise<string>): Promise<SavedHistory> {
  const world = await openIngressWorld();
  try {
    return await fetchHistory(world.hotel.temporal, await live(world));
  } finally {
    await world.stop();
  }
}

async function atOpera(live: (opera: ConnectedOpera) => Promise<void>): Promise<SavedHistory> {
  const connected = await connectOpera();
  try {
    await live(connected);
    const workflowId = keyRequestsWorkflowId({ propertyId: PROPERTY, reservationId: ID });
    return await fetchHistory(connected.hotel.world.temporal, workflowId);
  } finally {
    await connected.close();
  }
}

async function anErasure(): Promise<SavedHistory> {
  const world = await openStayWorld({ server: 'dev' });
  try {
    const guest = { propertyId: PROPERTY_ID, reservationId: ID, guestId: 'g1' };
    const stay = await world.book(ID, {
      status: 'confirmed',
      window: { from: await world.inMinutes(24 * 60), to: await world.inMinutes(48 * 60) },
    });
    await stay.settled();
    await world.temporal.workflow.getHandle(stay.workflowId).terminate('its guest is to be forgotten');
    // Temporal still lists a stay as open for a short time after it has closed.
    await waitUntil(() => world.client.eraseGuest(guest).catch(() => undefined), { timeout: 120_000 });
    return await fetchHistory(world.temporal, eraseWorkflowId(guest));
  } finally {
    await world.stop();
  }
}

export const BOOKING_SCENARIOS: Readonly<Record<string, () => Promise<SavedHistory>>> = {
  'ingest-of-a-burst': () =>
    atTheHouse(async (world) => {
      world.save(ID);
      await world.deliver(ID);
      await world.deliver(ID);
      await waitUntil(() => world.house.reads().reservations > 0, { timeout: 120_000 });
      world.save(ID, { rooms: ['102'] });
      await world.deliver(ID);
      await world.read(ID);
      return ingestId(ID);
    }),
  'ingest-while-the-house-is-down': () =>
    atTheHouse(async (world) => {
      world.save(ID);
      world.house.trouble.begin({ status: 503 });
      await world.deliver(ID);
      await waitUntil(() => world.house.trouble.counts().refused > 1, { timeout: 120_000 });
      world.house.trouble.end();
      await world.read(ID);
      return ingestId(ID);
    }),
  'ingest-of-what-is-gone': () =>
    atTheHouse(async (world) => {
      world.save(ID);
      await world.deliver(ID);
      await world.read(ID);
      world.house.remove(ID);
      await world.deliver(ID);
      await world.read(ID);
      return ingestId(ID);
    }),
  'ingest-of-what-lags': () =>
    atTheHouse(async (world) => {
      world.save(ID);
      await world.deliver(ID);
      await world.read(ID);
      world.house.lag(true);
      world.save(ID, { rooms: ['102'] });
      await world.deliver(ID);
      const lagging = world.hotel.temporal.workflow.getHandle(ingestId(ID));
      await lagging.executeUpdate(rereadUpdate);
      world.save(ID, { rooms: ['103'] });
      await world.deliver(ID);
      await waitUntil(async () => (await world.view(ID)).rooms.includes('102'), { timeout: 120_000 });
      world.house.lag(false);
      await world.read(ID);
      return ingestId(ID);
    }),
  'delivery-of-many': () =>
    atTheHouse(async (world) => {
      const ids = Array.from({ length: 6 }, (_, index) => `R-${index + 1}`);
      ids.forEach((id, index) => world.save(id, { rooms: [String(101 + index)] }));
      await world.deliver(...ids);
      await Promise.all(ids.map((id) => world.read(id)));
      const found = world.hotel.temporal.workflow.list({ query: 'WorkflowType = "bookingDelivery"' });
      for await (const { workflowId } of found) return workflowId;
      throw new Error('Temporal lists no delivery');
    }),
  'sweep-of-two-pages': () =>
    atTheHouse(async (world) => {
      const ids = Array.from({ length: 45 }, (_, index) => `R-${index + 1}`);
      ids.forEach((id, index) => world.save(id, { rooms: [String(101 + index)] }));
      await world.deliver(ID);
      await world.read(ID);
      await ensureSchedules(world.hotel.temporal, world.connections);
      return (await endedSweep(world, 1)).workflowId;
    }),
  'key-requests-from-new-to-remove': () =>
    atOpera(async ({ opera, hotel }) => {
      await opera.ask('New', ID, { roomId: '101' });
      await opera.ask('Duplicate', ID, { roomId: '101' });
      await opera.ask('Read', ID);
      await opera.ask('Remove', ID, { roomId: '101' });
      await hotel.stay(ID, ({ phase }) => phase === 'over');
    }),
  'key-requests-of-a-room-that-somebody-has': () =>
    atOpera(async ({ opera, hotel }) => {
      await opera.ask('New', 'R-0', { roomId: '101' });
      await opera.ask('New', ID, { roomId: '101' });
      await opera.ask('Remove', 'R-0', { roomId: '101' });
      await hotel.stay(ID, ({ keys }) => keys.some(({ state }) => state === 'live'));
    }),
  'erase-of-a-guest': anErasure,
  async 'command-of-mews'() {
    const { mews, hotel, close } = await connectMews();
    try {
      const reservationId = guidOf('cut-1');
      await mews.save({ Id: reservationId, State: 'Started', AssignedResourceId: roomId('101') });
      const { id } = mews.cutKey(guidOf('c-1'), reservationId);
      const workflowId = commandWorkflowId(CONNECTION, id);
      const history = async (): Promise<SavedHistory> => {
        await hotel.world.temporal.workflow.getHandle(workflowId).result();
        return fetchHistory(hotel.world.temporal, workflowId);
      };
      return await waitUntil(() => history().catch(() => undefined), { timeout: 120_000 });
    } finally {
      await close();
    }
  },
  async 'listen-to-mews'() {
    const { hotel, close } = await connectMews();
    try {
      return await fetchHistory(hotel.world.temporal, `listen/${CONNECTION}`);
    } finally {
      await close();
    }
  },
};
