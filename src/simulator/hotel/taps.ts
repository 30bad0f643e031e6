/** Taps of a phone or a card at a door, and plastic cards cut at the front desk. */
import { keyOf, noteGeneration, ownerOf } from './issuing.js';
import { presentKeys, type Key, type Refusal } from './lock.js';
import { keysNewestFirst } from './phone.js';
import type { CredentialRecord, DeviceRecord, Door } from './records.js';
import { invalidInput, notFound } from '../api/seam-error.js';
import { credentialNamed, isRemoved, recordsOf, type World } from './world.js';

/** Object held to the door: a guest's phones (by either of their ids), one phone, or the phone or card with one key. */
export type Tapping =
  | { readonly acsUserId: string }
  | { readonly userIdentityId: string }
  | { readonly acsCredentialId: string }
  | { readonly deviceId: string };

export interface TapResult {
  readonly opened: boolean;
  /** `phone-offline-key`: the door opened to a key that Seam has deleted. */
  readonly reason: 'opened' | 'phone-offline-key' | 'no-key' | Refusal;
  /** Key that opened the door, or came nearest to opening it; null without any key. */
  readonly acs_credential_id: string | null;
}

/**
 * Holds keys to a door at `at` (milliseconds since 1970; the hotel's time by default). Phones and keys that Seam has
 * deleted take part too, because a lock never sees Seam's deletions.
 * @throws `SeamError` 404 for ids that never existed.
 */
export function tap(world: World, tapping: Tapping, doorId: string, at = world.clock.now()): TapResult {
  const lock = world.locks.get(doorId);
  if (lock === undefined) throw notFound('acs_entrance', doorId);
  const door = world.doors.get(doorId);
  const isGone = door !== undefined && isRemoved(world, door);
  const decision = isGone ? NO_LOCK : presentKeys(lock, keysHeld(world, tapping), at);
  const key = 'key' in decision ? decision.key : undefined;
  const credential = key === undefined ? undefined : world.credentials.get(key.credentialId);
  const result: TapResult = {
    opened: decision.opened,
    reason: decision.opened ? openedReason(credential, key?.deviceId) : decision.reason,
    acs_credential_id: credential?.id ?? null,
  };
  world.journal.write('tap', { ...result, door: door?.name, tapped_at: new Date(at).toISOString() });
  if (decision.opened) {
    world.locks.set(doorId, decision.lock);
    if (world.switches.overrideInvalidatesAt === 'first-use' && credential !== undefined) {
      const doorIds = credential.guestDoorIds.filter((id) => id === doorId);
      world.link.sendAtOnce({ kind: 'outdate', credentialId: credential.id, doorIds });
    }
  }
  return result;
}

/** Decision at a door whose lock is gone. */
const NO_LOCK = { opened: false, reason: 'not-this-door' } as const;

/** Key together with the phone that holds it; a card has no phone. */
interface HeldKey extends Key {
  readonly deviceId?: string;
}

function openedReason(
  credential: CredentialRecord | undefined,
  deviceId: string | undefined,
): 'opened' | 'phone-offline-key' {
  const isKnown = credential?.life === 'live' && (deviceId === undefined || credential.copies.has(deviceId));
  return isKnown ? 'opened' : 'phone-offline-key';
}

function keysOn(device: DeviceRecord): readonly HeldKey[] {
  return keysNewestFirst(device.phone).map((key) => ({ ...key, deviceId: device.id }));
}

function keysHeld(world: World, tapping: Tapping): readonly HeldKey[] {
  if ('deviceId' in tapping) {
    const device = world.devices.get(tapping.deviceId);
    if (device === undefined) throw notFound('phone', tapping.deviceId);
    return keysOn(device);
  }
  if ('acsCredentialId' in tapping) return keysOfCredential(world, tapping.acsCredentialId);
  return everyPhone(world, identityIdOf(world, tapping)).flatMap((device) => keysOn(device));
}

function identityIdOf(
  world: World,
  tapping: { readonly acsUserId: string } | { readonly userIdentityId: string },
): string | null {
  if ('userIdentityId' in tapping) {
    if (!world.identities.has(tapping.userIdentityId)) throw notFound('user_identity', tapping.userIdentityId);
    return tapping.userIdentityId;
  }
  const user = world.users.get(tapping.acsUserId);
  if (user === undefined) throw notFound('acs_user', tapping.acsUserId);
  return user.identityId;
}

/** Returns all phones of the guest. Deactivated phones come last: the person who holds one can still try it. */
function everyPhone(world: World, identityId: string | null): readonly DeviceRecord[] {
  if (identityId === null) return [];
  const devices = recordsOf(world.devices, world.identities.get(identityId)?.deviceIds ?? []);
  const isEnrolled = (device: DeviceRecord): boolean => device.presence === 'live';
  return [...devices.filter(isEnrolled), ...devices.filter((device) => !isEnrolled(device))];
}

function keysOfCredential(world: World, id: string): readonly HeldKey[] {
  const copy = world.copies.get(id);
  const credential = world.credentials.get(copy?.parentId ?? id);
  if (credential === undefined) throw notFound('acs_credential', id);
  if (credential.form === 'desk-card') return [keyOf(world, credential)];
  const devices = everyPhone(world, ownerOf(world, credential));
  return devices
    .filter((device) => copy === undefined || device.id === copy.deviceId)
    .flatMap((device) => keysOn(device))
    .filter((key) => key.credentialId === credential.id);
}

export interface DeskCard {
  readonly doorIds: readonly string[];
  readonly kind: 'override' | 'joiner';
  /** Joiner only: the key or card to join. Default: the newest key to these rooms. */
  readonly joinTo?: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

/**
 * Cuts a plastic card at the front desk, without Seam. Seam receives it as soon as the bridge is up.
 * @throws `SeamError` 404 for an unknown door or anchor, 400 for a joiner to rooms without a key.
 */
export function cutDeskCard(world: World, card: DeskCard): CredentialRecord {
  const doors = card.doorIds.map((id) => {
    const door = world.doors.get(id);
    if (door === undefined) throw notFound('acs_entrance', id);
    return door;
  });
  const guest = doors.filter((door) => door.category === 'guest');
  const now = world.clock.now();
  const credential: CredentialRecord = {
    id: world.newId(),
    seq: world.nextSeq(),
    createdAt: now,
    form: 'desk-card',
    userId: null,
    displayName: `Desk card ${guest.map((door) => door.name).join(', ')}`.trim(),
    guestDoorIds: guest.map((door) => door.id),
    commonDoorIds: doors.filter((door) => door.category !== 'guest').map((door) => door.id),
    joinedTo: [],
    joining: card.kind,
    generation: card.kind === 'override' ? ++world.newestGeneration : generationToJoin(world, guest, card.joinTo),
    startsAt: card.startsAt,
    startShiftedAt: null,
    endsAt: card.endsAt,
    life: 'live',
    validity: 'valid',
    syncedAt: now,
    issuedAt: now,
    deletingSince: null,
    failedAt: null,
    copies: new Map(),
  };
  world.journal.write('desk-card-cut', {
    acs_credential_id: credential.id,
    kind: card.kind,
    doors: doors.map((door) => door.name),
  });
  noteGeneration(world, credential);
  world.credentials.set(credential.id, credential);
  world.link.sendAtOnce({ kind: 'record-card', credentialId: credential.id });
  return credential;
}

function generationToJoin(world: World, rooms: readonly Door[], joinTo: string | undefined): number {
  if (joinTo !== undefined) {
    const anchor = credentialNamed(world, joinTo);
    if (anchor === undefined) throw notFound('acs_credential', joinTo);
    return anchor.generation;
  }
  const newest = Math.max(0, ...rooms.map((room) => world.newestGenerationByDoor.get(room.id) ?? 0));
  if (newest === 0) throw invalidInput(['kind'], 'cannot be joiner: there is no key to these rooms yet');
  return newest;
}
