/** Keys that Seam makes late, for requests whose answers were lost. */
import { withLine, type StayState } from '../state.js';
import type { Preparation } from '../../model/preparation.js';
import type { IssuingKey, Key, KeyCore, StrayKey } from '../../model/key.js';
import type { Instant } from '../../model/instants.js';
import { findKey, putKey, withKey } from './keyring.js';
import { endGone } from './record-losses.js';
import type { Observed } from '../../model/stay-activities.js';

const CARRIED_OUT_LATE = 'Seam carried out a lost request late';

/** Adds a stray that resembles the key `like`; does nothing if the keyring already has the credential. */
export function addStray(state: StayState, like: Key, acsCredentialId: string, now: Instant): StayState {
  if (state.keyring.keys.some((key) => key.acsCredentialId === acsCredentialId)) return state;
  return withLine(withStray(state, like, { acsCredentialId, why: CARRIED_OUT_LATE }, now), {
    at: now,
    what: `a key that no step requested appeared for guest ${like.guestId}`,
  });
}

/** Adds a key that resembles `like` and that no step has requested, to be ended. */
export function withStray(
  state: StayState,
  like: Resembled,
  { acsCredentialId, why }: { readonly acsCredentialId: string; readonly why: string },
  now: Instant,
): StayState {
  const stray: StrayKey = { ...unrequestedKey(state, like, { why, now }), state: 'stray', acsCredentialId };
  return { ...state, keyring: { ...withKey(state.keyring, stray), lastKey: state.keyring.lastKey + 1 } };
}

type Resembled = Pick<KeyCore, 'guestId' | 'acsUserId' | 'ask' | 'commonDoors' | 'generation'>;

function unrequestedKey(
  { keyring }: StayState,
  { guestId, acsUserId, ask, commonDoors, generation }: Resembled,
  { why, now }: { readonly why: string; readonly now: Instant },
): KeyCore {
  const keyId = `${guestId}#${keyring.lastKey + 1}`;
  return { keyId, guestId, acsUserId, ask, commonDoors, generation, requestedAt: now, why };
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
  const unrequested = unrequestedKey(state, key, { why: CARRIED_OUT_LATE, now });
  const late: IssuingKey = { ...unrequested, state: 'issuing', acsCredentialId };
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
