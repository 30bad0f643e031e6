/** Stays from Temporal visibility: filtered by search attribute, slightly stale, without queries to the stays. */
import { createHash } from 'node:crypto';
import type { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import { parseStayWorkflowId, stayWorkflowId, type StayName } from '../../client.js';
import { defined } from '../../domain/model/defined.js';
import { normalInstant } from '../../domain/model/instants.js';
import { SEARCH_ATTRIBUTES } from '../../temporal/search-attributes.js';
import { allOf, anyKeywordClause, keywordClause, listClause, openStaysOf } from '../../temporal/visibility.js';
import { ALL_STAYS } from '../../temporal/workflow-types.js';
import { HttpProblem } from '../../http/problem.js';
import { phaseSchema, type attentionCodeSchema } from './view-schemas.js';
import type { StaySummary } from './schemas.js';

export interface StayPage {
  readonly stays: readonly StaySummary[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
}

/** Stays to find: those that fit the filter, from a page token on. */
export interface StayQuestion {
  readonly filter: StayFilter;
  readonly pageSize: number;
  readonly pageToken?: string;
}

type Execution = Awaited<ReturnType<Connection['workflowService']['listWorkflowExecutions']>>['executions'][number];

/** Maximum number of Temporal's pages behind one page, while none of their stays fits. */
const MOST_READS = 10;

/**
 * Returns one page of open stays, which may have fewer stays than its size. A stay is listed once its first workflow
 * task has set its search attributes.
 * @throws HttpProblem `invalid-request` if the page token is not one of this list
 */
export async function listStays(
  { options: { namespace } }: Client,
  { workflowService }: Connection,
  { filter, pageSize, pageToken }: StayQuestion,
): Promise<StayPage> {
  const place = pageToken === undefined ? undefined : placeIn(pageToken, filter);
  const found: StaySummary[] = [];
  let at = place;
  for (let reads = 0; reads < MOST_READS && found.length === 0; reads += 1) {
    const { executions, nextPageToken } = await workflowService.listWorkflowExecutions({
      namespace,
      query: allOf(queryFor(filter), at === undefined ? undefined : `StartTime <= "${at.startedAt}"`),
      pageSize: pageSize + (at?.runIds.length ?? 0),
    });
    const rest = executions.filter(({ execution }) => at?.runIds.includes(execution?.runId ?? '') !== true);
    found.push(...rest.flatMap(summaryOf).filter((stay) => fits(stay, filter)));
    if (nextPageToken.length === 0 || rest.length === 0) return { stays: found };
    at = placeAfter(rest, at);
  }
  return { stays: found, ...(at === undefined ? {} : { nextPageToken: tokenOf(at, filter) }) };
}

/** Returns true if the stay has the values that the query can only narrow down. */
function fits({ propertyId, rooms }: StaySummary, filter: StayFilter): boolean {
  return propertyId === filter.propertyId && (filter.room === undefined || rooms.includes(filter.room));
}

/**
 * Place in a list of open stays, which Temporal sorts by their start, latest first. Temporal's own page tokens are not
 * given to callers: it does not report what is wrong with a token that it did not issue, and its client retries.
 */
interface Place {
  /** Start of the last listed run, in UTC with nanoseconds. */
  readonly startedAt: string;
  /** Runs with this start that are already listed. */
  readonly runIds: readonly string[];
}

const placeSchema = z.object({ startedAt: z.iso.datetime({ precision: 9 }), runIds: z.array(z.uuid()).min(1) });

function placeAfter(executions: readonly Execution[], before: Place | undefined): Place {
  const startedAt = startOf(executions.at(-1));
  const listed = executions.filter((execution) => startOf(execution) === startedAt);
  const runIds = listed.map(({ execution }) => execution?.runId ?? '');
  return { startedAt, runIds: before?.startedAt === startedAt ? [...before.runIds, ...runIds] : runIds };
}

function startOf(execution: Execution | undefined): string {
  const { seconds, nanos } = execution?.startTime ?? {};
  const second = new Date(Number(seconds ?? 0) * 1_000).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
  return `${second}.${String(nanos ?? 0).padStart(9, '0')}Z`;
}

/** Returns the token of a place, marked as one of this list. */
function tokenOf({ startedAt, runIds }: Place, filter: StayFilter): string {
  const place = Buffer.from([startedAt, ...runIds].join(' ')).toString('base64url');
  return `${markOf(filter)}.${place}`;
}

function placeIn(pageToken: string, filter: StayFilter): Place {
  const [mark, place = ''] = pageToken.split('.', 2);
  const [startedAt, ...runIds] = Buffer.from(place, 'base64url').toString().split(' ');
  const checked = placeSchema.safeParse({ startedAt, runIds });
  if (mark === markOf(filter) && checked.success) return checked.data;
  const message = 'must be the nextPageToken of the previous page, with the same filters';
  const errors = [{ path: 'pageToken', message }];
  throw new HttpProblem('invalid-request', 'the query cannot be used', { errors });
}

function markOf({ propertyId, room, phase, attention, arriving }: StayFilter): string {
  const list = JSON.stringify([propertyId, room, phase, attention, arriving]);
  return createHash('sha256').update(list).digest('base64url').slice(0, 12);
}

/** Returns what Temporal itself has of a stay, without a worker; undefined if it has no such stay. Open or ended. */
export async function lastKnownStay(
  { options: { namespace } }: Client,
  { workflowService }: Connection,
  name: StayName,
): Promise<StaySummary | undefined> {
  const { workflowExecutionInfo } = await workflowService.describeWorkflowExecution({
    namespace,
    execution: { workflowId: stayWorkflowId(name) },
  });
  return workflowExecutionInfo == null ? undefined : summaryOf(workflowExecutionInfo)[0];
}

/** Page of changed stays, and the token of the next page; an empty token on the last. */
export interface ChangedPage {
  readonly stays: readonly StaySummary[];
  readonly next: Uint8Array;
}

export interface ChangesQuestion {
  readonly since: string;
  /** The pages have the changes of these properties, and perhaps of others. */
  readonly properties: 'all' | readonly string[];
  readonly pageSize: number;
  readonly next?: Uint8Array;
}

/** Returns one page of all stays that changed at or after an instant, ended stays included. */
export async function changedStays(
  { options: { namespace } }: Client,
  { workflowService }: Connection,
  { since, properties, pageSize, next = Buffer.alloc(0) }: ChangesQuestion,
): Promise<ChangedPage> {
  const { executions, nextPageToken } = await workflowService.listWorkflowExecutions({
    namespace,
    query: queryForChangesSince(since, properties),
    pageSize,
    nextPageToken: next,
  });
  return { stays: executions.flatMap(summaryOf), next: nextPageToken };
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

type AttentionFilter = z.infer<typeof attentionCodeSchema> | 'any' | 'none';

export interface StayFilter {
  readonly propertyId: string;
  readonly room?: string | undefined;
  readonly phase?: z.infer<typeof phaseSchema> | undefined;
  readonly attention?: AttentionFilter | undefined;
  /** Instants; `to` is excluded. */
  readonly arriving?: { readonly from: string; readonly to: string } | undefined;
}

/** Returns the visibility query for open stays that may fit the filter. */
function queryFor({ propertyId, room, phase, attention, arriving }: StayFilter): string {
  const { rooms, phase: phaseKey, attention: attentionKey, arrival } = SEARCH_ATTRIBUTES;
  return allOf(
    openStaysOf(propertyId),
    room === undefined ? undefined : listClause(rooms.name, room),
    phase === undefined ? undefined : keywordClause(phaseKey.name, phase),
    attention === undefined ? undefined : attentionClause(attentionKey.name, attention),
    arriving === undefined ? undefined : `${arrival.name} >= ${exact(arriving.from)}`,
    arriving === undefined ? undefined : `${arrival.name} < ${exact(arriving.to)}`,
  );
}

function attentionClause(attribute: string, attention: AttentionFilter): string | undefined {
  if (attention === 'any') return `${attribute} IS NOT NULL`;
  if (attention === 'none') return `${attribute} IS NULL`;
  return listClause(attribute, attention);
}

/** Returns a quoted instant as visibility reads it: with seconds. */
function exact(instant: string): string {
  return `"${new Date(instant).toISOString()}"`;
}

function queryForChangesSince(instant: string, properties: 'all' | readonly string[]): string {
  const { property, changedAt } = SEARCH_ATTRIBUTES;
  return allOf(
    ALL_STAYS,
    `${changedAt.name} >= ${exact(instant)}`,
    properties === 'all' ? undefined : anyKeywordClause(property.name, properties),
  );
}
