/**
 * The keyring: every key that a stay requested, the request, Seam's answer, and whether the key is live or dead. Pure:
 * each function returns a new keyring.
 */
import type { KeyReport } from '../../model/lease.js';
import { defined } from '../../model/defined.js';
import {
  isConfirmed,
  type DeadKey,
  type Key,
  type KeyCore,
  type KeyEnd,
  type Keyring,
  type LiveKey,
  type OutsideAnchor,
  type Refusal,
} from '../../model/key.js';
import { isBefore, sameWindow, type Instant, type Window } from '../../model/instants.js';
import type { LeaseAnchor } from '../../model/lease.js';
import type { StayState } from '../state.js';

/** Returns true if both lists hold the same rooms, in any order. */
export function sameRooms(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((room) => b.includes(room));
}

/** Returns true if `wide` includes every room of `narrow`. */
export function coversRooms(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((room) => wide.includes(room));
}

/** Returns true if the lists have at least one room in common. */
export function sharesRoom(a: readonly string[], b: readonly string[]): boolean {
  return a.some((room) => b.includes(room));
}

/** Returns the identity of a request for refusals: the same doors and the same time give the same text. */
export function fingerprint(ask: { rooms: readonly string[]; window: Window }): string {
  return `${[...ask.rooms].sort().join(',')} ${ask.window.from}/${ask.window.to}`;
}

/** Returns true while nothing shows that the key is dead: Seam may hold it, and a phone may open doors with it. */
export function mayLive(key: Key): boolean {
  return key.state !== 'dead';
}

/** Returns true while a phone may open a door with the key and Seam could still remove it from that phone. */
export function mayOpen(key: Key): boolean {
  return mayLive(key) || key.lingers === true;
}

/** Returns true for a key that is confirmed live at Seam and whose window is not over. */
export function isLive(key: Key, now: Instant): boolean {
  return key.state === 'live' && isBefore(now, key.ask.window.to);
}

/** Returns the live keys that opened their rooms when issued and were not condemned since, oldest first. */
export function liveKeys(keyring: Keyring, now: Instant): readonly LiveKey[] {
  return keyring.keys.filter(isConfirmed).filter((key) => isLive(key, now) && key.condemned !== 'at-once');
}

/** Per room, the oldest reliable generation. */
export type OldestSound = ReadonlyMap<string, number>;

/** Returns true if a key or card of this generation is reliable in all of these rooms. */
export function isSoundIn(of: { readonly generation: number }, rooms: readonly string[], oldest: OldestSound): boolean {
  return rooms.every((room) => of.generation >= (oldest.get(room) ?? 0));
}

/**
 * Returns per room the oldest reliable generation. A lock may have seen the newest override. Keys from before a loss or
 * a removal for cause are not trusted.
 */
export function oldestSoundGenerations(keyring: Keyring): OldestSound {
  const oldest = new Map(Object.entries(keyring.distrusted).map(([room, generation]) => [room, generation + 1]));
  const startedAt = (rooms: readonly string[], generation: number): void => {
    for (const room of rooms) oldest.set(room, Math.max(generation, oldest.get(room) ?? 0));
  };
  const own = new Set(keyring.keys.filter((key) => key.ask.kind === 'override').map((key) => key.generation));
  for (const key of keyring.keys) {
    // A joiner may be confirmed before the override that began its generation.
    if (key.issuedAt !== undefined && own.has(key.generation)) startedAt(key.ask.rooms, key.generation);
  }
  for (const anchor of keyring.outsideAnchors) startedAt(anchor.rooms, anchor.generation);
  for (const [room, generation] of Object.entries(keyring.sharedGenerations ?? {})) startedAt([room], generation);
  for (const [room, generation] of Object.entries(keyring.leftAt ?? {})) startedAt([room], generation + 1);
  return oldest;
}

/** Returns true if the key has exactly these rooms and this window. */
export function satisfies(key: Key, ask: { rooms: readonly string[]; window: Window }): boolean {
  return sameRooms(key.ask.rooms, ask.rooms) && sameWindow(key.ask.window, ask.window);
}

/** Returns the guest's keys, oldest first. */
export function keysOf(keyring: Keyring, guestId: string): readonly Key[] {
  return keyring.keys.filter((key) => key.guestId === guestId);
}

/**
 * Returns the key with this id.
 * @throws Error if the keyring has no such key.
 */
export function findKey(keyring: Keyring, keyId: string): Key {
  const key = keyring.keys.find((candidate) => candidate.keyId === keyId);
  if (key === undefined) throw new Error(`no key ${keyId} in the keyring`);
  return key;
}

/** Returns the keyring with this key added, or replaced if its id exists. */
export function withKey(keyring: Keyring, key: Key): Keyring {
  const known = keyring.keys.some((candidate) => candidate.keyId === key.keyId);
  return {
    ...keyring,
    keys: known
      ? keyring.keys.map((candidate) => (candidate.keyId === key.keyId ? key : candidate))
      : [...keyring.keys, key],
  };
}

/** Returns the keyring without this key, which was never made. */
export function withoutKey(keyring: Keyring, { keyId }: Key): Keyring {
  return { ...keyring, keys: keyring.keys.filter((key) => key.keyId !== keyId) };
}

/** Returns the state with this key added to its keyring, or replaced there if its id exists. */
export function putKey(state: StayState, key: Key): StayState {
  return { ...state, keyring: withKey(state.keyring, key) };
}

/** Returns the key as ended at `now`. A phone that had it may keep it until its window ends. */
export function endKey(key: Key, ended: KeyEnd, now: Instant): DeadKey {
  const { acsCredentialId, issuedAt } = key;
  const mayLinger = acsCredentialId !== undefined && ended !== 'expired' && isBefore(now, key.ask.window.to);
  const residualUntil = mayLinger ? key.ask.window.to : undefined;
  return {
    ...coreOf(key),
    state: 'dead',
    ended,
    deadAt: now,
    ...defined({ acsCredentialId, issuedAt, residualUntil }),
  };
}

/** Returns the fields of a key that do not depend on its state. */
export function coreOf(key: Key): KeyCore {
  const { keyId, guestId, acsUserId, ask, commonDoors, generation, requestedAt, why, condemned, doubt } = key;
  const core = { keyId, guestId, acsUserId, ask, commonDoors, generation, requestedAt, why, condemned, doubt };
  // A new field of the core does not compile until it is listed here.
  return defined(core satisfies Record<keyof KeyCore, unknown>);
}

/** Returns why the guest got no key to these rooms and times; undefined if nothing refused it. */
export function refusalOf(
  keyring: Keyring,
  guest: { readonly guestId: string; readonly rooms: readonly string[]; readonly window: Window },
): Refusal | undefined {
  const refusal = keyring.refusals[guest.guestId];
  return refusal?.fingerprint === fingerprint(guest) ? refusal : undefined;
}

/** Returns the keyring with this refusal as the guest's latest. */
export function withRefusal(keyring: Keyring, guestId: string, refusal: Refusal): Keyring {
  return { ...keyring, refusals: { ...keyring.refusals, [guestId]: refusal } };
}

/** Returns the keyring without the guest's refusal, or without any refusal if no guest is given. */
export function withoutRefusals(keyring: Keyring, guestId?: string): Keyring {
  if (guestId === undefined) return { ...keyring, refusals: {} };
  const { [guestId]: _refusal, ...refusals } = keyring.refusals;
  return { ...keyring, refusals };
}

/**
 * Returns the keyring with the key's generation, and all before it, distrusted in `rooms`: the next key there is an
 * override. If a newer override exists already, it ends that generation, and a second one would only end its keys.
 */
export function distrustKey(keyring: Keyring, { ask, generation }: Key, rooms: readonly string[] = ask.rooms): Keyring {
  const distrusted = { ...keyring.distrusted };
  for (const room of rooms) distrusted[room] = Math.max(generation, distrusted[room] ?? 0);
  return { ...keyring, distrusted };
}

/** Returns the keyring with the leases on these rooms ended. A later key there starts a new lease. */
export function leaveRooms(keyring: Keyring, rooms: readonly string[]): Keyring {
  const left = rooms.map((room) => [room, keyring.lastGeneration] as const);
  return rooms.length === 0 ? keyring : { ...keyring, leftAt: { ...keyring.leftAt, ...Object.fromEntries(left) } };
}

/**
 * Returns the keyring with a front-desk card as anchor, which staff asked to join. The card gets a generation of its
 * own.
 */
export function withOutsideAnchor(keyring: Keyring, acsCredentialId: string, rooms: readonly string[]): Keyring {
  const generation = keyring.lastGeneration + 1;
  return {
    ...keyring,
    lastGeneration: generation,
    lineages: { ...keyring.lineages, [acsCredentialId]: generation },
    outsideAnchors: [...keyring.outsideAnchors, { acsCredentialId, generation, rooms }],
  };
}

/**
 * Returns the credential id that began the key's generation. It is equal for all keys that open together, across stays.
 */
export function lineageOf(keyring: Keyring, key: Key): string {
  const outside = Object.entries(keyring.lineages ?? {}).find(([, generation]) => generation === key.generation)?.[0];
  const override = keyring.keys.find((other) => other.ask.kind === 'override' && other.generation === key.generation);
  const card = keyring.outsideAnchors.find((anchor) => anchor.generation === key.generation);
  return outside ?? override?.acsCredentialId ?? card?.acsCredentialId ?? key.acsCredentialId ?? key.keyId;
}

/** Returns the generation of a known lineage, or starts a new one. */
function generationOf(keyring: Keyring, lineage: string): { readonly keyring: Keyring; readonly generation: number } {
  const own = keyring.keys.find((key) => key.ask.kind === 'override' && key.acsCredentialId === lineage)?.generation;
  const known = own ?? keyring.lineages?.[lineage];
  if (known !== undefined) return { keyring, generation: known };
  const generation = keyring.lastGeneration + 1;
  const lineages = { ...keyring.lineages, [lineage]: generation };
  return { keyring: { ...keyring, lastGeneration: generation, lineages }, generation };
}

/**
 * Returns the keyring with this lineage as its newest generation. A stay numbers lineages in the order in which it learns
 * of them, and the room knows the order in which they were issued.
 */
function asNewest(keyring: Keyring, lineage: string): Keyring {
  const { generation: known } = generationOf(keyring, lineage);
  const newest = keyring.lastGeneration + 1;
  const current = (generation: number): number => (generation === known ? newest : generation);
  const renumbered = <T extends { readonly generation: number }>(one: T): T => ({
    ...one,
    generation: current(one.generation),
  });
  type InRooms = Readonly<Record<string, number>>;
  const inRooms = (of: InRooms, renumber: (generation: number) => number): InRooms =>
    Object.fromEntries(Object.entries(of).map(([room, generation]) => [room, renumber(generation)]));
  // A generation that is not trusted stays so under its new number.
  const notTrusted = (generation: number): number => (generation >= known ? newest : generation);
  const { keys, outsideAnchors, distrusted, lineages, leftAt, sharedGenerations } = keyring;
  return {
    ...keyring,
    lastGeneration: newest,
    keys: keys.map(renumbered),
    outsideAnchors: outsideAnchors.map(renumbered),
    distrusted: inRooms(distrusted, notTrusted),
    lineages: { ...lineages, [lineage]: newest },
    ...defined({
      leftAt: leftAt && inRooms(leftAt, notTrusted),
      sharedGenerations: sharedGenerations && inRooms(sharedGenerations, current),
    }),
  };
}

/**
 * Returns true if the stay has live keys to the room in a lineage of another stay that it takes for newer than this one,
 * although the room knows these keys and names this one as the newest.
 */
function isNumberedTooLow(keyring: Keyring, room: string, lineage: string, isReported: (key: Key) => boolean): boolean {
  const { generation } = generationOf(keyring, lineage);
  const ofOthers = Object.values(keyring.lineages ?? {});
  return keyring.keys.some(
    (key) =>
      key.state === 'live' &&
      key.ask.rooms.includes(room) &&
      key.generation > generation &&
      ofOthers.includes(key.generation) &&
      isReported(key),
  );
}

function returnTo(keyring: Keyring, room: string): Keyring {
  const { [room]: _left, ...leftAt } = keyring.leftAt ?? {};
  return { ...keyring, leftAt };
}

interface SharedRoom {
  readonly room: string;
  readonly lineage?: string;
  readonly anchors: readonly LeaseAnchor[];
}

/**
 * Returns the keyring with the keys of other stays that may be joined in shared rooms. A new lineage is a new
 * generation.
 * @param isReported returns true for a key that the room knows
 */
export function withLeaseAnchors(
  keyring: Keyring,
  shared: readonly SharedRoom[],
  isReported: (key: Key, room: string) => boolean,
): Keyring {
  let ring = keyring;
  const anchors = new Map<string, OutsideAnchor>();
  for (const { room, lineage, anchors: live } of shared) {
    if (lineage !== undefined) {
      if (isNumberedTooLow(ring, room, lineage, (key) => isReported(key, room))) ring = asNewest(ring, lineage);
      const found = generationOf(ring, lineage);
      ring = { ...found.keyring, sharedGenerations: { ...ring.sharedGenerations, [room]: found.generation } };
      // Other stays have kept the lease open meanwhile.
      if (live.length > 0) ring = returnTo(ring, room);
    }
    for (const { acsCredentialId, acsUserId, lineage: ofAnchor } of live) {
      const found = generationOf(ring, ofAnchor);
      ring = found.keyring;
      const rooms = [...(anchors.get(acsCredentialId)?.rooms ?? []), room];
      const whose = defined({ acsUserId });
      const { generation } = found;
      anchors.set(acsCredentialId, { acsCredentialId, generation, rooms, ofShareGroup: true, ...whose });
    }
  }
  const cards = ring.outsideAnchors.filter((anchor) => anchor.ofShareGroup !== true);
  return anchors.size === 0 && cards.length === ring.outsideAnchors.length
    ? ring
    : { ...ring, outsideAnchors: [...cards, ...anchors.values()] };
}

/** Returns a short mark per reported key (`keyId:state`), enough to detect that a room needs a new report. */
export function marksOf(keyring: Keyring, reports: readonly KeyReport[]): readonly string[] {
  return reports.map(({ acsCredentialId, state }) => {
    const key = keyring.keys.find((candidate) => candidate.acsCredentialId === acsCredentialId);
    return `${key?.keyId ?? acsCredentialId}:${state}`;
  });
}
