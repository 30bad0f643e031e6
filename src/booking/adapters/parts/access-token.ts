/** Access tokens by OAuth's client credentials (RFC 6749 §4.4): one at a time, kept until shortly before they end. */
import * as oauth from 'openid-client';
import { BookingSystemError, failureOfStatus } from '../../ingress/errors.js';

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

export interface AccessTokens {
  /**
   * Runs `ask` with the value of an `authorization` header; once more with a new token if the booking system does not take the
   * one that it gave before.
   * @throws BookingSystemError if no token is to be had; what `ask` throws
   */
  authorized<Answer>(ask: (authorization: string) => Promise<Answer>): Promise<Answer>;
}

const OPERATION = 'POST token';
const TIMEOUT_SECONDS = 10;
/** Renewed so long before their end: clocks differ, and a request takes its time. */
const RENEW_MS = 60_000;
/** Where the answer does not say how long it is good for. */
const SHORT_LIFE_MS = 5 * 60_000;

export function openAccessTokens({ tokenUrl, clientId, clientSecret, scope }: ClientCredentials): AccessTokens {
  const server = new oauth.Configuration(
    { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl },
    clientId,
    {},
    oauth.ClientSecretBasic(clientSecret),
  );
  server.timeout = TIMEOUT_SECONDS;
  // A stand-in on this machine; whoever gives another address without TLS has been told by its scheme.
  if (new URL(tokenUrl).protocol === 'http:') oauth.allowInsecureRequests(server);
  let current: Promise<Token> | undefined;

  async function token(): Promise<Token> {
    const asked = current;
    const kept = await asked?.catch(() => undefined);
    if (kept !== undefined && Date.now() < kept.renewAt) return kept;
    // Of all who find it ended, the first asks.
    if (current === asked) current = ask(server, scope);
    return current ?? token();
  }

  return {
    async authorized(ask) {
      const first = await token();
      try {
        return await ask(first.authorization);
      } catch (error) {
        if (!isUnauthorized(error)) throw error;
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
    const answer = await oauth.clientCredentialsGrant(server, scope === undefined ? {} : { scope });
    const lifeMs = answer.expires_in === undefined ? SHORT_LIFE_MS : answer.expires_in * 1_000;
    return {
      authorization: `Bearer ${answer.access_token}`,
      renewAt: Date.now() + Math.max(lifeMs - RENEW_MS, lifeMs / 2),
    };
  } catch (error) {
    throw refusal(error);
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof BookingSystemError && error.failure.kind === 'rejected' && error.failure.status === 401;
}

/** Without the error itself: it holds what the server said, and may name the client. */
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
