/**
 * Life of a credential behind Seam: sent to the provider, copied to phones, outdated by an override, discarded, gone.
 * Nothing here answers a request; `credentials.ts` checks requests.
 */
import type { Key } from './lock.js';
import { missDiscard, syncPhone } from './phone.js';
import type { Quirk } from './provider-link.js';
import type { CopyRecord, CredentialRecord, DeviceRecord } from './records.js';
import { credentialNamed, recordsOf, type World } from './world.js';

const MINUTE = 60_000;

/** Rounds milliseconds down to the minute, because Visionline writes times to the minute (Seam's documentation). */
export function toMinute(at: number): number {
  return Math.floor(at / MINUTE) * MINUTE;
}

/** Returns the key that a phone holds for this credential. */
export function keyOf(world: World, credential: CredentialRecord): Key {
  const automatic = credential.guestDoorIds.length > 0 ? world.automaticDoorIds : [];
  return {
    credentialId: credential.id,
    generation: credential.generation,
    doorIds: new Set([...credential.guestDoorIds, ...credential.commonDoorIds, ...automatic]),
    from: toMinute(credential.startsAt),
    to: toMinute(credential.endsAt),
  };
}

/**
 * Records that the provider has created the key. It is now valid there, and goes to the guest's phones. The provider
 * creates no joiner of a key that it does not have.
 */
export function commit(world: World, credential: CredentialRecord): void {
  if (credential.life !== 'live' || joinsUnknownKey(world, credential)) return;
  credential.validity = 'valid';
  credential.syncedAt = world.clock.now();
  world.journal.write('credential-synced', { acs_credential_id: credential.id, generation: credential.generation });
  noteGeneration(world, credential);
  for (const device of devicesOf(world, credential)) copyTo(world, credential, device);
  if (world.switches.overrideInvalidatesAt === 'issuance') outdate(world, credential);
}

function joinsUnknownKey(world: World, { joinedTo }: CredentialRecord): boolean {
  return joinedTo.some((id) => {
    const anchor = credentialNamed(world, id);
    return anchor?.life === 'live' && anchor.validity === null;
  });
}

/** Records the newest generation that the provider has issued for each room. */
export function noteGeneration(world: World, credential: CredentialRecord): void {
  for (const doorId of credential.guestDoorIds) {
    const newest = world.newestGenerationByDoor.get(doorId) ?? 0;
    world.newestGenerationByDoor.set(doorId, Math.max(newest, credential.generation));
  }
}

function devicesOf(world: World, credential: CredentialRecord): readonly DeviceRecord[] {
  const owner = credential.form === 'mobile-key' ? ownerOf(world, credential) : null;
  return owner === null ? [] : recordsOf(world.devices, world.identities.get(owner)?.deviceIds ?? []);
}

/** Returns the identity of the credential's user, even a deleted one; null for a desk card or an unlinked user. */
export function ownerOf(world: World, credential: CredentialRecord): string | null {
  return credential.userId === null ? null : (world.users.get(credential.userId)?.identityId ?? null);
}

/** Copies a synced key to an enrolled phone that does not have it. */
function copyTo(world: World, credential: CredentialRecord, device: DeviceRecord): void {
  const desired = credential.life === 'live' && credential.validity !== null && credential.form === 'mobile-key';
  if (!desired || device.presence === 'gone' || device.endpoint === 'inactive') return;
  if (credential.copies.has(device.id)) return;
  const copy: CopyRecord = {
    id: world.newId(),
    seq: world.nextSeq(),
    parentId: credential.id,
    deviceId: device.id,
    createdAt: world.clock.now(),
    issuedAt: null,
  };
  credential.copies.set(device.id, copy);
  world.copies.set(copy.id, copy);
  world.present.credentials.add(copy.id);
  device.wallet = new Map([...device.wallet, [credential.id, keyOf(world, credential)]]);
  push(world, device);
}

/** Copies every key of the owner to a newly enrolled phone. */
export function copyKeysTo(world: World, deviceId: string): void {
  const device = world.devices.get(deviceId);
  if (device === undefined) return;
  const userIds = world.identities.get(device.identityId)?.userIds ?? [];
  for (const user of recordsOf(world.users, userIds)) {
    for (const credential of recordsOf(world.credentials, user.credentialIds)) copyTo(world, credential, device);
  }
}

/** Syncs a phone if it is online. A key counts as issued when the first phone has it. */
export function push(world: World, device: DeviceRecord): void {
  device.phone = syncPhone(device.phone, device.wallet);
  noteArrivals(world, device);
}

/** Marks the keys that have reached the phone as issued. */
export function noteArrivals(world: World, device: DeviceRecord): void {
  for (const credentialId of device.phone.keys.keys()) {
    const credential = world.credentials.get(credentialId);
    const copy = credential?.copies.get(device.id);
    if (credential === undefined || copy === undefined || copy.issuedAt !== null) continue;
    copy.issuedAt = world.clock.now();
    world.journal.write('key-on-phone', { acs_credential_id: credentialId, device_id: device.id });
    const first = credential.issuedAt === null;
    if (first) credential.issuedAt = copy.issuedAt;
    emitOfKey(world, 'acs_credential.issued', { parents: first ? [credential.id] : [], copies: [copy.id] });
  }
}

function emitOfKey(
  world: World,
  eventType: string,
  ids: { readonly parents: readonly string[]; readonly copies: readonly string[] },
): void {
  const from = world.switches.keyEventsFrom;
  if (from === 'parent' || from === 'both') emitAll(world, eventType, ids.parents);
  if (from === 'child' || from === 'both') emitAll(world, eventType, ids.copies);
}

function emitAll(world: World, eventType: string, credentialIds: readonly string[]): void {
  for (const acs_credential_id of credentialIds) world.events.emit(eventType, { acs_credential_id });
}

/** Marks every older key to these rooms as overridden at the provider. Locks change only when a key is used. */
export function outdate(world: World, newer: CredentialRecord, doorIds = newer.guestDoorIds): void {
  const older = new Set(doorIds.flatMap((doorId) => [...(world.credentialIdsByDoor.get(doorId) ?? [])]));
  for (const credential of recordsOf(world.credentials, older)) {
    if (credential.generation < newer.generation && credential.guestDoorIds.some((id) => doorIds.includes(id))) {
      invalidate(world, credential, `overridden by ${newer.id}`);
    }
  }
}

function invalidate(world: World, credential: CredentialRecord, why: string): void {
  if (credential.validity !== 'valid') return;
  credential.validity = 'invalid';
  world.journal.write('credential-invalidated', { acs_credential_id: credential.id, why });
  if (credential.form === 'desk-card') {
    emitAll(world, 'acs_credential.invalidated', [credential.id]);
    return;
  }
  const copies = [...credential.copies.values()].map((copy) => copy.id);
  emitOfKey(world, 'acs_credential.invalidated', { parents: [credential.id], copies });
}

/** Deletes a credential: accepted at once, forwarded as soon as the bridge is up, confirmed later. */
export function end(world: World, credential: CredentialRecord, why: string, quirks: readonly Quirk[] = []): void {
  if (credential.life !== 'live') return;
  credential.life = 'deleting';
  credential.deletingSince = world.clock.now();
  world.journal.write('credential-deletion-accepted', { acs_credential_id: credential.id, why });
  world.link.sendAtOnce({ kind: 'discard', credentialId: credential.id, quirks });
  world.link.send({ kind: 'forget', credentialId: credential.id });
}

/** Ends a deleted key at the provider: on every phone, and with the switch off, its joiners too. */
export function discard(world: World, credential: CredentialRecord, quirks: readonly Quirk[]): void {
  if (credential.validity !== null) credential.validity = 'invalid';
  for (const deviceId of credential.copies.keys()) discardFrom(world, deviceId, credential.id, quirks);
  if (!world.switches.joinersSurviveAnchorDeletion) endJoiners(world, credential);
}

/**
 * Removes a key from a phone: at once if it is online, otherwise when it comes back online. A lost discard also takes
 * effect when the phone next comes back online.
 */
export function discardFrom(world: World, deviceId: string, credentialId: string, quirks: readonly Quirk[]): void {
  const device = world.devices.get(deviceId);
  if (device === undefined) return;
  const lost = quirks.includes('discard-undelivered') && device.phone.keys.has(credentialId);
  if (lost) device.phone = missDiscard(device.phone, credentialId);
  const { wallet } = device;
  device.wallet = new Map([...wallet].filter(([id]) => id !== credentialId));
  push(world, device);
  const left = device.phone.keys.has(credentialId);
  world.journal.write(left ? 'discard-not-on-phone-yet' : 'key-off-phone', {
    acs_credential_id: credentialId,
    device_id: deviceId,
  });
}

function endJoiners(world: World, anchor: CredentialRecord): void {
  const names = new Set([anchor.id, ...[...anchor.copies.values()].map((copy) => copy.id)]);
  for (const credential of recordsOf(world.credentials, [...world.present.credentials])) {
    if (credential.joinedTo.some((id) => names.has(id))) {
      invalidate(world, credential, `its anchor ${anchor.id} was deleted`);
      for (const deviceId of credential.copies.keys()) discardFrom(world, deviceId, credential.id, []);
    }
  }
}

/** Confirms a deletion: Seam no longer has the credential. */
export function forget(world: World, credential: CredentialRecord): void {
  credential.life = 'gone';
  world.present.credentials.delete(credential.id);
  if (credential.userId !== null) world.users.get(credential.userId)?.credentialIds.delete(credential.id);
  for (const doorId of [...credential.guestDoorIds, ...credential.commonDoorIds]) {
    world.credentialIdsByDoor.get(doorId)?.delete(credential.id);
  }
  world.journal.write('credential-deleted', { acs_credential_id: credential.id });
  emitAll(world, 'acs_credential.deleted', [credential.id]);
  for (const copy of credential.copies.values()) forgetCopy(world, copy);
}

/** Removes the copy on one phone from Seam's credentials. */
export function forgetCopy(world: World, copy: CopyRecord): void {
  if (!world.present.credentials.delete(copy.id)) return;
  emitAll(world, 'acs_credential.deleted', [copy.id]);
}
