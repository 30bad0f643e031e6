/** Access tokens of an OpenID Connect provider: signed JWTs (RFC 9068), checked with the keys that the provider publishes. */
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** Returns the token's subject; undefined if the token is not valid. @throws Error if the provider does not answer */
export type TokenVerifier = (token: string) => Promise<string | undefined>;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const TIMEOUT_MS = 5_000;
/** Difference of clocks that is tolerated. */
const CLOCK_TOLERANCE_S = 30;

/**
 * Returns the verifier for an issuer and an audience. It reads the provider's metadata at the first token
 * (OpenID Connect Discovery 1.0), and its keys again when a token names an unknown one.
 */
export function openTokenVerifier({ issuer, audience }: { issuer: string; audience: string }): TokenVerifier {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (token) => {
    keys ??= keysOf(issuer).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    try {
      const options = { issuer, audience, clockTolerance: CLOCK_TOLERANCE_S, requiredClaims: ['sub', 'exp'] };
      const { payload } = await jwtVerify(token, await keys, options);
      return payload.sub;
    } catch (error) {
      if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) return undefined;
      throw error;
    }
  };
}

async function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const metadata = discoverySchema.parse(await answer.json());
  if (metadata.issuer !== issuer) throw new Error(`the provider at ${issuer} names another issuer`);
  return createRemoteJWKSet(new URL(metadata.jwks_uri), { timeoutDuration: TIMEOUT_MS });
}
