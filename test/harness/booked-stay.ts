/** One stay of a test: its messages, its view, and the phones of its guests at doors. */
import type { MessageInput, MessageName, StayClient, StayName, StayView } from '../../src/client.js';
import { stayWorkflowId } from '../../src/client.js';
import type { DeviceRecord } from '../../src/simulator/hotel/records.js';
import type { StaySnapshotInput } from '../../src/domain/model/snapshot-schema.js';
import type { Simulator } from '../../src/simulator/server.js';
import { GRPC_STATUS, grpcErrorIn, isWithoutWorker } from '../../src/temporal/grpc-errors.js';

/** The parts of a test's world that one stay needs. */
export interface StayHost {
  readonly simulator: Simulator;
  readonly client: StayClient;
  /** Returns the server's time, in milliseconds since 1970. */
  now(): Promise<number>;
  /**
   * Skips time at the server; the hotel's clock follows. No time is skipped while an activity runs. Absent: time passes by itself only.
   */
  pass?(duration: string | number): Promise<void>;
}

export interface TimeLimit {
  /** Skipped time. */
  readonly minutes: number;
  /** Real time; absent: no limit. */
  readonly withinMs?: number;
}

export interface BookingHabits {
  /** `at-once`: every guest enrols a phone as soon as they are registered at Seam; `by-hand`: only through `enrol`. */
  readonly phones?: 'at-once' | 'by-hand';
  /** Timeout for a view, in milliseconds; 60 s by default, without a cache 120 s. */
  readonly withinMs?: number;
}

export interface BookedStay {
  readonly name: StayName;
  readonly workflowId: string;
  /** The snapshot that was sent last. */
  readonly snapshot: StaySnapshotInput;
  signal<Name extends MessageName>(name: Name, payload: MessageInput<Name>): Promise<void>;
  /** Sends the next revision. */
  amend(changes: Partial<StaySnapshotInput>): Promise<StayView>;
  view(): Promise<StayView>;
  /** Waits until the stay has nothing to do right now. */
  settled(): Promise<StayView>;
  /** Waits for a view; fails with the current view on a timeout. */
  until(condition: (view: StayView) => boolean): Promise<StayView>;
  /**
   * Waits like `until`, and skips a minute whenever nothing happens by itself. Fails with the current view after so many minutes of skipped
   * time, or so many milliseconds of real time. Where no time can be skipped, it only waits.
   */
  inTime(condition: (view: StayView) => boolean, howLong?: TimeLimit): Promise<StayView>;
  /** Gives the guest a phone, online and active. */
  enrol(guestId: string): DeviceRecord;
  /** Returns the guest's enrolled phones. */
  phones(guestId: string): readonly DeviceRecord[];
  /** Holds the guest's phones to a door; returns the lock's reason. A guest who is not registered at Seam has no phone. */
  tap(guestId: string, door: string): Promise<string>;
  /** Returns those of the named guests whose phones open the door. */
  whoOpens(door: string, guestIds: readonly string[]): Promise<string[]>;
}

/** Each look costs a replay where there is no cache. */
const IS_CACHED = process.env.STAYLINE_TEST_CACHED_STAYS === undefined;
const LOOK_EVERY_MS = IS_CACHED ? 20 : 60;
const PATIENCE_MS = IS_CACHED ? 60_000 : 120_000;
/** Time in which things may happen by themselves before time is skipped. */
const STILL_MS = 200;

/**
 * Returns the query's result. Sends the query again while the server has no worker for it, or one that was ended or is busy got it.
 * @throws the server's answer, if it is the same after `withinMs` milliseconds
 */
async function patient<T>(ask: () => Promise<T>, withinMs: number): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const answer = grpcErrorIn(error);
      const isUntaken =
        answer !== undefined && (isWithoutWorker(answer) || answer.code === GRPC_STATUS.DEADLINE_EXCEEDED);
      if (!isUntaken || performance.now() > giveUpAt) throw error;
    }
    await pause(LOOK_EVERY_MS);
  }
}

export function bookStay(world: StayHost, first: StaySnapshotInput, habits: BookingHabits): BookedStay {
  const name = { propertyId: first.propertyId, reservationId: first.reservationId };
  let snapshot = first;
  const { hotel } = world.simulator;

  const identityKey = (guestId: string): string => {
    const personId = snapshot.guests.find((guest) => guest.guestId === guestId)?.personId;
    return personId === undefined
      ? `${name.propertyId}/${name.reservationId}/${guestId}`
      : `${name.propertyId}/${personId}`;
  };
  const identityOf = (guestId: string): string => hotel.identities.find({ user_identity_key: identityKey(guestId) }).id;

  const look = async (): Promise<StayView> => {
    const view = await stay.view();
    if (habits.phones !== 'by-hand') givePhones(view);
    return view;
  };

  const stay: BookedStay = {
    name,
    workflowId: stayWorkflowId(name),
    get snapshot() {
      return snapshot;
    },
    signal: (message, payload) => world.client.signal(name, message, payload),
    async amend(changes) {
      snapshot = { ...snapshot, revision: Number(snapshot.revision) + 1, ...changes };
      return world.client.applyReservation(snapshot);
    },
    view: () => patient(() => world.client.view(name), habits.withinMs ?? PATIENCE_MS),
    settled: () => stay.until((view) => view.settled && !(habits.phones !== 'by-hand' && waitsForPhone(view))),
    async until(condition) {
      const deadline = performance.now() + (habits.withinMs ?? PATIENCE_MS);
      for (;;) {
        const view = await look();
        if (condition(view)) return view;
        if (performance.now() > deadline) throw new Error(`The view did not come; it is ${describeView(view)}`);
        await pause(LOOK_EVERY_MS);
      }
    },
    async inTime(condition, { minutes, withinMs = Number.POSITIVE_INFINITY } = { minutes: 24 * 60 }) {
      const deadline = performance.now() + withinMs;
      for (let passed = 0; ; passed += world.pass === undefined ? 0 : 1) {
        const stillUntil = performance.now() + STILL_MS;
        while (performance.now() < stillUntil) {
          const view = await look();
          if (condition(view)) return view;
          if (passed === minutes || performance.now() > deadline)
            throw new Error(`The view did not come within ${passed} minutes; it is ${describeView(view)}`);
          await pause(LOOK_EVERY_MS);
        }
        await world.pass?.('1 minute');
      }
    },
    enrol: (guestId) => hotel.phones.add(identityOf(guestId)),
    phones: (guestId) => hotel.phones.list({ owner_user_identity_id: identityOf(guestId) }),
    async tap(guestId, door) {
      hotel.settle();
      const at = Math.max(await world.now(), hotel.now());
      const identity = hotel.identities.list({}).find((one) => one.key === identityKey(guestId));
      if (identity === undefined) return 'no-key';
      return hotel.tap({ userIdentityId: identity.id }, hotel.door(door).id, at).reason;
    },
    async whoOpens(door, guestIds) {
      const reasons = await Promise.all(guestIds.map((guestId) => stay.tap(guestId, door)));
      return guestIds.filter((_, index) => reasons[index] === 'opened' || reasons[index] === 'phone-offline-key');
    },
  };

  function givePhones(view: StayView): void {
    const keys = view.guests.map((guest) => identityKey(guest.guestId));
    for (const identity of hotel.identities.list({})) {
      if (identity.key === null || !keys.includes(identity.key) || identity.deviceIds.size > 0) continue;
      hotel.phones.add(identity.id);
    }
  }
  return stay;
}

/** A guest whose key is to move to another phone still has a key, so that only the plan says that a phone is awaited. */
function waitsForPhone({ guests, plan }: StayView): boolean {
  return [...guests.map((guest) => guest.waitingFor), ...plan.map((step) => step.waitsFor)].includes('phone');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function describeView({ phase, guests, plan, attention, keys, timeline, settled }: StayView): string {
  return JSON.stringify({ phase, settled, guests, plan, attention, keys, timeline: timeline.slice(-12) }, null, 1);
}
