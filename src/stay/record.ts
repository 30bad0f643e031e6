/** What steps bring back, taken into the book. Every step says what it observed at Seam; the keyring merges it. */
import { writeLine, type LostPhone, type StayBook } from './book.js';
import { isBefore, plusMinutes, type Instant } from './instants.js';
import { endKey, findKey, fingerprint, keysOf, withKey, withRefusal, withoutRefusals, type Key } from './keyring.js';
import type { GroundStep } from './groundwork.js';
import type { KeyStep } from './plan-keys.js';
import type {
  CheckKeysOutcome,
  DoorFacts,
  IssueOutcome,
  KeyAsk,
  Observed,
  PreparedGuest,
  PropertyFacts,
  RevokeOutcome,
} from './steps.js';

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
    case 'killed':
      book.keyring = withKey(book.keyring, {
        ...endKey({ ...key, acsCredentialId: outcome.acsCredentialId, issuedAt: key.issuedAt ?? now }, 'killed', now),
        lingers: true,
      });
      spendForce(book, key.guestId);
      writeLine(book, { at: now, what: `key of guest ${key.guestId} was ended by somebody else` });
      mergeObserved(book, key, outcome, now);
      return;
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
      });
      return;
    default:
      outcome satisfies never;
  }
}

function endAnchor(book: StayBook, acsCredentialId: string, now: Instant): void {
  const anchor = book.keyring.keys.find((key) => key.acsCredentialId === acsCredentialId);
  if (anchor === undefined) {
    const outsideAnchors = book.keyring.outsideAnchors.filter((card) => card.acsCredentialId !== acsCredentialId);
    book.keyring = { ...book.keyring, outsideAnchors };
    writeLine(book, { at: now, what: `card ${acsCredentialId} can no longer be joined` });
    return;
  }
  if (anchor.state === 'dead') return;
  const ended = endByOthers(book, anchor, now);
  book.keyring = withKey(book.keyring, { ...ended, lingers: true });
}

/** The key as it is after somebody else has ended it: Seam itself, for a newer one, or a card at the desk. */
function endByOthers(book: StayBook, key: Key, now: Instant): Key {
  if (hasSuccessor(book, key)) return endKey(key, 'replaced', now);
  spendForce(book, key.guestId);
  return endKey(key, 'killed', now);
}

/** Staff's `force` is for one key: it must not answer the next card at the desk as well (rule 8). */
function spendForce(book: StayBook, guestId: string): void {
  const { forced: _stay, ...wanted } = book.wanted;
  const party = wanted.party.map((one) => {
    const { forced: _guest, ...rest } = one;
    return one.guest.guestId === guestId ? rest : one;
  });
  book.wanted = { ...wanted, party };
}

/** True if the guest has asked for a newer key: then Seam itself may have ended the earlier one. */
function hasSuccessor(book: StayBook, key: Key): boolean {
  const own = keysOf(book.keyring, key.guestId);
  return own.at(-1)?.keyId !== key.keyId;
}

function mergeObserved(book: StayBook, key: Key, observed: Observed, now: Instant): void {
  for (const acsCredentialId of observed.goneCredentialIds) {
    if (acsCredentialId !== key.acsCredentialId) endGone(book, acsCredentialId, observed, now);
  }
  for (const acsCredentialId of observed.strayCredentialIds) addStray(book, key, acsCredentialId, now);
}

type Losses = Pick<Observed, 'lingeringCredentialIds'>;

function endGone(book: StayBook, acsCredentialId: string, losses: Losses, now: Instant): void {
  const gone = book.keyring.keys.find((other) => other.acsCredentialId === acsCredentialId);
  if (gone === undefined || gone.state === 'dead') return;
  book.keyring = withKey(book.keyring, lost(book, gone, losses, now));
  writeLine(book, { at: now, what: `an earlier key of guest ${gone.guestId} is gone at Seam` });
}

/** The key as it is once Seam has told that it is dead. */
function lost(book: StayBook, key: Key, { lingeringCredentialIds = [] }: Losses, now: Instant): Key {
  const ended = endByOthers(book, key, now);
  return lingeringCredentialIds.includes(key.acsCredentialId ?? '') ? { ...ended, lingers: true } : ended;
}

function addStray(book: StayBook, like: Key, acsCredentialId: string, now: Instant): void {
  if (book.keyring.keys.some((key) => key.acsCredentialId === acsCredentialId)) return;
  const stray = lateKey(book, like, acsCredentialId, now);
  book.keyring = { ...withKey(book.keyring, { ...stray, state: 'stray' }), lastKey: book.keyring.lastKey + 1 };
  writeLine(book, { at: now, what: `a key that nobody asked for appeared for guest ${like.guestId}` });
}

/** The key that a lost request for `like` has made. */
function lateKey(book: StayBook, like: Key, acsCredentialId: string, now: Instant): Key {
  const { guestId, acsUserId, ask, commonDoors, generation } = like;
  const keyId = `${guestId}#${book.keyring.lastKey + 1}`;
  const why = 'a lost request was carried out after all';
  return {
    keyId,
    guestId,
    acsUserId,
    ask,
    commonDoors,
    generation,
    state: 'issuing',
    acsCredentialId,
    requestedAt: now,
    why,
  };
}

type Watch = GroundStep & { do: 'watch-for-strays' };

/** What a watch for the key of a lost request has seen. */
export function recordWatch(book: StayBook, watch: Watch, observed: Observed, now: Instant): void {
  const key = findKey(book.keyring, watch.keyId);
  const [newest, ...others] = observed.strayCredentialIds;
  if (newest === undefined) {
    const { doubt: _doubt, ...certain } = key;
    book.keyring = withKey(book.keyring, watch.minutes > 0 ? { ...key, doubt: 'watched' } : certain);
  } else if (isSupersededBy(key, observed)) {
    takePlace(book, key, newest, now);
  } else {
    addStray(book, key, newest, now);
  }
  for (const acsCredentialId of others) addStray(book, key, acsCredentialId, now);
  for (const acsCredentialId of observed.goneCredentialIds) endGone(book, acsCredentialId, observed, now);
}

/**
 * A late override shuts out every key before it, and Seam may have ended the guest's earlier key for a late joiner: then the late
 * key is the one that he holds, and the others join it.
 */
function isSupersededBy(key: Key, { goneCredentialIds }: Observed): boolean {
  if (key.state === 'dead') return key.ended === 'killed';
  return key.state === 'live' && (key.ask.kind === 'override' || goneCredentialIds.includes(key.acsCredentialId ?? ''));
}

/** Enters the late key as the guest's own, still to be confirmed; the doubt goes with it. */
function takePlace(book: StayBook, key: Key, acsCredentialId: string, now: Instant): void {
  const { doubt: _doubt, ...certain } = key;
  const late = lateKey(book, key, acsCredentialId, now);
  const { lastKey, lastGeneration } = book.keyring;
  const generation = key.ask.kind === 'override' ? lastGeneration + 1 : key.generation;
  book.keyring = {
    ...withKey(withKey(book.keyring, certain), { ...late, generation, doubt: 'open' }),
    lastKey: lastKey + 1,
    lastGeneration: Math.max(lastGeneration, generation),
  };
  writeLine(book, { at: now, what: `the key of guest ${key.guestId} was made twice; the later one counts` });
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

export function recordProperty(book: StayBook, facts: PropertyFacts): void {
  const { name, timeZone, policy, window } = facts;
  book.property = { name, timeZone, policy };
  book.propertyDue = false;
  if (window === undefined) return;
  const changed = { ...window, ...book.wanted.otherDates };
  book.wanted = { ...book.wanted, window: isBefore(changed.from, changed.to) ? changed : window };
}

export function recordDoors(book: StayBook, facts: DoorFacts): void {
  const known = book.doors.rooms.filter((door) => !facts.rooms.some((other) => other.room === door.room));
  // An answer is about the rooms that it was asked for; what is known of others stands.
  const unknown = book.doors.unknownRooms.filter((room) => !facts.rooms.some((door) => door.room === room));
  const unknownRooms = [...new Set([...unknown, ...facts.unknownRooms])];
  book.doors = { ...facts, rooms: [...known, ...facts.rooms], unknownRooms };
}

export function recordGuest(book: StayBook, guestId: string, prepared: PreparedGuest): void {
  book.guests[guestId] = prepared;
}

export function recordPhone(book: StayBook, guestId: string): void {
  const known = book.guests[guestId];
  if (known !== undefined) book.guests[guestId] = { ...known, phoneReady: true };
}

export function recordDeactivated(book: StayBook, lost: LostPhone, now: Instant): void {
  book.phonesToDeactivate = book.phonesToDeactivate.filter(
    (phone) => phone.guestId !== lost.guestId || phone.deviceId !== lost.deviceId,
  );
  writeLine(book, { at: now, what: 'lost phone deactivated' });
}

export function recordCheck(book: StayBook, checked: readonly string[], outcome: CheckKeysOutcome, now: Instant): void {
  book.credentialsToCheck = book.credentialsToCheck.filter((id) => !checked.includes(id));
  for (const id of outcome.goneCredentialIds) {
    const key = book.keyring.keys.find((candidate) => candidate.acsCredentialId === id);
    if (key === undefined || key.state !== 'live') continue;
    book.keyring = withKey(book.keyring, lost(book, key, outcome, now));
    writeLine(book, { at: now, what: `key of guest ${key.guestId} was ended by somebody else` });
  }
}

/** A groundwork step that ended without an answer. */
export function recordHindrance(
  book: StayBook,
  stepId: string,
  failure: StepFailure,
  about: { readonly guestId?: string },
  now: Instant,
): void {
  if (failure.kind === 'cancelled') return;
  const since = book.hindrances[stepId]?.since ?? now;
  book.hindrances[stepId] = { kind: failure.kind, message: failure.message, since, ...about };
}

export function clearHindrance(book: StayBook, stepId: string): void {
  delete book.hindrances[stepId];
}

/** Keys whose window is over open nothing any more, whatever Seam holds; `busy` names those with a step in flight. */
export function recordExpired(book: StayBook, busy: readonly string[], now: Instant): void {
  for (const key of book.keyring.keys) {
    if (key.state === 'dead' || busy.includes(key.keyId) || isBefore(now, key.ask.window.to)) continue;
    book.keyring = withKey(book.keyring, endKey(key, 'expired', now));
    writeLine(book, { at: now, what: `key of guest ${key.guestId} ran out` });
  }
}
