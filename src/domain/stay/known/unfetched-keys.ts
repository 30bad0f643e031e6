/** Keys that Seam has made and that none of the guest's phones has fetched yet. */
import { isEnded, writeLine, type StayState } from '../state.js';
import { isBefore, later, plusMinutes, type Instant } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { withKey } from './keyring.js';

/**
 * Returns the instant at which to check whether a phone has fetched a key that no phone had at first. A guest who has
 * arrived should hold it by then. Undefined if no check is due.
 */
export function phoneLookAt(state: StayState, key: Key): Instant | undefined {
  const { status, checkedInAt } = state.desired;
  const policy = state.property?.policy;
  if (policy === undefined) return undefined;
  if (key.state !== 'live' || key.awaitsPhone !== true || key.unfetchedSince !== undefined) return undefined;
  if (status !== 'in-house' || checkedInAt === undefined || key.issuedAt === undefined) return undefined;
  // A guest who comes later than the others does not arrive before their own window.
  const expected = later(key.ask.window.from, later(checkedInAt, key.issuedAt));
  return plusMinutes(expected, policy.phoneMissingAfterMinutes);
}

/** Records whether a phone has fetched a live key. An unfetched key means nothing before its check is due. */
export function recordFetching(state: StayState, key: Key, news: 'fetched' | 'unfetched', now: Instant): void {
  if (news === 'unfetched') {
    const at = phoneLookAt(state, key);
    if (at === undefined || isBefore(now, at)) return;
    state.keyring = withKey(state.keyring, { ...key, unfetchedSince: now });
    return;
  }
  const { awaitsPhone, unfetchedSince, ...fetched } = key;
  if (awaitsPhone === undefined) return;
  state.keyring = withKey(state.keyring, fetched);
  if (unfetchedSince === undefined) return;
  writeLine(state, { at: now, what: `a phone of guest ${key.guestId} has fetched their key` });
}

/** Returns the keys that guests who have arrived did not fetch in time. */
export function unfetchedKeys(state: StayState): readonly Key[] {
  if (isEnded(state)) return [];
  return state.keyring.keys.filter((key) => key.state === 'live' && key.unfetchedSince !== undefined);
}
