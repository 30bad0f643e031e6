/** State of the simulated hotel, with indexes that keep lookups fast among thousands of keys. */
import { randomUUID } from 'node:crypto';
import type { HotelClock } from './clock.js';
import { defined } from '../../domain/model/defined.js';
import { createEventLog, type EventLog, type SeamEvent } from '../api/events.js';
import { createJournal, type Journal, type JournalEntry } from './journal.js';
import type { Lock } from './lock.js';
import { providerLink, type Pace, type ProviderLink, type ProviderWork } from './provider-link.js';
import type {
  ClientSessionRecord,
  CopyRecord,
  CredentialRecord,
  DeviceRecord,
  Door,
  IdentityRecord,
  InstantKeyRecord,
  UserRecord,
} from './records.js';
import { defaultSwitches, type Switches } from '../control/switches.js';

export interface HotelOptions {
  readonly clock: HotelClock;
  /** Names of the guest rooms. */
  readonly rooms: readonly string[];
  readonly name?: string;
  /** IANA zone of the hotel, and Seam's initial zone for its access system. Default: Europe/Berlin. */
  readonly timeZone?: string;
  readonly switches?: Partial<Switches>;
  /** Default: manual. */
  readonly pace?: Pace;
  /** Returns a new id per call; Seam's API needs UUIDs. */
  readonly newId?: () => string;
}

/** `doubtedSince`: start of Seam's warning `time_zone_does_not_match_location`; null without the warning. */
export interface ZoneAtSeam {
  readonly timeZone: string | null;
  readonly doubtedSince: number | null;
}

/** State of the hotel as plain data, which a file can hold (`state-file.ts`). */
export interface WorldData {
  readonly name: string;
  readonly timeZone: string;
  /** Zone that Seam reports for the access system. */
  zoneAtSeam: ZoneAtSeam;
  switches: Switches;
  /** Number of records made so far. */
  lastSeq: number;
  readonly workspaceId: string;
  readonly connectedAccountId: string;
  readonly acsSystemId: string;
  readonly credentialManagerAcsSystemId: string;
  readonly openedAt: number;
  /** Start of the bridge outage; null while the bridge is up. */
  bridgeDownSince: number | null;
  readonly doors: Map<string, Door>;
  /** Doors that open for every guest with a key to a room (Seam's documentation). */
  readonly automaticDoorIds: readonly string[];
  readonly locks: Map<string, Lock>;
  readonly identities: Map<string, IdentityRecord>;
  /** Identity ids by user identity key, e-mail address and phone number; each is unique in a workspace. */
  readonly identityIdBy: Readonly<Record<'key' | 'email' | 'phoneNumber', Map<string, string>>>;
  readonly users: Map<string, UserRecord>;
  readonly devices: Map<string, DeviceRecord>;
  readonly credentials: Map<string, CredentialRecord>;
  readonly copies: Map<string, CopyRecord>;
  /** Both without the ones that have been deleted or revoked. */
  readonly clientSessions: Map<string, ClientSessionRecord>;
  readonly instantKeys: Map<string, InstantKeyRecord>;
  /** Ids of everything that is not gone, oldest first; lists show these. */
  readonly present: {
    readonly identities: Set<string>;
    readonly users: Set<string>;
    readonly credentials: Set<string>;
  };
  /** Credentials that are not gone, by each of their doors. */
  readonly credentialIdsByDoor: Map<string, Set<string>>;
  /** Newest generation of the whole hotel; below, the newest that the provider has issued for each guest room. */
  newestGeneration: number;
  readonly newestGenerationByDoor: Map<string, number>;
}

export interface World extends WorldData {
  readonly clock: HotelClock;
  readonly newId: () => string;
  readonly nextSeq: () => number;
  readonly link: ProviderLink;
  /** Root of links to the simulator; a name that never resolves while it does not listen. */
  address: string;
  /** Ids of the doors that the fault `report` says are removed. */
  reportedRemoved: ReadonlySet<string>;
  readonly journal: Journal;
  readonly events: EventLog;
}

/** Hotel as it was when its state was saved. */
export interface SavedWorld {
  readonly data: WorldData;
  readonly journal: readonly JournalEntry[];
  readonly events: readonly SeamEvent[];
  readonly inTransit: readonly ProviderWork[];
}

const COMMON_DOORS = [
  { name: 'Main Entrance', category: 'common' },
  { name: 'Gym', category: 'common' },
  { name: 'Parking', category: 'common (PMS)' },
  { name: 'Lift', category: 'elevator reader' },
] as const;

/** Returns the hotel that was saved, or one with doors and fresh locks, but without guests, phones or keys. */
export function createWorld(
  options: HotelOptions,
  carryOut: (world: World, work: ProviderWork) => void,
  saved?: SavedWorld,
): World {
  const { clock } = options;
  const newId = options.newId ?? randomUUID;
  const data = saved === undefined ? newWorldData(options, newId) : restored(saved.data);
  const { workspaceId, connectedAccountId, acsSystemId } = data;
  const inTransit = saved?.inTransit ?? [];
  const bridge = data.bridgeDownSince === null ? 'up' : 'down';
  const world: World = {
    ...data,
    switches: { ...data.switches, ...options.switches },
    clock,
    newId,
    nextSeq: () => (world.lastSeq += 1),
    address: 'https://simulator.invalid',
    reportedRemoved: new Set(),
    link: providerLink(options.pace ?? { kind: 'manual' }, { bridge, inTransit }, (work) => carryOut(world, work)),
    journal: createJournal(clock, saved?.journal),
    events: createEventLog({
      ...{ workspaceId, connectedAccountId, acsSystemId, clock, newId },
      ...defined({ earlier: saved?.events }),
    }),
  };
  return world;
}

/** Returns the state of `world` as data. */
export function savedWorld(world: World): SavedWorld {
  const { clock: _clock, newId: _newId, nextSeq: _nextSeq, reportedRemoved: _faults, ...saved } = world;
  const { address: _address, link, journal, events, ...data } = saved;
  return { data, journal: journal.entries(), events: events.all(), inTransit: link.inTransit() };
}

/** Returns saved data in which a copy on a phone is the same object at its key and by its id, as in the hotel itself. */
function restored(data: WorldData): WorldData {
  for (const credential of data.credentials.values()) {
    for (const copy of credential.copies.values()) data.copies.set(copy.id, copy);
  }
  return data;
}

function newWorldData(options: HotelOptions, newId: () => string): WorldData {
  const doors = layDoors(options.rooms, newId);
  const ids = { workspaceId: newId(), connectedAccountId: newId(), acsSystemId: newId() };
  const timeZone = options.timeZone ?? 'Europe/Berlin';
  return {
    ...ids,
    name: options.name ?? 'Simulated Hotel',
    timeZone,
    zoneAtSeam: { timeZone, doubtedSince: null },
    switches: defaultSwitches,
    lastSeq: 0,
    credentialManagerAcsSystemId: newId(),
    openedAt: options.clock.now(),
    bridgeDownSince: null,
    doors: new Map(doors.map((door) => [door.id, door])),
    automaticDoorIds: doors.filter((door) => door.category === 'elevator reader').map((door) => door.id),
    locks: new Map(doors.map((door) => [door.id, freshLock(door)])),
    identities: new Map(),
    identityIdBy: { key: new Map(), email: new Map(), phoneNumber: new Map() },
    users: new Map(),
    devices: new Map(),
    credentials: new Map(),
    copies: new Map(),
    clientSessions: new Map(),
    instantKeys: new Map(),
    present: { identities: new Set(), users: new Set(), credentials: new Set() },
    credentialIdsByDoor: new Map(doors.map((door) => [door.id, new Set()])),
    newestGeneration: 0,
    newestGenerationByDoor: new Map(),
  };
}

function layDoors(rooms: readonly string[], newId: () => string): readonly Door[] {
  const guestRooms = rooms.map((name) => ({ name, category: 'guest' as const }));
  return [...guestRooms, ...COMMON_DOORS].map((door, position) => ({ ...door, id: newId(), position }));
}

/** Returns the door with this name, if possible one whose lock is there; undefined if no door has the name. */
export function doorNamed({ doors }: World, name: string): Door | undefined {
  const named = [...doors.values()].filter((door) => door.name === name);
  return named.find((door) => door.removedAt === undefined) ?? named[0];
}

/** Returns true if the door's lock is gone: no key opens it. */
export function isRemoved(world: World, { id, removedAt }: Door): boolean {
  return removedAt !== undefined || world.reportedRemoved.has(id);
}

/**
 * Puts a fresh lock in place of the door's: a new entrance with the same name. Seam keeps the earlier entrance, with
 * the error `entrance_removed`.
 */
export function replaceLock(world: World, old: Door): Door {
  const { removedAt: _removed, ...place } = old;
  const door: Door = { ...place, id: world.newId() };
  old.removedAt ??= world.clock.now();
  world.doors.set(door.id, door);
  world.locks.set(door.id, freshLock(door));
  world.credentialIdsByDoor.set(door.id, new Set());
  world.journal.write('lock-replaced', { door: door.name, acs_entrance_id: door.id, earlier: old.id });
  return door;
}

function freshLock(door: Door): Lock {
  return door.category === 'guest'
    ? { kind: 'guest-room', doorId: door.id, newestGeneration: 0 }
    : { kind: 'common-door', doorId: door.id };
}

/** Returns names for `count` guest rooms, ten to a floor: 101 to 110, 201 and so on. */
export function roomNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String((Math.floor(index / 10) + 1) * 100 + (index % 10) + 1));
}

/** Returns the credential with this id: a mobile key, by its own id or by that of a copy, or a desk card. */
export function credentialNamed(world: World, id: string): CredentialRecord | undefined {
  return world.credentials.get(world.copies.get(id)?.parentId ?? id);
}

/** Returns the records for `ids`, in that order; skips ids without a record. */
export function recordsOf<T>(records: ReadonlyMap<string, T>, ids: Iterable<string>): readonly T[] {
  const found: T[] = [];
  for (const id of ids) {
    const record = records.get(id);
    if (record !== undefined) found.push(record);
  }
  return found;
}
