/** Who calls, and whether he may: `Authorization: Bearer <API key>`, judged before anything of the body is read. */
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { HttpProblem } from '../../http/problem.js';
import type { ApiKeys, Caller } from './api-keys.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route behind `authenticate`. */
    caller: Caller | undefined;
  }
  interface FastifyInstance {
    /** Set in every scope behind `authenticate`. */
    apiKeys: ApiKeys;
  }
}

const CHALLENGE = 'Bearer realm="stayline"';

/** Adds the hook to a scope: every route in it needs a key that is good for its property and for what it does. */
export function authenticate(scope: FastifyInstance, keys: ApiKeys): void {
  scope.decorate('apiKeys', keys);
  scope.decorateRequest('caller', undefined);
  const hook: onRequestAsyncHookHandler = async (request) => {
    const caller = await callerOf(request, keys);
    judgeProperty(request, caller);
    judgeAccess(request, caller);
    request.caller = caller;
  };
  scope.addHook('onRequest', hook);
}

/** @throws Error on a route that is not behind `authenticate` */
export function callerOn(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new Error('the route is not behind authenticate');
  return request.caller;
}

/** Who calls by what the keys say now, for answers that go on for long; undefined if the key is no longer valid. */
export async function callerNow(request: FastifyRequest): Promise<Caller | undefined> {
  const presented = presentedBy(request);
  const decision = presented === undefined ? undefined : await request.server.apiKeys.judge(presented);
  return decision?.kind === 'valid' ? decision.caller : undefined;
}

export function maySee({ properties }: Caller, propertyId: string): boolean {
  return properties === 'all' || properties.includes(propertyId);
}

async function callerOf(request: FastifyRequest, keys: ApiKeys): Promise<Caller> {
  if (request.raw.headers.authorization === undefined) {
    throw unauthorized('send "Authorization: Bearer <API key>"', CHALLENGE);
  }
  const presented = presentedBy(request);
  const decision = presented === undefined ? { kind: 'unknown' as const } : await keys.judge(presented);
  switch (decision.kind) {
    case 'valid':
      return decision.caller;
    case 'expired':
      throw unauthorized('the API key has expired', `${CHALLENGE}, error="invalid_token"`);
    case 'unknown':
      throw unauthorized('the API key is not known', `${CHALLENGE}, error="invalid_token"`);
    default:
      return decision satisfies never;
  }
}

/** Of the raw headers: those of the request are only what the route's schema names, once they are checked. */
function presentedBy({ raw }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(raw.headers.authorization ?? '')?.[1];
}

function unauthorized(detail: string, challenge: string): HttpProblem {
  return new HttpProblem('unauthorized', detail, { headers: { 'www-authenticate': challenge } });
}

function judgeProperty({ params }: FastifyRequest, caller: Caller): void {
  const { propertyId } = (params ?? {}) as { readonly propertyId?: string };
  if (propertyId !== undefined && !maySee(caller, propertyId)) {
    throw new HttpProblem('forbidden', 'the API key is not for this property');
  }
}

/** A dry run reads, although it is sent by POST. */
function judgeAccess({ method, routeOptions }: FastifyRequest, caller: Caller): void {
  const reads = method === 'GET' || method === 'HEAD' || routeOptions.config.onlyReads === true;
  if (!reads && caller.access !== 'write') throw new HttpProblem('forbidden', 'the API key may only read');
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for a route that changes nothing, whatever its method. */
    onlyReads?: true;
  }
}
