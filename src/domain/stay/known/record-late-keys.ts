/** Keys that Seam makes late, for requests whose answers were lost. */
import { writeLine, type StayBook } from '../state.js';
import type { GroundStep } from '../../model/preparation.js';
import type { Key } from '../../model/key.js';
import type { Instant } from '../../model/instants.js';
import { findKey, withKey } from './keyring.js';
import { endGone } from './record-losses.js';
import type { Observed } from '../../model/stay-activities.js';

export function addStray(book: StayBook, like: Key, acsCredentialId: string, now: Instant): void {
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
