/** Phone access that the HTTP API gives, made at Seam. Seam's answers hold secrets, so no error repeats them. */
import type { PhoneAccessAtSeam } from '../booking/http/index.js';
import { HttpProblem } from '../http/problem.js';
import type { SeamConfig } from '../config/process-variables.js';
import { createSeamClient, endPhoneAccess, makeInstantKey, openClientSession, SeamError } from '../seam/index.js';
import type { Log } from '../log.js';

/** Time for all calls of one request, in milliseconds. */
const TIMEOUT_MS = 8_000;

/** Returns the phone access of a server with these credentials for Seam. */
export function openPhoneAccess(config: SeamConfig, log: Log): PhoneAccessAtSeam {
  const client = createSeamClient(config);
  const atSeam = async <T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await act(AbortSignal.timeout(TIMEOUT_MS));
    } catch (error) {
      log.warn({ error }, 'Seam did not give phone access');
      if (error instanceof SeamError && !error.retryable) throw new HttpProblem('seam-refused', error.message);
      throw new HttpProblem('unavailable', 'Seam does not carry this out at the moment', {
        headers: { 'retry-after': '5' },
      });
    }
  };
  return {
    make: (kind, acsSystemId, request) =>
      atSeam(async (signal) => {
        const seam = client.forSystem(acsSystemId);
        if (kind === 'client-session') {
          const {
            client_session_id: clientSessionId,
            token,
            expires_at,
          } = await openClientSession(request, seam, signal);
          return { clientSessionId, secret: token, expiresAt: expires_at };
        }
        const made = await makeInstantKey(request.userIdentityId, seam, signal);
        const ids = { clientSessionId: made.client_session_id, instantKeyId: made.instant_key_id };
        return { ...ids, secret: made.instant_key_url, expiresAt: made.expires_at };
      }),
    end: (acsSystemId, ids) => atSeam((signal) => endPhoneAccess(ids, client.urgentlyForSystem(acsSystemId), signal)),
  };
}
