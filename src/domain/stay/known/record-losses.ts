/** Keys that others have ended: Seam itself, for a newer one, or a card at the front desk. */
import { askToCheck, writeLine, type StayState } from '../state.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import { phoneLookAt, recordFetching } from './unfetched-keys.js';
import type { Key } from '../../model/key.js';
import { endKey, keysOf, withKey, withoutRefusals } from './keyring.js';
import type { CheckKeysOutcome, Observed } from '../../model/stay-activities.js';

/** Records that an anchor is gone at Seam: ends the stay's own key, or removes the outside card. */
export function endAnchor(state: StayState, acsCredentialId: string, now: Instant): void {
  const anchor = state.keyring.keys.find((key) => key.acsCredentialId === acsCredentialId);
  if (anchor === undefined) {
    const outsideAnchors = state.keyring.outsideAnchors.filter((card) => card.acsCredentialId !== acsCredentialId);
    state.keyring = { ...state.keyring, outsideAnchors };
    writeLine(state, { at: now, what: `card ${acsCredentialId} can no longer be joined` });
    return;
  }
  if (anchor.state === 'dead') return;
  const ended = endByOthers(state, anchor, now);
  state.keyring = withKey(state.keyring, { ...ended, lingers: true });
}

/** Returns the key as ended by another party: by Seam for a newer key, or by a card at the front desk. */
export function endByOthers(state: StayState, key: Key, now: Instant): Key {
  if (hasSuccessor(state, key) || opensRoomOfOthers(state, key) || isHisElsewhere(state, key))
    return endKey(key, 'replaced', now);
  spendForce(state, key.guestId);
  return endKey(key, 'killed', now);
}

/**
 * Consumes the `force` of staff. It is for one key and must not answer the next card of the front desk as well (rule
 * 8).
 */
function spendForce(state: StayState, guestId: string): void {
  const { forced: _stay, ...desired } = state.desired;
  const party = desired.party.map((one) => {
    const { forced: _guest, ...rest } = one;
    return one.guest.guestId === guestId ? rest : one;
  });
  state.desired = { ...desired, party };
}

/**
 * Returns true if the same person holds a key to the room in another stay of the share group. Seam may have ended this
 * key for that one.
 */
function isHisElsewhere({ keyring }: StayState, key: Key): boolean {
  return keyring.outsideAnchors.some((anchor) => anchor.acsUserId === key.acsUserId);
}

/**
 * Returns true if the stay has released one of the key's rooms since. The next guest's key there ends the whole key.
 */
function opensRoomOfOthers({ keyring }: StayState, key: Key): boolean {
  return key.ask.rooms.some((room) => (keyring.leftAt?.[room] ?? -1) >= key.generation);
}

/**
 * Returns true if the stay has requested a newer key for the guest. Seam itself may then have ended the earlier one.
 */
function hasSuccessor(state: StayState, key: Key): boolean {
  const own = keysOf(state.keyring, key.guestId);
  return own.at(-1)?.keyId !== key.keyId;
}

type Losses = Pick<Observed, 'lingeringCredentialIds'>;

/** Records that a key of the stay is gone at Seam; does nothing for an unknown or dead key. */
export function endGone(state: StayState, acsCredentialId: string, losses: Losses, now: Instant): void {
  const gone = state.keyring.keys.find((other) => other.acsCredentialId === acsCredentialId);
  if (gone === undefined || gone.state === 'dead') return;
  state.keyring = withKey(state.keyring, lost(state, gone, losses, now));
  writeLine(state, { at: now, what: `an earlier key of guest ${gone.guestId} is gone at Seam` });
}

/** Returns the key as ended, once Seam has reported it dead. */
function lost(state: StayState, key: Key, { lingeringCredentialIds = [] }: Losses, now: Instant): Key {
  const ended = endByOthers(state, key, now);
  return lingeringCredentialIds.includes(key.acsCredentialId ?? '') ? { ...ended, lingers: true } : ended;
}

/** Records that the other stay's keys, which the guest's next key could have ended, are gone. */
export function recordOtherStayEnded(state: StayState, guestId: string): void {
  if (state.keyring.refusals[guestId]?.code !== 'guest-has-other-stay') return;
  state.keyring = withoutRefusals(state.keyring, guestId);
}

/** Minutes after the issue of a key in which an earlier request of another stay may still end it. */
const OTHERS_MAY_END_MINUTES = 5;

/**
 * Returns the instant of one more check for a person with several stays. They have one user at Seam. Another stay may
 * have sent a request before it saw this key; carried out later, that request ends the key. The check comes once no
 * such request can be pending.
 */
function lookForLossAt(state: StayState, key: Key): Instant | undefined {
  const person = state.desired.party.find((one) => one.guest.guestId === key.guestId)?.guest.personId;
  if (person === undefined || key.state !== 'live' || key.lookedAgain === true) return undefined;
  return key.issuedAt === undefined ? undefined : plusMinutes(key.issuedAt, OTHERS_MAY_END_MINUTES);
}

/**
 * Returns the instants at which keys need another check: whether they still exist, and whether a phone has fetched
 * them.
 */
export function looksAt(state: StayState): readonly (Instant | undefined)[] {
  return state.keyring.keys.flatMap((key) => [lookForLossAt(state, key), phoneLookAt(state, key)]);
}

/** Marks keys whose next check is due to be read again from Seam. */
export function lookAgain(state: StayState, now: Instant): void {
  const isDue = (at: Instant | undefined): boolean => at !== undefined && !isBefore(now, at);
  for (const key of state.keyring.keys) {
    const forLoss = isDue(lookForLossAt(state, key));
    if (!forLoss && !isDue(phoneLookAt(state, key))) continue;
    if (forLoss) state.keyring = withKey(state.keyring, { ...key, lookedAgain: true });
    askToCheck(state, [key]);
  }
}

/** Records the outcome of a check of these credentials: keys that are gone, fetched or still unfetched. */
export function recordCheck(
  state: StayState,
  checked: readonly string[],
  outcome: CheckKeysOutcome,
  now: Instant,
): void {
  const { goneCredentialIds, unfetchedCredentialIds = [] } = outcome;
  state.credentialsToCheck = state.credentialsToCheck.filter((id) => !checked.includes(id));
  for (const id of checked) {
    const key = state.keyring.keys.find((candidate) => candidate.acsCredentialId === id);
    if (key === undefined || key.state !== 'live') continue;
    if (goneCredentialIds.includes(id)) {
      state.keyring = withKey(state.keyring, lost(state, key, outcome, now));
      writeLine(state, { at: now, what: `key of guest ${key.guestId} was ended by somebody else` });
    } else {
      recordFetching(state, key, unfetchedCredentialIds.includes(id) ? 'unfetched' : 'fetched', now);
    }
  }
}
