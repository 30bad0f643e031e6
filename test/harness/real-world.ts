/**
 * A hotel for tests in real time: Temporal's dev server on a database file, the simulator in this process, and the worker as a separate
 * process. The worker can be killed at any call that reaches Seam.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, Connection } from '@temporalio/client';
import { createStayClient, type StayClient } from '../../src/client.js';
import { startStack, type Stack } from '../../src/dev/stack.js';
import type { Fault } from '../../src/simulator/control/faults.js';
import type { ObservedAnswer } from '../../src/simulator/api/call.js';
import type { JournalEntry } from '../../src/simulator/hotel/journal.js';
import type { Simulator } from '../../src/simulator/server.js';
import type { Switches } from '../../src/simulator/control/switches.js';
import { instantAt } from '../../src/domain/model/instants.js';
import type { StaySnapshotInput } from '../../src/domain/model/snapshot-schema.js';
import { clientOn, connect } from '../../src/temporal/connection.js';
import { restartDevServer } from './dev-server.js';
import { controlSimulator } from './simulator-control.js';
import { PROPERTY_ID, propertiesOf, type PropertyHabits } from './stay-world.js';
import { switchesOfRun } from './switches.js';
import { bookStay, type BookedStay, type BookingHabits } from './booked-stay.js';

export interface RealWorldOptions {
  /** Variables of a Temporal server that is prepared for stays; by default, the dev server is started. */
  readonly temporal?: Readonly<Record<string, string>>;
  /** `two`: another worker beside the one that can be killed. */
  readonly workers?: 'two';
  /** The hotel's properties, as in a `StayWorld`; by default, the one of the simulator. */
  readonly properties?: Readonly<Record<string, PropertyHabits>>;
  /** Number of rooms; 400 by default. */
  readonly rooms?: number;
  /** `by-stays`: only as each stay's habits say; by default, every guest gets one as soon as they are registered at Seam. */
  readonly phones?: 'by-stays';
  readonly switches?: Partial<Switches>;
  readonly providerLatencyMs?: number;
  /** Set if the server receives Seam's events; otherwise stays receive none. */
  readonly seamEvents?: 'delivered';
  /** Connections to booking systems, and the secrets that they name, for worker and server; the server is started only with them. */
  readonly bookings?: { readonly file: object; readonly secrets: Readonly<Record<string, string>> };
  /** Timeout of the worker's Seam requests; 500 ms by default. */
  readonly seamTimeoutMs?: number;
  /** Settings of worker and server besides those of this world (`src/config/process-variables.ts`). */
  readonly settings?: Readonly<Record<string, string>>;
  /** Time that the worker allows a lost request to be carried out before it settles on a key; 700 ms by default. */
  readonly lateCommitMs?: number;
}

/** Fate of the call at which the worker is killed. */
export type KilledCall =
  /** Seam never receives it. */
  | { readonly kind: 'request-lost' }
  /** Seam carries it out, and no worker receives the answer. */
  | { readonly kind: 'answer-lost' }
  /** Seam carries it out after so many milliseconds, while the next worker is already running. */
  | { readonly kind: 'commit-late'; readonly ms: number };

export interface Kill {
  /** Resolves once `call` reports that no more calls will come: true if the call came and another worker is running. */
  over(): Promise<boolean>;
}

export interface RealWorld {
  readonly stack: Stack;
  readonly simulator: Simulator;
  readonly client: StayClient;
  readonly temporal: Client;
  /** Returns the time in milliseconds since 1970. */
  now(): Promise<number>;
  /** Creates a stay: in house since an hour ago, for three days, in its own room, with one guest. `changes` override this. */
  book(reservationId: string, changes: Partial<StaySnapshotInput>, habits?: BookingHabits): Promise<BookedStay>;
  freeRooms(count: number): string[];
  /** Injects a fault into the simulator, as its control API does. */
  disturb(fault: Fault): Promise<void>;
  undisturb(): Promise<void>;
  /** Returns the number of calls that Seam has received. */
  calls(): number;
  /** Waits until Seam has carried out every call that a fault `commit-late` held back. */
  lateOnesArrived(): Promise<void>;
  /** Kills the worker with SIGKILL at the n-th call from now, and starts another at once. */
  killAtCall(n: number, call: KilledCall): Promise<Kill>;
  /** Kills the worker with SIGKILL now; resolves when another is running. */
  killWorker(): Promise<void>;
  /** Stops the worker with SIGTERM, and starts another with these settings besides its own. */
  restartWorker(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Stops Temporal's server and starts another on the same database and ports. */
  restartTemporal(): Promise<void>;
  stop(): Promise<void>;
}

const MINUTE = 60_000;
/** Margin for a machine that is busy with other things. */
const MARGIN_MS = 300;
const ROOMS = 400;

export async function openRealWorld(options: RealWorldOptions = {}): Promise<RealWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-real-'));
  const { seamTimeoutMs = 500, properties } = options;
  const rooms = Array.from({ length: options.rooms ?? ROOMS }, (_, index) => String(101 + index));
  let calls = 0;
  let trap: { readonly at: number; readonly spring: () => void } | undefined;
  const stack = await startStack({
    folder,
    temporal: options.temporal ?? 'own',
    ...(properties === undefined
      ? {}
      : { propertiesOf: (simulator: Simulator) => propertiesOf(simulator, { properties }) }),
    simulator: {
      port: 0,
      rooms,
      ...(properties === undefined ? {} : { propertyId: PROPERTY_ID }),
      providerLatencyMs: options.providerLatencyMs ?? 20,
      switches: { ...switchesOfRun(), ...options.switches },
      onCall: () => {
        calls += 1;
        if (calls === trap?.at) trap.spring();
      },
      onAnswer: options.phones === 'by-stays' ? () => undefined : enrolPhone,
    },
    ...(options.seamEvents === 'delivered' || options.bookings !== undefined ? { server: {} } : {}),
    workerSettings: {
      ...bookingSettings(folder, options),
      SEAM_TIMEOUT_MS: String(seamTimeoutMs),
      SEAM_LATE_COMMIT_MS: String(options.lateCommitMs ?? 700),
      ...options.settings,
    },
  });
  const { simulator } = stack;
  const otherWorker = options.workers === 'two' ? stack.worker() : undefined;
  if (otherWorker !== undefined) await stack.startWorker();
  let server = stack.temporal.server;
  let connection: Connection = await connect(stack.temporal);
  const temporal = (): Client => clientOn(connection, stack.temporal);

  /** Enrols each guest's phone as soon as the guest is registered at Seam, even if the worker never receives the answer. */
  function enrolPhone({ path: called, body }: ObservedAnswer): void {
    if (called !== '/user_identities/create') return;
    const { user_identity } = body as { readonly user_identity: { readonly user_identity_id: string } };
    stack.simulator.hotel.phones.add(user_identity.user_identity_id);
  }

  const control = async (method: 'POST' | 'DELETE', body?: Fault): Promise<void> => {
    await controlSimulator(simulator.url, method, 'faults', body);
  };
  let roomsGiven = 0;
  let longestLateMs = 0;

  const world: RealWorld = {
    stack,
    simulator,
    get client() {
      return createStayClient(temporal());
    },
    get temporal() {
      return temporal();
    },
    now: () => Promise.resolve(Date.now()),
    async book(reservationId, changes, habits = {}) {
      const now = Date.now();
      const snapshot: StaySnapshotInput = {
        propertyId: simulator.property.propertyId,
        reservationId,
        revision: 1,
        status: 'in-house',
        window: { from: instantAt(now - 60 * MINUTE), to: instantAt(now + 3 * 24 * 60 * MINUTE) },
        rooms: changes.rooms ?? world.freeRooms(1),
        guests: [{ guestId: 'g1', primary: true }],
        ...changes,
      };
      await world.client.applyReservation(snapshot);
      return bookStay(world, snapshot, { withinMs: 120_000, ...habits });
    },
    freeRooms(count) {
      roomsGiven += count;
      if (roomsGiven > rooms.length) throw new Error('The hotel of the tests has no free room left');
      return rooms.slice(roomsGiven - count, roomsGiven);
    },
    async disturb(fault) {
      longestLateMs = Math.max(longestLateMs, fault.kind === 'commit-late' ? (fault.ms ?? 0) : 0);
      await control('POST', fault);
    },
    undisturb: () => control('DELETE'),
    calls: () => calls,
    async lateOnesArrived() {
      await untilLateOnesArrived(simulator.hotel.journal(), seamTimeoutMs + longestLateMs);
    },
    async killAtCall(n, call) {
      switch (call.kind) {
        case 'request-lost':
          await world.disturb({ kind: 'drop-before', after: n, times: 1 });
          break;
        case 'commit-late':
          await world.disturb({ kind: 'commit-late', after: n, times: 1, ms: call.ms });
          break;
        case 'answer-lost':
          break;
        default:
          call satisfies never;
      }
      let struck: Promise<void> | undefined;
      trap = { at: calls + n, spring: () => void (struck = world.killWorker()) };
      return {
        async over() {
          trap = undefined;
          await struck;
          return struck !== undefined;
        },
      };
    },
    async killWorker() {
      await stack.worker().end('SIGKILL');
      await stack.startWorker();
    },
    async restartWorker(settings) {
      await stack.worker().end('SIGTERM');
      await stack.startWorker(settings);
    },
    async restartTemporal() {
      if (server === undefined) throw new Error('The world has a server of its own');
      await connection.close();
      server = await restartDevServer(server);
      connection = await connect(stack.temporal);
    },
    async stop() {
      await connection.close();
      await Promise.all([stack.worker().end('SIGTERM'), otherWorker?.end('SIGTERM')]);
      if (server !== stack.temporal.server) await server?.stop();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** Waits until Seam has carried out every call that a fault `commit-late` held back, at most for `heldMs` each. */
export async function untilLateOnesArrived(journal: readonly JournalEntry[], heldMs: number): Promise<void> {
  const hits = journal
    .filter((entry) => entry.what === 'fault-hit' && entry.kind === 'commit-late')
    .map((entry) => Date.parse(entry.at));
  const arrived = Math.max(0, ...hits) + heldMs + MARGIN_MS;
  if (arrived > Date.now()) await delay(arrived - Date.now());
}

function bookingSettings(folder: string, { bookings }: RealWorldOptions): Readonly<Record<string, string>> {
  if (bookings === undefined) return {};
  const file = path.join(folder, 'bookings.json');
  writeFileSync(file, JSON.stringify(bookings.file));
  return { ...bookings.secrets, STAYLINE_BOOKINGS_FILE: file };
}
