/**
 * Conversion of room assignments with times to the rooms of a snapshot: one list if they never change, else segments.
 */
import { instantAt, millis, type Window } from '../../../domain/model/instants.js';
import type { StaySnapshotInput } from '../../../domain/model/snapshot-schema.js';

/** Assignment of one room for a time; instants in any offset. */
export interface RoomTime {
  readonly room: string;
  readonly from: string;
  readonly to: string;
}

export type RoomsOfSnapshot =
  Required<Pick<StaySnapshotInput, 'rooms'>> | Required<Pick<StaySnapshotInput, 'segments'>>;

interface Span {
  readonly room: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Longest gap between two assignments of a room that counts as one. Some systems leave out the hours between two
 * nights.
 */
const SAME_GUEST_MS = 24 * 3_600_000;

/**
 * Returns the rooms of a snapshot, in UTC at minute precision.
 * @param window the stay's window, at minute precision; assignments are cut to it
 */
export function roomsOver(window: Window, times: readonly RoomTime[]): RoomsOfSnapshot {
  const [start, end] = [millis(window.from), millis(window.to)];
  const spans = joined(times).flatMap((span) => {
    const cut = { room: span.room, from: Math.max(span.from, start), to: Math.min(span.to, end) };
    return cut.from < cut.to ? [cut] : [];
  });
  const stretches = stretchesOf(spans);
  const [only] = stretches;
  if (only === undefined) return { rooms: [] };
  if (stretches.length === 1 && only.from === start && only.to === end) return { rooms: [...only.rooms] };
  return {
    segments: stretches.map(({ from, to, rooms }) => ({ from: instantAt(from), to: instantAt(to), rooms: [...rooms] })),
  };
}

/** Returns the assignments as spans; the same room before and after a gap of hours is one span. */
function joined(times: readonly RoomTime[]): readonly Span[] {
  const spans: Span[] = [];
  const inOrder = times
    .map(({ room, from, to }) => ({ room, from: millis(instantAt(millis(from))), to: millis(instantAt(millis(to))) }))
    .toSorted((a, b) => a.from - b.from);
  for (const span of inOrder) {
    const place = spans.findLastIndex(({ room }) => room === span.room);
    const before = spans[place];
    const othersBetween = spans.slice(place + 1).length > 0;
    if (before !== undefined && !othersBetween && span.from - before.to < SAME_GUEST_MS) {
      spans[place] = { ...before, to: Math.max(before.to, span.to) };
    } else {
      spans.push(span);
    }
  }
  return spans;
}

function stretchesOf(
  spans: readonly Span[],
): readonly { readonly from: number; readonly to: number; readonly rooms: readonly string[] }[] {
  const edges = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].toSorted((a, b) => a - b);
  return edges.flatMap((from, index) => {
    const to = edges[index + 1];
    if (to === undefined) return [];
    const rooms = [...new Set(spans.filter((span) => span.from <= from && to <= span.to).map(({ room }) => room))];
    return rooms.length === 0 ? [] : [{ from, to, rooms }];
  });
}
