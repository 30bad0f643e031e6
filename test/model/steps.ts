/** Invariants of every step of a plot that runs in one process, whatever messages are pending. */
import type { CredentialRecord, DeviceRecord } from '../../src/simulator/hotel/records.js';
import type { KeyStep } from '../../src/domain/model/key-plan.js';
import { reservationOf, type Building } from './building.js';
import type { EventLog } from './event-log.js';
import { holdNoOverlap, span, wouldOpen } from './laws.js';
import { pair, type Listed } from './memory.js';
import { ROOMS, type Opening } from './plot.js';

export interface PlotRun {
  readonly building: Building;
  readonly eventLog: EventLog;
  readonly opening: Opening;
}

/** Checks that no guest opens a room that was never to be theirs, and that no two holders have the same room. */
export function holdAlways(plotRun: PlotRun): void {
  const { building, eventLog } = plotRun;
  const { memory } = eventLog;
  const seen = eventLog.outlooks();
  // The group of a stay that joins or leaves a share group is uncertain until the rooms have received the change.
  const certain = listedNow(plotRun).filter(({ stay }) => !memory.regrouped.has(stay));
  holdNoOverlap(seen, certain);
  for (const [stay, { guests }] of seen) {
    for (const { guestId } of guests) {
      const devices = devicesOf(plotRun, stay, guestId);
      for (const room of ROOMS) {
        const wasTheirs = memory.everDesired.has(pair(stay, guestId, room)) || memory.everLeft.has(pair(stay, room));
        if (wasTheirs && memory.everHeld.has(pair(stay, room))) continue;
        if (devices.some((device) => wouldOpen(building.hotel, device, room, building.hotel.now())))
          throw new Error(`${guestId} of ${stay} was never to open ${room}, and does`);
      }
    }
  }
}

/** Checks overrides. An override ends whatever else opens the room: only the holder of the lease may issue one. */
export function holdOverride(plotRun: PlotRun, stay: string, step: KeyStep): void {
  const { building, eventLog } = plotRun;
  const keys = building.houses.get(stay)?.state.keyring.keys ?? [];
  // A key that exists at Seam is completed first, and then replaced.
  const isMade = keys.some((key) => key.keyId === step.keyId && key.acsCredentialId !== undefined);
  if (step.do !== 'override' || isMade) return;
  const now = building.hotel.now();
  const opensFrom = Math.max(now, Date.parse(step.window.from));
  const { forced, regrouped } = eventLog.memory;
  const listed = listedNow(plotRun);
  for (const room of step.rooms.filter((one) => !forced.has(one))) {
    // A stay that is leaving the room holds it as it got it, even after it has changed its share group.
    const own = listed.filter((one) => one.stay === stay && one.room === room);
    const holders = own.length === 0 ? [groupOf(plotRun, stay)] : own.map((one) => groupOfClaim(plotRun, one));
    // A key that opens only after the other lease may already be pending when that lease is granted.
    const other = listed.find(
      (one) =>
        one.stay !== stay &&
        one.room === room &&
        one.granted !== undefined &&
        one.granted.from <= now &&
        opensFrom < one.granted.to &&
        !regrouped.has(one.stay) &&
        !holders.includes(groupOfClaim(plotRun, one)),
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
export function holdDoors(plotRun: PlotRun, act: () => unknown): void {
  const { memory, now, outlooks } = plotRun.eventLog;
  const held = heldNow(plotRun);
  const couldOpen = [...outlooks()].flatMap(([stay, { guests }]) =>
    guests.flatMap((one): Door[] => {
      const at = Math.max(now(), one.from);
      if (at >= one.to || memory.struck.has(pair(stay, one.guestId))) return [];
      return one.rooms
        .filter((room) => memory.steady.has(pair(stay, one.guestId, room)) && held.has(pair(stay, room)))
        .map((room) => ({ stay, guestId: one.guestId, room, at }))
        .filter((door) => opens(plotRun, door));
    }),
  );
  act();
  const stillHeld = heldFirst(plotRun);
  for (const door of couldOpen) {
    if (opens(plotRun, door) || !stillHeld.has(pair(door.stay, door.room))) continue;
    if (!isChangingKeys(plotRun, door) && !isRekeyed(plotRun, door) && !isAskingRooms(plotRun, door))
      throw new Error(`${door.guestId} of ${door.stay} no longer opens ${door.room}, and should`);
  }
}

function opens(plotRun: PlotRun, { stay, guestId, room, at }: Door): boolean {
  return devicesOf(plotRun, stay, guestId)
    .filter((device) => device.phone.connection === 'online')
    .some((device) => wouldOpen(plotRun.building.hotel, device, room, at));
}

/** Returns what rooms list at this moment, whether or not stays have received it. */
function listedNow({ building }: PlotRun): readonly Listed[] {
  const now = building.hotel.now();
  return building.rooms.claims().flatMap(({ stayId, room, asked, granted }) => {
    const { leaving, shareGroup } = asked;
    const left =
      leaving === undefined ? {} : { leaving, ...(shareGroup === undefined ? {} : { leavingGroup: shareGroup }) };
    const one = { stay: reservationOf(stayId), room, asked: span(asked.window), ...left };
    if (one.asked.to <= now) return [];
    return [granted === undefined ? one : { ...one, granted: span(granted) }];
  });
}

function heldNow(plotRun: PlotRun): ReadonlySet<string> {
  return new Set(
    listedNow(plotRun).flatMap(({ stay, room, granted }) => (granted === undefined ? [] : [pair(stay, room)])),
  );
}

/** Returns the leases that no other stay's lease precedes. A key made ahead of a preceded lease is made again after the earlier one. */
function heldFirst(plotRun: PlotRun): ReadonlySet<string> {
  const listed = listedNow(plotRun);
  const now = plotRun.eventLog.now();
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
function isChangingKeys({ building, opening }: PlotRun, { stay, guestId }: Door): boolean {
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
function isAskingRooms({ building }: PlotRun, { stay }: Door): boolean {
  return building.houseOf(stay).jobs.some((job) => job.what === 'settle-leases');
}

/** Returns true if the guest's own stay, or one of its share group, has begun a newer generation in the room: the guest follows. */
function isRekeyed(plotRun: PlotRun, { stay, guestId, room }: Door): boolean {
  const { houses, hotel } = plotRun.building;
  const own = credentialsOf(plotRun, stay, guestId).filter((one) => one.life === 'live');
  const newest = Math.max(0, ...own.map((one) => one.generation));
  const ofGroup = [...houses].filter(([other]) => groupOf(plotRun, other) === groupOf(plotRun, stay));
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

function credentialsOf({ building }: PlotRun, stay: string, guestId: string): readonly CredentialRecord[] {
  const acsUserId = building.houses.get(stay)?.state.guests[guestId]?.acsUserId;
  return [...building.hotel.world.credentials.values()].filter((one) => one.userId === acsUserId);
}

/** Returns the holder of a claim: a room that a stay is leaving is still held together with its share group there. */
function groupOfClaim(plotRun: PlotRun, { stay, leaving, leavingGroup }: Listed): string {
  if (leaving === undefined) return groupOf(plotRun, stay);
  return leavingGroup === undefined ? stay : `group ${leavingGroup}`;
}

function groupOf({ eventLog }: PlotRun, stay: string): string {
  const group = eventLog.outlookOf(stay).shareGroup;
  return group === undefined ? stay : `group ${group}`;
}

/** Returns the phones that the guest has, without lost ones. */
export function devicesOf({ building }: PlotRun, stay: string, guestId: string): readonly DeviceRecord[] {
  const userIdentityId = building.houses.get(stay)?.state.guests[guestId]?.userIdentityId;
  return userIdentityId === undefined ? [] : building.hotel.phones.list({ owner_user_identity_id: userIdentityId });
}
