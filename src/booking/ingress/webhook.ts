/**
 * `POST /webhooks/<system>/<connectionId>[/<token>]`: receives the deliveries of booking systems. A delivery is
 * verified, handed over durably by names, and answered within a second. The status shows the sender whether to deliver
 * again: 5xx only if nothing was stored. Connections may come, change and go while the server runs.
 */
import { createHash } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { applyReservation } from '../../client/apply-reservation.js';
import { StayRefused } from '../../client/refusals.js';
import { authorOf } from '../../domain/model/author.js';
import { endingIn } from '../../domain/model/ending.js';
import { windowIn } from '../../client/plan-snapshot.js';
import type { Properties } from '../../property-file.js';
import { defined } from '../../domain/model/defined.js';
import { ERROR_TYPES } from '../../domain/model/error-types.js';
import { limitLog } from '../../http/log-limit.js';
import { snapshotSchema, type StaySnapshotInput } from '../../domain/model/snapshot-schema.js';
import type { Client } from '@temporalio/client';
import type { Delivery, Reading, Serve, Webhook } from './adapter.js';
import type { Connection, Connections } from './connections.js';
import { openDoor, type Counter } from './port.js';
import { reportRefusedSnapshot } from './apply-reservation.js';
import { handOver } from './deliver.js';

/** Log of the ingress. */
export interface IngressLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
}

export interface IngressOptions {
  readonly connections: Connections;
  /** Properties with the clocks of local dates; absent: only the workers check those. */
  readonly properties?: Properties;
  readonly temporal: Client;
  readonly log: IngressLog;
}

export interface Ingress {
  readonly plugin: FastifyPluginAsync;
  /** Returns the number of deliveries since the start, by connection and outcome. */
  counts(): Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Time limit of a hand-over. Senders wait at least five seconds; a failing connect takes one second more. */
const TIMEOUT_MS = 3_000;
/** Largest body of a delivery, in bytes: some booking systems put thousands of events into one. */
const MOST_BODY_BYTES = 1024 * 1024;
const RETRY_AFTER_S = '5';

const PATH = '/webhooks/:system/:connectionId';

interface WebhookRoute {
  Params: { readonly system: string; readonly connectionId: string; readonly '*'?: string };
}

/** Outcome of one delivery, and its response. */
interface Answer {
  readonly status: number;
  readonly outcome: string;
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

/** Returns the plugin with the webhooks of all connections and what their systems serve, and its counts. */
export function openIngress({ connections, properties, temporal, log }: IngressOptions): Ingress {
  const counts = new Map<string, Map<string, number>>();
  const countMany = (connectionId: string, what: string, times: number): void => {
    const own = counts.get(connectionId) ?? new Map<string, number>();
    counts.set(connectionId, own.set(what, (own.get(what) ?? 0) + times));
  };
  const refused = limitLog();
  const count: Counter = (connectionId, what) => countMany(connectionId, what, 1);

  async function take(connection: Connection, reading: Reading): Promise<Answer> {
    const { connectionId } = connection;
    switch (reading.kind) {
      case 'unknown':
        return { status: 404, outcome: 'unknown' };
      case 'forged':
        refused(`${connectionId}: ${reading.why}`, (leftOut) =>
          log.warn(
            { connectionId, why: reading.why, leftOut },
            'a delivery was refused: its sender is not authenticated',
          ),
        );
        return { status: 401, outcome: 'forged' };
      case 'alive':
        return { status: 200, outcome: 'alive' };
      case 'unreadable':
        log.warn({ connectionId, fields: reading.fields }, 'a delivery cannot be read');
        return { status: 202, outcome: 'unreadable' };
      case 'changed':
        countMany(connectionId, 'ignored', reading.ignored);
        if (reading.reservations.length === 0) return { status: 202, outcome: 'nothing' };
        await temporal.withDeadline(Date.now() + TIMEOUT_MS, () =>
          handOver(temporal, connection, reading.reservations),
        );
        return { status: 202, outcome: 'handed-over' };
      case 'snapshot':
        return apply(
          { temporal, properties },
          withDelivery(withAuthor(reading.snapshot, connectionId), connectionId, reading.deliveryId),
        );
      default:
        return reading satisfies never;
    }
  }

  async function answer(
    connection: Connection,
    webhook: Webhook,
    request: FastifyRequest<WebhookRoute>,
    reply: FastifyReply,
  ): Promise<unknown> {
    const { connectionId } = connection;
    try {
      const { status, outcome, problems } = await take(connection, webhook.read(deliveryOf(request)));
      count(connectionId, outcome);
      if (status === 404) return reply.callNotFound();
      return await reply.code(status).send(defined({ outcome, problems }));
    } catch (error) {
      count(connectionId, 'failed');
      log.warn(
        { connectionId, error },
        'a delivery could not be sent to Temporal; the booking system must deliver it again',
      );
      return reply.code(503).header('retry-after', RETRY_AFTER_S).send({ outcome: 'failed' });
    }
  }

  /** Plugin in a scope of its own, without body parsers: signatures cover the raw body. */
  const plugin: FastifyPluginAsync = async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.post<WebhookRoute>(PATH, { bodyLimit: MOST_BODY_BYTES }, receive);
    app.post<WebhookRoute>(`${PATH}/*`, { bodyLimit: MOST_BODY_BYTES }, receive);
  };

  async function receive(request: FastifyRequest<WebhookRoute>, reply: FastifyReply): Promise<unknown> {
    const { system: name, connectionId, '*': path } = request.params;
    const connection = connections.byId(connectionId);
    if (connection?.systemName !== name) return reply.callNotFound();
    const { webhook } = connection.system;
    if (webhook !== undefined && (path === undefined || /^[^/]+$/.test(path))) {
      return answer(connection, webhook, request, reply);
    }
    const { headers, body } = deliveryOf(request);
    const served = await servedBy(connection)?.({ path: path ?? '', headers, body });
    if (served === undefined) return reply.callNotFound();
    return reply
      .code(served.status)
      .headers(served.headers ?? {})
      .send(served.body);
  }

  const opened = new WeakMap<Connection, Serve>();

  function servedBy(connection: Connection): Serve | undefined {
    const { serve } = connection.system;
    if (serve === undefined) return undefined;
    const known = opened.get(connection) ?? serve(openDoor({ temporal, connection, count }));
    opened.set(connection, known);
    return known;
  }

  return {
    plugin,
    counts: () => Object.fromEntries([...counts].map(([id, own]) => [id, Object.fromEntries(own)])),
  };
}

function deliveryOf(request: FastifyRequest<WebhookRoute>): Delivery {
  const { '*': token } = request.params;
  const headers = Object.entries(request.headers).filter(
    (header): header is [string, string] => typeof header[1] === 'string',
  );
  return defined({
    token,
    headers: Object.fromEntries(headers),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    ip: request.ip,
  });
}

/** Returns a snapshot with its author. Wrong fields stay as they are: `applyReservation` names them. */
function withAuthor(snapshot: unknown, connectionId: string): unknown {
  if (typeof snapshot !== 'object' || snapshot === null) return snapshot;
  const { by } = snapshot as { readonly by?: unknown };
  if (by !== undefined && typeof by !== 'string') return snapshot;
  return { ...snapshot, by: authorOf(`booking:${connectionId}`, by) };
}

/** Returns a snapshot with a request id that follows from its delivery: a replay of the delivery is not applied again. */
function withDelivery(snapshot: unknown, connectionId: string, deliveryId: string): unknown {
  if (typeof snapshot !== 'object' || snapshot === null) return snapshot;
  const hash = createHash('sha256').update(deliveryId).digest('hex');
  return { ...snapshot, requestId: `delivery:${connectionId}/${hash}` };
}

/**
 * Checks the local dates of a snapshot by the clock of its hotel. All else is for `applyReservation` to check.
 * @throws StayRefused `InvalidSnapshot` if they make no window; an ending passes
 */
async function refuseEmptyWindow(snapshot: unknown, properties: Properties | undefined): Promise<void> {
  const { data } = snapshotSchema.safeParse(snapshot);
  if (data === undefined || endingIn(data) !== undefined) return;
  const property = await properties?.find(data.propertyId);
  if (property !== undefined) windowIn(data.window, property);
}

/** Records a whole snapshot before the response: it could not be fetched again. */
async function apply(
  { temporal, properties }: { readonly temporal: Client; readonly properties: Properties | undefined },
  snapshot: unknown,
): Promise<Answer> {
  const deadline = Date.now() + TIMEOUT_MS;
  try {
    await refuseEmptyWindow(snapshot, properties);
    const { taken } = await temporal.withDeadline(deadline, () =>
      // `applyReservation` checks the type and names the wrong fields.
      applyReservation(temporal, snapshot as StaySnapshotInput),
    );
    return { status: 202, outcome: taken === 'known' ? 'same' : 'recorded' };
  } catch (error) {
    if (!(error instanceof StayRefused)) throw error;
    switch (error.type) {
      case ERROR_TYPES.staleRevision:
        // A repeat would also be refused: the sender must renumber it, or mark which one is newer.
        return error.sameRevision
          ? { status: 422, outcome: 'refused', problems: [{ path: 'revision', message: error.message }] }
          : { status: 202, outcome: 'older' };
      case ERROR_TYPES.stayOver:
        return { status: 202, outcome: 'over' };
      default:
        await temporal.withDeadline(deadline, () => reportRefusedSnapshot(temporal, snapshot, error));
        return { status: 422, outcome: 'refused', problems: error.problems };
    }
  }
}
