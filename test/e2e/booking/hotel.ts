/**
 * A hotel connected to the stand-in of a booking system. The HTTP server and the worker are processes of their own, on Temporal's dev
 * server. Phones are held to the simulator's doors.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StayNotFound, type StayView } from '../../../src/client.js';
import { bookStay, type BookedStay } from '../../harness/booked-stay.js';
import { openRealWorld, type RealWorld } from '../../harness/real-world.js';

export const PROPERTY = 'simulated-hotel';
export const CONNECTION = 'one';
const PATIENCE_MS = 45_000;
const LOOK_EVERY_MS = 100;

export interface HotelOptions {
  readonly system: string;
  /** Id of the hotel in the booking system. */
  readonly externalId: string;
  readonly settings: unknown;
  /** Secrets that the settings refer to by variable name. */
  readonly env: Readonly<Record<string, string>>;
}

export interface BookedHotel {
  readonly world: RealWorld;
  /** URL below which this connection's routes are. */
  readonly door: string;
  /**
   * Returns the stay of a reservation, once its view satisfies `isRight`.
   * @param personIds ids of persons in the booking system, by guest id
   */
  stay(reservationId: string, isRight: (view: StayView) => boolean): Promise<{ stay: BookedStay; view: StayView }>;
  /** Returns the view of the stay, or undefined if there is no stay. */
  view(reservationId: string): Promise<StayView | undefined>;
  /** Runs the sweep now, and waits for its end. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export async function openBookedHotel({ system, externalId, settings, env }: HotelOptions): Promise<BookedHotel> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-bookings-'));
  const file = path.join(folder, 'bookings.json');
  const connection = {
    connectionId: CONNECTION,
    system,
    properties: [{ propertyId: PROPERTY, externalId }],
    settings,
    pace: { settleSeconds: 0.3, longestSeconds: 2, rereadSeconds: [1, 2], goneSeconds: 1 },
    // The schedule does not run within a test.
    sweep: { everyMinutes: 1_440 },
  };
  writeFileSync(file, JSON.stringify({ connections: [connection] }));
  const world = await openRealWorld({
    seamEvents: 'delivered',
    settings: { STAYLINE_BOOKINGS_FILE: file, ...env },
  });
  const { server } = world.stack;
  if (server === undefined) throw new Error('The world has no server');

  const view = async (reservationId: string): Promise<StayView | undefined> => {
    try {
      return await world.client.view({ propertyId: PROPERTY, reservationId });
    } catch (error) {
      if (error instanceof StayNotFound) return undefined;
      throw error;
    }
  };
  return {
    world,
    door: `${server.url}/webhooks/${system}/${CONNECTION}`,
    view,
    async stay(reservationId, isRight) {
      const giveUpAt = Date.now() + PATIENCE_MS;
      for (;;) {
        const seen = await view(reservationId);
        if (seen !== undefined && isRight(seen)) return { stay: handle(world, reservationId), view: seen };
        if (Date.now() > giveUpAt)
          throw new Error(`The stay is not as it should be:\n${JSON.stringify(seen, null, 2)}`);
        await delay(LOOK_EVERY_MS);
      }
    },
    async sweep() {
      const schedules = world.temporal.schedule;
      for await (const { scheduleId } of schedules.list()) {
        if (!scheduleId.startsWith('sweep')) continue;
        const schedule = schedules.getHandle(scheduleId);
        const before = (await schedule.describe()).info.recentActions.length;
        await schedule.trigger();
        const giveUpAt = Date.now() + PATIENCE_MS;
        for (;;) {
          const { recentActions, runningActions } = (await schedule.describe()).info;
          if (recentActions.length > before && runningActions.length === 0) break;
          if (Date.now() > giveUpAt) throw new Error('The sweep does not end');
          await delay(LOOK_EVERY_MS);
        }
      }
    },
    async close() {
      await world.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Creates a handle of a stay whose phones the world enrols, as soon as Seam has the guests. */
function handle(world: RealWorld, reservationId: string): BookedStay {
  const host = {
    simulator: world.simulator,
    get client() {
      return world.client;
    },
    pass: () => Promise.reject(new Error('Here time passes by itself only')),
    now: () => Promise.resolve(Date.now()),
  };
  const name = { propertyId: PROPERTY, reservationId };
  const window = { from: '2026-01-01T00:00Z', to: '2026-01-02T00:00Z' };
  const first = { ...name, revision: 0, status: 'confirmed', window, rooms: [], guests: [] } as const;
  return bookStay(host, { ...first, rooms: [], guests: [] }, { phones: 'by-hand', withinMs: PATIENCE_MS });
}

/** Checks that every guest in the hotel holds a key and that the stay is settled. */
export function isReady(rooms: readonly string[]): (view: StayView) => boolean {
  return (view) =>
    view.settled &&
    view.rooms.join() === rooms.join() &&
    view.keys.some(({ state }) => state === 'live') &&
    view.guests.every(({ keyState }) => keyState === 'issued' || keyState === 'gone');
}
