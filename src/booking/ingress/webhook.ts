/**
 * `POST /webhooks/<system>/<connectionId>[/<token>]`: where booking systems deliver. Verified, handed over durably by names, and answered
 * within a second; the answer tells the sender whether to deliver again. 5xx only if nothing was stored.
 */
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { applyReservation } from '../../client/apply-reservation.js';
import { StayRefused } from '../../client/refusals.js';
import { ERROR_TYPES } from '../../domain/model/error-types.js';
import type { StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import type { Client } from '@temporalio/client';
import type { Delivery, Reading, Webhook } from './adapter.js';
import type { Connection, Connections } from './connections.js';
import { openDoor, type Counter } from './port.js';
import { handOver, paceOf } from './deliver.js';

/** What the ingress needs to be told about. */
export interface IngressLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
}

export interface IngressOptions {
  readonly connections: Connections;
  readonly temporal: Client;
  readonly log: IngressLog;
}

export interface Ingress {
  readonly plugin: FastifyPluginAsync;
  /** By connection: how many deliveries came to what, since the start. */
  counts(): Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Senders wait five seconds at the least; a client that cannot connect takes a second more to say so. */
const PATIENCE_MS = 1_500;
const RETRY_AFTER_S = '5';

/** What one delivery came to, and how it is answered. */
interface Answer {
  readonly status: number;
  readonly outcome: string;
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

export function openIngress({ connections, temporal, log }: IngressOptions): Ingress {
  const counts = new Map<string, Map<string, number>>();
  const countMany = (connectionId: string, what: string, times: number): void => {
    const own = counts.get(connectionId) ?? new Map<string, number>();
    counts.set(connectionId, own.set(what, (own.get(what) ?? 0) + times));
  };
  const count: Counter = (connectionId, what) => countMany(connectionId, what, 1);

  async function take(connection: Connection, reading: Reading): Promise<Answer> {
    const { connectionId } = connection;
    switch (reading.kind) {
      case 'unknown':
        return { status: 404, outcome: 'unknown' };
      case 'forged':
        log.warn({ connectionId, why: reading.why }, 'a delivery was refused: it is not from whom it should be');
        return { status: 401, outcome: 'forged' };
      case 'alive':
        return { status: 200, outcome: 'alive' };
      case 'unreadable':
        log.warn({ connectionId, fields: reading.fields }, 'a delivery cannot be read');
        return { status: 202, outcome: 'unreadable' };
      case 'changed':
        countMany(connectionId, 'ignored', reading.ignored);
        if (reading.reservations.length === 0) return { status: 202, outcome: 'nothing' };
        await temporal.withDeadline(Date.now() + PATIENCE_MS, () =>
          handOver(temporal, paceOf(connection), reading.reservations),
        );
        return { status: 202, outcome: 'handed-over' };
      case 'snapshot':
        return apply(temporal, reading.snapshot);
      default:
        return reading satisfies never;
    }
  }

  async function answer(
    connection: Connection,
    webhook: Webhook,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const { connectionId } = connection;
    try {
      const { status, outcome, problems } = await take(connection, webhook.read(deliveryOf(request)));
      count(connectionId, outcome);
      if (status === 404) return reply.callNotFound();
      return await reply.code(status).send({ outcome, ...(problems === undefined ? {} : { problems }) });
    } catch (error) {
      count(connectionId, 'failed');
      log.warn({ connectionId, error }, 'a delivery could not be handed over; it has to be delivered again');
      return reply.code(503).header('retry-after', RETRY_AFTER_S).send({ outcome: 'failed' });
    }
  }

  /** In a scope of its own: what is signed is the body as it was sent, so here nobody parses it. */
  const plugin: FastifyPluginAsync = async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const connection of connections.all) {
      const { webhook } = connection.system;
      if (webhook !== undefined) addWebhook(app, connection, webhook);
      await addRoutes(app, connection);
    }
  };

  function addWebhook(app: FastifyInstance, connection: Connection, webhook: Webhook): void {
    const path = `/webhooks/${connection.systemName}/${connection.connectionId}`;
    for (const url of [path, `${path}/:token`]) {
      app.post(url, (request, reply) => answer(connection, webhook, request, reply));
    }
  }

  async function addRoutes(app: FastifyInstance, connection: Connection): Promise<void> {
    const { routes } = connection.system;
    if (routes !== undefined) await app.register(routes(openDoor({ temporal, connection, count })));
  }

  return {
    plugin,
    counts: () => Object.fromEntries([...counts].map(([id, own]) => [id, Object.fromEntries(own)])),
  };
}

function deliveryOf(request: FastifyRequest): Delivery {
  const { token } = request.params as { readonly token?: string };
  const headers = Object.entries(request.headers).filter(
    (header): header is [string, string] => typeof header[1] === 'string',
  );
  return {
    ...(token === undefined ? {} : { token }),
    headers: Object.fromEntries(headers),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    ip: request.ip,
  };
}

/** A whole snapshot is answered when it is recorded: it could not be fetched again. */
async function apply(temporal: Client, snapshot: unknown): Promise<Answer> {
  try {
    const { taken } = await temporal.withDeadline(Date.now() + PATIENCE_MS, () =>
      // What it is lies with the check in there, which names the fields that are wrong.
      applyReservation(temporal, snapshot as StaySnapshotInput),
    );
    return { status: 202, outcome: taken === 'known' ? 'same' : 'recorded' };
  } catch (error) {
    if (!(error instanceof StayRefused)) throw error;
    switch (error.type) {
      case ERROR_TYPES.staleRevision:
        // Sent again it would still be refused: the sender has to number it anew, or say which is newer.
        return error.sameRevision
          ? { status: 422, outcome: 'refused', problems: [{ path: 'revision', message: error.message }] }
          : { status: 202, outcome: 'older' };
      case ERROR_TYPES.stayOver:
        return { status: 202, outcome: 'over' };
      default:
        return { status: 422, outcome: 'refused', problems: error.problems };
    }
  }
}
