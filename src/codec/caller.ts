/**
 * Callers of the codec server: an API key with the access `decode` (as password of HTTP Basic, or as Bearer token), or an
 * access token of an OpenID Connect provider.
 */
import type { FastifyRequest } from 'fastify';
import type { ApiKeys } from '../booking/http/index.js';
import { HttpProblem } from '../http/problem.js';
import type { TokenVerifier } from './oidc.js';

export interface CodecCaller {
  /** Name in the audit: `api-key:<keyId>`, or `oidc:<subject>`. */
  readonly who: string;
  /** Properties whose payloads the caller may read. */
  readonly properties: 'all' | readonly string[];
}

export interface Credentials {
  readonly apiKeys?: ApiKeys | undefined;
  readonly tokens?: TokenVerifier | undefined;
}

/**
 * Challenges of a 401. A browser that opens the page to sign in asks for a name and a password: the name is ignored, the
 * password is the key. A call of Web UI gets another challenge, because a browser would ask at every call.
 */
const CHALLENGES = {
  page: 'Basic realm="Stayline codec server", charset="UTF-8"',
  call: 'Bearer realm="Stayline codec server"',
} as const;

/** Returns the caller of a request. @throws HttpProblem `unauthorized` or `forbidden` */
export async function callerOf(request: FastifyRequest, { apiKeys, tokens }: Credentials): Promise<CodecCaller> {
  const presented = presentedBy(request);
  const challenge = request.method === 'GET' ? CHALLENGES.page : CHALLENGES.call;
  if (presented === undefined) throw unauthorized('send an API key, or an access token', challenge);
  const decision = await apiKeys?.judge(presented);
  if (decision?.kind === 'valid') {
    const { keyId, access, properties } = decision.caller;
    if (access !== 'decode') throw new HttpProblem('forbidden', 'the API key has not the access "decode"');
    return { who: `api-key:${keyId}`, properties };
  }
  const subject = await tokens?.(presented);
  if (subject === undefined) throw unauthorized('the API key or access token is not valid', challenge);
  return { who: `oidc:${subject}`, properties: 'all' };
}

function presentedBy({ headers }: FastifyRequest): string | undefined {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme === '') return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

function unauthorized(detail: string, challenge: string): HttpProblem {
  return new HttpProblem('unauthorized', detail, { headers: { 'www-authenticate': challenge } });
}
