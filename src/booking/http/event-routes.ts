/**
 * `GET /v1/events`: server-sent events, one for each change of a stay, resumable by `Last-Event-ID`. At least once: after a resumption
 * those of the last seconds before it come again, with the same id.
 */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { idSchema } from '../../stay/snapshot-schema.js';
import { HttpProblem } from '../../server/problem.js';
import { callerOn, maySee } from './authenticate.js';
import { openChangeFeed, type Subscription } from './change-feed.js';
import type { ApiScope, BookingContext } from './context.js';
import { refusals, STREAM } from './openapi.js';
import type { StaySummary } from './schemas.js';
import { queryForChangesSince, searchStays } from './stay-search.js';

/** Temporal by default lets a namespace search ten times a second. */
const LOOK_EVERY_MS = 1_000;
const LAG_MS = 5_000;
const PAGE_SIZE = 1_000;
/** Shorter than proxies wait for a silent connection. */
const STILL_HERE_MS = 15_000;
const RECONNECT_MS = 2_000;

const EVENT_ID = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~/;

export function addEventRoutes(
  scope: ApiScope,
  { temporal, connection, ask }: BookingContext,
  onError: (error: unknown) => void,
): void {
  const feed = openChangeFeed({
    changedSince: (instant) => ask(() => allChangedSince(instant)),
    everyMs: LOOK_EVERY_MS,
    lagMs: LAG_MS,
    onError,
  });
  // Or the server would wait for listeners who never leave.
  scope.addHook('preClose', async () => feed.close());

  async function allChangedSince(instant: string): Promise<readonly StaySummary[]> {
    const query = queryForChangesSince(instant);
    const found: StaySummary[] = [];
    let pageToken: string | undefined;
    do {
      const question = { query, pageSize: PAGE_SIZE, ...(pageToken === undefined ? {} : { pageToken }) };
      const page = await searchStays(temporal, connection, question);
      found.push(...page.stays);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return found;
  }

  scope.get(
    '/events',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'events',
        tags: ['events'],
        summary: 'Changes of stays, as server-sent events',
        description:
          'Each event `stay-changed` has an id, and as data what GET …/stays answers of the stay. Of several changes in a second only the last is told. With Last-Event-ID, what has changed since comes first; events of the last five seconds before it come again.',
        querystring: z.strictObject({ property: idSchema.optional() }),
        headers: z.object({
          'last-event-id': z.string().regex(EVENT_ID, 'must be the id of an event that came from here').optional(),
        }),
        produces: ['text/event-stream'],
        response: { ...STREAM, ...refusals(401, 403, 422) },
      },
    },
    async (request, reply) => {
      const caller = callerOn(request);
      const { property } = request.query;
      if (property !== undefined && !maySee(caller, property)) {
        throw new HttpProblem('forbidden', 'the API key is not for this property');
      }
      const wants = ({ propertyId }: StaySummary): boolean =>
        maySee(caller, propertyId) && (property === undefined || property === propertyId);
      const after = EVENT_ID.exec(request.headers['last-event-id'] ?? '')?.[1];
      const changes = await feed.subscribe(wants, after);
      request.raw.once('close', () => changes.end());
      return reply
        .headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
        .send(Readable.from(eventStream(changes)));
    },
  );
}

async function* eventStream(changes: Subscription): AsyncGenerator<string> {
  try {
    yield `retry: ${RECONNECT_MS}\n\n`;
    for (;;) {
      const some = await changes.next(STILL_HERE_MS);
      if (some === undefined) return;
      yield some.length === 0 ? ': still here\n\n' : some.map(eventText).join('');
    }
  } finally {
    changes.end();
  }
}

/** Ids are percent-encoded and JSON has no line breaks, so that nothing ends a line early. */
function eventText(change: StaySummary): string {
  return `id: ${change.changedAt}~${change.stay}\nevent: stay-changed\ndata: ${JSON.stringify(change)}\n\n`;
}
