/** Keys that others have ended: Seam itself, for a newer one, or a card at the front desk. */
import { askToCheck, writeLine, type StayState } from '../state.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import { phoneLookAt, recordFetching } from './unfetched-keys.js';
import type { Key } from '../../model/key.js';
import { endKey, keysOf, withKey, withoutRefusals } from './keyring.js';
import type { CheckKeysOutcome, Observed } from '../../model/stay-activities.js';

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

/** The key as it is after somebody else has ended it: Seam itself, for a newer one, or a card at the desk. */
export function endByOthers(state: StayState, key: Key, now: Instant): Key {
  if (hasSuccessor(state, key) || opensRoomOfOthers(state, key) || isHisElsewhere(state, key))
    return endKey(key, 'replaced', now);
  spendForce(state, key.guestId);
  return endKey(key, 'killed', now);
}

/** Staff's `force` is for one key: it must not answer the next card at the desk as well (rule 8). */
function spendForce(state: StayState, guestId: string): void {
  const { forced: _stay, ...desired } = state.desired;
  const party = desired.party.map((one) => {
    const { forced: _guest, ...rest } = one;
    return one.guest.guestId === guestId ? rest : one;
  });
  state.desired = { ...desired, party };
}

/** True if the same person holds a key to the room in another stay of the share group: Seam may have ended this one for that. */
function isHisElsewhere({ keyring }: StayState, key: Key): boolean {
  return keyring.outsideAnchors.some((anchor) => anchor.acsUserId === key.acsUserId);
}

/** True if the stay has let go one of its rooms since: the next guest's key there ends the whole of it. */
function opensRoomOfOthers({ keyring }: StayState, key: Key): boolean {
  return key.ask.rooms.some((room) => (keyring.leftAt?.[room] ?? -1) >= key.generation);
}

/** True if the guest has asked for a newer key: then Seam itself may have ended the earlier one. */
function hasSuccessor(state: StayState, key: Key): boolean {
  const own = keysOf(state.keyring, key.guestId);
  return own.at(-1)?.keyId !== key.keyId;
}

type Losses = Pick<Observed, 'lingeringCredentialIds'>;

export function endGone(state: StayState, acsCredentialId: string, losses: Losses, now: Instant): void {
  const gone = state.keyring.keys.find((other) => other.acsCredentialId === acsCredentialId);
  if (gone === undefined || gone.state === 'dead') return;
  state.keyring = withKey(state.keyring, lost(state, gone, losses, now));
  writeLine(state, { at: now, what: `an earlier key of guest ${gone.guestId} is gone at Seam` });
}

/** The key as it is once Seam has told that it is dead. */
function lost(state: StayState, key: Key, { lingeringCredentialIds = [] }: Losses, now: Instant): Key {
  const ended = endByOthers(state, key, now);
  return lingeringCredentialIds.includes(key.acsCredentialId ?? '') ? { ...ended, lingers: true } : ended;
}

/** The keys of another stay that the guest's next key could have ended are gone. */
export function recordOtherStayEnded(state: StayState, guestId: string): void {
  if (state.keyring.refusals[guestId]?.code !== 'guest-has-other-stay') return;
  state.keyring = withoutRefusals(state.keyring, guestId);
}

/** How long after a key was issued another stay's request, made before that, may still end it, in minutes. */
const OTHERS_MAY_END_MINUTES = 5;

/**
 * A person whom several stays know has one user at Seam: a request of another stay that looked before this key was there may be carried out
 * after it, and end it. So it is looked at once more when no such request can be on its way any longer.
 */
function lookForLossAt(state: StayState, key: Key): Instant | undefined {
  const person = state.desired.party.find((one) => one.guest.guestId === key.guestId)?.guest.personId;
  if (person === undefined || key.state !== 'live' || key.lookedAgain === true) return undefined;
  return key.issuedAt === undefined ? undefined : plusMinutes(key.issuedAt, OTHERS_MAY_END_MINUTES);
}

/** When time alone makes keys worth another look: whether they are still there, and whether they have come to a phone. */
export function looksAt(state: StayState): readonly (Instant | undefined)[] {
  return state.keyring.keys.flatMap((key) => [lookForLossAt(state, key), phoneLookAt(state, key)]);
}

/** Asks for another look at keys for which the time has come. */
export function lookAgain(state: StayState, now: Instant): void {
  const isDue = (at: Instant | undefined): boolean => at !== undefined && !isBefore(now, at);
  for (const key of state.keyring.keys) {
    const forLoss = isDue(lookForLossAt(state, key));
    if (!forLoss && !isDue(phoneLookAt(state, key))) continue;
    if (forLoss) state.keyring = withKey(state.keyring, { ...key, lookedAgain: true });
    askToCheck(state, [key]);
  }
}

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
