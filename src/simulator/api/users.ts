/** Seam's `/acs/users`: a guest's account at the access system. */
import { end } from '../hotel/issuing.js';
import type { Params } from './params.js';
import type { Quirk } from '../hotel/provider-link.js';
import type { IdentityRecord, UserRecord } from '../hotel/records.js';
import { invalidInput, notFound, SeamError } from './seam-error.js';
import { recordsOf, type World } from '../hotel/world.js';

type UserRef = Params<'userPair'>;

/**
 * Creates a user, linked to an identity if the request names one.
 * @throws `SeamError` 404 for another hotel's system, 400 for an unknown identity or an access group, 409 if the
 * identity already has a user.
 */
export function createUser(world: World, asked: Params<'userCreate'>): UserRecord {
  needsThisSystem(world, asked.acs_system_id);
  if ((asked.acs_access_group_ids ?? []).length > 0) throw noAccessGroups();
  const identity = asked.user_identity_id === undefined ? undefined : identityFor(world, asked.user_identity_id);
  const schedule = asked.access_schedule;
  const user = addUser(
    world,
    {
      fullName: asked.full_name,
      email: asked.email_address ?? asked.email ?? null,
      phoneNumber: asked.phone_number ?? null,
      schedule:
        schedule === undefined
          ? null
          : {
              startsAt: schedule.starts_at === undefined ? world.clock.now() : Date.parse(schedule.starts_at),
              endsAt: typeof schedule.ends_at === 'string' ? Date.parse(schedule.ends_at) : null,
            },
    },
    identity,
  );
  return user;
}

function identityFor(world: World, id: string): IdentityRecord {
  const identity = world.identities.get(id);
  if (identity === undefined || identity.presence === 'gone') {
    throw new SeamError(400, 'user_identity_not_found', `No user_identity with the id ${JSON.stringify(id)}`);
  }
  return identity;
}

function needsThisSystem(world: World, acsSystemId: string): void {
  if (acsSystemId !== world.acsSystemId) throw notFound('acs_system', acsSystemId);
}

function noAccessGroups(): SeamError {
  return new SeamError(400, 'not_supported', 'Visionline has no access groups');
}

type UserFacts = Pick<UserRecord, 'fullName' | 'email' | 'phoneNumber' | 'schedule'>;

/**
 * Adds a user, linked to `identity` if one is given.
 * @throws `SeamError` 409 if that identity already has a user at this system.
 */
export function addUser(world: World, facts: UserFacts, identity: IdentityRecord | undefined): UserRecord {
  if (identity !== undefined) needsNoUser(world, identity);
  const user: UserRecord = {
    ...facts,
    id: world.newId(),
    seq: world.nextSeq(),
    createdAt: world.clock.now(),
    presence: 'live',
    identityId: identity?.id ?? null,
    suspension: 'active',
    credentialIds: new Set(),
    grantedDoorIds: new Set(),
  };
  world.users.set(user.id, user);
  world.present.users.add(user.id);
  identity?.userIds.add(user.id);
  world.journal.write('user-created', { acs_user_id: user.id, user_identity_id: user.identityId });
  world.events.emit('acs_user.created', { acs_user_id: user.id });
  return user;
}

/**
 * Checks that the identity has no user yet: Seam allows one per identity and access system (Seam's documentation).
 * @throws `SeamError` 409 if it has one.
 */
export function needsNoUser(world: World, identity: IdentityRecord): void {
  if (userOfIdentity(world, identity) !== undefined) {
    throw new SeamError(409, 'acs_user_already_exists', 'This user identity already has a user at this access system');
  }
}

/** Returns the identity's live user at this access system, if any. */
function userOfIdentity(world: World, identity: IdentityRecord): UserRecord | undefined {
  return recordsOf(world.users, identity.userIds).find((user) => user.presence === 'live');
}

/**
 * Finds a user by id, or by identity and system.
 * @throws `SeamError` 400 if neither is given, 404 if no such user exists.
 */
export function findUser(world: World, ref: UserRef): UserRecord {
  if (ref.acs_user_id !== undefined) {
    const user = world.users.get(ref.acs_user_id);
    if (user === undefined || user.presence === 'gone') throw notFound('acs_user', ref.acs_user_id);
    return user;
  }
  if (ref.user_identity_id === undefined || ref.acs_system_id === undefined) {
    throw invalidInput(['acs_user_id'], 'is required, or user_identity_id and acs_system_id');
  }
  needsThisSystem(world, ref.acs_system_id);
  const identity = world.identities.get(ref.user_identity_id);
  const user = identity === undefined ? undefined : userOfIdentity(world, identity);
  if (user === undefined) throw notFound('acs_user', ref.user_identity_id);
  return user;
}

/**
 * Returns the user for a new credential. Works like `findUser`, but adds a user to an identity without one.
 * @throws `SeamError` 400 or 404 for unknown ids.
 */
export function userFor(world: World, ref: UserRef): UserRecord {
  if (ref.acs_user_id !== undefined || ref.user_identity_id === undefined) return findUser(world, ref);
  needsThisSystem(world, ref.acs_system_id ?? world.acsSystemId);
  const identity = identityFor(world, ref.user_identity_id);
  return userOfIdentity(world, identity) ?? addUser(world, { ...profileOf(identity), schedule: null }, identity);
}

/** Returns the identity's name and contact data for its user at the access system. */
export function profileOf(identity: IdentityRecord): Pick<UserRecord, 'fullName' | 'email' | 'phoneNumber'> {
  return {
    fullName: identity.fullName ?? 'Guest',
    email: identity.email,
    phoneNumber: identity.phoneNumber,
  };
}

/** Returns the live users that match, oldest first. */
export function listUsers(world: World, asked: Params<'usersList'>): readonly UserRecord[] {
  const ids =
    asked.user_identity_id === undefined
      ? world.present.users
      : (world.identities.get(asked.user_identity_id)?.userIds ?? []);
  const search = asked.search?.toLowerCase();
  return recordsOf(world.users, ids).filter((user) => {
    if (user.presence === 'gone') return false;
    if (asked.acs_system_id !== undefined && asked.acs_system_id !== world.acsSystemId) return false;
    if (asked.created_before !== undefined && user.createdAt >= Date.parse(asked.created_before)) return false;
    const identity = user.identityId === null ? undefined : world.identities.get(user.identityId);
    const email = asked.user_identity_email_address;
    if (email !== undefined && identity?.email !== email) return false;
    const phoneNumber = asked.user_identity_phone_number;
    if (phoneNumber !== undefined && identity?.phoneNumber !== phoneNumber) return false;
    const texts = [user.fullName, user.email, user.phoneNumber];
    return search === undefined || texts.some((text) => text?.toLowerCase().includes(search) === true);
  });
}

/**
 * Updates the given fields of a user; an `access_schedule` of null removes the schedule.
 * @throws `SeamError` 400 or 404 as `findUser`.
 */
export function updateUser(world: World, asked: Params<'userUpdate'>): void {
  const user = findUser(world, asked);
  if (asked.hid_acs_system_id !== undefined) throw invalidInput(['hid_acs_system_id'], 'is for HID systems only');
  if (asked.full_name !== undefined) user.fullName = asked.full_name;
  const email = asked.email_address ?? asked.email;
  if (email !== undefined) user.email = email;
  if (asked.phone_number !== undefined) user.phoneNumber = asked.phone_number;
  if (asked.access_schedule === null) user.schedule = null;
  else if (asked.access_schedule !== undefined) {
    const { starts_at, ends_at } = asked.access_schedule;
    user.schedule = { startsAt: Date.parse(starts_at), endsAt: Date.parse(ends_at) };
  }
  world.journal.write('user-updated', { acs_user_id: user.id });
}

/**
 * Marks the user only: the effect of a suspension at Visionline is undocumented (Seam's documentation).
 * @throws `SeamError` 400 or 404 as `findUser`.
 */
export function setSuspension(world: World, ref: UserRef, suspension: UserRecord['suspension']): void {
  const user = findUser(world, ref);
  user.suspension = suspension;
  world.journal.write('user-suspension-set', { acs_user_id: user.id, suspension });
}

/** Ends every key of the user, and every grant of a door. */
export function revokeAll(world: World, user: UserRecord, why: string, quirks: readonly Quirk[] = []): void {
  user.grantedDoorIds.clear();
  for (const key of recordsOf(world.credentials, [...user.credentialIds])) end(world, key, why, quirks);
}

/** Deletes the user at once; their keys end as if deleted one by one. */
export function deleteUser(world: World, user: UserRecord, quirks: readonly Quirk[] = []): void {
  revokeAll(world, user, 'its user was deleted', quirks);
  user.presence = 'gone';
  world.present.users.delete(user.id);
  world.journal.write('user-deleted', { acs_user_id: user.id });
  world.events.emit('acs_user.deleted', { acs_user_id: user.id });
}

/**
 * Rejects every change of an access group: Visionline is a credential-based system.
 * @throws `SeamError` 400, always.
 */
export function changeAccessGroup(): never {
  throw noAccessGroups();
}
