/** Seam's `/user_identities`: the person behind users and phones. */
import type { Params } from './params.js';
import { deactivatePhone, phonesOf } from '../hotel/phones.js';
import type { Quirk } from '../hotel/provider-link.js';
import type { IdentityRecord } from '../hotel/records.js';
import { endSessionsOf } from '../hotel/session-ends.js';
import { invalidInput, notFound, SeamError } from './seam-error.js';
import { addUser, deleteUser, findUser, needsNoUser, profileOf } from './users.js';
import { recordsOf, type World } from '../hotel/world.js';

type Unique = 'key' | 'email' | 'phoneNumber';
type Profile = Pick<IdentityRecord, Unique | 'fullName'>;

/**
 * Creates an identity, with a user at this hotel's system if the request names that system.
 * @throws `SeamError` 409 (switch `duplicateIdentity`) if its key, e-mail address or phone number is taken, 404 for
 * another hotel's system.
 */
export function createIdentity(world: World, asked: Params<'identityCreate'>): IdentityRecord {
  const foreign = (asked.acs_system_ids ?? []).find((id) => id !== world.acsSystemId);
  if (foreign !== undefined) throw notFound('acs_system', foreign);
  const identity = addIdentity(world, {
    key: asked.user_identity_key ?? null,
    fullName: asked.full_name ?? null,
    email: asked.email_address ?? null,
    phoneNumber: asked.phone_number ?? null,
  });
  if ((asked.acs_system_ids ?? []).length > 0) addUser(world, { ...profileOf(identity), schedule: null }, identity);
  return identity;
}

function addIdentity(world: World, profile: Profile): IdentityRecord {
  const identity: IdentityRecord = {
    ...profile,
    id: world.newId(),
    seq: world.nextSeq(),
    createdAt: world.clock.now(),
    presence: 'live',
    userIds: new Set(),
    deviceIds: new Set(),
  };
  claim(world, identity, profile);
  world.identities.set(identity.id, identity);
  world.present.identities.add(identity.id);
  world.journal.write('identity-created', { user_identity_id: identity.id });
  return identity;
}

/**
 * Reserves the unique fields of a profile for an identity, and releases its earlier ones.
 * @throws `SeamError` with the status of the switch `duplicateIdentity` if one is taken.
 */
function claim(world: World, identity: IdentityRecord, profile: Profile): void {
  const names = ['key', 'email', 'phoneNumber'] as const;
  for (const name of names) {
    const value = profile[name];
    const holder = value === null ? undefined : world.identityIdBy[name].get(value);
    if (holder !== undefined && holder !== identity.id) {
      const field = { key: 'user_identity_key', email: 'email_address', phoneNumber: 'phone_number' }[name];
      throw new SeamError(
        world.switches.duplicateIdentity,
        'user_identity_already_exists',
        `Another user identity of this workspace has this ${field}`,
      );
    }
  }
  release(world, identity);
  for (const name of names) {
    const value = profile[name];
    if (value !== null) world.identityIdBy[name].set(value, identity.id);
  }
}

function release(world: World, identity: IdentityRecord): void {
  for (const name of ['key', 'email', 'phoneNumber'] as const) {
    const value = identity[name];
    if (value !== null && world.identityIdBy[name].get(value) === identity.id) world.identityIdBy[name].delete(value);
  }
}

/**
 * Finds an identity by id or key.
 * @throws `SeamError` 400 if neither is given, 404 if no such identity exists.
 */
export function findIdentity(world: World, ref: Params<'identityRef'>): IdentityRecord {
  const key = ref.user_identity_key;
  const id = ref.user_identity_id ?? (key === undefined ? undefined : world.identityIdBy.key.get(key));
  if (ref.user_identity_id === undefined && key === undefined) {
    throw invalidInput(['user_identity_id'], 'is required, or user_identity_key');
  }
  const identity = id === undefined ? undefined : world.identities.get(id);
  if (identity === undefined || identity.presence === 'gone') throw notFound('user_identity', id ?? key ?? '');
  return identity;
}

/** Returns the live identities that match, oldest first. */
export function listIdentities(world: World, asked: Params<'identitiesList'>): readonly IdentityRecord[] {
  const search = asked.search?.toLowerCase();
  const ids = asked.user_identity_ids ?? world.present.identities;
  return recordsOf(world.identities, ids).filter((identity) => {
    if (identity.presence === 'gone') return false;
    const manager = asked.credential_manager_acs_system_id;
    if (manager !== undefined && manager !== world.credentialManagerAcsSystemId) return false;
    if (manager !== undefined && phonesOf(world, identity.id).length === 0) return false;
    if (asked.created_before !== undefined && identity.createdAt >= Date.parse(asked.created_before)) return false;
    const texts = [identity.key, identity.fullName, identity.email, identity.phoneNumber];
    return search === undefined || texts.some((text) => text?.toLowerCase().includes(search) === true);
  });
}

/**
 * Updates the given fields of an identity; null clears a field.
 * @throws `SeamError` 404 for an unknown identity, 409 (switch `duplicateIdentity`) if a unique field is taken.
 */
export function updateIdentity(world: World, asked: Params<'identityUpdate'>): void {
  const identity = findIdentity(world, { user_identity_id: asked.user_identity_id });
  const profile: Profile = {
    key: asked.user_identity_key === undefined ? identity.key : asked.user_identity_key,
    fullName: asked.full_name === undefined ? identity.fullName : asked.full_name,
    email: asked.email_address === undefined ? identity.email : asked.email_address,
    phoneNumber: asked.phone_number === undefined ? identity.phoneNumber : asked.phone_number,
  };
  claim(world, identity, profile);
  Object.assign(identity, profile);
  world.journal.write('identity-updated', { user_identity_id: identity.id });
}

/** Deletes the person with all users, keys, phones, client sessions and instant keys. An offline phone keeps its keys until it comes back online. */
export function deleteIdentity(world: World, identity: IdentityRecord, quirks: readonly Quirk[] = []): void {
  for (const user of recordsOf(world.users, identity.userIds)) {
    if (user.presence === 'live') deleteUser(world, user, quirks);
  }
  for (const device of phonesOf(world, identity.id)) deactivatePhone(world, device, quirks);
  endSessionsOf(world, identity.id);
  release(world, identity);
  identity.presence = 'gone';
  world.present.identities.delete(identity.id);
  world.journal.write('identity-deleted', { user_identity_id: identity.id });
}

/**
 * Links a user to an identity. An unused identity key creates a new identity.
 * @throws `SeamError` 409 if either is already linked to another, 400 or 404 as `findIdentity` and `findUser`.
 */
export function addUserToIdentity(world: World, asked: Params<'identityAddUser'>): void {
  const user = findUser(world, { acs_user_id: asked.acs_user_id });
  const key = asked.user_identity_key;
  const isNew = asked.user_identity_id === undefined && key !== undefined && !world.identityIdBy.key.has(key);
  const identity = isNew
    ? addIdentity(world, { key, fullName: user.fullName, email: null, phoneNumber: null })
    : findIdentity(world, asked);
  if (user.identityId === identity.id) return;
  if (user.identityId !== null) {
    throw new SeamError(409, 'acs_user_already_linked', 'This user belongs to another user identity');
  }
  needsNoUser(world, identity);
  user.identityId = identity.id;
  identity.userIds.add(user.id);
  world.journal.write('user-linked', { acs_user_id: user.id, user_identity_id: identity.id });
  for (const device of phonesOf(world, identity.id)) world.link.send({ kind: 'copy-keys', deviceId: device.id });
}
