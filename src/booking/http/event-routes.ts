/**
 * `GET /v1/events`: server-sent events, one for each change of a stay, resumable by `Last-Event-ID`. Delivery is at
 * least once: after a resumption, events of the last seconds before it come again with the same id. A stream ends when
 * its API key ends or its reader disconnects.
 */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { defined } from '../../domain/model/defined.js';
import { idSchema } from '../../domain/model/snapshot-schema.js';
import { HttpProblem, problemSchema } from '../../http/problem.js';
import { openLimit } from './open-limit.js';
import { callerNow, callerOn, maySee } from './authenticate.js';
import { openChangeFeed, type Subscription } from './change-feed.js';
import type { ApiScope, BookingContext } from './context.js';
import { refusal, refusals, STREAM } from './openapi.js';
import type { StaySummary } from './schemas.js';
import { changedStays, type ChangesQuestion } from './stay-search.js';

/** Search interval. Temporal allows ten searches a second per namespace by default. */
const LOOK_EVERY_MS = 1_000;
/**
 * Maximum lag of visibility. A change bears the time at which its workflow task began. The task may take ten seconds,
 * and visibility indexes it after that. A longer lag costs little, because the feed reports only new changes.
 */
const LAG_MS = 15_000;
const PAGE_SIZE = 1_000;
/** Heartbeat interval, shorter than the idle timeout of proxies. */
const STILL_HERE_MS = 15_000;
const RECONNECT_MS = 2_000;
/** Limit of missed changes. Visibility does not sort them by time, so all are held in memory and sorted. */
const MOST_MISSED = 10 * PAGE_SIZE;
const OLDEST_MISSED_DAYS = 7;
const MOST_STREAMS = 20;
/** Events per batch. The key is checked before each batch. */
const EVENTS_AT_ONCE = 100;
/** Time after which a connection that accepts no data is closed. */
const STALLED_MS = 60_000;

const EVENT_ID = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~/;
const NO_EVENT_ID = 'must be the id of an event that this API sent';

/** Adds `GET /events`. `onError` receives the errors of the searches. */
export function addEventRoutes(
  scope: ApiScope,
  { temporal, connection, ask }: BookingContext,
  onError: (error: unknown) => void,
): void {
  const feed = openChangeFeed({
    changedSince: (instant) => pagesOf({ since: instant, properties: 'all' }),
    everyMs: LOOK_EVERY_MS,
    lagMs: LAG_MS,
    onError,
  });
  const detail = `the API key has ${MOST_STREAMS} event streams open; close one of them`;
  const streams = openLimit(MOST_STREAMS, detail, STILL_HERE_MS / 1_000);
  // Otherwise the server waits for subscribers that never leave.
  scope.addHook('preClose', async () => feed.close());

  /** Yields the pages of a search. Each page has the full timeout of a call. */
  async function* pagesOf(
    question: Pick<ChangesQuestion, 'since' | 'properties'>,
  ): AsyncGenerator<readonly StaySummary[]> {
    let next: Uint8Array | undefined;
    do {
      const asked = defined({ ...question, pageSize: PAGE_SIZE, next });
      const page = await ask(() => changedStays(temporal, connection, asked));
      yield page.stays;
      next = page.next;
    } while (next.length > 0);
  }

  /** Yields the changes since the event. @throws HttpProblem `gone` if there are too many */
  async function* missedSince(
    instant: string,
    properties: 'all' | readonly string[],
  ): AsyncGenerator<readonly StaySummary[]> {
    const since = new Date(Date.parse(instant) - LAG_MS).toISOString();
    let found = 0;
    for await (const stays of pagesOf({ since, properties })) {
      found += stays.length;
      if (found > MOST_MISSED) throw gone(`more than ${MOST_MISSED} stays have changed since that event`);
      yield stays;
    }
  }

  scope.get(
    '/events',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'events',
        tags: ['events'],
        summary: 'Changes of stays, as server-sent events',
        description: `Each event \`stay-changed\` has an id, and as data the stay as in GET …/stays. Of several changes within a second, only the last is sent. With Last-Event-ID, the stream starts with all changes since that event, and repeats the events of the ${LAG_MS / 1_000} seconds before it. The stream ends when the API key expires or is revoked.`,
        querystring: z.strictObject({ property: idSchema.optional() }),
        headers: z.object({
          'last-event-id': z
            .string()
            .regex(EVENT_ID, NO_EVENT_ID)
            .refine((id) => instantOf(id) !== undefined, NO_EVENT_ID)
            .optional(),
        }),
        produces: ['text/event-stream'],
        response: { ...STREAM, ...refusals(401, 403, 422), 410: refusal(410, problemSchema) },
      },
    },
    async (request, reply) => {
      const { property } = request.query;
      const caller = callerOn(request);
      if (property !== undefined && !maySee(caller, property)) {
        throw new HttpProblem('forbidden', 'the API key is not for this property');
      }
      const lastId = request.headers['last-event-id'];
      const after = lastId === undefined ? undefined : instantOf(lastId);
      if (after !== undefined && Date.parse(after) < Date.now() - OLDEST_MISSED_DAYS * 86_400_000) {
        throw gone(`the event is older than ${OLDEST_MISSED_DAYS} days`);
      }
      const left = whenLeft(request, reply);
      streams.enter(caller.keyId, left);
      const hearing = hearingOf(request, property);
      const asked = property === undefined ? caller.properties : [property];
      const missed = after === undefined ? undefined : missedSince(after, asked);
      const changes = await feed.subscribe({ wants: hearing.wants, missed, signal: left });
      reply.raw.setTimeout(STALLED_MS, () => request.raw.socket.destroy());
      return reply
        .headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
        .send(Readable.from(eventStream(changes, hearing)));
    },
  );
}

function gone(why: string): HttpProblem {
  const detail = `${why}; reconnect without Last-Event-ID, then read GET /v1/properties/{propertyId}/stays`;
  return new HttpProblem('gone', detail);
}

/** Returns the instant of an event id; undefined for an id that the server never issued. */
function instantOf(eventId: string): string | undefined {
  const instant = EVENT_ID.exec(eventId)?.[1] ?? '';
  const ms = Date.parse(instant);
  // Refuses digits that are not a date, and dates outside Temporal's range.
  const isInReach = ms >= 0 && Number(instant.slice(0, 4)) < 2200 && new Date(ms).toISOString() === instant;
  return isInReach ? instant : undefined;
}

/** Returns a signal that aborts when the response has ended or the client has disconnected. */
function whenLeft({ raw: asked }: FastifyRequest, { raw: answer }: FastifyReply): AbortSignal {
  const left = new AbortController();
  answer.once('close', () => left.abort());
  // A response behind another one on its connection gets no close event; the request does.
  asked.once('close', () => {
    if (asked.socket.destroyed) left.abort();
  });
  if (asked.socket.destroyed) left.abort();
  return left.signal;
}

/** Filter of a subscriber under the current rights of its key. */
interface Hearing {
  readonly wants: (change: StaySummary) => boolean;
  /** Checks the key again. False: the key no longer covers the stream. */
  readonly judgeAgain: () => Promise<boolean>;
}

function hearingOf(request: FastifyRequest, property: string | undefined): Hearing {
  let caller = callerOn(request);
  return {
    wants: ({ propertyId }) => maySee(caller, propertyId) && (property === undefined || property === propertyId),
    async judgeAgain() {
      const now = await callerNow(request);
      if (now === undefined || (property !== undefined && !maySee(now, property))) return false;
      caller = now;
      return true;
    },
  };
}

async function* eventStream(changes: Subscription, { wants, judgeAgain }: Hearing): AsyncGenerator<string> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  for (;;) {
    const some = await changes.next(STILL_HERE_MS);
    if (some === undefined) return;
    if (some.length === 0) {
      if (!(await judgeAgain())) return;
      yield ': still here\n\n';
    }
    for (let from = 0; from < some.length; from += EVENTS_AT_ONCE) {
      if (!(await judgeAgain())) return;
      const due = some.slice(from, from + EVENTS_AT_ONCE).filter(wants);
      if (due.length > 0) yield due.map(eventText).join('');
    }
  }
}

/** Returns the text of one event. Ids are percent-encoded and JSON has no line breaks, so no line ends early. */
function eventText(change: StaySummary): string {
  return `id: ${change.changedAt}~${change.stay}\nevent: stay-changed\ndata: ${JSON.stringify(change)}\n\n`;
}
