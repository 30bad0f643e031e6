/** One call to the simulated Seam, with the faults that apply to it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim, Fault, FaultBook } from '../control/faults.js';
import { withReports } from '../control/reports.js';
import { checkParams, queryParams } from './request-params.js';
import { RETRY_AFTER_S, type RateLimit } from './rate-limit.js';
import type { Answer, CallContext, Route } from './routes.js';
import type { SimulatedHotel } from '../hotel/hotel.js';
import type { Webhooks } from './webhooks.js';

/** Call that Seam answered with 200. */
export interface ObservedAnswer {
  readonly path: string;
  /** Parameters that the client sent, before unknown ones are dropped. */
  readonly asked: unknown;
  readonly body: unknown;
}

export interface CallSite {
  readonly hotel: SimulatedHotel;
  readonly webhooks: Webhooks;
  readonly faults: FaultBook;
  readonly limit: RateLimit;
  /** Aborted when the simulator closes. */
  readonly closing: AbortSignal;
  readonly onCall: (path: string) => void;
  readonly onAnswer: (answer: ObservedAnswer) => void;
}

/** Time in milliseconds that `commit-late` waits for the client to give up before it closes the connection. */
const HOLD_MS = 60_000;

/**
 * Answers a call, or fails it as a fault demands.
 * @throws `SeamError` where Seam returns an error.
 */
export async function answerCall(
  site: CallSite,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  site.onCall(route.path);
  if (!site.limit.accepts()) {
    return refuse({ kind: 'status', status: 429, retry_after: RETRY_AFTER_S }, reply);
  }
  const claim = site.faults.claim(route.path);
  if (claim.delayMs > 0) await wait(site, claim.delayMs);
  const { outcome } = claim;
  switch (outcome?.kind) {
    case 'status':
      return refuse(outcome, reply);
    case 'drop-before':
      return hangUp(request, reply);
    case 'drop-after':
      workUnseen(site, route, request, claim);
      return hangUp(request, reply);
    case 'commit-late':
      reply.hijack();
      await clientGone(request, outcome.hold_ms ?? HOLD_MS, site.closing);
      await wait(site, outcome.ms ?? 0);
      if (!site.closing.aborted) workUnseen(site, route, request, claim);
      return undefined;
    default:
      return work(site, route, request, claim);
  }
}

async function wait(site: CallSite, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: site.closing }).catch(() => undefined);
}

function refuse(fault: Fault, reply: FastifyReply): unknown {
  const status = fault.status ?? 503;
  if (fault.retry_after !== undefined) reply.header('retry-after', String(fault.retry_after));
  reply.code(status);
  // Seam's fake answers an outage without a body (Seam's documentation); any proxy in between may do so too.
  if (status >= 502) return reply.type('text/plain').send('');
  const type = status === 429 ? 'too_many_requests' : status === 500 ? 'internal_server_error' : 'simulated_fault';
  return reply.send({ error: { type, message: `Simulated ${status}` }, ok: false });
}

function hangUp(request: FastifyRequest, reply: FastifyReply): undefined {
  reply.hijack();
  request.raw.socket.destroy();
  return undefined;
}

/** Waits until the client has hung up; closes the connection after `holdMs`. */
async function clientGone(request: FastifyRequest, holdMs: number, closing: AbortSignal): Promise<void> {
  const { socket } = request.raw;
  if (socket.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), holdMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    socket.once('close', done);
    closing.addEventListener('abort', done, { once: true });
  });
}

/** Runs a call whose result the client never receives; writes a refusal to the journal. */
function workUnseen(site: CallSite, route: Route, request: FastifyRequest, claim: Claim): void {
  try {
    work(site, route, request, claim);
  } catch (error) {
    site.hotel.world.journal.write('unseen-call-refused', { path: route.path, why: String(error) });
  }
}

function work(site: CallSite, route: Route, request: FastifyRequest, claim: Claim): unknown {
  try {
    const sent = paramsOf(request);
    const asked = checkParams(route.schema, sent, site.hotel.world.switches);
    const context: CallContext = { hotel: site.hotel, webhooks: site.webhooks, quirks: claim.quirks };
    const answer = bodyOf(route.handle(asked, context), request, asked);
    const at = new Date(site.hotel.now()).toISOString();
    const body = withReports(answer, claim.reports, at);
    site.onAnswer({ path: route.path, asked: sent, body });
    return body;
  } finally {
    claim.finished();
  }
}

function paramsOf(request: FastifyRequest): unknown {
  const question = request.url.indexOf('?');
  const query = question < 0 ? {} : queryParams(request.url.slice(question));
  const { body } = request;
  if (body === undefined || body === null) return query;
  return typeof body === 'object' && !Array.isArray(body) ? { ...query, ...body } : body;
}

function bodyOf(answer: Answer, request: FastifyRequest, asked: Readonly<Record<string, unknown>>): unknown {
  if (answer.kind === 'fields') return { ...answer.fields, ok: true };
  const { key, items, nextCursor } = answer;
  return {
    [key]: items,
    pagination: {
      has_next_page: nextCursor !== null,
      next_page_cursor: nextCursor,
      next_page_url: nextCursor === null ? null : pageUrl(request, asked, nextCursor),
    },
    ok: true,
  };
}

function pageUrl(request: FastifyRequest, asked: Readonly<Record<string, unknown>>, cursor: string): string {
  const url = new URL(request.url.split('?')[0] ?? '/', `http://${request.host}`);
  for (const [name, value] of Object.entries({ ...asked, page_cursor: cursor })) {
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one ?? ''));
  }
  return url.href;
}
