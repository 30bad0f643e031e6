/** Invariants of every step of a plot that runs in one process, whatever messages are pending. */
import type { CredentialRecord, DeviceRecord } from '../../src/simulator/hotel/records.js';
import type { KeyStep } from '../../src/domain/model/key-plan.js';
import { reservationOf, type Building } from './building.js';
import type { Chronicle } from './chronicle.js';
import { holdNoOverlap, span, wouldOpen } from './laws.js';
import { pair, type Listed } from './memory.js';
import { ROOMS, type Opening } from './plot.js';

export interface Tale {
  readonly building: Building;
  readonly chronicle: Chronicle;
  readonly opening: Opening;
}

/** Checks that no guest opens a room that was never to be theirs, and that no two holders have the same room. */
export function holdAlways(tale: Tale): void {
  const { building, chronicle } = tale;
  const { memory } = chronicle;
  const seen = chronicle.outlooks();
  // The group of a stay that joins or leaves a share group is uncertain until the rooms have received the change.
  const certain = listedNow(tale).filter(({ stay }) => !memory.regrouped.has(stay));
  holdNoOverlap(seen, certain);
  for (const [stay, { guests }] of seen) {
    for (const { guestId } of guests) {
      const devices = devicesOf(tale, stay, guestId);
      for (const room of ROOMS) {
        if (memory.everDesired.has(pair(stay, guestId, room)) && memory.everHeld.has(pair(stay, room))) continue;
        if (devices.some((device) => wouldOpen(building.hotel, device, room, building.hotel.now())))
          throw new Error(`${guestId} of ${stay} was never to open ${room}, and does`);
      }
    }
  }
}

/** Checks overrides. An override ends whatever else opens the room: only the holder of the lease may issue one. */
export function holdOverride(tale: Tale, stay: string, step: KeyStep): void {
  const { building, chronicle } = tale;
  const keys = building.houses.get(stay)?.state.keyring.keys ?? [];
  // A key that exists at Seam is completed first, and then replaced.
  const isMade = keys.some((key) => key.keyId === step.keyId && key.acsCredentialId !== undefined);
  if (step.do !== 'override' || isMade) return;
  const now = building.hotel.now();
  const opensFrom = Math.max(now, Date.parse(step.window.from));
  const { forced, regrouped } = chronicle.memory;
  for (const room of step.rooms.filter((one) => !forced.has(one))) {
    // A key that opens only after the other lease may already be pending when that lease is granted.
    const other = listedNow(tale).find(
      (one) =>
        one.room === room &&
        one.granted !== undefined &&
        one.granted.from <= now &&
        opensFrom < one.granted.to &&
        !regrouped.has(one.stay) &&
        groupOf(tale, one.stay) !== groupOf(tale, stay),
    );
    if (other !== undefined) throw new Error(`${stay} issues an override on ${room}, which ${other.stay} holds`);
  }
}

interface Door {
  readonly stay: string;
  readonly guestId: string;
  readonly room: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Checks that a guest who should open a door, and does, keeps opening it. Exceptions are a re-key, a swap of keys, and a loss. */
export function holdDoors(tale: Tale, act: () => unknown): void {
  const { memory, now, outlooks } = tale.chronicle;
  const held = heldNow(tale);
  const couldOpen = [...outlooks()].flatMap(([stay, { guests }]) =>
    guests.flatMap((one): Door[] => {
      const at = Math.max(now(), one.from);
      if (at >= one.to || memory.struck.has(pair(stay, one.guestId))) return [];
      return one.rooms
        .filter((room) => memory.steady.has(pair(stay, one.guestId, room)) && held.has(pair(stay, room)))
        .map((room) => ({ stay, guestId: one.guestId, room, at }))
        .filter((door) => opens(tale, door));
    }),
  );
  act();
  const stillHeld = heldFirst(tale);
  for (const door of couldOpen) {
    if (opens(tale, door) || !stillHeld.has(pair(door.stay, door.room))) continue;
    if (!isChangingKeys(tale, door) && !isRekeyed(tale, door) && !isAskingRooms(tale, door))
      throw new Error(`${door.guestId} of ${door.stay} no longer opens ${door.room}, and should`);
  }
}

function opens(tale: Tale, { stay, guestId, room, at }: Door): boolean {
  return devicesOf(tale, stay, guestId)
    .filter((device) => device.phone.connection === 'online')
    .some((device) => wouldOpen(tale.building.hotel, device, room, at));
}

/** Returns what rooms list at this moment, whether or not stays have received it. */
function listedNow({ building }: Tale): readonly Listed[] {
  const now = building.hotel.now();
  return building.rooms.claims().flatMap(({ stayId, room, asked, granted }) => {
    const one = { stay: reservationOf(stayId), room, asked: span(asked.window) };
    if (one.asked.to <= now) return [];
    return [granted === undefined ? one : { ...one, granted: span(granted) }];
  });
}

function heldNow(tale: Tale): ReadonlySet<string> {
  return new Set(
    listedNow(tale).flatMap(({ stay, room, granted }) => (granted === undefined ? [] : [pair(stay, room)])),
  );
}

/** Returns the leases that no other stay's lease precedes. A key made ahead of a preceded lease is made again after the earlier one. */
function heldFirst(tale: Tale): ReadonlySet<string> {
  const listed = listedNow(tale);
  const now = tale.chronicle.now();
  return new Set(
    listed.flatMap(({ stay, room, granted }) => {
      if (granted === undefined) return [];
      const isPreceded = listed.some(
        (other) =>
          other.stay !== stay &&
          other.room === room &&
          other.granted !== undefined &&
          other.granted.from < granted.from &&
          now < other.granted.to,
      );
      return isPreceded ? [] : [pair(stay, room)];
    }),
  );
}

/**
 * Returns true if the guest is between two keys. Where Seam ends an earlier key as soon as a new one exists, the guest has none until the
 * new key is on their phone.
 */
function isChangingKeys({ building, opening }: Tale, { stay, guestId }: Door): boolean {
  const house = building.houses.get(stay);
  if (house === undefined || !opening.switches.newKeyReplacesUsersEarlier) return false;
  return house.state.keyring.keys.some(
    (key) =>
      key.guestId === guestId && (key.state === 'issuing' || house.jobs.some((job) => job.key?.keyId === key.keyId)),
  );
}

/**
 * Returns true if the stay waits for a room's answer. Until then its recorded lease, which decides when its keys end, may be out of date.
 */
function isAskingRooms({ building }: Tale, { stay }: Door): boolean {
  return building.houseOf(stay).jobs.some((job) => job.what === 'settle-leases');
}

/** Returns true if the guest's own stay, or one of its share group, has begun a newer generation in the room: the guest follows. */
function isRekeyed(tale: Tale, { stay, guestId, room }: Door): boolean {
  const { houses, hotel } = tale.building;
  const own = credentialsOf(tale, stay, guestId).filter((one) => one.life === 'live');
  const newest = Math.max(0, ...own.map((one) => one.generation));
  const ofGroup = [...houses].filter(([other]) => groupOf(tale, other) === groupOf(tale, stay));
  const users = new Set(
    ofGroup.flatMap(([, { state }]) => Object.values(state.guests).map((guest) => guest.acsUserId)),
  );
  return [...hotel.world.credentials.values()].some(
    (one) =>
      one.joining === 'override' &&
      one.generation > newest &&
      one.guestDoorIds.includes(hotel.door(room).id) &&
      users.has(one.userId ?? ''),
  );
}

function credentialsOf({ building }: Tale, stay: string, guestId: string): readonly CredentialRecord[] {
  const acsUserId = building.houses.get(stay)?.state.guests[guestId]?.acsUserId;
  return [...building.hotel.world.credentials.values()].filter((one) => one.userId === acsUserId);
}

function groupOf({ chronicle }: Tale, stay: string): string {
  const group = chronicle.outlookOf(stay).shareGroup;
  return group === undefined ? stay : `group ${group}`;
}

/** Returns the phones that the guest has, without lost ones. */
export function devicesOf({ building }: Tale, stay: string, guestId: string): readonly DeviceRecord[] {
  const userIdentityId = building.houses.get(stay)?.state.guests[guestId]?.userIdentityId;
  return userIdentityId === undefined ? [] : building.hotel.phones.list({ owner_user_identity_id: userIdentityId });
}
