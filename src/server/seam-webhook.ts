/**
 * Route `POST /webhooks/seam`, which receives Seam's events (`docs/webhooks.md`). The status controls redelivery by
 * Svix: 2xx once a redelivery can change nothing, 5xx only if the event's stays could not be determined.
 */
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { limitLog } from '../http/log-limit.js';
import type { Log } from '../log.js';
import type { DeliveryReader, EventHandler, HandOverOutcome, SeamEvent } from '../seam/webhooks/index.js';

export const SEAM_WEBHOOK_PATH = '/webhooks/seam';

/** Number of deliveries by outcome. */
export type SeamEventCounts = Readonly<Record<HandOverOutcome['kind'] | 'forged' | 'unreadable' | 'failed', number>>;

export interface SeamWebhookOptions {
  readonly read: DeliveryReader;
  readonly handler: EventHandler;
  readonly log: Log;
}

const ACCEPTED = 202;
const UNAUTHORIZED = 401;
const TRY_AGAIN = 503;

/** Adds the route to the server. Returns a function that reads the counts so far. */
export function addSeamWebhook(
  app: FastifyInstance,
  { read, handler, log }: SeamWebhookOptions,
): () => SeamEventCounts {
  const counts: Record<keyof SeamEventCounts, number> = {
    'handed-over': 0,
    'no-stay': 0,
    noted: 0,
    ignored: 0,
    repeated: 0,
    forged: 0,
    unreadable: 0,
    failed: 0,
  };

  const refused = limitLog();

  async function take(event: SeamEvent): Promise<number> {
    const about = { eventId: event.eventId, eventType: event.eventType };
    try {
      const outcome = await handler.take(event);
      counts[outcome.kind] += 1;
      logOutcome(event, outcome);
      return ACCEPTED;
    } catch (error) {
      counts.failed += 1;
      log.warn({ ...about, error }, 'the stays of an event could not be found; Seam delivers it again');
      return TRY_AGAIN;
    }
  }

  function logOutcome(event: SeamEvent, outcome: HandOverOutcome): void {
    const about = { eventId: event.eventId, eventType: event.eventType };
    switch (outcome.kind) {
      case 'handed-over':
        log.info({ ...about, stays: outcome.stays }, 'sent to stays');
        return;
      case 'noted':
        if (event.kind !== 'system') return;
        log.warn(
          { ...about, acsSystemId: event.acsSystemId, errorCodes: event.errorCodes },
          'the access system changed',
        );
        return;
      case 'no-stay':
      case 'ignored':
      case 'repeated':
        log.debug(about, outcome.kind);
        return;
      default:
        outcome satisfies never;
    }
  }

  // Separate scope without parsers: the signature covers the raw body, so nothing may parse it here.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post(SEAM_WEBHOOK_PATH, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const delivery = read(textHeaders(request.headers), body);
      switch (delivery.kind) {
        case 'forged':
          counts.forged += 1;
          refused(delivery.why, (leftOut) =>
            log.warn({ why: delivery.why, leftOut }, 'a delivery was refused: its signature is wrong'),
          );
          return reply.code(UNAUTHORIZED).send({ error: 'the signature is wrong' });
        case 'unreadable':
          counts.unreadable += 1;
          log.error({ fields: delivery.fields }, 'Seam sent an event that cannot be read');
          return reply.code(ACCEPTED).send({ outcome: 'unreadable' });
        case 'event':
          return reply.code(await take(delivery.event)).send({});
        default:
          return delivery satisfies never;
      }
    });
  });
  return () => ({ ...counts });
}

function textHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((header): header is [string, string] => typeof header[1] === 'string'),
  );
}
