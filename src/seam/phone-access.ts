/**
 * Client sessions and instant keys: what gives a guest's phone access to the guest's keys. The secret of each, a token or
 * a link, is in the result only, for the caller who asked for it.
 */
import type { Instant } from '../domain/model/instants.js';
import type { EndPhoneAccessInput } from '../domain/model/stay-activities.js';
import type { SeamCalls } from './client.js';
import { dateTime } from './date-time.js';
import { foundOrNothing } from './errors.js';
import type { ClientSession, InstantKey } from './schemas.js';

/** Phones that may use one instant key: a guest has one phone, and asks again for the next. */
const USES = 1;

export interface SessionToOpen {
  readonly userIdentityId: string;
  /** Caller's own id of the session: the same one gets the same session again while it lasts. */
  readonly userIdentifierKey: string;
  readonly expiresAt: Instant;
}

/** Returns the guest's client session, a new one if none lasts. @throws SeamError */
export function openClientSession(
  { userIdentityId, userIdentifierKey, expiresAt }: SessionToOpen,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<ClientSession> {
  const ids = { user_identity_id: userIdentityId, user_identifier_key: userIdentifierKey };
  return seam.getOrCreateClientSession({ ...ids, expires_at: dateTime(expiresAt) }, { signal });
}

/** Returns a new instant key of the guest. @throws SeamError */
export function makeInstantKey(userIdentityId: string, seam: SeamCalls, signal: AbortSignal): Promise<InstantKey> {
  return seam.generateInstantKey({ user_identity_id: userIdentityId, max_use_count: USES }, { signal });
}

/**
 * Ends a client session, and the instant key that leads to it. Those that Seam no longer has count as ended.
 * @throws SeamError
 */
export async function endPhoneAccess(
  { clientSessionId, instantKeyId }: Pick<EndPhoneAccessInput, 'clientSessionId' | 'instantKeyId'>,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<void> {
  // The session counts most: with it, a phone fetches keys. A refusal of one does not hold up the other.
  const ends = await Promise.allSettled([
    foundOrNothing(seam.deleteClientSession({ client_session_id: clientSessionId }, { signal })),
    ...(instantKeyId === undefined
      ? []
      : [foundOrNothing(seam.deleteInstantKey({ instant_key_id: instantKeyId }, { signal }))]),
  ]);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
