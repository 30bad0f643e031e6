/**
 * Records the results of key steps in the state. Every step reports its observations at Seam; the keyring merges them.
 */
import { writeLine, type StayState } from '../state.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { endKey, findKey, fingerprint, withKey, withRefusal, withoutRefusals } from './keyring.js';
import type { KeyStep } from '../../model/key-plan.js';
import { addStray } from './record-late-keys.js';
import { endAnchor, endByOthers, endGone } from './record-losses.js';
import type { KeyAsk } from '../../model/key.js';
import type { IssueOutcome, Observed, RevokeOutcome } from '../../model/stay-activities.js';

/** Minutes until a refused revoke is retried; `retry` retries it earlier. The stay never gives up a revoke. */
const REVOKE_AGAIN_MINUTES = 10;

/** Failure of a step, as far as it concerns the stay. */
export interface StepFailure {
  readonly kind: 'refused' | 'outage' | 'cancelled';
  readonly message: string;
}

/** Adds a new key, or returns the one that the step names. From now on a request may have reached Seam. */
export function recordAsk(state: StayState, step: KeyStep & { do: 'override' | 'join' }, now: Instant): Key {
  if (step.keyId !== undefined) return findKey(state.keyring, step.keyId);
  const keyring = state.keyring;
  const override = step.do === 'override';
  const key: Key = {
    keyId: `${step.guestId}#${keyring.lastKey + 1}`,
    guestId: step.guestId,
    acsUserId: state.guests[step.guestId]?.acsUserId ?? '',
    ask: askFor(state, step),
    commonDoors: state.doors.commonDoors.map((door) => door.name),
    generation: override ? keyring.lastGeneration + 1 : step.generation,
    state: 'issuing',
    requestedAt: now,
    why: step.why,
  };
  state.keyring = withKey(
    {
      ...keyring,
      lastKey: keyring.lastKey + 1,
      lastGeneration: override ? keyring.lastGeneration + 1 : keyring.lastGeneration,
    },
    key,
  );
  writeLine(state, {
    at: now,
    what: `${step.do} for guest ${step.guestId} on ${step.rooms.join(', ')}`,
    why: step.why,
  });
  return key;
}

function askFor(state: StayState, step: KeyStep & { do: 'override' | 'join' }): KeyAsk {
  const rooms = step.rooms.flatMap((room) => {
    const door = state.doors.rooms.find((candidate) => candidate.room === room);
    return door === undefined ? [] : [door.acsEntranceId];
  });
  return {
    kind: step.do === 'override' ? 'override' : 'joiner',
    ...(step.do === 'join' ? { joinTo: step.joinTo } : {}),
    rooms: step.rooms,
    acsEntranceIds: [...rooms, ...state.doors.commonDoors.map((door) => door.acsEntranceId)],
    window: step.window,
  };
}

/** Records the outcome of an issue step. An ambiguous outcome also starts a search for a late result. */
export function recordIssue(state: StayState, keyId: string, outcome: IssueOutcome, now: Instant): void {
  takeIssue(state, keyId, outcome, now);
  if (outcome.ambiguous === true) openDoubt(state, keyId);
}

/** Marks a key whose request went unanswered. The stay must find a key that Seam makes of it later. */
function openDoubt(state: StayState, keyId: string): void {
  state.keyring = withKey(state.keyring, { ...findKey(state.keyring, keyId), doubt: 'open' });
}

function takeIssue(state: StayState, keyId: string, outcome: IssueOutcome, now: Instant): void {
  const { outageSince: _outage, ...key } = findKey(state.keyring, keyId);
  switch (outcome.kind) {
    case 'issued': {
      const { delayedSince: _delayed, ...rest } = key;
      const issued: Key = {
        ...rest,
        state: 'live',
        acsCredentialId: outcome.acsCredentialId,
        issuedAt: outcome.issuedAt,
        ...(outcome.unfetched === true ? { awaitsPhone: true } : {}),
      };
      state.keyring = withoutRefusals(withKey(state.keyring, issued), key.guestId);
      writeLine(state, { at: now, what: `key of guest ${key.guestId} issued`, why: key.why });
      mergeObserved(state, issued, outcome, now);
      return;
    }
    case 'unconfirmed':
      state.keyring = withKey(state.keyring, {
        ...key,
        acsCredentialId: outcome.acsCredentialId,
        delayedSince: key.delayedSince ?? now,
      });
      mergeObserved(state, key, outcome, now);
      return;
    case 'cancelled': {
      const { acsCredentialId } = outcome;
      state.keyring = withKey(state.keyring, { ...key, ...(acsCredentialId === undefined ? {} : { acsCredentialId }) });
      mergeObserved(state, key, outcome, now);
      return;
    }
    case 'killed': {
      const made = { ...key, acsCredentialId: outcome.acsCredentialId, issuedAt: key.issuedAt ?? now };
      state.keyring = withKey(state.keyring, { ...endByOthers(state, made, now), lingers: true });
      writeLine(state, { at: now, what: `key of guest ${key.guestId} was ended by somebody else` });
      mergeObserved(state, key, outcome, now);
      return;
    }
    case 'anchor-gone':
      state.keyring = withKey(state.keyring, endKey(key, 'failed', now));
      endAnchor(state, outcome.acsCredentialId, now);
      return;
    case 'other-stay':
      state.keyring = withRefusal(withKey(state.keyring, endKey(key, 'failed', now)), key.guestId, {
        code: 'guest-has-other-stay',
        fingerprint: fingerprint(key.ask),
        message: 'the guest holds a live key of another stay; a new one could end it at Seam',
        at: now,
        ...(outcome.until === undefined ? {} : { until: outcome.until }),
        acsCredentialIds: outcome.acsCredentialIds,
      });
      return;
    default:
      outcome satisfies never;
  }
}

function mergeObserved(state: StayState, key: Key, observed: Observed, now: Instant): void {
  for (const acsCredentialId of observed.goneCredentialIds) {
    if (acsCredentialId !== key.acsCredentialId) endGone(state, acsCredentialId, observed, now);
  }
  for (const acsCredentialId of observed.strayCredentialIds) addStray(state, key, acsCredentialId, now);
}

/** Records that a revoke of this key starts, and returns the key. */
export function recordRevoking(state: StayState, keyId: string, why: string, now: Instant): Key {
  const key: Key = { ...findKey(state.keyring, keyId), state: 'revoking' };
  state.keyring = withKey(state.keyring, key);
  writeLine(state, { at: now, what: `revoke for guest ${key.guestId} on ${key.ask.rooms.join(', ')}`, why });
  return key;
}

/** Records the confirmed revoke of a key. */
export function recordRevoked(state: StayState, keyId: string, outcome: RevokeOutcome, now: Instant): void {
  const key = findKey(state.keyring, keyId);
  const acsCredentialId = key.acsCredentialId ?? outcome.revokedCredentialIds[0];
  const known = { ...key, ...(acsCredentialId === undefined ? {} : { acsCredentialId }) };
  // The key was killed by another party. The stay must still answer that after the revoke from the phones.
  const ended = endKey(known, key.ended === 'killed' ? 'killed' : 'revoked', now);
  // Without an id, the requested key may not have existed yet at the time of the revoke.
  state.keyring = withKey(state.keyring, key.acsCredentialId === undefined ? { ...ended, doubt: 'open' } : ended);
  writeLine(state, { at: now, what: `key of guest ${key.guestId} revoked` });
}

/** Records a key step that ended without an outcome. */
export function recordKeyFailure(state: StayState, keyId: string, failure: StepFailure, now: Instant): void {
  if (findKey(state.keyring, keyId).state === 'issuing') openDoubt(state, keyId);
  const key = findKey(state.keyring, keyId);
  if (failure.kind === 'cancelled') return;
  if (failure.kind === 'outage') {
    state.keyring = withKey(state.keyring, { ...key, outageSince: key.outageSince ?? now });
    return;
  }
  if (key.state === 'revoking') {
    state.keyring = withKey(state.keyring, { ...key, retryAt: plusMinutes(now, REVOKE_AGAIN_MINUTES) });
    writeLine(state, { at: now, what: `revoke for guest ${key.guestId} refused`, why: failure.message });
    return;
  }
  // An attempt before the refused one may have succeeded: the stay looks for the key and ends it.
  state.keyring = withRefusal(withKey(state.keyring, { ...key, state: 'stray' }), key.guestId, {
    code: 'key-failed',
    fingerprint: fingerprint(key.ask),
    message: failure.message,
    at: now,
  });
  writeLine(state, { at: now, what: `key of guest ${key.guestId} refused`, why: failure.message });
}

/**
 * Records keys whose window is over as expired: they open nothing any more, whatever Seam holds. `busy` lists the ids
 * of keys with a step in flight, which are left out.
 */
export function recordExpired(state: StayState, busy: readonly string[], now: Instant): void {
  for (const key of state.keyring.keys) {
    if (key.state === 'dead' || busy.includes(key.keyId) || isBefore(now, key.ask.window.to)) continue;
    state.keyring = withKey(state.keyring, endKey(key, 'expired', now));
    writeLine(state, { at: now, what: `key of guest ${key.guestId} expired` });
  }
}
