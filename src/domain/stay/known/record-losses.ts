/** Keys that others have ended: Seam itself, for a newer one, or a card at the front desk. */
import { askToCheck, withLine, type StayState } from '../state.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import { phoneLookAt, recordFetching } from './unfetched-keys.js';
import { isConfirmed, type DeadKey, type Key, type LiveKey } from '../../model/key.js';
import type { SeamReport } from '../../model/seam-reports.js';
import { lookAfter } from './after-refusal.js';
import { endKey, keysOf, mayLive, putKey, withoutRefusals } from './keyring.js';
import type { CheckKeysOutcome, Observed } from '../../model/stay-activities.js';

/** Records that an anchor is gone at Seam: ends the stay's own key, or removes the outside card. */
export function endAnchor(state: StayState, acsCredentialId: string, now: Instant): StayState {
  const anchor = state.keyring.keys.find((key) => key.acsCredentialId === acsCredentialId);
  if (anchor === undefined) {
    const outsideAnchors = state.keyring.outsideAnchors.filter((card) => card.acsCredentialId !== acsCredentialId);
    const keyring = { ...state.keyring, outsideAnchors };
    return withLine({ ...state, keyring }, { at: now, what: `card ${acsCredentialId} can no longer be joined` });
  }
  return anchor.state === 'dead' ? state : endByOthers(state, anchor, { lingers: true }, now);
}

/** Whether a phone may still keep a key that Seam has reported dead. */
interface Remains {
  readonly lingers: boolean;
}

/**
 * Records a key as ended by another party: by Seam for a newer key, or by a card at the front desk. Such a card also
 * consumes the `force` of staff.
 */
export function endByOthers(state: StayState, key: Key, { lingers }: Remains, now: Instant): StayState {
  const isReplaced =
    key.anchorRevoked === true ||
    hasSuccessor(state, key) ||
    opensRoomOfOthers(state, key) ||
    holdsKeyElsewhere(state, key);
  const ended: DeadKey = endKey(key, isReplaced ? 'replaced' : 'killed', now);
  const recorded = putKey(state, lingers ? { ...ended, lingers } : ended);
  return isReplaced ? recorded : spendForce(recorded, key.guestId);
}

/**
 * Marks the keys that opened beside revoked keys, and asks to read them again. Seam does not say whether joiners outlive
 * a revoked anchor; those that do not are made again, because no front-desk card ended them.
 */
export function doubtJoiners(state: StayState, revokedCredentialIds: readonly string[]): StayState {
  const { keys } = state.keyring;
  const joined = keys.filter(
    (key) => mayLive(key) && key.ask.kind === 'joiner' && revokedCredentialIds.includes(key.ask.joinTo),
  );
  const generations = new Set(joined.map((key) => key.generation));
  const ofGeneration = keys.filter((key) => generations.has(key.generation));
  const doubtful = ofGeneration.filter((key) => isConfirmed(key) || key.state === 'issuing');
  const marked = doubtful.reduce((next, key) => putKey(next, { ...key, anchorRevoked: true }), state);
  return askToCheck(marked, ofGeneration.filter(isConfirmed));
}

/**
 * Consumes the `force` of staff. It is for one key and must not answer the next card of the front desk as well (rule
 * 8).
 */
function spendForce(state: StayState, guestId: string): StayState {
  const { forced: _stay, ...desired } = state.desired;
  const party = desired.party.map((one) => {
    const { forced: _guest, ...rest } = one;
    return one.guest.guestId === guestId ? rest : one;
  });
  return { ...state, desired: { ...desired, party } };
}

/**
 * Returns true if the same person holds a key to the room in another stay of the share group. Seam may have ended this
 * key for that one.
 */
function holdsKeyElsewhere({ keyring }: StayState, key: Key): boolean {
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
export function endGone(state: StayState, acsCredentialId: string, losses: Losses, now: Instant): StayState {
  const gone = state.keyring.keys.find((other) => other.acsCredentialId === acsCredentialId);
  if (gone === undefined || gone.state === 'dead') return state;
  const ended = endByOthers(state, gone, remainsOf(acsCredentialId, losses), now);
  return withLine(ended, { at: now, what: endedForNewer(gone) });
}

/** Returns whether a phone may still keep a key that Seam has reported dead. */
function remainsOf(acsCredentialId: string, { lingeringCredentialIds = [] }: Losses): Remains {
  return { lingers: lingeringCredentialIds.includes(acsCredentialId) };
}

/** Records that the other stay's keys, which the guest's next key could have ended, are gone. */
export function recordOtherStayEnded(state: StayState, guestId: string): StayState {
  if (state.keyring.refusals[guestId]?.code !== 'guest-has-other-stay') return state;
  return { ...state, keyring: withoutRefusals(state.keyring, guestId) };
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
  return plusMinutes(key.issuedAt, OTHERS_MAY_END_MINUTES);
}

/**
 * Returns the instants at which keys need another check: whether they still exist, whether a phone has fetched them, and
 * whether Seam still reports something of them.
 */
export function looksAt(state: StayState): readonly (Instant | undefined)[] {
  return state.keyring.keys.flatMap((key) => [lookForLossAt(state, key), phoneLookAt(state, key), key.look?.at]);
}

/** Marks keys whose next check is due to be read again from Seam. */
export function lookAgain(state: StayState, now: Instant): StayState {
  const isDue = (at: Instant | undefined): boolean => at !== undefined && !isBefore(now, at);
  return state.keyring.keys.reduce((next, key) => {
    if (key.state !== 'live') return next;
    const forLoss = isDue(lookForLossAt(state, key));
    if (!forLoss && !isDue(phoneLookAt(state, key)) && !isDue(key.look?.at)) return next;
    return askToCheck(forLoss ? putKey(next, { ...key, lookedAgain: true }) : next, [key]);
  }, state);
}

/** Records the outcome of a check of these credentials: keys that are gone, fetched or still unfetched. */
export function recordCheck(
  state: StayState,
  checked: readonly string[],
  outcome: CheckKeysOutcome,
  now: Instant,
): StayState {
  const { goneCredentialIds, unfetchedCredentialIds = [] } = outcome;
  const credentialsToCheck = state.credentialsToCheck.filter((id) => !checked.includes(id));
  return checked.reduce<StayState>(
    (next, id) => {
      const key = next.keyring.keys.find((candidate) => candidate.acsCredentialId === id);
      if (key?.state !== 'live') return next;
      if (!goneCredentialIds.includes(id)) {
        const { anchorRevoked: _outlived, ...known } = key;
        const news = unfetchedCredentialIds.includes(id) ? 'unfetched' : 'fetched';
        return recordFetching(next, recordReports(known, outcome.reports?.[id], now), news, now);
      }
      const ended = endByOthers(next, key, remainsOf(id, outcome), now);
      return withLine(ended, { at: now, what: hasSuccessor(next, key) ? endedForNewer(key) : endedByOthers(key) });
    },
    { ...state, credentialsToCheck },
  );
}

/** Returns the key with what Seam reports of it now. */
function recordReports(key: LiveKey, reports: readonly SeamReport[] | undefined, now: Instant): LiveKey {
  const { reports: _earlier, look, ...known } = key;
  return reports === undefined ? known : { ...known, reports, look: lookAfter(look, now, key.ask.window.from) };
}

function endedForNewer({ guestId }: Key): string {
  return `an earlier key of guest ${guestId} is gone at Seam`;
}

/** Returns the timeline text for a key that has ended at Seam, for another stay or by another party. */
export function endedByOthers({ guestId }: Pick<Key, 'guestId'>): string {
  return `key of guest ${guestId} was ended outside this stay`;
}
