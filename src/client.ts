/**
 * `stayline/client`: starts, changes and queries stays from a TypeScript program. Every input is checked before it is
 * sent, so that an invalid snapshot or message starts nothing.
 */
import type { Client } from '@temporalio/client';
import { stayQuery, staySignals, type PlannedChange, type StaySummary } from '../workflows/stay/messages.js';
import { forceSignal, roomQuery } from '../workflows/room/messages.js';
import type { stay } from '../workflows/stay/stay.js';
import { applyReservation } from './client/apply-reservation.js';
import { asking } from './temporal/asking.js';
import { draftRun, withHotelAsked } from './client/ask-hotel.js';
import { eraseGuest } from './client/erase-guest.js';
import { checkedInput, finding, findingRoom, refusing } from './client/refusals.js';
import type { GuestToErase } from './domain/model/erasure-schema.js';
import type { Erasure } from './domain/model/erasure.js';
import { ERROR_TYPES } from './domain/model/error-types.js';
import type { DryRun } from './domain/stay/dry-run.js';
import { roomWorkflowId, stayWorkflowId, type RoomName, type StayName } from './domain/model/ids.js';
import { messageSchemas, type MessageInput, type MessageName } from './domain/model/message-schema.js';
import { roomMessageSchemas, type RoomForce } from './domain/model/room-message-schema.js';
import type { RoomView } from './domain/room/view.js';
import type { StaySnapshotInput } from './domain/model/snapshot-schema.js';
import type { StayView } from './domain/model/stay-view.js';
export type { GuestView, KeyView, PlanLine, StayPhase, StayView } from './domain/model/stay-view.js';

export { RoomNotFound, StayNotFound, StayRefused } from './client/refusals.js';
export {
  parseRoomWorkflowId,
  parseStayWorkflowId,
  roomWorkflowId,
  stayWorkflowId,
  type RoomName,
  type StayName,
} from './domain/model/ids.js';
export { ERROR_TYPES } from './domain/model/error-types.js';
export type { Problem } from './domain/model/check.js';
export type { GuestToErase } from './domain/model/erasure-schema.js';
export type { Erasure } from './domain/model/erasure.js';
export type { DraftAnswers, DraftRun, DryRun } from './domain/stay/dry-run.js';
export type { LeaseNews } from './domain/model/lease.js';
export type { MessageInput, MessageName } from './domain/model/message-schema.js';
export type { RoomForce } from './domain/model/room-message-schema.js';
export type { LeaseView, RoomKeyView, RoomView, WaitingView } from './domain/room/view.js';
export type { StaySnapshotInput } from './domain/model/snapshot-schema.js';
export type { PlannedChange, StaySummary } from '../workflows/stay/messages.js';

export interface StayClient {
  /**
   * Sends a whole snapshot: starts the stay or amends it. Returns the view once the snapshot is recorded, not when keys
   * exist. A snapshot that is already recorded starts and changes nothing, even after the stay has ended; `taken` is
   * `known` then.
   * @throws StayRefused `InvalidSnapshot`, `StaleRevision`, `StayOver` or `TooManyMessages`
   */
  applyReservation(snapshot: StaySnapshotInput): Promise<StayView>;
  /**
   * Sends a signal; returns when Temporal has it.
   * @throws StayRefused `InvalidMessage`, or `TooManyMessages` for more than Temporal allows one run; StayNotFound
   */
  signal<Name extends MessageName>(stayName: StayName, name: Name, payload: MessageInput<Name>): Promise<void>;
  /** Returns the current view of the stay. @throws StayNotFound */
  view(stayName: StayName): Promise<StayView>;
  /**
   * Returns the dry run of a change: steps and reasons, with what rooms would answer and which rooms have doors. Changes
   * nothing.
   * @throws StayRefused `InvalidMessage`, and for a snapshot as `applyReservation` does; StayNotFound
   */
  planFor(stayName: StayName, change: PlannedChange): Promise<DryRun>;
  /** Waits for the end of the stay and returns its summary. @throws StayNotFound */
  result(stayName: StayName): Promise<StaySummary>;
  /**
   * Erases a guest at Seam and in the histories of the stay, which must have ended. Returns what is kept, by ids alone.
   * @throws StayRefused `GuestNeeded` while this stay or another stay of the guest is open, or a key is live;
   * `InvalidMessage`
   */
  eraseGuest(guest: GuestToErase): Promise<Erasure>;
  /** Returns the room's leases, waiting claims, and keys that can open its door. @throws RoomNotFound */
  room(roomName: RoomName): Promise<RoomView>;
  /**
   * Assigns the room to a stay that claims it, for the front desk; returns when Temporal has the signal.
   * @throws StayRefused `InvalidMessage` or `TooManyMessages`; RoomNotFound
   */
  forceRoom(roomName: RoomName, force: RoomForce): Promise<void>;
}

/**
 * Returns a client of stays and rooms.
 * @param temporal connected client, with the namespace that the workers use
 */
export function createStayClient(temporal: Client): StayClient {
  const handleOf = (stayName: StayName): ReturnType<typeof temporal.workflow.getHandle<typeof stay>> =>
    temporal.workflow.getHandle<typeof stay>(stayWorkflowId(stayName));
  return {
    applyReservation: (snapshot) => applyReservation(temporal, snapshot),
    async signal(stayName, name, payload) {
      checkedInput<unknown>(messageSchemas[name], payload, ERROR_TYPES.invalidMessage);
      await finding(stayName, () => refusing(() => handleOf(stayName).signal(staySignals[name], payload)));
    },
    view: (stayName) => finding(stayName, () => asking(() => handleOf(stayName).query(stayQuery))),
    planFor: (stayName, change) =>
      withHotelAsked(temporal, stayName, (answers) => draftRun(temporal, stayName, { ...change, ...answers })),
    result: (stayName) => finding(stayName, () => handleOf(stayName).result()),
    eraseGuest: (guest) => eraseGuest(temporal, guest),
    room: (roomName) => {
      const handle = temporal.workflow.getHandle(roomWorkflowId(roomName));
      return findingRoom(roomName, () => asking(() => handle.query(roomQuery)));
    },
    async forceRoom(roomName, force) {
      checkedInput(roomMessageSchemas.force, force, ERROR_TYPES.invalidMessage);
      const handle = temporal.workflow.getHandle(roomWorkflowId(roomName));
      await findingRoom(roomName, () => refusing(() => handle.signal(forceSignal, force)));
    },
  };
}
