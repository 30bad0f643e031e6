/**
 * A hotel for tests: a Temporal server, the simulator with its clock following that server's, and the product's own workers. Results are
 * judged by taps at doors and by views (`booked-stay.ts`).
 */
import path from 'node:path';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { NativeConnection, WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import type { BookingActivities } from '../../src/domain/model/booking-activities.js';
import { createStayClient } from '../../src/client.js';
import { cachedBundle } from '../../src/dev/bundle-cache.js';
import { packageRoot } from '../../src/package-root.js';
import { fixedProperties } from '../../src/property-file.js';
import { createSeamClient } from '../../src/seam/index.js';
import { runningClock } from '../../src/simulator/hotel/clock.js';
import type { Fault } from '../../src/simulator/control/faults.js';
import { startSimulator, type Simulator } from '../../src/simulator/server.js';
import type { Switches } from '../../src/simulator/control/switches.js';
import { instantAt } from '../../src/domain/model/instants.js';
import { propertySchema, type Policy, type Property } from '../../src/domain/model/property-schema.js';
import type { StaySnapshotInput } from '../../src/domain/model/snapshot-schema.js';
import type { StayActivities } from '../../src/domain/model/stay-activities.js';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';
import { createStayWorkers, runWorkers, WORKER_PROFILES, type WorkerProfile } from '../../src/temporal/workers.js';
import { openCancelling } from './cancelling/in-worker.js';
import {
  addCounters,
  COVERAGE_INTERCEPTORS,
  COVERAGE_SINKS,
  MEASURED_BUNDLE,
  MEASURES,
} from './workflow-coverage/in-worker.js';
import { controlSimulator } from './simulator-control.js';
import { switchesOfRun } from './switches.js';
import { bookStay, type BookedStay, type BookingHabits, type StayHost } from './booked-stay.js';
import { lookingBetweenTasks } from './looking-between-tasks.js';
import { openTemporal, type TemporalKind } from './temporal.js';

/** Differences of one of the hotel's properties from the simulator's own; `policy` overrides the default policy. */
export interface PropertyHabits extends Partial<Pick<Property, 'timeZone' | 'checkIn' | 'checkOut'>> {
  readonly policy?: Partial<Policy>;
}

export interface StayWorldOptions {
  /** The server to run on; if absent, the time-skipping server (or what `STAYLINE_TEST_TEMPORAL` says). */
  readonly server?: TemporalKind;
  /** Policy of the property `seaside`. */
  readonly policy?: Partial<Policy>;
  /** More properties in the same building, by id: the same doors under other rules. */
  readonly properties?: Readonly<Record<string, PropertyHabits>>;
  readonly switches?: Partial<Switches>;
  readonly providerLatencyMs?: number;
  /** Time for which activities cache what they read of the hotel, in milliseconds; not at all by default. */
  readonly memoryMs?: number;
  /** Returns the URL at which the workers reach the simulated Seam: that of a proxy before it (`odd-seam.ts`). */
  readonly reachSeamAt?: (simulatorUrl: string) => string;
  /** Differences of the workers' profile from the embedded one. */
  readonly profile?: Partial<WorkerProfile>;
  /** Hook for a test to watch or disturb activities. */
  readonly around?: (activities: StayActivities) => StayActivities;
  /** Source of reservations; if absent, only the test sends them. */
  readonly bookings?: BookingActivities;
}

export interface StayWorld extends StayHost {
  readonly temporal: Client;
  /** Connection for a test's own workers. */
  readonly native: NativeConnection;
  pass(duration: string | number): Promise<void>;
  /** Creates a stay at `seaside`: in house since an hour ago, for three days, in its own room, with one guest. `changes` override this. */
  book(reservationId: string, changes: Partial<StaySnapshotInput>, habits?: BookingHabits): Promise<BookedStay>;
  /** Returns the snapshot that `book` would send. */
  snapshotOf(reservationId: string, changes: Partial<StaySnapshotInput>): Promise<StaySnapshotInput>;
  /** Returns rooms that no stay of this world has been given yet. */
  freeRooms(count: number): string[];
  /** Returns the instant so many minutes after the server's time now. */
  inMinutes(minutes: number): Promise<string>;
  /** Moves only the hotel's clock, for something that an activity waits for while it runs. */
  hurryHotel(minutes: number): void;
  /** Changes a property's entry in the property file, as the hotel's engineer would; stays receive it through `policyChanged`. */
  configure(propertyId: string, habits: PropertyHabits): void;
  /** Removes a property from the property file. */
  removeProperty(propertyId: string): void;
  /** Injects a fault into the simulator, as its control API does. */
  disturb(fault: Fault): Promise<void>;
  undisturb(): Promise<void>;
  /** Returns the number of calls that Seam has received. */
  calls(): number;
  stop(): Promise<void>;
}

export const PROPERTY_ID = 'seaside';
const ROOMS = Array.from({ length: 200 }, (_, index) => String(101 + index));

/**
 * Number of stays that workers keep in memory. `STAYLINE_TEST_CACHED_STAYS=0` makes them replay the whole history at every task. A run of
 * these tests then shows that no state lives outside the history.
 */
const CACHED_STAYS = process.env.STAYLINE_TEST_CACHED_STAYS;

/** Default server of stays. The real server is the better one for uncached stays, where no time has to be skipped. */
const USUAL_SERVER: TemporalKind = process.env.STAYLINE_TEST_TEMPORAL === 'dev' ? 'dev' : 'time-skipping';

export async function openStayWorld(options: StayWorldOptions = {}): Promise<StayWorld> {
  const kind = options.server ?? USUAL_SERVER;
  const server = await openTemporal(kind);
  // It runs on between the attempts that set it: what a test does after an answer of the server comes later here, too.
  const clock = runningClock();
  clock.moveTo(await server.now());
  let calls = 0;
  const simulator = await startSimulator({
    port: 0,
    rooms: ROOMS,
    clock,
    propertyId: PROPERTY_ID,
    providerLatencyMs: options.providerLatencyMs ?? 20,
    switches: { ...switchesOfRun(), ...options.switches },
    onCall: () => {
      calls += 1;
    },
  });
  const followServer = (ms: number): void => clock.moveTo(Math.max(clock.now(), ms));
  const seam = createSeamClient({
    endpoint: options.reachSeamAt?.(simulator.url) ?? simulator.url,
    auth: { kind: 'api-key', apiKey: simulator.apiKey },
    // Days pass in a moment here, so one second has as many calls as hours have otherwise.
    budget: { requestsPerSecond: 2_000 },
  });
  let properties = propertiesOf(simulator, options);
  const activities = createActivities({
    seam,
    properties: {
      all: () => Promise.resolve(properties),
      find: (propertyId) => fixedProperties(properties).find(propertyId),
    },
    options: {
      now: () => clock.now(),
      memoryMs: options.memoryMs ?? 0,
      auditPauseMs: 200,
      timing: { firstPollMs: 10, lateCommitMs: 300, revokeTimeoutMs: 30, syncTimeoutMs: 1_000 },
    },
  });
  const watched = options.around === undefined ? activities : options.around(activities);
  const heard = followingClock(watched, followServer);
  const cancelling = kind === 'time-skipping' ? openCancelling() : undefined;
  const workers = await createStayWorkers({
    connection: server.connection,
    namespace: 'default',
    activities: cancelling === undefined ? heard : cancelling.obeying(heard),
    ...(options.bookings === undefined ? {} : { bookings: options.bookings }),
    workflowBundle: await (cancelling === undefined ? usualBundle() : bundleCancelling()),
    sinks: { ...cancelling?.sinks, ...(MEASURES ? COVERAGE_SINKS : {}) },
    profile: { ...WORKER_PROFILES.embedded, shutdownGraceTime: '1s', shutdownForceTime: '5m', ...options.profile },
    ...(CACHED_STAYS === undefined ? {} : { maxCachedWorkflows: Number(CACHED_STAYS) }),
  });
  const running = runWorkers(workers);
  const control = async (method: 'POST' | 'DELETE', body?: Fault): Promise<void> => {
    await controlSimulator(simulator.url, method, 'faults', body);
  };
  let roomsGiven = 0;

  const world: StayWorld = {
    temporal: server.client,
    native: server.connection,
    simulator,
    client:
      kind === 'time-skipping' && CACHED_STAYS !== undefined
        ? lookingBetweenTasks(server.client)
        : createStayClient(server.client),
    now: () => server.now(),
    async book(reservationId, changes, habits = {}) {
      const snapshot = await world.snapshotOf(reservationId, changes);
      await world.client.applyReservation(snapshot);
      return bookStay(world, snapshot, habits);
    },
    async snapshotOf(reservationId, changes) {
      return {
        propertyId: PROPERTY_ID,
        reservationId,
        revision: 1,
        status: 'in-house',
        window: { from: await world.inMinutes(-60), to: await world.inMinutes(3 * 24 * 60) },
        rooms: changes.rooms ?? world.freeRooms(1),
        guests: [{ guestId: 'g1', primary: true }],
        ...changes,
      };
    },
    freeRooms(count) {
      roomsGiven += count;
      if (roomsGiven > ROOMS.length) throw new Error('The hotel of the tests has no free room left');
      return ROOMS.slice(roomsGiven - count, roomsGiven);
    },
    async inMinutes(minutes) {
      return instantAt((await server.now()) + minutes * 60_000);
    },
    async pass(duration) {
      await server.pass(duration);
      followServer(await server.now());
    },
    hurryHotel: (minutes) => clock.moveTo(clock.now() + minutes * 60_000),
    configure(propertyId, habits) {
      const others = properties.filter((property) => property.propertyId !== propertyId);
      properties = [...others, propertyOf(simulator, propertyId, habits)];
    },
    removeProperty(propertyId) {
      properties = properties.filter((property) => property.propertyId !== propertyId);
    },
    disturb: (fault) => control('POST', fault),
    undisturb: () => control('DELETE'),
    calls: () => calls,
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await simulator.close();
      await server.stop();
    },
  };
  return world;
}

async function usualBundle(): Promise<WorkflowBundleOption> {
  return { codePath: MEASURES ? MEASURED_BUNDLE : await cachedBundle() };
}

async function bundleCancelling(): Promise<WorkflowBundleOption> {
  const cancelling = path.join(packageRoot(), 'test/harness/cancelling/in-workflow.ts');
  return MEASURES
    ? bundleWorkflows({ interceptorsPaths: [cancelling, COVERAGE_INTERCEPTORS], webpackConfigHook: addCounters })
    : { codePath: await cachedBundle([cancelling]) };
}

/** Returns the hotel's properties: `seaside` and those of the options. */
export function propertiesOf(
  simulator: Simulator,
  options: Pick<StayWorldOptions, 'policy' | 'properties'>,
): readonly Property[] {
  const all = { [PROPERTY_ID]: { policy: options.policy ?? {} }, ...options.properties };
  return Object.entries(all).map(([propertyId, habits]) => propertyOf(simulator, propertyId, habits));
}

function propertyOf(simulator: Simulator, propertyId: string, habits: PropertyHabits): Property {
  return propertySchema.parse({ ...simulator.property, ...habits, propertyId, policy: habits.policy ?? {} });
}

/** Sets the hotel's clock to the test server's time at each attempt. */
function followingClock(activities: StayActivities, follow: (ms: number) => void): StayActivities {
  const entries = Object.entries(activities) as [keyof StayActivities, (input: never) => Promise<unknown>][];
  return Object.fromEntries(
    entries.map(([name, activity]) => [
      name,
      (input: never) => {
        follow(Context.current().info.currentAttemptScheduledTimestampMs);
        return activity(input);
      },
    ]),
  ) as unknown as StayActivities;
}
