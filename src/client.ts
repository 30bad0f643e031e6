/**
 * `stayline/client`: starts, changes and asks stays from a TypeScript program. What is sent is checked before it is sent, so that
 * a wrong snapshot or message starts nothing.
 */
import type { Client } from '@temporalio/client';
import { planForQuery, stayQuery, staySignals, type PlannedChange, type StaySummary } from '../workflows/messages.js';
import type { stay } from '../workflows/stay.js';
import { applyReservation } from './client/apply-reservation.js';
import { finding, refusing, StayRefused } from './client/refusals.js';
import { check, describeProblems } from './stay/check.js';
import { ERROR_TYPES } from './stay/error-types.js';
import type { Foresight } from './stay/foresee.js';
import { stayWorkflowId, type StayName } from './stay/ids.js';
import { messageSchemas, type MessageInput, type MessageName } from './stay/message-schema.js';
import type { StaySnapshotInput } from './stay/snapshot-schema.js';
import type { StayView } from './stay/view.js';

export { StayNotFound, StayRefused } from './client/refusals.js';
export { stayWorkflowId, parseStayWorkflowId, type StayName } from './stay/ids.js';
export { ERROR_TYPES } from './stay/error-types.js';
export type { Problem } from './stay/check.js';
export type { Foresight } from './stay/foresee.js';
export type { MessageInput, MessageName } from './stay/message-schema.js';
export type { StaySnapshotInput } from './stay/snapshot-schema.js';
export type { GuestView, KeyView, PlanLine, StayPhase, StayView } from './stay/view.js';
export type { PlannedChange, StaySummary } from '../workflows/messages.js';

export interface StayClient {
  /**
   * Sends a whole snapshot: starts the stay or amends it. Answers the view once the snapshot is recorded, not when keys exist.
   * @throws StayRefused `InvalidSnapshot`, `StaleRevision` or `StayOver`
   */
  applyReservation(snapshot: StaySnapshotInput): Promise<StayView>;
  /** Sends a signal; answers when Temporal has it. @throws StayRefused `InvalidMessage`; StayNotFound */
  signal<Name extends MessageName>(stayName: StayName, name: Name, payload: MessageInput<Name>): Promise<void>;
  /** The stay as it stands. @throws StayNotFound */
  view(stayName: StayName): Promise<StayView>;
  /**
   * What a change would lead to, and why; does nothing.
   * @throws StayRefused `InvalidMessage`, and for a snapshot as `applyReservation` does; StayNotFound
   */
  planFor(stayName: StayName, change: PlannedChange): Promise<Foresight>;
  /** Waits for the end of the stay. @throws StayNotFound */
  result(stayName: StayName): Promise<StaySummary>;
}

/** Takes a connected Temporal client, with the namespace that the workers use. */
export function createStayClient(temporal: Client): StayClient {
  const handleOf = (stayName: StayName): ReturnType<typeof temporal.workflow.getHandle<typeof stay>> =>
    temporal.workflow.getHandle<typeof stay>(stayWorkflowId(stayName));
  return {
    applyReservation: (snapshot) => applyReservation(temporal, snapshot),
    async signal(stayName, name, payload) {
      const checked = check(messageSchemas[name], payload);
      if (!checked.ok) {
        throw new StayRefused(ERROR_TYPES.invalidMessage, describeProblems(checked.problems), checked.problems);
      }
      await finding(stayName, () => handleOf(stayName).signal(staySignals[name], payload));
    },
    view: (stayName) => finding(stayName, () => handleOf(stayName).query(stayQuery)),
    planFor: (stayName, change) =>
      finding(stayName, () => refusing(() => handleOf(stayName).query(planForQuery, change))),
    result: (stayName) => finding(stayName, () => handleOf(stayName).result()),
  };
}
