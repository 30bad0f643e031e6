/** Guests' phones: enrolment with the credential service, connection, and the keys on each phone. */
import { discardFrom, end, forgetCopy, noteArrivals } from './issuing.js';
import type { Params } from '../api/params.js';
import { comeOnline, goOffline, newPhone } from './phone.js';
import type { Quirk } from './provider-link.js';
import type { DeviceRecord, IdentityRecord } from './records.js';
import { notFound, SeamError } from '../api/seam-error.js';
import { credentialNamed, recordsOf, type World } from './world.js';

export interface PhoneFacts {
  /** UUID that no other phone has; generated if absent. */
  readonly deviceId?: string;
  readonly connection: DeviceRecord['phone']['connection'];
  readonly endpoint: DeviceRecord['endpoint'];
  readonly system: DeviceRecord['system'];
  readonly model: string;
}

/** Enrols a phone. The keys that its owner already holds reach it later. */
export function addPhone(world: World, identity: IdentityRecord, facts: PhoneFacts): DeviceRecord {
  const id = facts.deviceId ?? world.newId();
  const device: DeviceRecord = {
    id,
    seq: world.nextSeq(),
    createdAt: world.clock.now(),
    identityId: identity.id,
    system: facts.system,
    model: facts.model,
    endpointId: world.newId(),
    presence: 'live',
    endpoint: facts.endpoint,
    phone: newPhone(id, facts.connection),
    wallet: new Map(),
  };
  world.devices.set(id, device);
  identity.deviceIds.add(id);
  world.journal.write('phone-added', { device_id: id, user_identity_id: identity.id, ...stateOf(device) });
  if (device.endpoint === 'active') world.link.send({ kind: 'copy-keys', deviceId: id });
  return device;
}

/** Enrols an active phone that is online, as the published sandbox call does. */
export function addSandboxPhone(world: World, asked: Params<'sandboxPhone'>, identity: IdentityRecord): DeviceRecord {
  return addPhone(world, identity, {
    connection: 'online',
    endpoint: 'active',
    system: asked.phone_metadata?.operating_system ?? 'android',
    model: asked.phone_metadata?.device_model ?? 'Samsung Galaxy S10',
  });
}

/**
 * Changes a phone's connection and endpoint. A phone that comes back online syncs at once.
 * @throws `SeamError` 400 if a deactivated phone is to become active.
 */
export function changePhone(
  world: World,
  device: DeviceRecord,
  change: Partial<Pick<PhoneFacts, 'connection' | 'endpoint'>>,
): void {
  if (device.presence === 'gone' && change.endpoint === 'active') {
    throw new SeamError(400, 'phone_deactivated', 'A deactivated phone cannot become active again: enrol another one');
  }
  if (change.connection === 'offline') device.phone = goOffline(device.phone);
  if (change.connection === 'online') {
    device.phone = comeOnline(device.phone, device.wallet);
    noteArrivals(world, device);
  }
  if (change.endpoint !== undefined && change.endpoint !== device.endpoint) {
    device.endpoint = change.endpoint;
    if (change.endpoint === 'active') world.link.send({ kind: 'copy-keys', deviceId: device.id });
  }
  world.journal.write('phone-changed', { device_id: device.id, ...stateOf(device) });
}

function stateOf(device: DeviceRecord): Readonly<Record<string, unknown>> {
  return { connection: device.phone.connection, endpoint: device.endpoint };
}

/**
 * Returns the enrolled phone with this id.
 * @throws `SeamError` 404 for a phone that is unknown or deactivated.
 */
export function findPhone(world: World, deviceId: string): DeviceRecord {
  const device = world.devices.get(deviceId);
  if (device === undefined || device.presence === 'gone') throw notFound('phone', deviceId);
  return device;
}

/** Returns the person's enrolled phones, oldest first. */
export function phonesOf(world: World, identityId: string): readonly DeviceRecord[] {
  const ids = world.identities.get(identityId)?.deviceIds ?? [];
  return recordsOf(world.devices, ids).filter((device) => device.presence === 'live');
}

/** Returns enrolled phones, oldest first, optionally those of one owner or with one key. */
export function listPhones(world: World, asked: Params<'phonesList'>): readonly DeviceRecord[] {
  const ofOwner =
    asked.owner_user_identity_id === undefined
      ? [...world.devices.values()].filter((device) => device.presence === 'live')
      : phonesOf(world, asked.owner_user_identity_id);
  const credentialId = asked.acs_credential_id;
  if (credentialId === undefined) return ofOwner;
  const credential = credentialNamed(world, credentialId);
  return ofOwner.filter((device) => credential?.copies.has(device.id) === true);
}

/**
 * Ends the copy of every key on this phone; with the switch `deactivationEnds`, the whole keys. An offline phone keeps
 * its keys until it comes back online.
 */
export function deactivatePhone(world: World, device: DeviceRecord, quirks: readonly Quirk[] = []): void {
  device.presence = 'gone';
  device.endpoint = 'inactive';
  world.journal.write('phone-deactivated', { device_id: device.id });
  world.events.emit('phone.deactivated', { device_id: device.id });
  world.link.sendAtOnce({ kind: 'end-copies', deviceId: device.id, quirks });
}

/** Ends the copies on a deactivated phone at the provider. */
export function endCopiesOn(world: World, device: DeviceRecord, quirks: readonly Quirk[]): void {
  for (const credential of recordsOf(world.credentials, [...device.wallet.keys()])) {
    const copy = credential.copies.get(device.id);
    discardFrom(world, device.id, credential.id, quirks);
    if (copy !== undefined) forgetCopy(world, copy);
    credential.copies.delete(device.id);
    if (credential.copies.size === 0) credential.issuedAt = null;
    if (world.switches.deactivationEnds === 'whole-key') end(world, credential, 'its phone was deactivated', quirks);
  }
}
