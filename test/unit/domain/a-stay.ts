/** Stays for tests, showing only what a test is about: `aStay().inRooms('101').withGuests(2).settled()`. */
import type { Switches } from '../../../src/simulator/control/switches.js';
import type { Policy } from '../../../src/domain/model/property-schema.js';
import type { StaySnapshotInput } from '../../../src/domain/model/snapshot-schema.js';
import {
  hasPhone,
  inWords,
  LIFT,
  COMMON_DOORS,
  openHouse,
  PROPERTY,
  RESERVATION,
  type House,
} from './stay/plan/hotel.js';

/** An hour before check-in, and within the default lead time of two hours. */
export const NOON = '2026-11-23T13:00Z';
export const CHECK_IN = '2026-11-23T14:00Z';
export const CHECK_OUT = '2026-11-26T10:00Z';
export const ROOMS = ['101', '102', '103', '104', '105'];

type GuestInput = StaySnapshotInput['guests'][number];

export interface StayBuilder {
  inRooms(...rooms: string[]): StayBuilder;
  /** `g1` to `g<count>`; the first is the primary guest. */
  withGuests(count: number): StayBuilder;
  /** Gives a guest their own rooms, or other facts. */
  where(guestId: string, facts: Partial<GuestInput>): StayBuilder;
  with(fields: Partial<StaySnapshotInput>): StayBuilder;
  withPolicy(policy: Partial<Policy>): StayBuilder;
  withSwitches(switches: Partial<Switches>): StayBuilder;
  withoutPhones(): StayBuilder;
  snapshot(): StaySnapshotInput;
  /** The stay before its first message. */
  house(): House;
  /** The stay after its first snapshot, with no step carried out. */
  opened(): House;
  /** The stay with all its keys issued; the record of the steps until then is cleared. */
  settled(): House;
}

interface Parts {
  readonly snapshot: StaySnapshotInput;
  readonly policy: Partial<Policy>;
  readonly switches: Partial<Switches>;
  readonly phones: 'at-once' | 'later';
}

export function aStay(): StayBuilder {
  return builder({
    snapshot: {
      propertyId: PROPERTY,
      reservationId: RESERVATION,
      revision: 1,
      status: 'confirmed',
      window: { from: CHECK_IN, to: CHECK_OUT },
      rooms: ['101'],
      guests: guests(1),
    },
    policy: {},
    switches: {},
    phones: 'at-once',
  });
}

function guests(count: number): GuestInput[] {
  return Array.from({ length: count }, (_, index) => ({ guestId: `g${index + 1}`, primary: index === 0 }));
}

function builder(parts: Parts): StayBuilder {
  const { snapshot, policy, switches } = parts;
  const change = (fields: Partial<StaySnapshotInput>) => builder({ ...parts, snapshot: { ...snapshot, ...fields } });
  const self: StayBuilder = {
    inRooms: (...rooms) => change({ rooms }),
    withGuests: (count) => change({ guests: guests(count) }),
    where: (guestId, facts) =>
      change({ guests: snapshot.guests.map((one) => (one.guestId === guestId ? { ...one, ...facts } : one)) }),
    with: change,
    withPolicy: (fields) => builder({ ...parts, policy: { ...policy, ...fields } }),
    withSwitches: (fields) => builder({ ...parts, switches: { ...switches, ...fields } }),
    withoutPhones: () => builder({ ...parts, phones: 'later' }),
    snapshot: () => snapshot,
    house: () => openHouse({ at: NOON, rooms: ROOMS, policy, switches, phones: parts.phones }),
    opened() {
      const house = self.house();
      house.snapshot(snapshot);
      return house;
    },
    settled() {
      const house = self.opened();
      house.settle();
      house.done.length = 0;
      return house;
    },
  };
  return self;
}

/** The next snapshot of the booking system: the last one with other fields. */
export function amend(house: House, fields: Partial<StaySnapshotInput>): void {
  const last = house.state.snapshot;
  if (last === undefined) throw new Error('the stay has no snapshot to amend');
  house.snapshot({ ...last, revision: Number(last.revision) + 1, ...fields });
}

/** The steps carried out, in order: `override g1 101+102`. */
export function steps(house: House): readonly string[] {
  return house.done.map(inWords);
}

/** Lets every step end that can, and returns the steps since the last call, in order. */
export function carriedOut(house: House): readonly string[] {
  house.settle();
  const done = steps(house);
  house.done.length = 0;
  return done;
}

/** The doors that the guest's phones open now, or at `at`, guest rooms first. Each tap can update its lock. */
export function opens(house: House, guestId: string, at = CHECK_IN): readonly string[] {
  const known = house.state.guests[guestId];
  if (known === undefined) return [];
  const { hotel } = house;
  const { userIdentityId } = known;
  const moment = Math.max(Date.parse(at), hotel.now());
  return [...ROOMS, ...COMMON_DOORS, LIFT].filter(
    (door) => hotel.tap({ userIdentityId }, hotel.door(door).id, moment).opened,
  );
}

/** The guest rooms among `opens`. */
export function opensRooms(house: House, guestId: string, at = CHECK_IN): readonly string[] {
  return opens(house, guestId, at).filter((door) => ROOMS.includes(door));
}

export function attentionCodes(house: House): readonly string[] {
  return house.view().attention.map((one) => one.code);
}

/** Enrols the guest's phone as the booking system would see it, and returns the device id. */
export function enrolPhone(house: House, guestId: string): string {
  const deviceId = house.enrol(guestId);
  if (deviceId === undefined || !hasPhone(house, guestId)) throw new Error(`${guestId} is not known at Seam yet`);
  return deviceId;
}
