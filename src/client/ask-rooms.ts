/** Answers of rooms to the claims of a dry run, so that it does not promise a room that another stay has. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { roomWorkflowId, stayWorkflowId, type RoomName, type StayName } from '../domain/model/ids.js';
import { plusMinutes } from '../domain/model/instants.js';
import type { Claim, LeaseNews } from '../domain/model/lease.js';
import type { DraftRun, DryRun } from '../domain/stay/dry-run.js';
import { claimAnswerQuery } from '../../workflows/room/messages.js';
import { planForQuery, type PlannedChange, type RoomAnswers } from '../../workflows/stay/messages.js';
import type { stay } from '../../workflows/stay/stay.js';
import { asking } from './asking.js';
import { finding, refusing } from './refusals.js';

/** Rounds of claims: a room that is refused may bring up other claims, such as those of the rooms that guests keep. */
const MOST_ROUNDS = 5;

/**
 * Returns the dry run with what rooms would answer.
 *
 * @param stay gives the property, whose rooms are asked
 * @param draft returns the dry run for the answers so far
 * @throws any error of `draft`; Temporal's if a room does not answer
 */
export async function withRoomsAsked(
  temporal: Client,
  { propertyId }: Pick<StayName, 'propertyId'>,
  draft: (answers: readonly LeaseNews[]) => DraftRun | Promise<DraftRun>,
): Promise<DryRun> {
  const answers: LeaseNews[] = [];
  for (let round = 1; ; round++) {
    const { claims, ...planned } = await draft(answers);
    if (claims.length === 0 || round === MOST_ROUNDS) return planned;
    const asked = new Map(claims.map((one) => [`${one.room} ${one.claim.part ?? 0}`, one]));
    const replies = [...asked.values()].map(({ room, claim }) => answerOf(temporal, { propertyId, room }, claim));
    answers.push(...(await Promise.all(replies)));
  }
}

/**
 * Returns the dry run of a change to a stay, with these answers of rooms and no others.
 * @throws StayRefused; StayNotFound
 */
export function draftRun(temporal: Client, stayName: StayName, change: PlannedChange & RoomAnswers): Promise<DraftRun> {
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
