/**
 * A hotel to try stays in: the time-skipping Temporal server, the simulator with its clock following that server's, and the product's
 * own workers. Judged by taps at doors and by views.
 */
import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities/index.js';
import {
  createStayClient,
  type MessageInput,
  type MessageName,
  type StayClient,
  type StayView,
} from '../../src/client.js';
import { fixedProperties } from '../../src/property-file.js';
import { createSeamClient } from '../../src/seam/index.js';
import { standingClock } from '../../src/simulator/clock.js';
import { startSimulator, type Simulator } from '../../src/simulator/server.js';
import type { Switches } from '../../src/simulator/switches.js';
import { instantAt } from '../../src/stay/instants.js';
import { policySchema, type Policy } from '../../src/stay/property-schema.js';
import type { StaySnapshotInput } from '../../src/stay/snapshot-schema.js';
import type { StayActivities } from '../../src/stay/steps.js';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';
import { createStayWorkers, runWorkers, WORKER_PROFILES } from '../../src/temporal/workers.js';
import { startTimeSkipping } from './time-skipping.js';

export interface StayWorldOptions {
  readonly policy?: Partial<Policy>;
  readonly switches?: Partial<Switches>;
  readonly rooms?: readonly string[];
  readonly maxCachedWorkflows?: number;
  readonly providerLatencyMs?: number;
  /** Lets a test watch or disturb activities. */
  readonly around?: (activities: StayActivities) => StayActivities;
}

export interface StayWorld {
  readonly environment: TestWorkflowEnvironment;
  readonly simulator: Simulator;
  readonly client: StayClient;
  /** A stay whose guests have a phone as soon as Seam knows them. */
  book(reservationId: string, snapshot: Partial<StaySnapshotInput>): Promise<BookedStay>;
  /** Minutes from the test server's time now, as an instant. */
  inMinutes(minutes: number): Promise<string>;
  /** Lets time pass at the test server; the hotel's clock follows. */
  pass(duration: string | number): Promise<void>;
  stop(): Promise<void>;
}

export interface BookedStay {
  readonly name: { readonly propertyId: string; readonly reservationId: string };
  readonly snapshot: StaySnapshotInput;
  signal<Name extends MessageName>(name: Name, payload: MessageInput<Name>): Promise<void>;
  /** Sends the next revision. */
  amend(changes: Partial<StaySnapshotInput>): Promise<StayView>;
  view(): Promise<StayView>;
  /** Waits until the stay has nothing to do right now. */
  settled(): Promise<StayView>;
  until(condition: (view: StayView) => boolean): Promise<StayView>;
  /** Holds the guest's phone to a door; answers the lock's reason. */
  tap(guestId: string, door: string): Promise<string>;
  /** The guests, of those named, whose phones open the door. */
  whoOpens(door: string, guestIds: readonly string[]): Promise<string[]>;
}

const PROPERTY_ID = 'seaside';
export const ROOMS = ['101', '102', '103', '104', '105', '106'] as const;

export async function openStayWorld(options: StayWorldOptions = {}): Promise<StayWorld> {
  const environment = await startTimeSkipping();
  const clock = standingClock(await environment.currentTimeMs());
  const simulator = await startSimulator({
    port: 0,
    rooms: options.rooms ?? ROOMS,
    clock,
    propertyId: PROPERTY_ID,
    providerLatencyMs: options.providerLatencyMs ?? 20,
    ...(options.switches === undefined ? {} : { switches: options.switches }),
  });
  const policy = policySchema.parse({ ...options.policy });
  const followServer = (ms: number): void => clock.moveTo(Math.max(clock.now(), ms));
  const seam = createSeamClient({ endpoint: simulator.url, auth: { kind: 'api-key', apiKey: simulator.apiKey } });
  const activities = createActivities({
    seam,
    properties: fixedProperties([{ ...simulator.property, policy }]),
    options: { now: () => clock.now(), memoryMs: 0, timing: { firstPollMs: 10, lateCommitSettleMs: 300 } },
  });
  const watched = options.around === undefined ? activities : options.around(activities);
  const workers = await createStayWorkers({
    connection: environment.nativeConnection,
    namespace: 'default',
    activities: followingClock(watched, followServer),
    workflowBundle: await bundleWorkflows(),
    profile: { ...WORKER_PROFILES.embedded, shutdownGraceTime: '1s' },
    ...(options.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: options.maxCachedWorkflows }),
  });
  const running = runWorkers(workers);
  const client = createStayClient(environment.client);
  const stays: string[] = [];

  const world: StayWorld = {
    environment,
    simulator,
    client,
    async book(reservationId, changes) {
      const snapshot: StaySnapshotInput = {
        propertyId: PROPERTY_ID,
        reservationId,
        revision: 1,
        status: 'in-house',
        window: { from: await world.inMinutes(-60), to: await world.inMinutes(3 * 24 * 60) },
        rooms: ['101'],
        guests: [{ guestId: 'g1', primary: true }],
        ...changes,
      };
      const stay = bookedStay(world, snapshot);
      stays.push(reservationId);
      await client.applyReservation(snapshot);
      return stay;
    },
    async inMinutes(minutes) {
      return instantAt((await environment.currentTimeMs()) + minutes * 60_000);
    },
    async pass(duration) {
      await environment.sleep(duration);
      followServer(await environment.currentTimeMs());
    },
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await simulator.close();
      await environment.teardown();
    },
  };
  return world;
}

/** The hotel's clock goes by what the test server says at each attempt. */
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

function bookedStay(world: StayWorld, first: StaySnapshotInput): BookedStay {
  const name = { propertyId: first.propertyId, reservationId: first.reservationId };
  let snapshot = first;
  const phones = new Set<string>();
  const { hotel } = world.simulator;

  const userIdentityOf = (guestId: string): string => {
    const personId = snapshot.guests.find((guest) => guest.guestId === guestId)?.personId;
    const key =
      personId === undefined ? `${name.propertyId}/${name.reservationId}/${guestId}` : `${name.propertyId}/${personId}`;
    return hotel.identities.find({ user_identity_key: key }).id;
  };

  const stay: BookedStay = {
    name,
    get snapshot() {
      return snapshot;
    },
    signal: (message, payload) => world.client.signal(name, message, payload),
    async amend(changes) {
      snapshot = { ...snapshot, revision: Number(snapshot.revision) + 1, ...changes };
      return world.client.applyReservation(snapshot);
    },
    view: () => world.client.view(name),
    settled: () => stay.until((view) => view.settled && !view.guests.some((guest) => guest.waitingFor === 'phone')),
    async until(condition) {
      for (;;) {
        givePhones();
        const view = await stay.view();
        if (condition(view)) return view;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async tap(guestId, door) {
      hotel.settle();
      const at = await world.environment.currentTimeMs();
      const result = hotel.tap({ userIdentityId: userIdentityOf(guestId) }, hotel.door(door).id, at);
      return result.reason;
    },
    async whoOpens(door, guestIds) {
      const reasons = await Promise.all(guestIds.map((guestId) => stay.tap(guestId, door)));
      return guestIds.filter((_, index) => reasons[index] === 'opened' || reasons[index] === 'phone-offline-key');
    },
  };

  /** Guests enrol a phone as soon as Seam knows them. */
  function givePhones(): void {
    for (const identity of hotel.identities.list({})) {
      if (!identity.key?.startsWith(`${name.propertyId}/`) || phones.has(identity.id)) continue;
      phones.add(identity.id);
      if (hotel.phones.list({ owner_user_identity_id: identity.id }).length === 0) hotel.phones.add(identity.id);
    }
  }
  return stay;
}
