/** Stays from Temporal visibility: filtered by search attribute, slightly stale, without queries to the stays. */
import { createHash } from 'node:crypto';
import type { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { z } from 'zod';
import { parseStayWorkflowId } from '../../client.js';
import { defined } from '../../domain/model/defined.js';
import { normalInstant } from '../../domain/model/instants.js';
import { SEARCH_ATTRIBUTES } from '../../temporal/search-attributes.js';
import { phaseSchema } from './view-schemas.js';
import type { StaySummary } from './schemas.js';
import { ALL_STAYS, OPEN_STAYS } from '../../temporal/workflow-types.js';

export interface StayPage {
  readonly stays: readonly StaySummary[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
}

export interface StayQuestion {
  readonly query: string;
  readonly pageSize: number;
  readonly pageToken?: string;
}

type Execution = Awaited<ReturnType<Connection['workflowService']['listWorkflowExecutions']>>['executions'][number];

/** Returns one page of stays. A stay is listed once its first workflow task has set its search attributes. */
export async function searchStays(
  { options: { namespace } }: Client,
  connection: Connection,
  { query, pageSize, pageToken = '' }: StayQuestion,
): Promise<StayPage> {
  const { executions, nextPageToken } = await connection.workflowService.listWorkflowExecutions({
    namespace,
    query,
    pageSize,
    nextPageToken: Buffer.from(placeIn(pageToken), 'base64url'),
  });
  const next = Buffer.from(nextPageToken).toString('base64url');
  return { stays: executions.flatMap(summaryOf), ...(next === '' ? {} : { nextPageToken: tokenOf(query, next) }) };
}

/**
 * Returns Temporal's own token, marked as one of this query. Temporal does not report what is wrong with a token that
 * it did not issue, or issued for another query. The client would then retry again and again.
 */
function tokenOf(query: string, place: string): string {
  return `${markOf(query, place)}.${place}`;
}

function placeIn(pageToken: string): string {
  return pageToken.slice(pageToken.indexOf('.') + 1);
}

function markOf(query: string, place: string): string {
  return createHash('sha256').update(`${query}\n${place}`).digest('base64url').slice(0, 12);
}

/** Returns true if there is no page token, or Stayline issued it for this query. */
export function isPageOf({ query, pageToken }: StayQuestion): boolean {
  return pageToken === undefined || pageToken === tokenOf(query, placeIn(pageToken));
}

function summaryOf({ execution, searchAttributes }: Execution): StaySummary[] {
  const stay = execution?.workflowId ?? '';
  const name = parseStayWorkflowId(stay);
  const fields = searchAttributes?.indexedFields ?? {};
  const read = <T>({ name: attribute }: { readonly name: string }): T | undefined => {
    const payload = fields[attribute];
    return payload === undefined ? undefined : defaultPayloadConverter.fromPayload<T>(payload);
  };
  const changedAt = read<string>(SEARCH_ATTRIBUTES.changedAt);
  if (name === undefined || changedAt === undefined) return [];
  const phase = phaseSchema.safeParse(read(SEARCH_ATTRIBUTES.phase));
  const arrival = read<string>(SEARCH_ATTRIBUTES.arrival);
  const departure = read<string>(SEARCH_ATTRIBUTES.departure);
  return [
    {
      stay,
      ...name,
      ...(phase.success ? { phase: phase.data } : {}),
      rooms: read<string[]>(SEARCH_ATTRIBUTES.rooms) ?? [],
      attention: read<string[]>(SEARCH_ATTRIBUTES.attention) ?? [],
      ...defined({
        arrival: arrival === undefined ? undefined : normalInstant(arrival),
        departure: departure === undefined ? undefined : normalInstant(departure),
      }),
      changedAt: new Date(changedAt).toISOString(),
    },
  ];
}

export interface StayFilter {
  readonly propertyId: string;
  readonly room?: string | undefined;
  readonly phase?: z.infer<typeof phaseSchema> | undefined;
  /** A code, `any` or `none`. */
  readonly attention?: string | undefined;
  /** Instants; `to` is excluded. */
  readonly arriving?: { readonly from: string; readonly to: string } | undefined;
}

/** Returns the visibility query for open stays of one property. */
export function queryFor({ propertyId, room, phase, attention, arriving }: StayFilter): string {
  const { property, rooms, phase: phaseKey, attention: attentionKey, arrival } = SEARCH_ATTRIBUTES;
  return [
    OPEN_STAYS,
    `${property.name} = ${quoted(propertyId)}`,
    ...(room === undefined ? [] : [`${rooms.name} = ${quoted(room)}`]),
    ...(phase === undefined ? [] : [`${phaseKey.name} = ${quoted(phase)}`]),
    ...(attention === undefined ? [] : [attentionClause(attentionKey.name, attention)]),
    ...(arriving === undefined
      ? []
      : [`${arrival.name} >= ${exact(arriving.from)}`, `${arrival.name} < ${exact(arriving.to)}`]),
  ].join(' AND ');
}

function attentionClause(attribute: string, attention: string): string {
  if (attention === 'any') return `${attribute} IS NOT NULL`;
  if (attention === 'none') return `${attribute} IS NULL`;
  return `${attribute} = ${quoted(attention)}`;
}

/** Returns a quoted instant as visibility reads it: with seconds. */
function exact(instant: string): string {
  return quoted(new Date(instant).toISOString());
}

/** Returns the visibility query for stays that changed at or after an instant, including ended stays. */
export function queryForChangesSince(instant: string, properties: 'all' | readonly string[]): string {
  const { property, changedAt } = SEARCH_ATTRIBUTES;
  return [
    ALL_STAYS,
    `${changedAt.name} >= ${exact(instant)}`,
    ...(properties === 'all' ? [] : [`${property.name} IN (${properties.map(quoted).join(', ')})`]),
  ].join(' AND ');
}

/** Returns any text as a quoted string for a visibility query. */
function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
}
