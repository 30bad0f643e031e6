/** What key steps bring back, taken into the book. Every step says what it observed at Seam; the keyring merges it. */
import { writeLine, type StayBook } from '../state.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { endKey, findKey, fingerprint, withKey, withRefusal, withoutRefusals } from './keyring.js';
import type { KeyStep } from '../../model/key-plan.js';
import { addStray } from './record-late-keys.js';
import { endAnchor, endByOthers, endGone } from './record-losses.js';
import type { KeyAsk } from '../../model/key.js';
import type { IssueOutcome, Observed, RevokeOutcome } from '../../model/stay-activities.js';

/** A revoke is never given up: one that Seam refuses is tried again this much later, or on `retry`. */
const REVOKE_AGAIN_MINUTES = 10;

/** What a step failed with, as far as the stay is concerned. */
export interface StepFailure {
  readonly kind: 'refused' | 'outage' | 'cancelled';
  readonly message: string;
}

/** Enters a new key, or goes on with the one that the step names; from now on a request may have reached Seam. */
export function recordAsk(book: StayBook, step: KeyStep & { do: 'override' | 'join' }, now: Instant): Key {
  if (step.keyId !== undefined) return findKey(book.keyring, step.keyId);
  const keyring = book.keyring;
  const override = step.do === 'override';
  const key: Key = {
    keyId: `${step.guestId}#${keyring.lastKey + 1}`,
    guestId: step.guestId,
    acsUserId: book.guests[step.guestId]?.acsUserId ?? '',
    ask: askFor(book, step),
    commonDoors: book.doors.commonDoors.map((door) => door.name),
    generation: override ? keyring.lastGeneration + 1 : step.generation,
    state: 'issuing',
    requestedAt: now,
    why: step.why,
  };
  book.keyring = withKey(
    {
      ...keyring,
      lastKey: keyring.lastKey + 1,
      lastGeneration: override ? keyring.lastGeneration + 1 : keyring.lastGeneration,
    },
    key,
  );
  writeLine(book, { at: now, what: `${step.do} for guest ${step.guestId} on ${step.rooms.join(', ')}`, why: step.why });
  return key;
}

function askFor(book: StayBook, step: KeyStep & { do: 'override' | 'join' }): KeyAsk {
  const rooms = step.rooms.flatMap((room) => {
    const door = book.doors.rooms.find((candidate) => candidate.room === room);
    return door === undefined ? [] : [door.acsEntranceId];
  });
  return {
    kind: step.do === 'override' ? 'override' : 'joiner',
    ...(step.do === 'join' ? { joinTo: step.joinTo } : {}),
    rooms: step.rooms,
    acsEntranceIds: [...rooms, ...book.doors.commonDoors.map((door) => door.acsEntranceId)],
    window: step.window,
  };
}

export function recordIssue(book: StayBook, keyId: string, outcome: IssueOutcome, now: Instant): void {
  takeIssue(book, keyId, outcome, now);
  if (outcome.ambiguous === true) openDoubt(book, keyId);
}

/** A request for this key went unanswered: what Seam makes of it later is to be found. */
function openDoubt(book: StayBook, keyId: string): void {
  book.keyring = withKey(book.keyring, { ...findKey(book.keyring, keyId), doubt: 'open' });
}

function takeIssue(book: StayBook, keyId: string, outcome: IssueOutcome, now: Instant): void {
  const { outageSince: _outage, ...key } = findKey(book.keyring, keyId);
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
      book.keyring = withoutRefusals(withKey(book.keyring, issued), key.guestId);
      writeLine(book, { at: now, what: `key of guest ${key.guestId} issued`, why: key.why });
      mergeObserved(book, issued, outcome, now);
      return;
    }
    case 'unconfirmed':
      book.keyring = withKey(book.keyring, {
        ...key,
        acsCredentialId: outcome.acsCredentialId,
        delayedSince: key.delayedSince ?? now,
      });
      mergeObserved(book, key, outcome, now);
      return;
    case 'cancelled': {
      const { acsCredentialId } = outcome;
      book.keyring = withKey(book.keyring, { ...key, ...(acsCredentialId === undefined ? {} : { acsCredentialId }) });
      mergeObserved(book, key, outcome, now);
      return;
    }
    case 'killed': {
      const made = { ...key, acsCredentialId: outcome.acsCredentialId, issuedAt: key.issuedAt ?? now };
      book.keyring = withKey(book.keyring, { ...endByOthers(book, made, now), lingers: true });
      writeLine(book, { at: now, what: `key of guest ${key.guestId} was ended by somebody else` });
      mergeObserved(book, key, outcome, now);
      return;
    }
    case 'anchor-gone':
      book.keyring = withKey(book.keyring, endKey(key, 'failed', now));
      endAnchor(book, outcome.acsCredentialId, now);
      return;
    case 'other-stay':
      book.keyring = withRefusal(withKey(book.keyring, endKey(key, 'failed', now)), key.guestId, {
        code: 'guest-has-other-stay',
        fingerprint: fingerprint(key.ask),
        message: 'the guest holds a live key of another stay; a new one could end it at Seam',
        at: now,
        ...(outcome.until === undefined ? {} : { until: outcome.until }),
        ...(book.leases === undefined ? {} : { acsCredentialIds: outcome.acsCredentialIds }),
      });
      return;
    default:
      outcome satisfies never;
  }
}

function mergeObserved(book: StayBook, key: Key, observed: Observed, now: Instant): void {
  for (const acsCredentialId of observed.goneCredentialIds) {
    if (acsCredentialId !== key.acsCredentialId) endGone(book, acsCredentialId, observed, now);
  }
  for (const acsCredentialId of observed.strayCredentialIds) addStray(book, key, acsCredentialId, now);
}

export function recordRevoking(book: StayBook, keyId: string, why: string, now: Instant): Key {
  const key: Key = { ...findKey(book.keyring, keyId), state: 'revoking' };
  book.keyring = withKey(book.keyring, key);
  writeLine(book, { at: now, what: `revoke for guest ${key.guestId} on ${key.ask.rooms.join(', ')}`, why });
  return key;
}

export function recordRevoked(book: StayBook, keyId: string, outcome: RevokeOutcome, now: Instant): void {
  const key = findKey(book.keyring, keyId);
  const acsCredentialId = key.acsCredentialId ?? outcome.revokedCredentialIds[0];
  const known = { ...key, ...(acsCredentialId === undefined ? {} : { acsCredentialId }) };
  // That somebody else killed it is still to be answered after it was taken off the phones.
  const ended = endKey(known, key.ended === 'killed' ? 'killed' : 'revoked', now);
  // Without an id, what was asked for may not have been there yet.
  book.keyring = withKey(book.keyring, key.acsCredentialId === undefined ? { ...ended, doubt: 'open' } : ended);
  writeLine(book, { at: now, what: `key of guest ${key.guestId} revoked` });
}

/** A key step that ended without an outcome. */
export function recordKeyFailure(book: StayBook, keyId: string, failure: StepFailure, now: Instant): void {
  if (findKey(book.keyring, keyId).state === 'issuing') openDoubt(book, keyId);
  const key = findKey(book.keyring, keyId);
  if (failure.kind === 'cancelled') return;
  if (failure.kind === 'outage') {
    book.keyring = withKey(book.keyring, { ...key, outageSince: key.outageSince ?? now });
    return;
  }
  if (key.state === 'revoking') {
    book.keyring = withKey(book.keyring, { ...key, retryAt: plusMinutes(now, REVOKE_AGAIN_MINUTES) });
    writeLine(book, { at: now, what: `revoke for guest ${key.guestId} refused`, why: failure.message });
    return;
  }
  // An attempt before the one that was refused may have got through: the key is looked for, and ended.
  book.keyring = withRefusal(withKey(book.keyring, { ...key, state: 'stray' }), key.guestId, {
    code: 'key-failed',
    fingerprint: fingerprint(key.ask),
    message: failure.message,
    at: now,
  });
  writeLine(book, { at: now, what: `key of guest ${key.guestId} refused`, why: failure.message });
}

/** Keys whose window is over open nothing any more, whatever Seam holds; `busy` names those with a step in flight. */
export function recordExpired(book: StayBook, busy: readonly string[], now: Instant): void {
  for (const key of book.keyring.keys) {
    if (key.state === 'dead' || busy.includes(key.keyId) || isBefore(now, key.ask.window.to)) continue;
    book.keyring = withKey(book.keyring, endKey(key, 'expired', now));
    writeLine(book, { at: now, what: `key of guest ${key.guestId} ran out` });
  }
}
