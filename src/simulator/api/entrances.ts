/** Seam's `/acs/entrances`: the hotel's doors. */
import type { Params } from './params.js';
import type { Door } from '../hotel/records.js';
import { invalidInput, notFound } from './seam-error.js';
import { findUser } from './users.js';
import { credentialNamed, recordsOf, type World } from '../hotel/world.js';

/**
 * Returns the door with this id.
 * @throws `SeamError` 404 if it does not exist.
 */
export function findEntrance(world: World, id: string): Door {
  const door = world.doors.get(id);
  if (door === undefined) throw notFound('acs_entrance', id);
  return door;
}

/**
 * Returns the doors that match, in the order of the hotel; `search` matches the name.
 * @throws `SeamError` 404 for an unknown credential.
 */
export function listEntrances(world: World, asked: Params<'entrancesList'>): readonly Door[] {
  const search = asked.search?.toLowerCase() ?? '';
  // This hotel has no customers, spaces, locations or access methods, so no door belongs to any.
  const elsewhere =
    asked.access_method_id !== undefined ||
    typeof asked.location_id === 'string' ||
    asked.customer_key !== undefined ||
    asked.space_id !== undefined ||
    (asked.acs_system_id ?? world.acsSystemId) !== world.acsSystemId ||
    (asked.connected_account_id ?? world.connectedAccountId) !== world.connectedAccountId;
  if (elsewhere) return [];
  const doors = recordsOf(world.doors, doorIds(world, asked)).filter((door) =>
    door.name.toLowerCase().includes(search),
  );
  return [...doors].sort((a, b) => a.position - b.position);
}

/**
 * Grants a user access to a door: a later key of the user that names no doors opens it.
 * @throws `SeamError` 400 unless exactly one of user and identity is given, 404 for unknown ids.
 */
export function grantAccess(world: World, asked: Params<'entranceGrant'>): void {
  if ((asked.acs_user_id === undefined) === (asked.user_identity_id === undefined)) {
    throw invalidInput(['acs_user_id'], 'or user_identity_id must be given, and not both');
  }
  const door = findEntrance(world, asked.acs_entrance_id);
  const { acs_user_id, user_identity_id } = asked;
  const user = findUser(world, { acs_user_id, user_identity_id, acs_system_id: world.acsSystemId });
  user.grantedDoorIds.add(door.id);
  world.journal.write('access-granted', { acs_user_id: user.id, door: door.name });
}

function doorIds(world: World, asked: Params<'entrancesList'>): Iterable<string> {
  const credentialId = asked.acs_credential_id;
  const credential = credentialId === undefined ? undefined : credentialNamed(world, credentialId);
  if (credentialId !== undefined && credential === undefined) throw notFound('acs_credential', credentialId);
  const ofCredential = credential && new Set([...credential.guestDoorIds, ...credential.commonDoorIds]);
  const ids = asked.acs_entrance_ids ?? ofCredential ?? world.doors.keys();
  return ofCredential === undefined ? ids : [...ids].filter((id) => ofCredential.has(id));
}
