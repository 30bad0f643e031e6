/**
 * Simulated hotel in process: Seam's records, a Visionline server, locks and phones, without HTTP. All is synchronous
 * except work in transit to the provider. That arrives after a latency, or at pace `manual` when `settle` is called.
 */
import {
  createCredential,
  deleteCredential,
  findCredential,
  listCredentials,
  updateCredential,
  type Listed,
} from '../api/credentials.js';
import {
  addUserToIdentity,
  createIdentity,
  deleteIdentity,
  findIdentity,
  listIdentities,
  updateIdentity,
} from '../api/identities.js';
import type { Quirk } from './provider-link.js';
import type { JournalEntry } from './journal.js';
import type { CreateParams } from './key-checks.js';
import type { Lock } from './lock.js';
import type { Params } from '../api/params.js';
import {
  addPhone,
  addSandboxPhone,
  changePhone,
  deactivatePhone,
  findPhone,
  listPhones,
  type PhoneFacts,
} from './phones.js';
import { bridgeErrors } from '../api/present.js';
import type { CredentialRecord, DeviceRecord, Door, IdentityRecord, UserRecord } from './records.js';
import { notFound } from '../api/seam-error.js';
import { switchesSchema, type SwitchChange, type Switches } from '../control/switches.js';
import { carryOut } from './provider-work.js';
import { cutDeskCard, tap, type DeskCard, type TapResult, type Tapping } from './taps.js';
import { createUser, deleteUser, findUser, listUsers, revokeAll, setSuspension, updateUser } from '../api/users.js';
import { createWorld, doorNamed, replaceLock, type HotelOptions, type SavedWorld, type World } from './world.js';

export type { HotelOptions } from './world.js';

/** Simulated hotel. Functions throw `SeamError` where Seam returns an error. Times are milliseconds since 1970. */
export interface SimulatedHotel {
  /** State of the hotel; read it, never change it. */
  readonly world: World;
  readonly credentials: {
    create(asked: CreateParams, quirks?: readonly Quirk[]): CredentialRecord;
    find(id: string): Listed;
    list(asked: Params<'credentialsList'>): readonly Listed[];
    update(asked: Params<'credentialUpdate'>): Listed;
    delete(id: string, quirks?: readonly Quirk[]): void;
  };
  readonly users: {
    create(asked: Params<'userCreate'>): UserRecord;
    find(ref: Params<'userPair'>): UserRecord;
    list(asked: Params<'usersList'>): readonly UserRecord[];
    update(asked: Params<'userUpdate'>): void;
    delete(ref: Params<'userPair'>, quirks?: readonly Quirk[]): void;
    setSuspension(ref: Params<'userPair'>, suspension: UserRecord['suspension']): void;
    revokeAll(ref: Params<'userPair'>, quirks?: readonly Quirk[]): void;
  };
  readonly identities: {
    create(asked: Params<'identityCreate'>): IdentityRecord;
    find(ref: Params<'identityRef'>): IdentityRecord;
    list(asked: Params<'identitiesList'>): readonly IdentityRecord[];
    update(asked: Params<'identityUpdate'>): void;
    delete(id: string, quirks?: readonly Quirk[]): void;
    addUser(asked: Params<'identityAddUser'>): void;
  };
  readonly phones: {
    add(userIdentityId: string, facts?: Partial<PhoneFacts>): DeviceRecord;
    addSandbox(asked: Params<'sandboxPhone'>): DeviceRecord;
    /** Changes a phone. A deactivated phone is allowed too: it may still come back online. */
    change(deviceId: string, change: Partial<Pick<PhoneFacts, 'connection' | 'endpoint'>>): DeviceRecord;
    find(deviceId: string): DeviceRecord;
    list(asked: Params<'phonesList'>): readonly DeviceRecord[];
    deactivate(deviceId: string, quirks?: readonly Quirk[]): void;
  };
  /** Adds a guest with everything they need: identity, user and an active phone that is online. */
  addGuest(): { readonly userIdentityId: string; readonly acsUserId: string; readonly deviceId: string };
  /** Returns the door with this name; after a replacement the one that is there now. @throws `Error` if it does not exist. */
  door(name: string): Door;
  /** Returns the guest rooms, in the order of the hotel. */
  rooms(): readonly Door[];
  lock(doorId: string): Lock | undefined;
  /** Puts a fresh lock in place of the door's, under a new id. Seam keeps the earlier entrance as removed. */
  replaceLock(doorId: string): Door;
  /** Sets the doors whose locks a fault reports as removed: no key opens them. */
  setReportedRemoved(doorIds: ReadonlySet<string>): void;
  tap(tapping: Tapping, doorId: string, at?: number): TapResult;
  cutDeskCard(card: DeskCard): CredentialRecord;
  /** Delivers all work in transit to the provider. */
  settle(): void;
  now(): number;
  /** Sets the hotel's time. @throws `Error` if its clock follows another one. */
  moveTo(at: number): void;
  setBridge(state: 'up' | 'down'): void;
  isBridgeUp(): boolean;
  /** Sets the zone that Seam reports for the access system, and whether Seam doubts it. Locks do not change. */
  setZoneAtSeam(zone: { readonly timeZone: string | null; readonly trust: 'trusted' | 'doubted' }): void;
  setSwitches(change: SwitchChange): Switches;
  journal(): readonly JournalEntry[];
  close(): void;
}

/** Returns the hotel that was saved, or a new one without guests. */
export function createSimulatedHotel(options: HotelOptions, saved?: SavedWorld): SimulatedHotel {
  const world = createWorld(options, carryOut, saved);
  const hotel: SimulatedHotel = {
    world,
    credentials: {
      create: (asked, quirks) => createCredential(world, asked, quirks),
      find: (id) => findCredential(world, id),
      list: (asked) => listCredentials(world, asked),
      update: (asked) => updateCredential(world, asked),
      delete: (id, quirks) => deleteCredential(world, id, quirks),
    },
    users: {
      create: (asked) => createUser(world, asked),
      find: (ref) => findUser(world, ref),
      list: (asked) => listUsers(world, asked),
      update: (asked) => updateUser(world, asked),
      delete: (ref, quirks) => deleteUser(world, findUser(world, ref), quirks),
      setSuspension: (ref, suspension) => setSuspension(world, ref, suspension),
      revokeAll: (ref, quirks) => revokeAll(world, findUser(world, ref), 'all access was revoked', quirks),
    },
    identities: {
      create: (asked) => createIdentity(world, asked),
      find: (ref) => findIdentity(world, ref),
      list: (asked) => listIdentities(world, asked),
      update: (asked) => updateIdentity(world, asked),
      delete: (id, quirks) => deleteIdentity(world, findIdentity(world, { user_identity_id: id }), quirks),
      addUser: (asked) => addUserToIdentity(world, asked),
    },
    phones: {
      add: (userIdentityId, facts = {}) =>
        addPhone(world, findIdentity(world, { user_identity_id: userIdentityId }), {
          connection: 'online',
          endpoint: 'active',
          system: 'android',
          model: 'Simulated Phone',
          ...facts,
        }),
      addSandbox: (asked) =>
        addSandboxPhone(world, asked, findIdentity(world, { user_identity_id: asked.user_identity_id })),
      change(deviceId, change) {
        const device = world.devices.get(deviceId);
        if (device === undefined) throw notFound('phone', deviceId);
        changePhone(world, device, change);
        return device;
      },
      find: (deviceId) => findPhone(world, deviceId),
      list: (asked) => listPhones(world, asked),
      deactivate: (deviceId, quirks) => deactivatePhone(world, findPhone(world, deviceId), quirks),
    },
    addGuest() {
      const identity = hotel.identities.create({ acs_system_ids: [world.acsSystemId] });
      const user = hotel.users.find({ user_identity_id: identity.id, acs_system_id: world.acsSystemId });
      return { userIdentityId: identity.id, acsUserId: user.id, deviceId: hotel.phones.add(identity.id).id };
    },
    door(name) {
      const door = doorNamed(world, name);
      if (door === undefined) throw new Error(`The simulated hotel has no door ${JSON.stringify(name)}`);
      return door;
    },
    rooms: () => [...world.doors.values()].filter((door) => door.category === 'guest'),
    lock: (doorId) => world.locks.get(doorId),
    replaceLock(doorId) {
      const door = world.doors.get(doorId);
      if (door === undefined) throw notFound('acs_entrance', doorId);
      return replaceLock(world, door);
    },
    setReportedRemoved(doorIds) {
      world.reportedRemoved = doorIds;
    },
    tap: (tapping, doorId, at) => tap(world, tapping, doorId, at),
    cutDeskCard: (card) => cutDeskCard(world, card),
    settle: () => world.link.settle(),
    now: () => world.clock.now(),
    moveTo(at) {
      if (world.clock.moveTo === undefined)
        throw new Error("The hotel's clock follows another clock: it cannot be set");
      world.clock.moveTo(at);
      world.journal.write('clock-set');
    },
    setBridge: (state) => setBridge(world, state),
    isBridgeUp: () => world.link.isUp(),
    setZoneAtSeam({ timeZone, trust }) {
      world.zoneAtSeam = { timeZone, doubtedSince: trust === 'doubted' ? world.clock.now() : null };
      world.journal.write('zone-set', { time_zone: timeZone, trust });
    },
    setSwitches(change) {
      world.switches = switchesSchema.parse({ ...world.switches, ...change });
      world.journal.write('switches-set', change);
      return world.switches;
    },
    journal: () => world.journal.entries(),
    close: () => world.link.close(),
  };
  return hotel;
}

function setBridge(world: World, state: 'up' | 'down'): void {
  if ((state === 'up') === world.link.isUp()) return;
  world.journal.write(`bridge-${state}`);
  if (state === 'down') {
    world.bridgeDownSince = world.clock.now();
    world.link.takeDown();
    world.events.emit('acs_system.disconnected', {
      acs_system_errors: bridgeErrors(world.bridgeDownSince),
      acs_system_warnings: [],
      connected_account_errors: [],
      connected_account_warnings: [],
    });
    return;
  }
  world.bridgeDownSince = null;
  world.events.emit('acs_system.connected', {});
  world.link.bringUp();
}
