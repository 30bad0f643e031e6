/**
 * Access tokens from OAuth client credentials (RFC 6749 §4.4): one at a time, cached until shortly before they expire.
 */
import * as oauth from 'openid-client';
import { defined } from '../../../domain/model/defined.js';
import { fetchWithinLimit } from '../../../http/outgoing.js';
import { BookingSystemError, failureOfStatus } from '../../ingress/errors.js';

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

export interface AccessTokens {
  /**
   * Runs `ask` with the value of an `authorization` header. Retries once with a new token if the booking system answers
   * 401 or 403: a token keeps the permissions that it was issued with.
   * @throws BookingSystemError if no token is available; any error of `ask`
   */
  authorized<Answer>(ask: (authorization: string) => Promise<Answer>): Promise<Answer>;
}

const OPERATION = 'POST token';
const TIMEOUT_SECONDS = 10;
/** Margin before a token's expiry at which it is renewed: clocks differ, and a request takes time. */
const RENEW_MS = 60_000;
/** Lifetime of a token whose answer does not state one. */
const SHORT_LIFE_MS = 5 * 60_000;
/** Limits of a stated lifetime: a shorter one would mean a token for every call, and none is good for longer. */
const SHORTEST_LIFE_MS = 30_000;
const LONGEST_LIFE_MS = 24 * 60 * 60_000;

/** Statuses that another token may change. */
const REFUSED: ReadonlySet<number | undefined> = new Set([401, 403]);

/** Returns a cache of access tokens for one client. It sends no request before the first use. */
export function openAccessTokens({ tokenUrl, clientId, clientSecret, scope }: ClientCredentials): AccessTokens {
  const server = new oauth.Configuration(
    { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl },
    clientId,
    {},
    oauth.ClientSecretBasic(clientSecret),
  );
  server.timeout = TIMEOUT_SECONDS;
  server[oauth.customFetch] = fetchWithinLimit;
  // Plain HTTP is for a stand-in on this machine. For any other address, the scheme itself shows that TLS is missing.
  if (new URL(tokenUrl).protocol === 'http:') oauth.allowInsecureRequests(server);
  let current: Promise<Token> | undefined;

  async function token(): Promise<Token> {
    const asked = current;
    const kept = await asked?.catch(() => undefined);
    if (kept !== undefined && Date.now() < kept.renewAt) return kept;
    // The first caller that finds the token expired requests a new one; the others share it.
    if (current === asked) current = ask(server, scope);
    return current ?? token();
  }

  return {
    async authorized(ask) {
      const first = await token();
      try {
        return await ask(first.authorization);
      } catch (error) {
        if (!isRefused(error)) throw error;
        if ((await current?.catch(() => undefined)) === first) current = undefined;
        return ask((await token()).authorization);
      }
    },
  };
}

interface Token {
  readonly authorization: string;
  /** Milliseconds since 1970. */
  readonly renewAt: number;
}

async function ask(server: oauth.Configuration, scope: string | undefined): Promise<Token> {
  try {
    const answer = await oauth.clientCredentialsGrant(server, defined({ scope }));
    const lifeMs = lifeOf(answer.expires_in);
    return {
      authorization: `Bearer ${answer.access_token}`,
      renewAt: Date.now() + Math.max(lifeMs - RENEW_MS, lifeMs / 2),
    };
  } catch (error) {
    throw refusal(error);
  }
}

/** Returns the lifetime of a token in milliseconds, within its limits. */
function lifeOf(seconds: number | undefined): number {
  if (seconds === undefined || Number.isNaN(seconds)) return SHORT_LIFE_MS;
  return Math.min(Math.max(seconds * 1_000, SHORTEST_LIFE_MS), LONGEST_LIFE_MS);
}

function isRefused(error: unknown): boolean {
  return error instanceof BookingSystemError && error.failure.kind === 'rejected' && REFUSED.has(error.failure.status);
}

/** Returns an error without its cause: the cause holds the server's answer, and may name the client. */
function refusal(error: unknown): BookingSystemError {
  const status = statusOf(error);
  return new BookingSystemError(OPERATION, status === undefined ? { kind: 'unavailable' } : failureOfStatus(status));
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError) {
    return error.status;
  }
  const { cause } = error as Error;
  return cause instanceof Response && !cause.ok ? cause.status : undefined;
}
