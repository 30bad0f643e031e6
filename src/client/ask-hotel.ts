/**
 * Answers of rooms to the claims of a dry run, and of Seam to its looks for doors: it promises no room that another stay
 * has, and no key to a room without a door.
 */
import { randomUUID } from 'node:crypto';
import {
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import type { DoorFacts } from '../domain/model/doors.js';
import { doorsWorkflowId, roomWorkflowId, stayWorkflowId, type RoomName, type StayName } from '../domain/model/ids.js';
import { plusMinutes } from '../domain/model/instants.js';
import type { Claim, LeaseNews } from '../domain/model/lease.js';
import type { DraftAnswers, DraftRun, DryRun } from '../domain/stay/dry-run.js';
import { GRPC_STATUS, grpcErrorIn } from '../temporal/grpc-errors.js';
import { startOptions } from '../temporal/start-options.js';
import { WORKFLOW_TYPES } from '../temporal/workflow-types.js';
import { claimAnswerQuery, foundDoorsUpdate, type FindDoorsWorkflow } from '../../workflows/room/messages.js';
import { planForQuery, type PlannedChange } from '../../workflows/stay/messages.js';
import type { stay } from '../../workflows/stay/stay.js';
import { asking } from '../temporal/asking.js';
import { finding, refusing } from './refusals.js';

/** Rounds of questions: a room that is refused may bring up other claims, such as those of the rooms that guests keep. */
const MOST_ROUNDS = 5;

/** Milliseconds within which a worker must have looked for doors. Without an answer, the rooms count as rooms with a door. */
const DOORS_WITHIN_MS = 5_000;

/**
 * Returns the dry run with what rooms would answer, and with the doors that Seam has.
 *
 * @param stay gives the property, whose rooms are asked
 * @param draft returns the dry run for the answers so far
 * @throws any error of `draft`; Temporal's if a room does not answer
 */
export async function withHotelAsked(
  temporal: Client,
  { propertyId }: Pick<StayName, 'propertyId'>,
  draft: (answers: DraftAnswers) => DraftRun | Promise<DraftRun>,
): Promise<DryRun> {
  const answers: LeaseNews[] = [];
  const doors: DoorFacts[] = [];
  let isSeamSilent = false;
  for (let round = 1; ; round++) {
    const { claims, doors: looks, ...planned } = await draft({ answers, doors });
    const due: DraftRun['doors'] = isSeamSilent ? [] : looks;
    if ((claims.length === 0 && due.length === 0) || round === MOST_ROUNDS) return planned;
    const asked = new Map(claims.map((one) => [`${one.room} ${one.claim.part ?? 0}`, one]));
    const [replies, found] = await Promise.all([
      Promise.all([...asked.values()].map(({ room, claim }) => answerOf(temporal, { propertyId, room }, claim))),
      Promise.all(due.map((rooms) => doorsOf(temporal, propertyId, rooms))),
    ]);
    answers.push(...replies);
    doors.push(...found.filter((facts) => facts !== undefined));
    isSeamSilent = isSeamSilent || found.includes(undefined);
  }
}

/** Returns the doors of these rooms; undefined if Seam, or every worker, is silent, or the property is unknown. */
async function doorsOf(temporal: Client, propertyId: string, rooms: readonly string[]): Promise<DoorFacts | undefined> {
  const question = { propertyId, questionId: randomUUID(), rooms };
  const startWorkflowOperation = new WithStartWorkflowOperation<FindDoorsWorkflow>(WORKFLOW_TYPES.findDoors, {
    ...startOptions(
      doorsWorkflowId(propertyId, question.questionId),
      [question],
      `Doors of ${propertyId} for a dry run`,
    ),
    workflowIdConflictPolicy: 'FAIL',
    workflowExecutionTimeout: DOORS_WITHIN_MS,
  });
  try {
    return await temporal.withDeadline(Date.now() + DOORS_WITHIN_MS, () =>
      temporal.workflow.executeUpdateWithStart(foundDoorsUpdate, { startWorkflowOperation }),
    );
  } catch (error) {
    if (isUnanswered(error)) return undefined;
    throw error;
  }
}

/** Returns true if no worker has answered in time. */
function isUnanswered(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateFailedError ||
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    grpcErrorIn(error)?.code === GRPC_STATUS.DEADLINE_EXCEEDED
  );
}

/**
 * Returns the dry run of a change to a stay, with these answers and no others.
 * @throws StayRefused; StayNotFound
 */
export function draftRun(
  temporal: Client,
  stayName: StayName,
  change: PlannedChange & DraftAnswers,
): Promise<DraftRun> {
  const handle = temporal.workflow.getHandle<typeof stay>(stayWorkflowId(stayName));
  return finding(stayName, () => refusing(() => asking(() => handle.query(planForQuery, change))));
}

/** Returns the room's answer; a room that no stay has ever claimed grants everything. */
async function answerOf(temporal: Client, name: RoomName, claim: Claim): Promise<LeaseNews> {
  const handle = temporal.workflow.getHandle(roomWorkflowId(name));
  try {
    return await asking(() => handle.query(claimAnswerQuery, claim));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const { part = 0, window, graceMinutes = 0 } = claim;
    const until = plusMinutes(window.to, graceMinutes);
    return { room: name.room, part, version: 0, decision: { kind: 'granted', until, opener: true, anchors: [] } };
  }
}
