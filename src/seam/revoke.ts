/**
 * Revocation of keys, and checks whether keys still live. Deleting a key that is already gone is success. A delete is
 * complete only when Seam no longer holds the key, because Seam deletes in the background.
 */
import { instantAt } from '../domain/model/instants.js';
import type { SeamReport } from '../domain/model/seam-reports.js';
import type {
  CheckKeysInput,
  CheckKeysOutcome,
  RevokeKeyInput,
  RevokeOutcome,
} from '../domain/model/stay-activities.js';
import type { SeamCalls } from './client.js';
import { credentialsOf, longerPoll, waitFor, type EndRequests } from './context.js';
import { isNotFound, SeamError } from './errors.js';
import { isBeingDeleted, isDead, isUnfetched, keyReports, matchesOf } from './matching.js';

/**
 * Deletes the key and waits until it is gone. Without an id, it deletes every key that matches the ask, except those to
 * keep. Keys that arrive late are included.
 * @throws SeamError; a retryable one while Seam is still deleting
 */
export async function revokeKey(
  input: RevokeKeyInput,
  context: EndRequests,
  signal: AbortSignal,
): Promise<RevokeOutcome> {
  const { acsCredentialId } = input;
  const revokedCredentialIds =
    acsCredentialId === undefined
      ? await revokeMatches(input, context, signal)
      : await revokeOne(acsCredentialId, context, signal);
  return { revokedCredentialIds, confirmedAt: instantAt(context.now()) };
}

async function revokeOne(
  acsCredentialId: string,
  context: EndRequests,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await deleteIfThere(acsCredentialId, context.seam, signal);
  const began = performance.now();
  await untilDone(
    context,
    signal,
    began,
    async () => (await findKey(acsCredentialId, context.seam, signal)) === undefined,
  );
  return [acsCredentialId];
}

async function revokeMatches(
  input: RevokeKeyInput,
  context: EndRequests,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const settledAt = performance.now() + context.timing.lateCommitMs;
  const deleted = new Set<string>();
  await untilDone(context, signal, settledAt, async () => {
    const isSettled = performance.now() >= settledAt;
    const held = await credentialsIfKnown(input.acsUserId, context.seam, signal);
    const candidates = held.filter((credential) => !input.keepCredentialIds.includes(credential.acs_credential_id));
    const ids = (await matchesOf(input.ask, candidates, context.seam, signal)).map((found) => found.acs_credential_id);
    const fresh = ids.filter((id) => !deleted.has(id));
    await Promise.all(fresh.map((id) => deleteIfThere(id, context.seam, signal)));
    fresh.forEach((id) => deleted.add(id));
    return ids.length === 0 && isSettled;
  });
  return [...deleted];
}

/** Lists the user's credentials. A user that Seam no longer has holds none. */
async function credentialsIfKnown(acsUserId: string, seam: SeamCalls, signal: AbortSignal) {
  try {
    return await credentialsOf(acsUserId, seam, signal);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Polls until `isDone`. `from` is the start of the waiting time, on the process's own clock. */
async function untilDone(
  { timing }: EndRequests,
  signal: AbortSignal,
  from: number,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const deadline = from + timing.revokeTimeoutMs;
  for (let ms = timing.firstPollMs; !(await isDone()); ms = longerPoll(ms, timing)) {
    if (performance.now() >= deadline) throw new SeamError('/acs/credentials/delete', { kind: 'still-there' });
    await waitFor(ms, signal);
  }
}

async function deleteIfThere(acsCredentialId: string, seam: SeamCalls, signal: AbortSignal): Promise<void> {
  try {
    await seam.deleteCredential({ acs_credential_id: acsCredentialId }, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function findKey(acsCredentialId: string, seam: SeamCalls, signal: AbortSignal) {
  try {
    return await seam.getCredential({ acs_credential_id: acsCredentialId }, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Re-reads keys from Seam, because an event only reports that something changed.
 * @throws SeamError
 */
export async function checkKeys(
  { acsCredentialIds }: CheckKeysInput,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<CheckKeysOutcome> {
  const looks = await Promise.all(acsCredentialIds.map(async (id) => ({ id, ...(await lookAt(id, seam, signal)) })));
  const having = (...desired: readonly Fate[]): readonly string[] =>
    looks.filter(({ fate }) => desired.includes(fate)).map(({ id }) => id);
  const reported = looks.filter(({ reports }) => reports.length > 0);
  const lingering = having('lingering');
  const unfetched = having('unfetched');
  return {
    goneCredentialIds: having('lingering', 'gone'),
    ...(lingering.length === 0 ? {} : { lingeringCredentialIds: lingering }),
    ...(unfetched.length === 0 ? {} : { unfetchedCredentialIds: unfetched }),
    ...(reported.length === 0 ? {} : { reports: Object.fromEntries(reported.map(({ id, reports }) => [id, reports])) }),
  };
}

/**
 * State of a key. `lingering`: dead, but Seam still holds it and is not deleting it. `unfetched`: alive, and on no
 * phone.
 */
type Fate = 'on-phone' | 'unfetched' | 'lingering' | 'gone';

async function lookAt(
  id: string,
  seam: SeamCalls,
  signal: AbortSignal,
): Promise<{ readonly fate: Fate; readonly reports: readonly SeamReport[] }> {
  const key = await findKey(id, seam, signal);
  if (key === undefined || isBeingDeleted(key)) return { fate: 'gone', reports: [] };
  // Validity, and the wait for a phone, may be recorded on the key's copies only.
  const held = key.acs_user_id == null ? [] : await credentialsIfKnown(key.acs_user_id, seam, signal);
  if (isDead(key, held)) return { fate: 'lingering', reports: [] };
  return { fate: isUnfetched(key, held) ? 'unfetched' : 'on-phone', reports: keyReports(key, held) };
}
