/** Whether a key that Seam has made has come to one of its guest's phones. */
import { isEnded, writeLine, type StayState } from '../state.js';
import { isBefore, later, plusMinutes, type Instant } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { withKey } from './keyring.js';

/**
 * When to see whether a key that no phone had at once has come to one since: its guest, who is there, should hold it by then. Runs from
 * before rooms had leases do not look.
 */
export function phoneLookAt(state: StayState, key: Key): Instant | undefined {
  const { status, checkedInAt } = state.desired;
  const policy = state.property?.policy;
  if (policy === undefined) return undefined;
  if (key.state !== 'live' || key.awaitsPhone !== true || key.unfetchedSince !== undefined) return undefined;
  if (status !== 'in-house' || checkedInAt === undefined || key.issuedAt === undefined) return undefined;
  // A guest who comes later than the others is not there before his own window.
  const expected = later(key.ask.window.from, later(checkedInAt, key.issuedAt));
  return plusMinutes(expected, policy.phoneMissingAfterMinutes);
}

/** What Seam says of a living key; that no phone has it yet means nothing before it is time. */
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
  writeLine(state, { at: now, what: `a phone of guest ${key.guestId} has fetched his key` });
}

/** Keys that guests who are there have not fetched, although it was time. */
export function unfetchedKeys(state: StayState): readonly Key[] {
  if (isEnded(state)) return [];
  return state.keyring.keys.filter((key) => key.state === 'live' && key.unfetchedSince !== undefined);
}
