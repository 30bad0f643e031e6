/** Capacity of one Visionline key, checked before a request to Seam (Seam's documentation). */
import type { DoorFacts } from '../../model/doors.js';

export type CardFormat = 'rfid48' | 'TLCode';

/** Capacity of rfid48: one run of consecutive guest rooms, common doors, and additional rooms outside the run. */
const RFID48 = { consecutiveRooms: 33, commonDoors: 28, additionalRooms: 7 } as const;

const LABEL_LENGTH = 32;

/** Placeholders that Visionline supports (Seam's documentation). */
const LABEL_PLACEHOLDERS = ['ROOMNUM', 'ROOMLIST', 'ROOMRANGE', 'SITENAME', 'CARDNUM', 'UUID', 'USERID'] as const;

/**
 * Returns why these rooms do not fit into one key, or undefined if they fit. `TLCode` is the format for needs above 48
 * bytes and has no published limit.
 */
export function overCapacity(format: CardFormat, rooms: readonly string[], doors: DoorFacts): string | undefined {
  if (format === 'TLCode') return undefined;
  if (doors.commonDoors.length > RFID48.commonDoors) {
    return `card format rfid48 holds ${RFID48.commonDoors} common doors, the property lists ${doors.commonDoors.length}`;
  }
  const positions = rooms
    .map((room) => doors.rooms.find((door) => door.room === room)?.position ?? 0)
    .sort((a, b) => a - b);
  const additional = rooms.length - Math.min(longestRun(positions), RFID48.consecutiveRooms);
  if (additional > RFID48.additionalRooms) {
    return (
      `card format rfid48 holds ${RFID48.consecutiveRooms} consecutive rooms and ${RFID48.additionalRooms} more; ` +
      `${rooms.length} rooms leave ${additional} outside the longest run`
    );
  }
  return undefined;
}

function longestRun(sorted: readonly number[]): number {
  let longest = 0;
  let run = 0;
  sorted.forEach((position, index) => {
    run = index > 0 && position === (sorted[index - 1] ?? 0) + 1 ? run + 1 : 1;
    longest = Math.max(longest, run);
  });
  return longest;
}

/** Returns the fault of a label for these rooms, or undefined: an unknown placeholder, or text beyond 32 characters. */
export function labelProblem(label: string | null, rooms: readonly string[], siteName: string): string | undefined {
  if (label === null) return undefined;
  const unknown = [...label.matchAll(/%([A-Za-z]+)%/g)]
    .map((match) => match[1] ?? '')
    .find((name) => !(LABEL_PLACEHOLDERS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    return `label has the unknown placeholder %${unknown}%; known placeholders are ${LABEL_PLACEHOLDERS.map((n) => `%${n}%`).join(' ')}`;
  }
  const printed = label
    .replaceAll('%ROOMNUM%', rooms[0] ?? '')
    .replaceAll('%ROOMLIST%', rooms.join(','))
    .replaceAll('%ROOMRANGE%', rooms.length > 1 ? `${rooms[0]}-${rooms.at(-1)}` : (rooms[0] ?? ''))
    .replaceAll('%SITENAME%', siteName)
    .replaceAll(/%(CARDNUM|UUID|USERID)%/g, '');
  if (printed.length > LABEL_LENGTH) {
    return `label would be ${printed.length} characters long; Visionline cuts it at ${LABEL_LENGTH}`;
  }
  return undefined;
}
