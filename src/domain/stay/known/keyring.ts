/**
 * The keyring: every key that a stay asked for, what was asked, what Seam answered, and what is known to be
 * alive or dead. Pure: each function returns a new keyring.
 */
import type { KeyReport } from '../../model/lease.js';
import type { KeyEnd, Key, Refusal, OutsideAnchor, Keyring } from '../../model/key.js';
import { isBefore, sameWindow, type Instant, type Window } from '../../model/instants.js';
import type { LeaseAnchor } from '../../model/lease.js';

export function sameRooms(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((room) => b.includes(room));
}

export function coversRooms(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((room) => wide.includes(room));
}

export function sharesRoom(a: readonly string[], b: readonly string[]): boolean {
  return a.some((room) => b.includes(room));
}

/** What a refusal is about: the same doors and time, asked for again. */
export function fingerprint(ask: { rooms: readonly string[]; window: Window }): string {
  return `${[...ask.rooms].sort().join(',')} ${ask.window.from}/${ask.window.to}`;
}

/** True while nothing says that the key is dead: Seam may hold it, a phone may open with it. */
export function mayLive(key: Key): boolean {
  return key.state !== 'dead';
}

/** True while a phone may open some door with it, as far as Seam could still take it off that phone. */
export function mayOpen(key: Key): boolean {
  return mayLive(key) || key.lingers === true;
}

/** True for a key with a confirmed life at Seam and a window that is not over. */
export function isLive(key: Key, now: Instant): boolean {
  return key.state === 'live' && isBefore(now, key.ask.window.to);
}

/** The live keys that opened their rooms when they were issued and were not condemned since, oldest first. */
export function liveKeys(keyring: Keyring, now: Instant): readonly Key[] {
  return keyring.keys.filter((key) => isLive(key, now) && key.condemned !== 'at-once');
}

/** By room, the oldest generation that can be relied on. */
export type OldestSound = ReadonlyMap<string, number>;

/** True if a key or card of this generation can be relied on in all of these rooms. */
export function isSoundIn(of: { readonly generation: number }, rooms: readonly string[], oldest: OldestSound): boolean {
  return rooms.every((room) => of.generation >= (oldest.get(room) ?? 0));
}

/**
 * By room, the oldest generation that can still be relied on: a lock may have seen the newest override, and what was
 * issued before a loss or a removal for cause is not to be trusted.
 */
export function oldestSoundGenerations(keyring: Keyring): OldestSound {
  const oldest = new Map(Object.entries(keyring.distrusted).map(([room, generation]) => [room, generation + 1]));
  const startedAt = (rooms: readonly string[], generation: number): void => {
    for (const room of rooms) oldest.set(room, Math.max(generation, oldest.get(room) ?? 0));
  };
  for (const key of keyring.keys) {
    if (key.ask.kind === 'override' && key.issuedAt !== undefined) startedAt(key.ask.rooms, key.generation);
  }
  for (const anchor of keyring.outsideAnchors) startedAt(anchor.rooms, anchor.generation);
  for (const [room, generation] of Object.entries(keyring.sharedGenerations ?? {})) startedAt([room], generation);
  for (const [room, generation] of Object.entries(keyring.leftAt ?? {})) startedAt([room], generation + 1);
  return oldest;
}

export function satisfies(key: Key, ask: { rooms: readonly string[]; window: Window }): boolean {
  return sameRooms(key.ask.rooms, ask.rooms) && sameWindow(key.ask.window, ask.window);
}

export function keysOf(keyring: Keyring, guestId: string): readonly Key[] {
  return keyring.keys.filter((key) => key.guestId === guestId);
}

export function findKey(keyring: Keyring, keyId: string): Key {
  const key = keyring.keys.find((candidate) => candidate.keyId === keyId);
  if (key === undefined) throw new Error(`no key ${keyId} in the keyring`);
  return key;
}

export function withKey(keyring: Keyring, key: Key): Keyring {
  const known = keyring.keys.some((candidate) => candidate.keyId === key.keyId);
  return {
    ...keyring,
    keys: known
      ? keyring.keys.map((candidate) => (candidate.keyId === key.keyId ? key : candidate))
      : [...keyring.keys, key],
  };
}

/** The key ended at `now`. A phone that had it may keep it until its window ends. */
export function endKey(key: Key, ended: KeyEnd, now: Instant): Key {
  const { outageSince: _outage, delayedSince: _delayed, retryAt: _retry, lingers: _lingers, ...rest } = key;
  const mayLinger = key.acsCredentialId !== undefined && ended !== 'expired' && isBefore(now, key.ask.window.to);
  return { ...rest, state: 'dead', ended, deadAt: now, ...(mayLinger ? { residualUntil: key.ask.window.to } : {}) };
}

export function withRefusal(keyring: Keyring, guestId: string, refusal: Refusal): Keyring {
  return { ...keyring, refusals: { ...keyring.refusals, [guestId]: refusal } };
}

export function withoutRefusals(keyring: Keyring, guestId?: string): Keyring {
  if (guestId === undefined) return { ...keyring, refusals: {} };
  const { [guestId]: _refusal, ...refusals } = keyring.refusals;
  return { ...keyring, refusals };
}

/** Nothing issued so far is trusted in these rooms any more: the next key there is an override. */
export function distrustRooms(keyring: Keyring, rooms: readonly string[]): Keyring {
  const distrusted = { ...keyring.distrusted };
  for (const room of rooms) distrusted[room] = keyring.lastGeneration;
  return { ...keyring, distrusted };
}

/** The leases on these rooms are over for the stay: whoever comes back opens a new one. */
export function leaveRooms(keyring: Keyring, rooms: readonly string[]): Keyring {
  const left = rooms.map((room) => [room, keyring.lastGeneration] as const);
  return rooms.length === 0 ? keyring : { ...keyring, leftAt: { ...keyring.leftAt, ...Object.fromEntries(left) } };
}

/** Takes in a desk card that staff want joined; it stands for a generation of its own. */
export function withOutsideAnchor(keyring: Keyring, acsCredentialId: string, rooms: readonly string[]): Keyring {
  const generation = keyring.lastGeneration + 1;
  return {
    ...keyring,
    lastGeneration: generation,
    lineages: { ...keyring.lineages, [acsCredentialId]: generation },
    outsideAnchors: [...keyring.outsideAnchors, { acsCredentialId, generation, rooms }],
  };
}

/** The credential id that began the key's generation: equal for all keys that open with each other, whichever stay they are of. */
export function lineageOf(keyring: Keyring, key: Key): string {
  const outside = Object.entries(keyring.lineages ?? {}).find(([, generation]) => generation === key.generation)?.[0];
  const override = keyring.keys.find((other) => other.ask.kind === 'override' && other.generation === key.generation);
  const card = keyring.outsideAnchors.find((anchor) => anchor.generation === key.generation);
  return outside ?? override?.acsCredentialId ?? card?.acsCredentialId ?? key.acsCredentialId ?? key.keyId;
}

/** A generation that is known by its lineage, or a new one. */
function generationOf(keyring: Keyring, lineage: string): { readonly keyring: Keyring; readonly generation: number } {
  const own = keyring.keys.find((key) => key.ask.kind === 'override' && key.acsCredentialId === lineage)?.generation;
  const known = own ?? keyring.lineages?.[lineage];
  if (known !== undefined) return { keyring, generation: known };
  const generation = keyring.lastGeneration + 1;
  const lineages = { ...keyring.lineages, [lineage]: generation };
  return { keyring: { ...keyring, lastGeneration: generation, lineages }, generation };
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

/** Takes in which keys of other stays may be joined in the rooms that are shared with them; a new lineage is a new generation. */
export function withLeaseAnchors(keyring: Keyring, shared: readonly SharedRoom[]): Keyring {
  let ring = keyring;
  const anchors = new Map<string, OutsideAnchor>();
  for (const { room, lineage, anchors: live } of shared) {
    if (lineage !== undefined) {
      const found = generationOf(ring, lineage);
      ring = { ...found.keyring, sharedGenerations: { ...ring.sharedGenerations, [room]: found.generation } };
      // Others have kept the lease open meanwhile.
      if (live.length > 0) ring = returnTo(ring, room);
    }
    for (const { acsCredentialId, acsUserId, lineage: ofAnchor } of live) {
      const found = generationOf(ring, ofAnchor);
      ring = found.keyring;
      const rooms = [...(anchors.get(acsCredentialId)?.rooms ?? []), room];
      const whose = acsUserId === undefined ? {} : { acsUserId };
      const { generation } = found;
      anchors.set(acsCredentialId, { acsCredentialId, generation, rooms, ofShareGroup: true, ...whose });
    }
  }
  const cards = ring.outsideAnchors.filter((anchor) => anchor.ofShareGroup !== true);
  return anchors.size === 0 && cards.length === ring.outsideAnchors.length
    ? ring
    : { ...ring, outsideAnchors: [...cards, ...anchors.values()] };
}

/** What a room is told of keys, in short: enough to see whether it has to be told anew. */
export function marksOf(keyring: Keyring, reports: readonly KeyReport[]): readonly string[] {
  return reports.map(({ acsCredentialId, state }) => {
    const key = keyring.keys.find((candidate) => candidate.acsCredentialId === acsCredentialId);
    return `${key?.keyId ?? acsCredentialId}:${state}`;
  });
}
