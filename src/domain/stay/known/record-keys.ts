/**
 * Records the results of key steps in the state. Every step reports its observations at Seam; the keyring merges them.
 */
import { doubtGuest, withLine, type StayState } from '../state.js';
import { isBefore, type Instant } from '../../model/instants.js';
import { defined } from '../../model/defined.js';
import type { IssuingKey, Key, KeyAsk, Keyring, LiveKey, RevokingKey, StrayKey } from '../../model/key.js';
import type { SeamReport } from '../../model/seam-reports.js';
import { lookAfter, retryAfterRefusal } from './after-refusal.js';
import {
  coreOf,
  endKey,
  findKey,
  fingerprint,
  putKey,
  withKey,
  withoutKey,
  withRefusal,
  withoutRefusals,
} from './keyring.js';
import type { KeyStep } from '../../model/key-plan.js';
import { addStray } from './record-late-keys.js';
import { forgetKeys } from './forget-keys.js';
import { doubtJoiners, endAnchor, endByOthers, endedByOthers, endGone } from './record-losses.js';
import type { IssueOutcome, Observed, RevokeOutcome } from '../../model/stay-activities.js';

/** Failure of a step, as far as it concerns the stay. */
export interface StepFailure {
  readonly kind: 'refused' | 'outage' | 'cancelled';
  readonly message: string;
  /** Set if the property is not in the property file. */
  readonly propertyUnknown?: boolean;
  /** Set if Seam no longer has the guest. */
  readonly guestMissing?: boolean;
  /** Set if Seam certainly made no key: no earlier request of the step can have reached it. */
  readonly nothingMade?: boolean;
  /** Key that Seam has made, although the step failed. */
  readonly acsCredentialId?: string;
}

/** State after the start of a step, and the key that the step is about. */
export interface Started {
  readonly state: StayState;
  readonly key: Key;
}

/** Adds a new key, or finds the one that the step names. From now on a request may have reached Seam. */
export function recordAsk(state: StayState, step: KeyStep & { do: 'override' | 'join' }, now: Instant): Started {
  const { keyring } = state;
  if (step.keyId !== undefined) return { state, key: findKey(keyring, step.keyId) };
  const override = step.do === 'override';
  const key: IssuingKey = {
    keyId: `${step.guestId}#${keyring.lastKey + 1}`,
    guestId: step.guestId,
    acsUserId: step.acsUserId,
    ask: askFor(state, step),
    commonDoors: state.doors.commonDoors.map((door) => door.name),
    generation: override ? keyring.lastGeneration + 1 : step.generation,
    state: 'issuing',
    requestedAt: now,
    why: step.why,
    ...defined({ joinable: override ? step.joinersWait : undefined }),
  };
  const asked = {
    ...forgetKeys(withKey(keyring, key)),
    lastKey: keyring.lastKey + 1,
    lastGeneration: override ? keyring.lastGeneration + 1 : keyring.lastGeneration,
  };
  const line = { at: now, what: `${step.do} for guest ${step.guestId} on ${step.rooms.join(', ')}`, why: step.why };
  return { state: withLine({ ...state, keyring: asked }, line), key };
}

function askFor(state: StayState, step: KeyStep & { do: 'override' | 'join' }): KeyAsk {
  const rooms = step.rooms.flatMap((room) => {
    const door = state.doors.rooms.find((candidate) => candidate.room === room);
    return door === undefined ? [] : [door.acsEntranceId];
  });
  const extent = {
    rooms: step.rooms,
    acsEntranceIds: [...rooms, ...state.doors.commonDoors.map((door) => door.acsEntranceId)],
    window: step.window,
  };
  return step.do === 'join' ? { kind: 'joiner', joinTo: step.joinTo, ...extent } : { kind: 'override', ...extent };
}

/** Records the outcome of an issue step. An ambiguous outcome also starts a search for a late result. */
export function recordIssue(state: StayState, keyId: string, outcome: IssueOutcome, now: Instant): StayState {
  const taken = takeIssue(state, keyId, outcome, now);
  return outcome.ambiguous === true ? openDoubt(taken, keyId) : taken;
}

/** Marks a key whose request went unanswered. The stay must find a key that Seam makes of it later. */
function openDoubt(state: StayState, keyId: string): StayState {
  return putKey(state, { ...findKey(state.keyring, keyId), doubt: 'open' });
}

function takeIssue(state: StayState, keyId: string, outcome: IssueOutcome, now: Instant): StayState {
  const key = findKey(state.keyring, keyId);
  switch (outcome.kind) {
    case 'issued': {
      const issued: LiveKey = {
        ...coreOf(key),
        state: 'live',
        acsCredentialId: outcome.acsCredentialId,
        issuedAt: outcome.issuedAt,
        ...defined({ awaitsPhone: outcome.unfetched }),
        ...reported(key, outcome.reports, now),
      };
      const keyring = withoutRefusals(withKey(state.keyring, issued), key.guestId);
      const how = outcome.adopted ? 'found at Seam from an earlier request, and adopted' : 'issued';
      const line = { at: now, what: `key of guest ${key.guestId} ${how}`, why: key.why };
      return mergeObserved(withLine({ ...state, keyring }, line), issued, outcome, now);
    }
    case 'made': {
      const { acsCredentialId } = outcome;
      const { outageSince, outageWhy: _why, reports: _reports, ...known } = key;
      const line = { at: now, what: `key of guest ${key.guestId} made, and not at the provider yet` };
      const { outage: outageWhy } = outcome;
      const outage = outageWhy === undefined ? {} : { outageSince: outageSince ?? now, outageWhy };
      const news = { ...outage, ...defined({ reports: outcome.reports, askedAtMs: outcome.askedAtMs }) };
      const made: Key =
        known.state === 'issuing' ? { ...known, acsCredentialId, ...news } : { ...known, acsCredentialId };
      return mergeObserved(withLine(putKey(state, made), line), key, outcome, now);
    }
    case 'unconfirmed': {
      const { acsCredentialId } = outcome;
      const late: IssuingKey = {
        ...coreOf(key),
        state: 'issuing',
        acsCredentialId,
        delayedSince: key.delayedSince ?? now,
        ...defined({ reports: outcome.reports, askedAtMs: outcome.askedAtMs }),
      };
      return mergeObserved(putKey(state, late), key, outcome, now);
    }
    case 'cancelled': {
      const { acsCredentialId = key.acsCredentialId } = outcome;
      const { outageSince: _since, outageWhy: _why, ...known } = key;
      return mergeObserved(putKey(state, { ...known, ...defined({ acsCredentialId }) }), key, outcome, now);
    }
    case 'killed': {
      const { acsCredentialId } = outcome;
      const made: LiveKey = {
        ...coreOf(key),
        state: 'live',
        acsCredentialId,
        issuedAt: key.issuedAt ?? now,
        ...defined({ anchorRevoked: key.anchorRevoked }),
      };
      const line = { at: now, what: endedByOthers(key) };
      return mergeObserved(withLine(endByOthers(state, made, { lingers: true }, now), line), key, outcome, now);
    }
    case 'anchor-gone':
      return endAnchor(putKey(state, endKey(key, 'failed', now)), outcome.acsCredentialId, now);
    case 'anchor-unsynced':
      return waitForAnchor(putKey(state, endKey(key, 'failed', now)), outcome.acsCredentialId);
    case 'other-stay': {
      const keyring = withRefusal(withKey(state.keyring, endKey(key, 'failed', now)), key.guestId, {
        code: 'guest-has-other-stay',
        fingerprint: fingerprint(key.ask),
        message: 'the guest holds a live key of another stay; a new one could end it at Seam',
        at: now,
        ...defined({ until: outcome.until }),
        acsCredentialIds: outcome.acsCredentialIds,
      });
      return { ...state, keyring };
    }
    default:
      outcome satisfies never;
      return state;
  }
}

/** Returns the state in which nothing joins this anchor before it is confirmed. */
function waitForAnchor(state: StayState, acsCredentialId: string): StayState {
  const anchor = state.keyring.keys.find((key) => key.acsCredentialId === acsCredentialId);
  if (anchor?.state !== 'issuing') return state;
  const { joinable: _early, ...confirmedFirst } = anchor;
  return putKey(state, confirmedFirst);
}

/** Returns what Seam reports of a live key, with the next look at it. */
function reported(
  { ask }: Key,
  reports: readonly SeamReport[] | undefined,
  now: Instant,
): Pick<LiveKey, 'reports' | 'look'> {
  return reports === undefined ? {} : { reports, look: lookAfter(undefined, now, ask.window.from) };
}

function mergeObserved(state: StayState, key: Key, observed: Observed, now: Instant): StayState {
  const withoutGone = observed.goneCredentialIds
    .filter((acsCredentialId) => acsCredentialId !== key.acsCredentialId)
    .reduce((next, acsCredentialId) => endGone(next, acsCredentialId, observed, now), state);
  return observed.strayCredentialIds.reduce((next, id) => addStray(next, key, id, now), withoutGone);
}

/** Records that a revoke of this key starts. */
export function recordRevoking(state: StayState, keyId: string, why: string, now: Instant): Started {
  const known = findKey(state.keyring, keyId);
  const { acsCredentialId, issuedAt, outageSince, outageWhy, retryAt, refusedSince } = known;
  const { deadAt, ended, residualUntil, lingers } = known;
  const key: RevokingKey = {
    ...coreOf(known),
    state: 'revoking',
    ...defined({
      acsCredentialId,
      issuedAt,
      outageSince,
      outageWhy,
      retryAt,
      refusedSince,
      deadAt,
      ended,
      residualUntil,
      lingers,
    }),
  };
  const line = { at: now, what: `revoke for guest ${key.guestId} on ${key.ask.rooms.join(', ')}`, why };
  return { state: withLine(putKey(state, key), line), key };
}

/** Records the confirmed revoke of a key. */
export function recordRevoked(state: StayState, keyId: string, outcome: RevokeOutcome, now: Instant): StayState {
  const key = findKey(state.keyring, keyId);
  const known = { ...key, ...defined({ acsCredentialId: key.acsCredentialId ?? outcome.revokedCredentialIds[0] }) };
  // The key was killed by another party. The stay must still answer that after the revoke from the phones.
  const ended = endKey(known, key.ended === 'killed' ? 'killed' : 'revoked', now);
  // Without an id, the requested key may not have existed yet at the time of the revoke.
  const recorded = putKey(state, key.acsCredentialId === undefined ? { ...ended, doubt: 'open' } : ended);
  const what = known.acsCredentialId === undefined ? noKeyMade(key) : `key of guest ${key.guestId} revoked`;
  const doubted = doubtJoiners(recorded, known.acsCredentialId === undefined ? [] : [known.acsCredentialId]);
  return withLine(doubted, { at: now, what });
}

/** Returns the timeline text for a request that Seam has made no key of. */
function noKeyMade({ guestId }: Key): string {
  return `no key of guest ${guestId} was made, so there is none to revoke`;
}

/** Records a key step that ended without an outcome. */
export function recordKeyFailure(state: StayState, keyId: string, failure: StepFailure, now: Instant): StayState {
  const before = findKey(state.keyring, keyId);
  const isIssue = before.state === 'issuing' && before.acsCredentialId === undefined;
  // A step that knows its key's id has created nothing.
  const known = isIssue && failure.nothingMade !== true ? afterRequest(state, before, failure) : state;
  const key = findKey(known.keyring, keyId);
  if (failure.kind === 'cancelled') return known;
  if (failure.kind === 'outage') {
    const isOpen = key.state === 'issuing' || key.state === 'revoking';
    const outage = { outageSince: key.outageSince ?? now, outageWhy: failure.message };
    return isOpen ? putKey(known, { ...key, ...outage }) : known;
  }
  if (key.state === 'revoking') return recordRevokeRefused(known, key, failure, now);
  const line = { at: now, what: `key of guest ${key.guestId} refused`, why: failure.message };
  const refused = withLine({ ...known, keyring: refuse(known.keyring, key, failure, now) }, line);
  if (failure.guestMissing !== true) return refused;
  return doubtGuest({ ...refused, keyring: withoutRefusals(refused.keyring, key.guestId) }, key.guestId);
}

/** Returns the state after a request for this key: Seam has made the key, or may have. */
function afterRequest(state: StayState, key: IssuingKey, { acsCredentialId }: StepFailure): StayState {
  const found = acsCredentialId === undefined ? state : putKey(state, { ...key, acsCredentialId });
  return openDoubt(found, key.keyId);
}

/** Records a refused revoke. The stay never gives up a revoke: it retries it later, and earlier on `retry`. */
function recordRevokeRefused(state: StayState, key: RevokingKey, failure: StepFailure, now: Instant): StayState {
  const refusedSince = key.refusedSince ?? now;
  const { outageSince: _answered, outageWhy: _why, ...answered } = key;
  const refused = putKey(state, { ...answered, refusedSince, retryAt: retryAfterRefusal(refusedSince, now) });
  return withLine(refused, { at: now, what: `revoke for guest ${key.guestId} refused`, why: failure.message });
}

/** Returns the keyring after Seam has refused this key, with the refusal as the guest's latest. */
function refuse(keyring: Keyring, key: Key, { message, nothingMade }: StepFailure, now: Instant): Keyring {
  const asked = fingerprint(key.ask);
  const before = keyring.refusals[key.guestId];
  const at = before?.code === 'key-failed' && before.fingerprint === asked ? before.at : now;
  const until = retryAfterRefusal(at, now);
  const refusal = { code: 'key-failed', fingerprint: asked, message, at, until } as const;
  if (nothingMade === true && key.acsCredentialId === undefined) {
    return withRefusal(withoutKey(keyring, key), key.guestId, refusal);
  }
  // An attempt before the refused one may have succeeded: the stay looks for the key and ends it.
  const stray: StrayKey = { ...coreOf(key), state: 'stray', ...defined({ acsCredentialId: key.acsCredentialId }) };
  return withRefusal(withKey(keyring, stray), key.guestId, refusal);
}

/**
 * Records keys whose window is over as expired: they open nothing any more, whatever Seam holds. `busy` lists the ids
 * of keys with a step in flight, which are left out.
 */
export function recordExpired(state: StayState, busy: readonly string[], now: Instant): StayState {
  return state.keyring.keys
    .filter((key) => key.state !== 'dead' && !busy.includes(key.keyId) && !isBefore(now, key.ask.window.to))
    .reduce((next, key) => {
      const expired = putKey(next, endKey(key, 'expired', now));
      const isMade = key.acsCredentialId !== undefined;
      const what = `${isMade ? 'key' : 'request for a key'} of guest ${key.guestId} expired`;
      return withLine(expired, { at: now, what });
    }, state);
}
