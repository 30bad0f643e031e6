/** Keys that Seam has made and that none of the guest's phones has fetched yet. */
import { isEnded, withLine, type StayState } from '../state.js';
import { isBefore, later, plusMinutes, type Instant } from '../../model/instants.js';
import { isConfirmed, type Key, type LiveKey } from '../../model/key.js';
import { putKey } from './keyring.js';

/**
 * Returns the instant at which to check whether a phone has fetched a key that no phone had at first. A guest who has
 * arrived should hold it by then. Undefined if no check is due.
 */
export function phoneLookAt(state: StayState, key: Key): Instant | undefined {
  const { status, checkedInAt } = state.desired;
  const policy = state.property?.policy;
  if (policy === undefined) return undefined;
  if (key.state !== 'live' || key.awaitsPhone !== true || key.unfetchedSince !== undefined) return undefined;
  if (status !== 'in-house' || checkedInAt === undefined) return undefined;
  // A guest who comes later than the others does not arrive before their own window.
  const expected = later(key.ask.window.from, later(checkedInAt, key.issuedAt));
  return plusMinutes(expected, policy.phoneMissingAfterMinutes);
}

/** Records whether a phone has fetched a live key. An unfetched key means nothing before its check is due. */
export function recordFetching(state: StayState, key: LiveKey, news: 'fetched' | 'unfetched', now: Instant): StayState {
  if (news === 'unfetched') {
    const at = phoneLookAt(state, key);
    return putKey(state, at === undefined || isBefore(now, at) ? key : { ...key, unfetchedSince: now });
  }
  const { awaitsPhone, unfetchedSince, ...fetched } = key;
  if (awaitsPhone === undefined) return putKey(state, key);
  const recorded = putKey(state, fetched);
  if (unfetchedSince === undefined) return recorded;
  return withLine(recorded, { at: now, what: `a phone of guest ${key.guestId} has fetched their key` });
}

/** Returns the keys that guests who have arrived did not fetch in time. */
export function unfetchedKeys(state: StayState): readonly LiveKey[] {
  if (isEnded(state)) return [];
  return state.keyring.keys.filter(isConfirmed).filter((key) => key.unfetchedSince !== undefined);
}
