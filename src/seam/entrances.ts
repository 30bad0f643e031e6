/** Mapping of a hotel's rooms to Seam's entrances, including the common doors that every guest key opens. */
import type { Property } from '../domain/model/property-schema.js';
import type { DoorFacts } from '../domain/model/doors.js';
import type { SeamReport } from '../domain/model/seam-reports.js';
import { rememberBriefly, type Cache } from './cache.js';
import { everyItem, type SeamClient } from './client.js';
import { leadsTo, reportsOf, someReports } from './reports.js';
import type { Entrance } from './schemas.js';

/**
 * Cached list of every entrance of an access system (by `acs_system_id`), at most some seconds old.
 * @throws SeamError
 */
export type EntranceCatalogue = Cache<readonly Entrance[]>;

/** Creates a catalogue that caches the entrances of each access system for `ttlMs` milliseconds. */
export function openEntranceCatalogue(client: SeamClient, options: { readonly ttlMs: number }): EntranceCatalogue {
  return rememberBriefly(options.ttlMs, (acsSystemId) =>
    everyItem((cursor) => client.forSystem(acsSystemId).listEntrances({ acs_system_id: acsSystemId, ...cursor })),
  );
}

type DoorMapping = Property['doors'];

/** Returns the doors of `rooms` and the property's common doors. A room with no door, or with several, is unknown. */
export function findDoors(entrances: readonly Entrance[], rooms: readonly string[], mapping: DoorMapping): DoorFacts {
  const usable = entrances.filter(
    (entrance) =>
      entrance.can_unlock_with_mobile_key !== false && !leadsTo('impossible-plan', 'acs_entrance', entrance),
  );
  const guestRooms = inNaturalOrder(
    usable.filter((entrance) => isGuestRoom(entrance, mapping)),
    mapping,
  );
  const found: DoorFacts['rooms'][number][] = [];
  const unknownRooms: string[] = [];
  const reported: SeamReport[] = [];
  for (const room of rooms) {
    const [door, ...others] = doorsOfRoom(room, guestRooms, mapping);
    if (door === undefined || others.length > 0) unknownRooms.push(room);
    else {
      found.push({ room, acsEntranceId: door.acs_entrance_id, position: guestRooms.indexOf(door) });
      reported.push(...reportsAt(door, { room }));
    }
  }
  const common = commonDoorsOf(usable, mapping);
  return {
    rooms: found,
    commonDoors: common.map((door) => ({ acsEntranceId: door.acs_entrance_id, name: door.display_name })),
    unknownRooms,
    ...someReports([...reported, ...common.flatMap((door) => reportsAt(door, { door: door.display_name }))]),
  };
}

/** Returns what Seam reports of a door for people, with its room or its name. */
function reportsAt(door: Entrance, place: Pick<SeamReport, 'room' | 'door'>): readonly SeamReport[] {
  return reportsOf('acs_entrance', door).map((report) => ({ ...report, ...place }));
}

/** Returns the room of a guest room's entrance; the text on its door where the mapping has no room for it. */
export function roomOf(entrance: Entrance, mapping: DoorMapping): string {
  const mapped = Object.entries(mapping.rooms).find(([, id]) => id === entrance.acs_entrance_id)?.[0];
  if (mapped !== undefined) return mapped;
  const text = doorText(entrance, mapping);
  const [before = '', ...after] = mapping.roomPattern.trim().split('{room}');
  const end = after[0] ?? '';
  const room = text.slice(
    before.length,
    after.length > 1 ? text.indexOf(end, before.length) : text.length - end.length,
  );
  return mapping.roomPattern.replaceAll('{room}', () => room).trim() === text ? room : text;
}

/** Returns true for the entrance of a guest room. */
export function isGuestRoom(entrance: Entrance, mapping: DoorMapping): boolean {
  return (
    entrance.visionline_metadata?.door_category === 'guest' ||
    Object.values(mapping.rooms).includes(entrance.acs_entrance_id)
  );
}

function doorsOfRoom(room: string, guestRooms: readonly Entrance[], mapping: DoorMapping): readonly Entrance[] {
  const mapped = Object.hasOwn(mapping.rooms, room) ? mapping.rooms[room] : undefined;
  if (mapped !== undefined) return guestRooms.filter((entrance) => entrance.acs_entrance_id === mapped);
  const desired = mapping.roomPattern.replaceAll('{room}', () => room).trim();
  return guestRooms.filter((entrance) => doorText(entrance, mapping) === desired);
}

function doorText(entrance: Entrance, { roomFrom }: DoorMapping): string {
  const text = roomFrom === 'door_name' ? entrance.visionline_metadata?.door_name : entrance.display_name;
  return (text ?? '').trim();
}

function commonDoorsOf(usable: readonly Entrance[], { commonDoors }: DoorMapping): readonly Entrance[] {
  return usable.filter((entrance) => {
    switch (commonDoors.kind) {
      case 'by-category':
        return commonDoors.categories.includes(entrance.visionline_metadata?.door_category ?? '');
      case 'listed':
        return commonDoors.acsEntranceIds.includes(entrance.acs_entrance_id);
      default:
        return commonDoors satisfies never;
    }
  });
}

const naturally = new Intl.Collator('en', { numeric: true });

function inNaturalOrder(entrances: readonly Entrance[], mapping: DoorMapping): readonly Entrance[] {
  return [...entrances].sort(
    (a, b) =>
      naturally.compare(doorText(a, mapping), doorText(b, mapping)) ||
      naturally.compare(a.acs_entrance_id, b.acs_entrance_id),
  );
}
