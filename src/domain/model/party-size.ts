/**
 * Limits of one stay as a whole, beside those of each field: what a plan costs, and what a view holds, grows with the
 * product of guests and rooms. A group that exceeds them is divided into several reservations.
 */

/** Most guests that one stay has at a time. */
export const MOST_GUESTS = 200;
/** Most guests that one stay remembers, those who have left included. */
export const MOST_REMEMBERED_GUESTS = 400;
/** Most pairs of a guest and a room that the guest may enter. */
const MOST_GUEST_ROOMS = 4_000;
/** Most bytes of the names of these rooms, once for each pair: a view names a guest's rooms in several places. */
const MOST_NAME_BYTES = 60_000;
/** Most rooms of all stretches of time together: each is one claim. */
const MOST_SEGMENT_ROOMS = 1_000;

/** Rooms of the stay, as a list for each stretch of time, and each guest's own rooms, if they differ. */
export interface PartyAndRooms {
  readonly stays: readonly (readonly string[])[];
  readonly guests: readonly { readonly rooms?: readonly string[] | undefined }[];
}

/** Returns why these guests and rooms are too many for one stay, or undefined if they are not. */
export function tooManyForOneStay({ stays, guests }: PartyAndRooms): string | undefined {
  const roomsOverTime = stays.reduce((sum, rooms) => sum + rooms.length, 0);
  if (stays.length > 1 && roomsOverTime > MOST_SEGMENT_ROOMS) {
    return `at most ${MOST_SEGMENT_ROOMS} rooms fit into all stretches of a stay together; there are ${roomsOverTime}`;
  }
  const widest = stays.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const widestBytes = bytesOf(stays.toSorted((a, b) => bytesOf(b) - bytesOf(a))[0] ?? []);
  const pairs = guests.reduce((sum, { rooms }) => sum + (rooms ?? widest).length, 0);
  const bytes = guests.reduce((sum, { rooms }) => sum + (rooms === undefined ? widestBytes : bytesOf(rooms)), 0);
  const divide = 'give guests rooms of their own, or divide the reservation';
  if (pairs > MOST_GUEST_ROOMS) {
    return `${guests.length} guests have ${pairs} rooms, counted for each guest, and at most ${MOST_GUEST_ROOMS} fit; ${divide}`;
  }
  if (bytes <= MOST_NAME_BYTES) return undefined;
  return `the names of the guests' rooms have ${bytes} bytes, counted for each guest, and at most ${MOST_NAME_BYTES} fit; ${divide}`;
}

function bytesOf(rooms: readonly string[]): number {
  return rooms.reduce((sum, room) => sum + utf8Length(room), 0);
}

/** Returns an upper bound of the length in UTF-8. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
  }
  return bytes;
}
