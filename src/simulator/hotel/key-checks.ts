/** Checks of Seam and Visionline before they create a mobile key: doors, window and relation to earlier keys. */
import { toMinute } from './issuing.js';
import type { Params } from '../api/params.js';
import type { CredentialRecord, Door, UserRecord } from './records.js';
import { invalidInput, notFound, SeamError } from '../api/seam-error.js';
import { credentialNamed, recordsOf, type World } from './world.js';

export type CreateParams = Params<'credentialCreate'>;

/** Capacity of rfid48: consecutive guest rooms, additional guest rooms and common doors (Seam's documentation). */
const RFID48 = { consecutiveRooms: 33, additionalRooms: 7, commonDoors: 28 };

export interface AskedDoors {
  readonly guest: readonly Door[];
  readonly common: readonly Door[];
}

/**
 * Returns the requested doors, split into guest rooms and common doors. Without any, these are the doors that the user has
 * been granted access to.
 * @throws `SeamError` 404 for an unknown door, 400 for no door, too many doors or a missing card format.
 */
export function judgeDoors(world: World, asked: CreateParams, user: UserRecord): AskedDoors {
  const named = asked.allowed_acs_entrance_ids ?? [];
  const ids = [...new Set(named.length > 0 ? named : user.grantedDoorIds)];
  if (ids.length === 0)
    throw invalidInput(
      ['allowed_acs_entrance_ids'],
      'must name at least one entrance, unless the user has been granted access to some',
    );
  const doors = ids.map((id) => {
    const door = world.doors.get(id);
    if (door === undefined) throw notFound('acs_entrance', id);
    return door;
  });
  const guest = doors.filter((door) => door.category === 'guest');
  const common = doors.filter((door) => door.category !== 'guest');
  if (cardFormatOf(world, asked) === 'rfid48') {
    if (common.length > RFID48.commonDoors || additionalRooms(guest) > RFID48.additionalRooms) {
      throw invalidInput(
        ['allowed_acs_entrance_ids'],
        'are more than rfid48 holds: 33 consecutive guest rooms, 7 additional ones, 28 common doors',
      );
    }
  }
  return { guest, common };
}

function cardFormatOf(world: World, asked: CreateParams): 'rfid48' | 'TLCode' {
  const format = asked.visionline_metadata?.card_format;
  if (format === undefined && world.switches.cardFormat === 'required') {
    throw invalidInput(['visionline_metadata', 'card_format'], 'is required: rfid48 or TLCode');
  }
  return format ?? 'rfid48';
}

/** Counts the rooms left over after the longest run of neighbouring rooms that fits is written as one run. */
function additionalRooms(guest: readonly Door[]): number {
  const positions = guest.map((door) => door.position).sort((a, b) => a - b);
  let longest = 0;
  let run = 0;
  positions.forEach((position, index) => {
    run = index > 0 && position === (positions[index - 1] ?? 0) + 1 ? run + 1 : 1;
    longest = Math.max(longest, Math.min(run, RFID48.consecutiveRooms));
  });
  return positions.length - longest;
}

export interface AskedWindow {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly shifted: 'shifted' | 'as-asked';
}

/**
 * Returns the requested window, in milliseconds since 1970. A start in the past becomes the current minute.
 * @throws `SeamError` 400 if the end is missing, is not in the hotel's future, or is not after the start.
 */
export function judgeWindow(world: World, asked: CreateParams): AskedWindow {
  const now = world.clock.now();
  if (asked.ends_at === undefined) throw invalidInput(['ends_at'], 'is required for a guest key');
  const endsAt = judgeEnd(world, asked.ends_at);
  const desired = asked.starts_at === undefined ? now : Date.parse(asked.starts_at);
  if (endsAt <= desired) throw invalidInput(['ends_at'], 'must be after starts_at');
  const inPast = desired < toMinute(now);
  return {
    startsAt: inPast || asked.starts_at === undefined ? toMinute(now) : desired,
    endsAt,
    shifted: inPast ? 'shifted' : 'as-asked',
  };
}

/**
 * Converts an `ends_at` to milliseconds since 1970.
 * @throws `SeamError` 400 if it is not in the hotel's future.
 */
export function judgeEnd(world: World, endsAt: string): number {
  const at = Date.parse(endsAt);
  if (at <= world.clock.now()) {
    throw invalidInput(['ends_at'], `must be in the future; the hotel's time is ${isoTime(world.clock.now())}`);
  }
  return at;
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}

export type Joining =
  | { readonly kind: 'override' | 'auto-override' }
  | { readonly kind: 'joiner' | 'auto-joiner' | 'plain'; readonly generation: number }
  /** Accepted by Seam, but the provider never creates the key. */
  | { readonly kind: 'dead-joiner' };

const JOINERS = ['visionline_metadata', 'joiner_acs_credential_ids'] as const;

/**
 * Decides how the key relates to earlier keys.
 * @throws `SeamError` 400 for contradictory metadata and for anchors that the key cannot join.
 */
export function judgeJoining(world: World, asked: CreateParams, doors: AskedDoors): Joining {
  const metadata = asked.visionline_metadata ?? {};
  const override = metadata.override ?? metadata.is_override_key ?? false;
  const anchorIds = metadata.joiner_acs_credential_ids ?? [];
  const ways = [override, anchorIds.length > 0, metadata.auto_join === true].filter(Boolean).length;
  if (ways > 1) {
    throw invalidInput(['visionline_metadata'], 'takes one of override, joiner_acs_credential_ids and auto_join');
  }
  if (metadata.card_function_type === 'staff') {
    throw new SeamError(400, 'not_supported', 'Only guest keys are supported for Visionline mobile keys');
  }
  if (anchorIds.length > 0) return judgeAnchors(world, anchorIds, doors);
  if (override) return { kind: 'override' };
  if (metadata.auto_join === true) return joinWhoeverIsThere(world, doors);
  if (doors.guest.length > 0 && world.switches.plainKey === 'refused') {
    throw invalidInput(['visionline_metadata'], 'needs override or joiner_acs_credential_ids for guest rooms');
  }
  const newest = doors.guest.map((door) => world.newestGenerationByDoor.get(door.id) ?? 0);
  return { kind: 'plain', generation: Math.max(0, ...newest) };
}

function judgeAnchors(world: World, anchorIds: readonly string[], doors: AskedDoors): Joining {
  const generations = new Set<number>();
  for (const id of anchorIds) {
    const anchor = credentialNamed(world, id);
    const trouble = anchor === undefined ? 'does not exist' : whyNotJoinable(world, anchor);
    if (anchor === undefined || trouble !== undefined) {
      if (world.switches.deadAnchor === 'accepted-unsynced') return { kind: 'dead-joiner' };
      throw invalidInput(JOINERS, `must be live keys; ${id} ${trouble}`);
    }
    const foreign = doors.guest.find((door) => !anchor.guestDoorIds.includes(door.id));
    if (foreign !== undefined) {
      throw invalidInput(JOINERS, `must cover every guest room asked for; ${id} does not cover ${foreign.name}`);
    }
    generations.add(anchor.generation);
  }
  const [generation, ...others] = generations;
  if (generation === undefined || others.length > 0) {
    throw invalidInput(JOINERS, 'must belong to one reservation: these were started by different overrides');
  }
  return { kind: 'joiner', generation };
}

function whyNotJoinable(world: World, anchor: CredentialRecord): string | undefined {
  if (anchor.life !== 'live') return 'is deleted';
  if (anchor.validity === 'invalid') return 'is no longer valid';
  if (anchor.endsAt <= world.clock.now()) return 'has ended';
  if (anchor.failedAt !== null) return 'was never made';
  if (anchor.validity === null && world.switches.joinerNeedsSyncedAnchor) return 'is not synced with the provider yet';
  return undefined;
}

/** Handles `auto_join`: joins the newest key to these rooms, of any guest, or overrides if none exists (3.3). */
function joinWhoeverIsThere(world: World, doors: AskedDoors): Joining {
  const ids = doors.guest.flatMap((door) => [...(world.credentialIdsByDoor.get(door.id) ?? [])]);
  const joinable = recordsOf(world.credentials, ids).filter((key) => whyNotJoinable(world, key) === undefined);
  if (joinable.length === 0) return { kind: 'auto-override' };
  return { kind: 'auto-joiner', generation: Math.max(...joinable.map((key) => key.generation)) };
}
