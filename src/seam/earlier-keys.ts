/**
 * Keys that an earlier run of a stay left at Seam. They are found by the identities of the stay's guests, and by what
 * rooms have recorded: the identity of a person may belong to several stays.
 */
import type { EarlierKey } from '../domain/model/earlier-run.js';
import { defined } from '../domain/model/defined.js';
import { instantAt, isBefore, millis, overlaps, type Instant, type Window } from '../domain/model/instants.js';
import type { Property } from '../domain/model/property-schema.js';
import { everyItem, type SeamCalls } from './client.js';
import { isGuestRoom, roomOf } from './entrances.js';
import { foundOrNothing } from './errors.js';
import { guestIdIn, userIdentityKey } from './guests.js';
import { askOf, doorsOf, isBeingDeleted, isDead, isMobileKey, issuedAt } from './matching.js';
import type { Credential, Entrance, UserIdentity } from './schemas.js';

/** Key that a room has recorded for the stay. */
interface RoomKey {
  readonly acsCredentialId: string;
  readonly acsUserId?: string;
  readonly guestId: string;
}

/** Records of Seam and of the stay's rooms, in which the keys are searched for. */
interface Records {
  readonly identities: readonly UserIdentity[];
  readonly roomKeys: readonly RoomKey[];
  /** Credential ids of keys that rooms have recorded for other stays. */
  readonly keysOfOthers: readonly string[];
  /** Rooms of which another stay of the share group may hold keys that the room has not recorded yet. */
  readonly roomsSharedBefore: readonly string[];
}

/** Stay whose keys are searched for. */
interface Searched {
  readonly propertyId: string;
  readonly reservationId: string;
  readonly rooms: readonly string[];
  readonly window?: Window;
  readonly persons: readonly { readonly guestId: string; readonly personId: string }[];
}

interface Search {
  readonly seam: SeamCalls;
  readonly property: Property;
  readonly entrances: readonly Entrance[];
  readonly now: Instant;
  readonly signal: AbortSignal;
}

/** Credentials of one guest, and which of their keys are the stay's. */
interface Held {
  readonly guestId: string;
  readonly credentials: readonly Credential[];
  isOfStay(key: EarlierKey): boolean;
}

/**
 * Returns the stay's keys at Seam that may still open a door: those of its own guests, those of its persons that open
 * its rooms only and cannot be another stay's, and those that rooms have recorded for it.
 * @throws SeamError
 */
export async function findEarlierKeys(stay: Searched, known: Records, search: Search): Promise<readonly EarlierKey[]> {
  const held = [...(await heldByIdentities(stay, known, search)), ...(await heldByUsers(known.roomKeys, search))];
  const found = new Map<string, EarlierKey>();
  for (const one of held) {
    for (const key of await keysAmong(one, search)) {
      if (one.isOfStay(key) && !found.has(key.acsCredentialId)) found.set(key.acsCredentialId, key);
    }
  }
  return [...found.values()];
}

function heldByIdentities(stay: Searched, known: Records, { seam, signal }: Search): Promise<readonly Held[]> {
  const isOfStay = (key: EarlierKey): boolean => isForRoomsOf(stay, key) && !mayBeOfOthers(known, key);
  const owners = known.identities.flatMap(({ user_identity_key: key, user_identity_id }) => {
    if (key == null) return [];
    const guestId = guestIdIn(key, stay);
    if (guestId !== undefined) return [{ guestId, user_identity_id, isOfStay: () => true }];
    const person = stay.persons.find((one) => userIdentityKey({ ...stay, ...one }) === key);
    if (person === undefined) return [];
    return [{ guestId: person.guestId, user_identity_id, isOfStay }];
  });
  return Promise.all(
    owners.map(async ({ user_identity_id, ...owner }) => ({
      ...owner,
      credentials: await everyItem((cursor) => seam.listCredentials({ user_identity_id, ...cursor }, { signal })),
    })),
  );
}

/** Returns true for a key that opens rooms of the stay, no others, in its window. */
function isForRoomsOf({ rooms, window }: Searched, { ask }: EarlierKey): boolean {
  if (window === undefined || ask.rooms.length === 0 || !overlaps(ask.window, window)) return false;
  return ask.rooms.every((room) => rooms.includes(room));
}

/** Returns true for a key of the same person in another stay that has the room, or may have. */
function mayBeOfOthers({ keysOfOthers, roomsSharedBefore }: Records, { acsCredentialId, ask }: EarlierKey): boolean {
  return keysOfOthers.includes(acsCredentialId) || ask.rooms.some((room) => roomsSharedBefore.includes(room));
}

async function heldByUsers(roomKeys: readonly RoomKey[], { seam, signal }: Search): Promise<readonly Held[]> {
  const guestIds = new Map(roomKeys.flatMap(({ acsUserId, guestId }) => (acsUserId ? [[acsUserId, guestId]] : [])));
  const ids = new Set(roomKeys.map(({ acsCredentialId }) => acsCredentialId));
  return Promise.all(
    [...guestIds].map(async ([acsUserId = '', guestId = '']) => {
      const list = everyItem((cursor) => seam.listCredentials({ acs_user_id: acsUserId, ...cursor }, { signal }));
      const credentials = (await foundOrNothing(list)) ?? [];
      return { guestId, credentials, isOfStay: (key: EarlierKey) => ids.has(key.acsCredentialId) };
    }),
  );
}

async function keysAmong({ guestId, credentials }: Held, search: Search): Promise<readonly EarlierKey[]> {
  const keys = await Promise.all(
    credentials
      .filter((credential) => isMobileKey(credential) && !isBeingDeleted(credential))
      .map((credential) => earlierKey(guestId, credential, isDead(credential, credentials), search)),
  );
  return keys.flatMap((key) => key ?? []);
}

/** Returns the credential as a key of the guest; undefined if it is over, or is no key that Stayline makes. */
async function earlierKey(
  guestId: string,
  credential: Credential,
  isDeadAtRooms: boolean,
  { seam, property, entrances, now, signal }: Search,
): Promise<EarlierKey | undefined> {
  const { acs_user_id: acsUserId, acs_credential_id: acsCredentialId, ends_at: endsAt, created_at } = credential;
  if (acsUserId == null || endsAt == null || !isBefore(now, endsAt)) return undefined;
  const acsEntranceIds = await doorsOf(credential, seam, signal);
  const doors = entrances.filter(({ acs_entrance_id: id }) => acsEntranceIds.includes(id));
  const guestRooms = doors.filter((door) => isGuestRoom(door, property.doors));
  const rooms = guestRooms.map((door) => roomOf(door, property.doors));
  return {
    guestId,
    acsUserId,
    acsCredentialId,
    ask: askOf(credential, acsEntranceIds, rooms),
    commonDoors: doors.filter((door) => !guestRooms.includes(door)).map((door) => door.display_name),
    issuedAt: instantAt(issuedAt(credential) ?? millis(created_at)),
    ...defined({ lingers: isDeadAtRooms ? (true as const) : undefined }),
  };
}
