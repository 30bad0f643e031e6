/**
 * The state of one room: who has claimed it and in which order, what is granted, which keys open its door, what has happened.
 * Plain JSON, so that it survives continue-as-new. Ids only: no names, no contacts.
 */
import { millis, type Instant, type Window } from '../model/instants.js';
import type { KeyReport, LeaseDecision } from '../model/lease.js';

export const ROOM_STATE_SCHEMA = 1;
export const ROOM_HISTORY_LINES = 200;
/** Stays that have let the room go, of which late messages are still told apart. */
export const REMEMBERED_STAYS = 500;
export const REMEMBERED_FORCES = 200;

/** What a stay asks for; instants as Stayline writes them. */
export interface Asked {
  readonly window: Window;
  readonly graceMinutes: number;
  readonly shareGroup?: string;
  /** A guest could have the first key now. */
  readonly ready: boolean;
}

/** One claim, from its first arrival until it is released, or over. */
export interface ClaimEntry {
  readonly stayId: string;
  readonly part: number;
  readonly asked: Asked;
  /**
   * What the claim holds; no two holders' windows overlap. Grace is not part of it: that lasts only until somebody wants the room.
   * Absent while it waits.
   */
  readonly granted?: Window;
  /** The stay opens the lease of its share group. */
  readonly opener?: true;
  /** The front desk gave the room, or the rest of the window, to another stay. */
  readonly displaced?: true;
  /** The answer, or the news, that the stay was given last. */
  readonly told?: LeaseDecision;
}

/** How much has been heard of a stay: of its chain of runs, its snapshots, its messages. */
export interface StayHeard {
  readonly stayId: string;
  readonly chain?: string;
  readonly revision?: number;
  readonly seq?: number;
}

/** A key that opens the room, or may. */
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
  /** Workflow id. */
  readonly roomId: string;
  readonly propertyId: string;
  readonly room: string;
  readonly openedAt: Instant;
  /** Rises with every change of claims or keys. */
  version: number;
  /** In order of first arrival. */
  claims: readonly ClaimEntry[];
  /** The one heard of last comes last. */
  heard: readonly StayHeard[];
  keys: readonly RoomKey[];
  /** `requestId`s of the front desk's acts. */
  forces: readonly string[];
  history: readonly RoomLine[];
}

/** A state that knows nothing yet. `roomId`: the workflow's id. */
export function newRoomState(roomId: string, propertyId: string, room: string, now: Instant): RoomState {
  return {
    schema: ROOM_STATE_SCHEMA,
    roomId,
    propertyId,
    room,
    openedAt: now,
    // A room that was started anew must not speak with the numbers of the one before.
    version: millis(now),
    claims: [],
    heard: [],
    keys: [],
    forces: [],
    history: [],
  };
}

export function writeLine(state: RoomState, line: RoomLine): void {
  state.history = [...state.history, line].slice(-ROOM_HISTORY_LINES);
}

/** Stays of one holder never stand in each other's way: the same stay, or stays of one share group. */
export function isSameHolder(a: ClaimEntry, b: ClaimEntry): boolean {
  if (a.stayId === b.stayId) return true;
  return a.asked.shareGroup !== undefined && a.asked.shareGroup === b.asked.shareGroup;
}

export function isClaim(
  entry: ClaimEntry,
  { stayId, part }: { readonly stayId: string; readonly part: number },
): boolean {
  return entry.stayId === stayId && entry.part === part;
}
