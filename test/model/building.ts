/**
 * A simulated hotel with several stays and its rooms, in process: planner, room rules and locks, without Temporal. Messages between stays
 * and rooms are delayed. Each stay and room reads the clock only when it receives something or its alarm fires.
 */
import { standingClock } from '../../src/simulator/hotel/clock.js';
import { createSimulatedHotel, type SimulatedHotel } from '../../src/simulator/hotel/hotel.js';
import { parseStayWorkflowId, stayWorkflowId } from '../../src/domain/model/ids.js';
import { instantAt, millis, type Instant } from '../../src/domain/model/instants.js';
import type { Message } from '../../src/domain/model/message-schema.js';
import { policySchema, type Policy } from '../../src/domain/model/property-schema.js';
import type { StaySnapshot, StaySnapshotInput } from '../../src/domain/model/snapshot-schema.js';
import { canGetOn, openHouse, PROPERTY, type House, type Job, type Luck } from '../unit/domain/stay/plan/hotel.js';
import { openSimulatedRooms, type SimulatedRooms } from '../unit/domain/stay/simulated-rooms.js';
import { ROOMS, type Opening } from './plot.js';

type LeaseMessage = Message & { readonly name: 'leaseChanged' };

/** A unit of a stay's work that can proceed. */
export interface Work {
  readonly stay: string;
  readonly job: Job;
}

export interface Building {
  readonly hotel: SimulatedHotel;
  readonly policy: Policy;
  readonly rooms: SimulatedRooms;
  readonly houses: ReadonlyMap<string, House>;
  /** Returns the stay; opened if it has received no message yet. */
  houseOf(stay: string): House;
  /** Returns the stays that have not closed, in the order of their opening. */
  open(): readonly string[];
  snapshot(stay: string, snapshot: StaySnapshotInput): StaySnapshot;
  message(stay: string, message: Message): void;
  work(): readonly Work[];
  /** Advances one unit of work by one request. */
  getOn(work: Work, luck: Luck): void;
  /** Delivers one message from a room. */
  deliver(place: number): void;
  /** Delivers Seam's events about keys. */
  deliverEvents(): void;
  /** Advances the clock; alarms fire on the way, and `look` is called at each stop. */
  pass(minutes: number, look: () => void): void;
  /** Runs all work to its end. Throws if it does not end. */
  settle(): void;
}

/** Far more requests than any change of a hotel of this size needs. */
const MOST_ROUNDS = 600;

export function openBuilding(at: Instant, opening: Opening): Building {
  let lastId = 0;
  const hotel = createSimulatedHotel({
    clock: standingClock(millis(at)),
    rooms: ROOMS,
    switches: opening.switches,
    // Ids are deterministic, so the same plot always has the same log.
    newId: () => `id-${(lastId += 1)}`,
  });
  const { issueFrom, graceMinutes } = opening;
  const policy = policySchema.parse({ issueFrom, departureGraceMinutes: graceMinutes });
  const now = (): Instant => instantAt(hotel.now());
  const rooms = openSimulatedRooms(PROPERTY, now);
  const houses = new Map<string, House>();
  let eventsSeen = 0;

  const houseOf = (stay: string): House => {
    const known = houses.get(stay);
    if (known !== undefined) return known;
    const house = openHouse({
      at,
      rooms: ROOMS,
      hotel,
      reservationId: stay,
      simulatedRooms: rooms,
      policy,
      phones: opening.phones,
      peers: (stayId) => {
        const peer = houses.get(reservationOf(stayId));
        return peer === undefined || isClosed(peer) ? undefined : peer;
      },
    });
    houses.set(stay, house);
    return house;
  };
  const isClosed = (house: House): boolean => house.plan?.closed === true && house.jobs.length === 0;
  const openHouses = (): readonly (readonly [string, House])[] => [...houses].filter(([, house]) => !isClosed(house));
  const alarms = (): readonly Instant[] =>
    [rooms.nextWake(), ...openHouses().map(([, house]) => house.plan?.wakeAt)].filter((wake) => wake !== undefined);

  const building: Building = {
    hotel,
    policy,
    rooms,
    houses,
    houseOf,
    open: () => openHouses().map(([stay]) => stay),
    snapshot: (stay, snapshot) => houseOf(stay).snapshot(snapshot),
    message: (stay, message) => houseOf(stay).message(message),
    work: () =>
      openHouses().flatMap(([stay, house]) =>
        house.jobs.filter((job) => canGetOn(house, job)).map((job) => ({ stay, job })),
      ),
    getOn({ stay, job }, luck) {
      const house = houseOf(stay);
      if (house.jobs.includes(job)) house.getOn(job, luck);
    },
    deliver(place) {
      const [letter] = rooms.post.splice(place % Math.max(1, rooms.post.length), 1);
      const addressee = letter === undefined ? undefined : parseStayWorkflowId(letter.stayId)?.reservationId;
      const house = houses.get(addressee ?? '');
      if (letter === undefined || house === undefined || isClosed(house)) return;
      house.message({ name: 'leaseChanged', payload: letter.news as LeaseMessage['payload'] });
    },
    deliverEvents() {
      const events = hotel.world.events.all();
      for (const event of events.slice(eventsSeen)) {
        const acsCredentialId = event['acs_credential_id'];
        if (typeof acsCredentialId !== 'string') continue;
        const payload = { acsCredentialId, eventType: event.event_type, eventId: event.event_id };
        for (const [, house] of openHouses()) {
          const isOurs = house.state.keyring.keys.some((key) => key.acsCredentialId === acsCredentialId);
          if (isOurs) house.message({ name: 'credentialChanged', payload });
        }
      }
      eventsSeen = events.length;
    },
    pass(minutes, look) {
      // A signal arrives within moments: a pending message may overtake other messages, but takes no hours.
      while (rooms.post.length > 0) building.deliver(0);
      const end = instantAt(hotel.now() + minutes * 60_000);
      while (now() < end) {
        const next = alarms().filter((wake) => wake > now() && wake < end);
        hotel.moveTo(millis(next.toSorted()[0] ?? end));
        rooms.wake();
        for (const [, house] of openHouses()) {
          const wakeAt = house.plan?.wakeAt;
          if (wakeAt !== undefined && wakeAt <= now()) house.turn();
        }
        look();
      }
    },
    settle() {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        let moved = rooms.post.length > 0;
        while (rooms.post.length > 0) building.deliver(0);
        for (const [, house] of openHouses()) {
          for (const job of [...house.jobs]) moved = (house.jobs.includes(job) && house.getOn(job)) || moved;
        }
        if (!moved) return;
      }
      const busy = building.work().map(({ stay, job }) => `${stay}: ${job.what}`);
      throw new Error(`the stays do not settle; at work on ${busy.join(', ') || 'nothing'}`);
    },
  };
  return building;
}

/** Returns the reservation of a stay's workflow id. */
export function reservationOf(stayId: string): string {
  return parseStayWorkflowId(stayId)?.reservationId ?? stayId;
}

export function stayIdOf(reservationId: string): string {
  return stayWorkflowId({ propertyId: PROPERTY, reservationId });
}
