/** Authentication and authorization: `Authorization: Bearer <API key>`, checked before the body is read. */
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { authorOf } from '../../domain/model/author.js';
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

/** Adds the hook to a scope: every route in it needs a key with rights for its property and its operation. */
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

/** Returns the caller of a request. @throws Error on a route that is not behind `authenticate` */
export function callerOn(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new Error('the route is not behind authenticate');
  return request.caller;
}

/** Returns the author of what a request changes: the name of its API key, for the `by` of its content. */
export function authorOn(request: FastifyRequest, { by }: { readonly by?: string | undefined }): string {
  return authorOf(`api-key:${callerOn(request).keyId}`, by);
}

/** Returns the caller with the current rights of the key, for long streams; undefined if it is no longer valid. */
export async function callerNow(request: FastifyRequest): Promise<Caller | undefined> {
  const presented = presentedBy(request);
  const decision = presented === undefined ? undefined : await request.server.apiKeys.judge(presented);
  return decision?.kind === 'valid' ? decision.caller : undefined;
}

/** Returns true if the caller's key covers the property. */
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

/** Reads the raw headers: after validation, the request's headers hold only the fields of the route's schema. */
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

/** Refuses changes by a read-only key. A dry run only reads, although it is sent by POST. */
function judgeAccess({ method, routeOptions }: FastifyRequest, caller: Caller): void {
  const reads = method === 'GET' || method === 'HEAD' || routeOptions.config.onlyReads === true;
  if (caller.access === 'decode') throw new HttpProblem('forbidden', 'the API key is for the codec server only');
  if (!reads && caller.access !== 'write') throw new HttpProblem('forbidden', 'the API key may only read');
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for a route that changes nothing, with any method. */
    onlyReads?: true;
  }
}
