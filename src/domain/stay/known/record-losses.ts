/** Keys that others have ended: Seam itself, for a newer one, or a card at the front desk. */
import { askToCheck, writeLine, type StayBook } from '../state.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import { phoneLookAt, recordFetching } from './unfetched-keys.js';
import type { Key } from '../../model/key.js';
import { endKey, keysOf, withKey, withoutRefusals } from './keyring.js';
import type { CheckKeysOutcome, Observed } from '../../model/stay-activities.js';

export function endAnchor(book: StayBook, acsCredentialId: string, now: Instant): void {
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
export function endByOthers(book: StayBook, key: Key, now: Instant): Key {
  if (hasSuccessor(book, key) || opensRoomOfOthers(book, key) || isHisElsewhere(book, key))
    return endKey(key, 'replaced', now);
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

/** True if the same person holds a key to the room in another stay of the share group: Seam may have ended this one for that. */
function isHisElsewhere({ keyring }: StayBook, key: Key): boolean {
  return keyring.outsideAnchors.some((anchor) => anchor.acsUserId === key.acsUserId);
}

/** True if the stay has let go one of its rooms since: the next guest's key there ends the whole of it. */
function opensRoomOfOthers({ keyring }: StayBook, key: Key): boolean {
  return key.ask.rooms.some((room) => (keyring.leftAt?.[room] ?? -1) >= key.generation);
}

/** True if the guest has asked for a newer key: then Seam itself may have ended the earlier one. */
function hasSuccessor(book: StayBook, key: Key): boolean {
  const own = keysOf(book.keyring, key.guestId);
  return own.at(-1)?.keyId !== key.keyId;
}

type Losses = Pick<Observed, 'lingeringCredentialIds'>;

export function endGone(book: StayBook, acsCredentialId: string, losses: Losses, now: Instant): void {
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

/** The keys of another stay that the guest's next key could have ended are gone. */
export function recordOtherStayEnded(book: StayBook, guestId: string): void {
  if (book.keyring.refusals[guestId]?.code !== 'guest-has-other-stay') return;
  book.keyring = withoutRefusals(book.keyring, guestId);
}

/** How long after a key was issued another stay's request, made before that, may still end it, in minutes. */
const OTHERS_MAY_END_MINUTES = 5;

/**
 * A person whom several stays know has one user at Seam: a request of another stay that looked before this key was there may be carried out
 * after it, and end it. So it is looked at once more when no such request can be on its way any longer.
 */
function lookForLossAt(book: StayBook, key: Key): Instant | undefined {
  const person = book.wanted.party.find((one) => one.guest.guestId === key.guestId)?.guest.personId;
  if (book.leases === undefined || person === undefined || key.state !== 'live' || key.lookedAgain === true)
    return undefined;
  return key.issuedAt === undefined ? undefined : plusMinutes(key.issuedAt, OTHERS_MAY_END_MINUTES);
}

/** When time alone makes keys worth another look: whether they are still there, and whether they have come to a phone. */
export function looksAt(book: StayBook): readonly (Instant | undefined)[] {
  return book.keyring.keys.flatMap((key) => [lookForLossAt(book, key), phoneLookAt(book, key)]);
}

/** Asks for another look at keys for which the time has come. */
export function lookAgain(book: StayBook, now: Instant): void {
  const isDue = (at: Instant | undefined): boolean => at !== undefined && !isBefore(now, at);
  for (const key of book.keyring.keys) {
    const forLoss = isDue(lookForLossAt(book, key));
    if (!forLoss && !isDue(phoneLookAt(book, key))) continue;
    if (forLoss) book.keyring = withKey(book.keyring, { ...key, lookedAgain: true });
    askToCheck(book, [key]);
  }
}

export function recordCheck(book: StayBook, checked: readonly string[], outcome: CheckKeysOutcome, now: Instant): void {
  const { goneCredentialIds, unfetchedCredentialIds = [] } = outcome;
  book.credentialsToCheck = book.credentialsToCheck.filter((id) => !checked.includes(id));
  for (const id of checked) {
    const key = book.keyring.keys.find((candidate) => candidate.acsCredentialId === id);
    if (key === undefined || key.state !== 'live') continue;
    if (goneCredentialIds.includes(id)) {
      book.keyring = withKey(book.keyring, lost(book, key, outcome, now));
      writeLine(book, { at: now, what: `key of guest ${key.guestId} was ended by somebody else` });
    } else {
      recordFetching(book, key, unfetchedCredentialIds.includes(id) ? 'unfetched' : 'fetched', now);
    }
  }
}
