/** Every key on phones that Seam has for a property's access system. */
import { defined } from '../domain/model/defined.js';
import type { ObservedKey } from '../domain/model/drift.js';
import type { Property } from '../domain/model/property-schema.js';
import { everyItem, type SeamCalls } from './client.js';
import { isGuestRoom, roomOf } from './entrances.js';
import { ownerIn } from './guests.js';
import { askOf, doorsOf, isDead, isMobileKey } from './matching.js';
import type { Credential, Entrance } from './schemas.js';

/** Largest page that Seam returns of these lists (its published schema). */
const PAGE = 500;

interface Observing {
  readonly seam: SeamCalls;
  readonly property: Property;
  /** Ids of other properties on the same access system, whose keys are left out. */
  readonly neighbours: readonly string[];
  readonly entrances: readonly Entrance[];
  readonly signal: AbortSignal;
}

/**
 * Returns the keys, without plastic cards and without the copies of a key on several phones. Costs a call for every 500
 * credentials, users and identities, and one for each credential whose metadata lacks its doors.
 * @throws SeamError
 */
export async function observeKeys({
  seam,
  property,
  neighbours,
  entrances,
  signal,
}: Observing): Promise<readonly ObservedKey[]> {
  const { acsSystemId } = property.seam;
  const ofSystem = { acs_system_id: acsSystemId, limit: PAGE };
  // Read first: a credential that appears later has an owner that is known by then.
  const credentials = await everyItem((cursor) => seam.listCredentials({ ...ofSystem, ...cursor }, { signal }));
  const users = await everyItem((cursor) => seam.listAcsUsers({ ...ofSystem, ...cursor }, { signal }));
  const identities = await everyItem((cursor) => seam.listUserIdentities({ limit: PAGE, ...cursor }, { signal }));
  const keys = new Map(identities.map((one) => [one.user_identity_id, one.user_identity_key]));
  const owners = new Map(users.map((user) => [user.acs_user_id, keys.get(user.user_identity_id ?? '') ?? '']));
  const nameOf = ({ acs_user_id: id }: Credential): string => owners.get(id ?? '') ?? '';
  return Promise.all(
    credentials
      .filter((one) => isMobileKey(one) && !isOfAny(neighbours, nameOf(one)))
      .map(async (credential) => {
        const doors = await doorsOf(credential, seam, signal);
        const rooms = entrances
          .filter((door) => doors.includes(door.acs_entrance_id) && isGuestRoom(door, property.doors))
          .map((door) => roomOf(door, property.doors));
        return {
          acsCredentialId: credential.acs_credential_id,
          acsUserId: credential.acs_user_id ?? '',
          ...askOf(credential, doors, rooms),
          isDead: isDead(credential, credentials),
          ...defined({ owner: ownerIn(nameOf(credential), property.propertyId) }),
        };
      }),
  );
}

function isOfAny(propertyIds: readonly string[], userIdentityKey: string): boolean {
  return propertyIds.some((propertyId) => ownerIn(userIdentityKey, propertyId) !== undefined);
}
