/**
 * Every signal, update and query of the workflow `room`: the public contract (`docs/leases.md`). An exported name is
 * its wire name and `Signal`, `Update` or `Query`. Each message is one object; new fields are optional.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DoorQuestion } from '../../src/domain/model/door-schema.js';
import type { DoorFacts } from '../../src/domain/model/doors.js';
import type { StayRecord } from '../../src/domain/model/earlier-run.js';
import type { Claim, LeaseNews } from '../../src/domain/model/lease.js';
import type {
  RoomForce,
  RoomMessageName,
  RoomRelease,
  RoomReport,
  StayInRoom,
} from '../../src/domain/model/room-message-schema.js';
import type { RoomState } from '../../src/domain/room/state.js';
import type { RoomView } from '../../src/domain/room/view.js';

/** Argument of the workflow `room`: optional, for a start by name, update-with-start and signal-with-start. */
export interface RoomStart {
  /** State of the previous run; set by continue-as-new only. */
  readonly carried?: RoomState;
}

/** Type of the workflow `findDoors`, for a start by name. */
export type FindDoorsWorkflow = (question: DoorQuestion) => Promise<DoorFacts | undefined>;

/** Waits for the result of the workflow `findDoors`, so that one call starts it and returns the result. */
export const foundDoorsUpdate = defineUpdate<DoorFacts | undefined>('foundDoors');

/** Replaces a stay's claim to the room. Returns the decision at once. Rejects with a typed failure. */
export const claimUpdate = defineUpdate<LeaseNews, [Claim]>('claim');

/** Releases the room for a stay. */
export const releaseSignal = defineSignal<[RoomRelease]>('release');
/** Reports all keys of a stay to the room, from the stay's keyring. */
export const anchoredSignal = defineSignal<[RoomReport]>('anchored');
/** Assigns the room to a stay at the front desk's request, even if another stay has it. */
export const forceSignal = defineSignal<[RoomForce]>('force');

/** All signals of a room, by name. */
export const roomSignals = {
  release: releaseSignal,
  anchored: anchoredSignal,
  force: forceSignal,
} as const satisfies Readonly<Record<RoomMessageName, unknown>>;

/** View of the room: leases in time order, waiting claims, keys that can open the door, history. */
export const roomQuery = defineQuery<RoomView>('room');

/** Answer that the room would give to a claim; it changes nothing. */
export const claimAnswerQuery = defineQuery<LeaseNews, [Claim]>('claimAnswer');

/** Record of one stay: its claims and keys, those of earlier runs of the stay included. */
export const stayRecordQuery = defineQuery<StayRecord, [StayInRoom]>('stayRecord');
