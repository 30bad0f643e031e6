/**
 * Trail of what was done, by whom and why: for a stay, a room, or a whole property. It comes from the timelines of stays
 * and the histories of rooms, open and ended, and from the results of erasures. Ids only.
 */
import type { Client } from '@temporalio/client';
import { roomQuery } from '../../workflows/room/messages.js';
import { stayQuery } from '../../workflows/stay/messages.js';
import { defined } from '../domain/model/defined.js';
import type { Erasure } from '../domain/model/erasure.js';
import {
  eraseWorkflowId,
  parseRoomWorkflowId,
  parseStayWorkflowId,
  roomWorkflowId,
  stayWorkflowId,
  type RoomName,
  type StayName,
} from '../domain/model/ids.js';
import type { TimelineLine } from '../domain/model/timeline.js';
import { SEARCH_ATTRIBUTES } from '../temporal/search-attributes.js';
import { allOf, keywordClause } from '../temporal/visibility.js';
import { ALL_STAYS, WORKFLOW_TYPES } from '../temporal/workflow-types.js';
import { asking } from '../temporal/asking.js';
import { standingOf } from './standing.js';

/** One thing that was done, at a UTC instant; `reservationId` or `room` says where. */
export interface TrailLine extends TimelineLine {
  readonly propertyId: string;
  readonly reservationId?: string;
  readonly room?: string;
}

export interface Trail {
  /** Lines in the order of time. */
  readonly lines: readonly TrailLine[];
  /** Workflow ids whose lines could not be read: no worker answered, or the history is gone. */
  readonly unread: readonly string[];
}

/** Selection of the trail: one stay, one room, or everything of a property. */
export type TrailOf = StayName | RoomName | { readonly propertyId: string };

/** Returns the trail. A stay that was erased has the lines that its erasure kept. */
export async function trailOf(temporal: Client, asked: TrailOf): Promise<Trail> {
  const unread: string[] = [];
  const lines: TrailLine[] = [];
  for await (const part of partsOf(temporal, asked)) {
    try {
      const { propertyId } = asked;
      lines.push(...(await part.read()).map((line) => ({ ...line, propertyId, ...part.where })));
    } catch {
      unread.push(part.workflowId);
    }
  }
  return { lines: lines.toSorted((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at))), unread };
}

/** One workflow with lines. */
interface Part {
  readonly workflowId: string;
  readonly where: Pick<TrailLine, 'reservationId' | 'room'>;
  read(): Promise<readonly TimelineLine[]>;
}

async function* partsOf(temporal: Client, asked: TrailOf): AsyncGenerator<Part> {
  if ('room' in asked) {
    yield roomPart(temporal, asked);
    return;
  }
  const reservationId = 'reservationId' in asked ? asked.reservationId : undefined;
  const kept = await keptByErasures(temporal, { ...asked, reservationId });
  yield* kept;
  if (reservationId !== undefined) {
    const name = { ...asked, reservationId };
    // The reservation of an erased guest may be booked again.
    if (kept.length === 0 || (await standingOf(temporal, name)) !== 'unknown') yield stayPart(temporal, name);
    return;
  }
  const ofProperty = keywordClause(SEARCH_ATTRIBUTES.property.name, asked.propertyId);
  const seen = new Set<string>();
  for await (const { workflowId } of temporal.workflow.list({ query: allOf(ALL_STAYS, ofProperty) })) {
    const name = parseStayWorkflowId(workflowId);
    if (name?.propertyId !== asked.propertyId || seen.has(workflowId)) continue;
    seen.add(workflowId);
    yield stayPart(temporal, name);
  }
  const rooms = `WorkflowType = "${WORKFLOW_TYPES.room}" AND ExecutionStatus = "Running"`;
  for await (const { workflowId } of temporal.workflow.list({ query: allOf(rooms, ofProperty) })) {
    const name = parseRoomWorkflowId(workflowId);
    if (name?.propertyId === asked.propertyId) yield roomPart(temporal, name);
  }
}

function stayPart(temporal: Client, name: StayName): Part {
  const workflowId = stayWorkflowId(name);
  const handle = temporal.workflow.getHandle(workflowId);
  return {
    workflowId,
    where: { reservationId: name.reservationId },
    read: async () => (await asking(() => handle.query(stayQuery))).timeline,
  };
}

function roomPart(temporal: Client, name: RoomName): Part {
  const workflowId = roomWorkflowId(name);
  const handle = temporal.workflow.getHandle(workflowId);
  return {
    workflowId,
    where: { room: name.room },
    read: async () => (await asking(() => handle.query(roomQuery))).history,
  };
}

/** Returns the stays whose guests were erased, each once. */
async function keptByErasures(
  temporal: Client,
  { propertyId, reservationId }: { readonly propertyId: string; readonly reservationId: string | undefined },
): Promise<readonly Part[]> {
  // The id without the parts that vary.
  const prefix = eraseWorkflowId({ propertyId, reservationId: reservationId ?? '', guestId: '' }).replace(/\/+$/, '');
  const query = `WorkflowType = "${WORKFLOW_TYPES.eraseGuest}" AND ExecutionStatus = "Completed" AND WorkflowId STARTS_WITH "${prefix}/"`;
  const parts = new Map<string, Part>();
  for await (const { workflowId, runId } of temporal.workflow.list({ query })) {
    const [, , reservation = ''] = workflowId.split('/').map(decodeURIComponent);
    const read = async (): Promise<readonly TimelineLine[]> => {
      const erasure = temporal.workflow.getHandle<() => Promise<Erasure>>(workflowId, runId);
      return (await erasure.result()).audit?.timeline ?? [];
    };
    parts.set(reservation, { workflowId, where: defined({ reservationId: reservation }), read });
  }
  return [...parts.values()];
}
