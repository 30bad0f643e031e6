/** Vocabulary of the scenarios: a hotel, its stays, its front desk, and phones that are held to doors. */
import { expect } from 'vitest';
import type { StayView } from '../../src/client.js';
import type { Fault } from '../../src/simulator/control/faults.js';
import type { CredentialRecord } from '../../src/simulator/hotel/records.js';
import type { SimulatedHotel } from '../../src/simulator/hotel/hotel.js';
import { instantAt } from '../../src/domain/model/instants.js';
import type { StaySnapshotInput } from '../../src/domain/model/snapshot-schema.js';
import type { BookedStay, BookingHabits, StayHost } from '../harness/booked-stay.js';
import { PROPERTY_ID, type PropertyHabits, type StayWorld } from '../harness/stay-world.js';

type GuestInput = StaySnapshotInput['guests'][number];

/** Differences of a booking from the default one; `hours`: start and end, counted from now. */
export interface BookingChanges extends Partial<Omit<StaySnapshotInput, 'guests'>> {
  readonly hours?: readonly [from: number, to: number];
  readonly phones?: BookingHabits['phones'];
  readonly reservationId?: string;
}

/** World of a hotel: on the time-skipping server, or one in real time. */
export type HotelWorld = StayHost &
  Pick<StayWorld, 'book' | 'freeRooms' | 'disturb' | 'undisturb'> &
  Partial<Pick<StayWorld, 'hurryHotel'>>;

export interface Hotel {
  readonly world: HotelWorld;
  readonly simulated: SimulatedHotel;
  /** Returns a room that no other scenario uses. */
  room(): string;
  /** Returns so many such rooms, all neighbours. */
  rooms(count: number): string[];
  /**
   * Creates a confirmed reservation, arriving tomorrow at this hour for two nights. Each guest's phone is enrolled as soon as they are
   * registered at Seam.
   */
  booked(guests: readonly (string | GuestInput)[], changes?: BookingChanges): Promise<Stay>;
  /** Creates a stay that checked in an hour ago, for three days. */
  checkedIn(guests: readonly (string | GuestInput)[], changes?: BookingChanges): Promise<Stay>;
  /** Creates a stay like `checkedIn`; all guests have used their key at each of their rooms. */
  inHouse(guests: readonly (string | GuestInput)[], changes?: BookingChanges): Promise<Stay>;
  /** Skips a duration such as `2 hours and 5 minutes`. */
  passes(duration: string): Promise<void>;
  /** Skips time until that instant. */
  clockReaches(instant: string): Promise<void>;
  inHours(hours: number): Promise<string>;
  /** Returns the mobile keys that Seam has made for the room so far. */
  keysMadeFor(room: string): KeysMade;
  /** Checks that exactly so many mobile keys have been made for the room since the beginning. */
  hasMade(room: string, keys: KeysMade): void;
  /**
   * Returns the key exchanges, one for each guest who has had a key to both rooms. An exchange says when the new key was there, and when
   * the old one began to end; both as places in time.
   */
  exchangesOf(oldRoom: string, newRoom: string): readonly Exchange[];
  /** Gives the room, by decision of the front desk, to a stay that waits for it. */
  givesByForce(room: string, stay: Stay): Promise<void>;
  /**
   * Checks the room's view for the front desk. It names these guests, and no others, as possible holders of a key, and none of them as a
   * certain one.
   */
  roomSuspects(room: string, ...guestIds: readonly string[]): Promise<void>;
  /** Holds one phone to a door; returns the lock's answer. */
  phoneAt(deviceId: string, door: string): Promise<string>;
  /**
   * Makes a plastic card at the front desk, without Seam and Stayline. `new` ends earlier keys and cards once it is used; `duplicate` joins
   * them.
   */
  cutsCard(room: string, kind: 'new' | 'duplicate'): Promise<Card>;
  bridgeGoesDown(): Promise<void>;
  disturb(fault: Fault): Promise<void>;
  /** Restores the bridge and Seam's normal answers. */
  allIsWell(): Promise<void>;
}

export interface KeysMade {
  readonly overrides: number;
  readonly joiners: number;
}

export interface Exchange {
  readonly made: number;
  readonly ended: number;
}

export interface Card {
  readonly acsCredentialId: string;
  opens(door: string): Promise<boolean>;
}

export interface Stay extends BookedStay {
  /** Waits, skipping time, until these guests hold what they should; all of the party, if none is named. */
  haveKeys(...guestIds: readonly string[]): Promise<StayView>;
  /** Checks that, of everyone who was ever in the party, exactly these guests open the door now. The others try first. */
  onlyTheseOpen(door: string, ...guestIds: readonly string[]): Promise<void>;
  noOneOpens(door: string): Promise<void>;
  /** Checks that the guest's phones open the door now, whatever steps are still pending. */
  isOpenTo(guestId: string, door: string): Promise<void>;
  /** Checks that the guest's phones do not open the door now, whatever steps are still pending. */
  isShutTo(guestId: string, door: string): Promise<void>;
  /** Checks the lock's answer to the guest's phone. */
  lockAnswers(door: string, guestId: string, reason: string): Promise<void>;
  /** Waits, skipping time, until the front desk sees this attention. */
  shows(code: string): Promise<StayView>;
  /** Checks that the front desk sees these attentions and nothing else. */
  showsOnly(...codes: readonly string[]): Promise<StayView>;
  phoneGoesOffline(guestId: string): void;
  phoneComesBack(guestId: string): void;
  /** Delivers Seam's events about all of the stay's keys to the stay. */
  receivesFromSeam(eventType: string): Promise<void>;
}

/** Properties in the same building under other rules. The property of most scenarios issues keys from two hours before arrival. */
export const PROPERTIES: Readonly<Record<string, PropertyHabits>> = {
  /** Issues keys at check-in only. */
  lobby: { policy: { issueFrom: { kind: 'check-in' } } },
  berlin: { timeZone: 'Europe/Berlin', checkIn: '15:00', checkOut: '11:00' },
  kolkata: { timeZone: 'Asia/Kolkata', checkIn: '14:00', checkOut: '12:00' },
};

/** Shorter than the time limit of a step, so that a failure shows the view. */
const PATIENCE = { minutes: 60, withinMs: 200_000 };

/** @param prefix of the ids of its reservations: stays of one world need different ones */
export function openHotel(world: HotelWorld, prefix: string): Hotel {
  const simulated = world.simulator.hotel;
  let reservations = 0;

  const book = async (
    guests: readonly (string | GuestInput)[],
    usual: Pick<StaySnapshotInput, 'status'> & Required<Pick<BookingChanges, 'hours'>>,
    changes: BookingChanges,
  ): Promise<Stay> => {
    const { hours = usual.hours, phones, reservationId = `${prefix}-${++reservations}`, ...given } = changes;
    const window = { from: await hotel.inHours(hours[0]), to: await hotel.inHours(hours[1]) };
    const party = guests.map((guest) => (typeof guest === 'string' ? { guestId: guest } : guest));
    const snapshot = { status: usual.status, window, guests: party, ...given };
    const booked = await world.book(reservationId, snapshot, phones === undefined ? {} : { phones });
    return stayOf(hotel, booked);
  };

  const pass = async (duration: string | number): Promise<void> => {
    if (world.pass === undefined) throw new Error('This scenario skips time, and its hotel cannot');
    await world.pass(duration);
  };

  const hotel: Hotel = {
    world,
    simulated,
    room: () => world.freeRooms(1).join(),
    rooms: (count) => world.freeRooms(count),
    booked: (guests, changes = {}) => book(guests, { status: 'confirmed', hours: [24, 72] }, changes),
    checkedIn: (guests, changes = {}) => book(guests, { status: 'in-house', hours: [-1, 72] }, changes),
    async inHouse(guests, changes = {}) {
      const stay = await hotel.checkedIn(guests, changes);
      await stay.settled();
      for (const guest of stay.snapshot.guests.filter((one) => one.wantsKey !== false)) {
        for (const room of guest.rooms ?? stay.snapshot.rooms ?? []) {
          expect(await stay.tap(guest.guestId, room), `${guest.guestId} at ${room}`).toBe('opened');
        }
      }
      return stay;
    },
    async passes(duration) {
      for (const part of duration.split(' and ')) await pass(part);
    },
    async clockReaches(instant) {
      await pass(Date.parse(instant) - (await world.now()));
    },
    inHours: async (hours) => instantAt((await world.now()) + hours * 3_600_000),
    keysMadeFor(room) {
      const made = mobileKeysTo(simulated, room);
      const count = (kind: string): number => made.filter((key) => key.joining === kind).length;
      return { overrides: count('override'), joiners: count('joiner') };
    },
    hasMade: (room, keys) => expect(hotel.keysMadeFor(room), `keys made for ${room}`).toEqual(keys),
    exchangesOf(oldRoom, newRoom) {
      const keysTo = (room: string): CredentialRecord[] => mobileKeysTo(simulated, room);
      const happened = (what: string, key: CredentialRecord): number =>
        simulated.journal().find((entry) => entry.what === what && entry.acs_credential_id === key.id)?.number ??
        Infinity;
      return keysTo(oldRoom).flatMap((old) =>
        keysTo(newRoom)
          .filter((key) => key.userId === old.userId)
          .map((key) => ({
            made: happened('credential-synced', key),
            ended: happened('credential-deletion-accepted', old),
          })),
      );
    },
    givesByForce: (room, { name, workflowId }) =>
      world.client.forceRoom(
        { propertyId: name.propertyId, room },
        { stayId: workflowId, reason: 'overbooked', by: 'desk-1' },
      ),
    async roomSuspects(room, ...guestIds) {
      const { keys } = await world.client.room({ propertyId: PROPERTY_ID, room });
      const certain = keys.certain.map((key) => key.guestId);
      const suspects = keys.possible.map((key) => key.guestId).filter((guestId) => !certain.includes(guestId));
      expect(suspects.toSorted()).toEqual(guestIds);
    },
    async phoneAt(deviceId, door) {
      simulated.settle();
      return simulated.tap({ deviceId }, simulated.door(door).id, await world.now()).reason;
    },
    async cutsCard(room, kind) {
      const now = await world.now();
      const { id } = simulated.cutDeskCard({
        doorIds: [simulated.door(room).id, simulated.door('Main Entrance').id],
        kind: kind === 'new' ? 'override' : 'joiner',
        startsAt: now - 60_000,
        endsAt: now + 5 * 24 * 3_600_000,
      });
      simulated.settle();
      return {
        acsCredentialId: id,
        opens: async (door) =>
          simulated.tap({ acsCredentialId: id }, simulated.door(door).id, await world.now()).opened,
      };
    },
    bridgeGoesDown: () => world.disturb({ kind: 'bridge-down' }),
    disturb: (fault) => world.disturb(fault),
    allIsWell: () => world.undisturb(),
  };
  return hotel;
}

/** Returns all mobile keys that Seam has ever made for the room, including ended ones. */
function mobileKeysTo(simulated: SimulatedHotel, room: string): CredentialRecord[] {
  const door = simulated.door(room).id;
  return [...simulated.world.credentials.values()].filter(
    (key) => key.form === 'mobile-key' && key.guestDoorIds.includes(door),
  );
}

function stayOf({ simulated }: Hotel, booked: BookedStay): Stay {
  const everyone = new Set(booked.snapshot.guests.map((guest) => guest.guestId));
  const codesOf = (view: StayView): string[] => [...new Set(view.attention.map((notice) => notice.code))].sort();
  const connect = (guestId: string, connection: 'online' | 'offline'): void => {
    for (const phone of booked.phones(guestId)) simulated.phones.change(phone.id, { connection });
  };

  const stay: Stay = {
    ...booked,
    get snapshot() {
      return booked.snapshot;
    },
    async amend(changes) {
      for (const guest of changes.guests ?? []) everyone.add(guest.guestId);
      return booked.amend(changes);
    },
    async signal(name, payload) {
      if ('guests' in payload) for (const guest of payload.guests) everyone.add(guest.guestId);
      return booked.signal(name, payload);
    },
    haveKeys: (...guestIds) =>
      booked.inTime(
        (view) =>
          view.guests.length > 0 &&
          // Until the next room is theirs, guests in house hold keys to the room that they are to leave.
          view.leases?.every(({ leaving }) => leaving !== true) !== false &&
          view.guests
            .filter((guest) => guestIds.length === 0 || guestIds.includes(guest.guestId))
            .every((guest) => guest.keyState === 'issued'),
        PATIENCE,
      ),
    async onlyTheseOpen(door, ...guestIds) {
      await booked.settled();
      const others = [...everyone].filter((guestId) => !guestIds.includes(guestId));
      const open = await booked.whoOpens(door, [...others, ...guestIds]);
      expect(open, `who opens ${door}`).toEqual(guestIds);
    },
    noOneOpens: (door) => stay.onlyTheseOpen(door),
    async isOpenTo(guestId, door) {
      expect(await booked.whoOpens(door, [guestId]), `who opens ${door}`).toEqual([guestId]);
    },
    async isShutTo(guestId, door) {
      expect(await booked.whoOpens(door, [guestId]), `who opens ${door}`).toEqual([]);
    },
    async lockAnswers(door, guestId, reason) {
      expect(await booked.tap(guestId, door), `answer of the lock of ${door} to ${guestId}`).toBe(reason);
    },
    shows: (code) => booked.inTime((view) => codesOf(view).includes(code), PATIENCE),
    async showsOnly(...codes) {
      const view = await booked.settled();
      expect(codesOf(view)).toEqual([...codes].sort());
      return view;
    },
    phoneGoesOffline: (guestId) => connect(guestId, 'offline'),
    phoneComesBack: (guestId) => connect(guestId, 'online'),
    async receivesFromSeam(eventType) {
      const view = await booked.view();
      for (const { acsCredentialId, state } of view.keys) {
        if (acsCredentialId === undefined || state !== 'live') continue;
        const eventId = `event-${acsCredentialId}`;
        await booked.signal('credentialChanged', { acsCredentialId, eventType, eventId });
      }
    },
  };
  return stay;
}
