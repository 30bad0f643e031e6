/** Phone access that the HTTP API gives, made at Seam. Seam's answers hold secrets, so no error repeats them. */
import type { MadePhoneAccess, PhoneAccessAtSeam, PhoneAccessRequest } from '../booking/http/index.js';
import type { PhoneAccessKind } from '../domain/model/phone-access.js';
import { HttpProblem } from '../http/problem.js';
import type { SeamConfig } from '../config/process-variables.js';
import {
  createSeamClient,
  endPhoneAccess,
  makeInstantKey,
  openClientSession,
  SeamError,
  type SeamCalls,
} from '../seam/index.js';
import type { Log } from '../log.js';

/** Time for the calls to make access, and again for those to end it, in milliseconds. A handler fits into the drain limit. */
const TIMEOUT_MS = 4_000;

/** Returns the phone access of a server with these credentials for Seam. */
export function openPhoneAccess(config: SeamConfig, log: Log): PhoneAccessAtSeam {
  const client = createSeamClient(config);
  return {
    async make(kind, acsSystemId, request) {
      try {
        return await made(kind, request, client.forSystem(acsSystemId));
      } catch (error) {
        log.warn({ error }, 'Seam did not give phone access');
        if (error instanceof SeamError && !error.retryable) throw new HttpProblem('seam-refused', error.message);
        throw new HttpProblem('unavailable', 'Seam does not carry this out at the moment', {
          headers: { 'retry-after': '5' },
        });
      }
    },
    async end(acsSystemId, ids) {
      try {
        await endPhoneAccess(ids, client.urgentlyForSystem(acsSystemId), AbortSignal.timeout(TIMEOUT_MS));
      } catch (error) {
        log.error({ error, ...ids }, 'phone access that no stay has recorded was not ended at Seam');
      }
    },
  };
}

async function made(kind: PhoneAccessKind, request: PhoneAccessRequest, seam: SeamCalls): Promise<MadePhoneAccess> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  if (kind === 'client-session') {
    const { client_session_id, token, expires_at } = await openClientSession(request, seam, signal);
    return { clientSessionId: client_session_id, secret: token, expiresAt: expires_at };
  }
  const key = await makeInstantKey(request.userIdentityId, seam, signal);
  const ids = { clientSessionId: key.client_session_id, instantKeyId: key.instant_key_id };
  return { ...ids, secret: key.instant_key_url, expiresAt: key.expires_at };
}
