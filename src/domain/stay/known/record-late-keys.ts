/** Keys that Seam makes late, for requests whose answers were lost. */
import { withLine, type StayState } from '../state.js';
import type { Preparation } from '../../model/preparation.js';
import type { IssuingKey, Key, KeyCore, StrayKey } from '../../model/key.js';
import type { Instant } from '../../model/instants.js';
import { findKey, putKey, withKey } from './keyring.js';
import { endGone } from './record-losses.js';
import type { Observed } from '../../model/stay-activities.js';

/** Adds a stray that resembles the key `like`; does nothing if the keyring already has the credential. */
export function addStray(state: StayState, like: Key, acsCredentialId: string, now: Instant): StayState {
  if (state.keyring.keys.some((key) => key.acsCredentialId === acsCredentialId)) return state;
  const stray: StrayKey = { ...lateKey(state, like, now), state: 'stray', acsCredentialId };
  const keyring = { ...withKey(state.keyring, stray), lastKey: state.keyring.lastKey + 1 };
  return withLine(
    { ...state, keyring },
    { at: now, what: `a key that no step requested appeared for guest ${like.guestId}` },
  );
}

/** Returns the key that a lost request for `like` has made. */
function lateKey(state: StayState, like: Key, now: Instant): KeyCore {
  const { guestId, acsUserId, ask, commonDoors, generation } = like;
  const keyId = `${guestId}#${state.keyring.lastKey + 1}`;
  const why = 'Seam carried out a lost request late';
  return {
    keyId,
    guestId,
    acsUserId,
    ask,
    commonDoors,
    generation,
    requestedAt: now,
    why,
  };
}

type Watch = Preparation & { do: 'watch-for-strays' };

/** Records the observations of a watch for the key of a lost request. */
export function recordWatch(state: StayState, watch: Watch, observed: Observed, now: Instant): StayState {
  const key = findKey(state.keyring, watch.keyId);
  const [newest, ...others] = observed.strayCredentialIds;
  let next: StayState;
  if (newest === undefined) {
    const { doubt: _doubt, ...certain } = key;
    next = putKey(state, watch.minutes > 0 ? { ...key, doubt: 'watched' } : certain);
  } else if (isSupersededBy(key, observed)) {
    next = takePlace(state, key, newest, now);
  } else {
    next = addStray(state, key, newest, now);
  }
  for (const acsCredentialId of others) next = addStray(next, key, acsCredentialId, now);
  for (const acsCredentialId of observed.goneCredentialIds) next = endGone(next, acsCredentialId, observed, now);
  return next;
}

/**
 * Returns true if the late key takes the place of `key`. A late override locks out every earlier key. Seam may also
 * have ended the guest's earlier key for a late joiner. The guest then holds the late key, and the others join it.
 */
function isSupersededBy(key: Key, { goneCredentialIds }: Observed): boolean {
  if (key.state === 'dead') return key.ended === 'killed';
  return key.state === 'live' && (key.ask.kind === 'override' || goneCredentialIds.includes(key.acsCredentialId));
}

/** Adds the late key as the guest's own, still to be confirmed; the doubt moves to it. */
function takePlace(state: StayState, key: Key, acsCredentialId: string, now: Instant): StayState {
  const { doubt: _doubt, ...certain } = key;
  const late: IssuingKey = { ...lateKey(state, key, now), state: 'issuing', acsCredentialId };
  const { lastKey, lastGeneration } = state.keyring;
  const generation = key.ask.kind === 'override' ? lastGeneration + 1 : key.generation;
  const keyring = {
    ...withKey(withKey(state.keyring, certain), { ...late, generation, doubt: 'open' as const }),
    lastKey: lastKey + 1,
    lastGeneration: Math.max(lastGeneration, generation),
  };
  return withLine(
    { ...state, keyring },
    { at: now, what: `the key of guest ${key.guestId} was made twice; the later one counts` },
  );
}
