/**
 * State of one room: claims in order of arrival, granted windows, keys that open its door, history.
 * Plain JSON, so that it survives continue-as-new. Ids only: no names, no contacts.
 */
import { millis, type Instant, type Window } from '../model/instants.js';
import type { KeyReport, LeaseDecision } from '../model/lease.js';

export const ROOM_STATE_SCHEMA = 1;
export const ROOM_HISTORY_LINES = 200;
/** Number of claims that a room records: years of bookings. A change of one looks at all of them. */
export const MOST_CLAIMS = 1_000;
/** Number of stays without a claim whose late messages the room still detects. */
export const REMEMBERED_STAYS = 500;
export const REMEMBERED_FORCES = 200;

/** Request of a stay; instants are normalized. */
export interface Asked {
  readonly window: Window;
  readonly graceMinutes: number;
  readonly shareGroup?: string;
  /** True if a guest is ready for the first key. */
  readonly ready: boolean;
  /** The guests still sleep here, and leave once another room is theirs. */
  readonly leaving?: true;
}

/** One claim, from its first arrival until it is released or over. */
export interface ClaimEntry {
  readonly stayId: string;
  readonly part: number;
  readonly asked: Asked;
  /**
   * Window that the claim holds; windows of different holders never overlap. Grace is not included: it lasts only
   * until another stay claims the room. Absent while the claim waits.
   */
  readonly granted?: Window;
  /** The stay opens the lease of its share group. */
  readonly opener?: true;
  /** The front desk gave the room, or the rest of the window, to another stay. */
  readonly displaced?: true;
  /** The room goes to this claim next: the stay that had it left it in exchange for another room. */
  readonly heir?: true;
  /** Last decision sent to the stay, as an answer or by signal. */
  readonly sent?: LeaseDecision;
  /** The stay could not take the signal with its decision; the room sends the current one at this instant. */
  readonly resendAt?: Instant;
}

/** Latest chain of runs, snapshot revision and message number received from a stay. */
export interface LastReceived {
  readonly stayId: string;
  readonly chain?: string;
  readonly revision?: number;
  readonly seq?: number;
}

/** Key that opens the room, or may open it. */
export interface RoomKey extends KeyReport {
  readonly stayId: string;
  readonly chain?: string;
}

export interface RoomLine {
  readonly at: Instant;
  readonly what: string;
  readonly why?: string;
  readonly by?: string;
}

export interface RoomState {
  readonly schema: typeof ROOM_STATE_SCHEMA;
  /** Workflow id of the room. */
  readonly roomId: string;
  readonly propertyId: string;
  readonly room: string;
  readonly openedAt: Instant;
  /** Increases with every change of claims or keys. */
  readonly version: number;
  /** Claims in order of first arrival. */
  readonly claims: readonly ClaimEntry[];
  /** Records per stay; the stay with the latest message comes last. */
  readonly received: readonly LastReceived[];
  readonly keys: readonly RoomKey[];
  /** `requestId`s of the front desk's `force` messages. */
  readonly forces: readonly string[];
  readonly history: readonly RoomLine[];
}

/** Returns an empty state. `roomId`: the workflow's id. */
export function newRoomState(roomId: string, propertyId: string, room: string, now: Instant): RoomState {
  return {
    schema: ROOM_STATE_SCHEMA,
    roomId,
    propertyId,
    room,
    openedAt: now,
    // A room that was started again must not reuse the version numbers of its predecessor.
    version: millis(now),
    claims: [],
    received: [],
    keys: [],
    forces: [],
    history: [],
  };
}

/** Returns the state with one more line in the history, without the oldest lines above the limit. */
export function withLine(state: RoomState, line: RoomLine): RoomState {
  return { ...state, history: [...state.history, line].slice(-ROOM_HISTORY_LINES) };
}

/** Returns the state with this claim changed, or dropped if `by` is undefined. */
export function withClaim(state: RoomState, entry: ClaimEntry, by: ClaimEntry | undefined): RoomState {
  if (by === entry) return state;
  return { ...state, claims: state.claims.flatMap((one) => (one === entry ? (by ?? []) : one)) };
}

/** Returns true for claims of one stay or one share group; claims of one holder never conflict. */
export function isSameHolder(a: ClaimEntry, b: ClaimEntry): boolean {
  if (a.stayId === b.stayId) return true;
  return a.asked.shareGroup !== undefined && a.asked.shareGroup === b.asked.shareGroup;
}

/** Returns true if the entry is the given part of the given stay. */
export function isClaim(
  entry: ClaimEntry,
  { stayId, part }: { readonly stayId: string; readonly part: number },
): boolean {
  return entry.stayId === stayId && entry.part === part;
}
