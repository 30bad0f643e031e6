/** A simulated hotel with the activities in front of it, quick enough for tests. */
import type { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities, type ActivityOptions } from '../../../activities/index.js';
import { fixedProperties } from '../../../src/property-file.js';
import { createSeamClient, type SeamClient } from '../../../src/seam/index.js';
import type { Fault } from '../../../src/simulator/control/faults.js';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/server.js';
import { instantAt } from '../../../src/domain/model/instants.js';
import type { Guest } from '../../../src/domain/model/snapshot-schema.js';
import type { KeyAsk } from '../../../src/domain/model/key.js';
import type { IssueKeyInput, PreparedGuest, StayActivities } from '../../../src/domain/model/stay-activities.js';
import { assertSeamRequest, assertSeamResponse } from '../../vendor/seam/contract.js';
import { activityEnvironment } from './activity-environment.js';

const HOUR = 3_600_000;

export const QUICK: ActivityOptions = {
  memoryMs: 0,
  timing: {
    firstPollMs: 10,
    longestPollMs: 40,
    lateCommitMs: 600,
    lingerMs: 5_000,
    revokeTimeoutMs: 10_000,
    syncTimeoutMs: 10_000,
  },
};

export interface TestHotel {
  readonly simulator: Simulator;
  readonly client: SeamClient;
  readonly activities: StayActivities;
  readonly propertyId: string;
  /** Every path that was requested from Seam, in order. */
  readonly asked: readonly string[];
  fault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  /** Prepares a guest who has an active phone. */
  guest(guest?: Partial<Guest>, reservationId?: string): Promise<PreparedGuest>;
  /** Returns the ask that opens the rooms and the gym, from an hour ago for two days. */
  ask(rooms: readonly string[], joinTo?: string): KeyAsk;
  issuing(guest: PreparedGuest, ask: KeyAsk, more?: Partial<IssueKeyInput>): IssueKeyInput;
  /** Ids of the user's keys that Seam has not ended. */
  liveKeys(acsUserId: string): readonly string[];
  /** Number of keys that Seam has ever created. */
  keysMade(): number;
  /** Returns whether the guest's phone opens the door now. */
  opens(guest: PreparedGuest, door: string): boolean;
  /** Closes the hotel; throws if a request or response did not follow Seam's published schemas. */
  close(): Promise<void>;
}

export interface TestHotelOptions extends Partial<SimulatorOptions> {
  readonly activities?: ActivityOptions;
  /** Time after which the client gives up a request. */
  readonly timeoutMs?: number;
}

export async function openHotel(options: TestHotelOptions = {}): Promise<TestHotel> {
  const simulator = await startSimulator({ port: 0, rooms: 4, providerLatencyMs: 30, ...options });
  const { hotel, property } = simulator;
  const asked: string[] = [];
  const client = createSeamClient({
    endpoint: simulator.url,
    auth: { kind: 'api-key', apiKey: simulator.apiKey },
    timeoutMs: options.timeoutMs ?? 10_000,
  });
  client.http.interceptors.request.use((request) => {
    asked.push(request.url ?? '');
    return request;
  });
  const breaches = watchContract(client);
  const activities = createActivities({
    seam: client,
    properties: fixedProperties([property]),
    options: { ...QUICK, ...options.activities },
  });
  const { propertyId } = property;
  const window = { from: instantAt(Date.now() - HOUR), to: instantAt(Date.now() + 48 * HOUR) };
  let guests = 0;

  return {
    simulator,
    client,
    activities,
    propertyId,
    asked,
    async fault(fault) {
      await client.http.post('/_sim/faults', fault);
    },
    async clearFaults() {
      await client.http.delete('/_sim/faults');
    },
    async guest(guest = {}, reservationId = 'R-1') {
      guests += 1;
      const facts = { guestId: `g${guests}`, primary: false, wantsKey: true, ...guest };
      const prepared = await run(activities.prepareGuest, { propertyId, reservationId, guest: facts });
      hotel.phones.add(prepared.userIdentityId, { connection: 'online', endpoint: 'active' });
      return prepared;
    },
    ask(rooms, joinTo) {
      const acsEntranceIds = [...rooms, 'Gym'].map((name) => hotel.door(name).id);
      return joinTo === undefined
        ? { kind: 'override', rooms, acsEntranceIds, window }
        : { kind: 'joiner', joinTo, rooms, acsEntranceIds, window };
    },
    issuing: (guest, ask, more = {}) => ({
      propertyId,
      guestId: 'g1',
      acsUserId: guest.acsUserId,
      ask,
      seenCredentialIds: guest.seenCredentialIds,
      ownCredentialIds: [],
      firstAsk: true,
      confirmWithinMinutes: 5,
      ...more,
    }),
    liveKeys: (acs_user_id) =>
      hotel.credentials
        .list({ acs_user_id, limit: 500 })
        .filter(({ kind, credential }) => kind === 'credential' && credential.life === 'live')
        .map(({ credential }) => credential.id),
    keysMade: () => hotel.journal().filter((entry) => entry.what === 'credential-created').length,
    opens: (guest, door) => hotel.tap({ userIdentityId: guest.userIdentityId }, hotel.door(door).id).opened,
    async close() {
      await simulator.close();
      if (breaches.length > 0) throw new AggregateError(breaches, breaches.join('\n'));
    },
  };
}

/** Checks all requests and responses of the client against Seam's published schemas; returns the violations. */
function watchContract({ http }: SeamClient): readonly unknown[] {
  const breaches: unknown[] = [];
  const note = (check: (path: string, body: unknown) => void, path: string | undefined, body: unknown): void => {
    if (path === undefined || path.startsWith('/_sim/')) return;
    try {
      check(path, body);
    } catch (error) {
      breaches.push(error);
    }
  };
  http.interceptors.request.use((request) => {
    note(assertSeamRequest, request.url, request.data);
    return request;
  });
  http.interceptors.response.use((response) => {
    if (response.status === 200) note(assertSeamResponse, response.config.url, response.data);
    return response;
  });
  return breaches;
}

/** Runs the first attempt of an activity. */
export function run<Input, Result>(activity: (input: Input) => Promise<Result>, input: Input): Promise<Result> {
  return activityEnvironment().run(activity, input);
}

/**
 * Runs an activity as Temporal would: retries it at once after every retryable failure, with the heartbeat details of the
 * attempt before.
 */
export async function untilItEnds<Input, Result>(
  activity: (input: Input) => Promise<Result>,
  input: Input,
  attempts = 8,
): Promise<{ readonly result: Result; readonly attempts: number }> {
  let heartbeatDetails: unknown;
  for (let attempt = 1; ; attempt += 1) {
    const environment: MockActivityEnvironment = activityEnvironment({ attempt, heartbeatDetails });
    environment.on('heartbeat', (details: unknown) => (heartbeatDetails = details));
    try {
      return { result: await environment.run(activity, input), attempts: attempt };
    } catch (error) {
      const isFinal = (error as { nonRetryable?: boolean }).nonRetryable === true;
      if (isFinal || attempt === attempts) throw error;
    }
  }
}
