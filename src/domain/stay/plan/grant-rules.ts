/** Rules of the next key of one guest, as a table: each answers with a decision or leaves it to the next (rules 1, 2, 4, 5, 8). */
import { defined } from '../../model/defined.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import type { AttentionCode } from '../../model/attention.js';
import type { DesiredGuest, Gate, ReadyGuest, WaitingGuest } from '../../model/key-plan.js';
import { coversRooms, isSoundIn, keysOf, refusalOf, sharesRoom } from '../known/keyring.js';
import { anchorsFor, isWorthConfirming, lockedOutBy, sharedRoom, type Anchor } from './anchors.js';
import { overCapacity } from './capacity.js';
import { gateReason, wasKilled } from './reasons.js';
import { holdsDesiredKey, isInFlight, list, liveKeysOn, shouldHoldKey, type Round } from './round.js';

/** Decision on the next key of one guest. */
export type GrantDecision =
  | { readonly do: 'nothing' }
  /** Continues a key that was requested and not confirmed: an outage, or a provider slower than the policy allows. */
  | { readonly do: 'resume'; readonly key: Key }
  | { readonly do: 'join'; readonly acsUserId: string; readonly anchor: Anchor }
  | { readonly do: 'override'; readonly acsUserId: string }
  | Wait;

/** Decision to wait. `would` is the step that waits; with a `code`, people are notified of the reason. */
interface Wait {
  readonly do: 'wait';
  readonly would: 'override' | 'join';
  readonly waitsFor: Gate;
  readonly why: string;
  readonly code?: AttentionCode;
  /** Instant at which time alone ends the wait. */
  readonly until?: Instant;
}

const NOTHING: GrantDecision = { do: 'nothing' };

/** Rule of the table: a decision, or undefined if the rule says nothing of this guest. */
export type Rule<G extends DesiredGuest = DesiredGuest> = (round: Round, guest: G) => GrantDecision | undefined;

/** Rules that hold whatever the gates are, in order: the first answer counts. */
export const BEFORE_GATES: readonly Rule[] = [noKeyDesired, stepInFlight, confirmMadeKey, servedElsewhere];

/** Rules for a guest whose gates are open, in order: reasons against any key. */
export const REFUSALS: readonly Rule<ReadyGuest>[] = [refusedBySeam, beyondCapacity];

/** Rules that choose the way to the key, in order (rules 1, 2, 4, 5 and 8). An override is what remains. */
export const WAYS: readonly Rule<ReadyGuest>[] = [
  earlierStepFirst,
  resumeAsked,
  joinAnchor,
  waitForFirstKey,
  waitForOtherStay,
  keysEndedByOthers,
  sharedWithOtherStay,
  lockOut,
  waitForWiderKey,
];

function noKeyDesired(round: Round, guest: DesiredGuest): GrantDecision | undefined {
  return !shouldHoldKey(guest, round.now) || holdsDesiredKey(round, guest) ? NOTHING : undefined;
}

function stepInFlight(round: Round, guest: DesiredGuest): GrantDecision | undefined {
  const asked = askedKey(round, guest);
  return asked !== undefined && isInFlight(round, asked) ? NOTHING : undefined;
}

/** A key with a Seam id already exists: no gate prevents its confirmation. Its step is not in flight: see the rule before. */
function confirmMadeKey(round: Round, guest: DesiredGuest): GrantDecision | undefined {
  const key = askedKey(round, guest);
  if (key?.acsCredentialId === undefined || round.busy.has(guest.guestId)) return undefined;
  return { do: 'resume', key };
}

/** Returns the guest's first requested key whose step is in flight, or that the stay should continue with. */
function askedKey(round: Round, guest: DesiredGuest): Key | undefined {
  return keysOf(round.keyring, guest.guestId).find(
    (key) => key.state === 'issuing' && (isInFlight(round, key) || isWorthConfirming(round, key)),
  );
}

function joinLater(why: string): Wait {
  return { do: 'wait', would: 'join', waitsFor: 'lease', why };
}

/** Returns the decision for a guest whose next gate is closed. */
export function closedGate(round: Round, guest: WaitingGuest): Wait {
  const { gate, opensAt } = guest;
  const opensByTime = gate === 'window' || gate === 'lease';
  const until = opensByTime ? opensAt : undefined;
  const would = expectedStep(round, guest);
  return { do: 'wait', would, waitsFor: gate, why: gateReason(gate), ...defined({ until }) };
}

function refusedBySeam(round: Round, guest: ReadyGuest): GrantDecision | undefined {
  const refusal = refusalOf(round.keyring, guest);
  if (refusal === undefined) return undefined;
  const { until, code, message: why } = refusal;
  if (isOver(until, round.now)) return undefined;
  const would = expectedStep(round, guest);
  return { do: 'wait', would, waitsFor: 'access-system', why, code, ...defined({ until }) };
}

function beyondCapacity(round: Round, guest: ReadyGuest): GrantDecision | undefined {
  const why = overCapacity(round.policy.cardFormat, guest.rooms, round.desired.doors);
  if (why === undefined) return undefined;
  return { do: 'wait', would: expectedStep(round, guest), waitsFor: 'room', why, code: 'impossible-plan' };
}

function earlierStepFirst(round: Round, guest: ReadyGuest): GrantDecision | undefined {
  if (!round.busy.has(guest.guestId)) return undefined;
  const why = 'an earlier step for this guest comes first';
  return { do: 'wait', would: expectedStep(round, guest), waitsFor: 'access-system', why };
}

function resumeAsked(round: Round, guest: ReadyGuest): GrantDecision | undefined {
  const key = askedKey(round, guest);
  return key === undefined ? undefined : { do: 'resume', key };
}

function joinAnchor(round: Round, guest: ReadyGuest): GrantDecision | undefined {
  const [anchor] = anchorsFor(round, guest);
  if (anchor === undefined) return undefined;
  if (!anchor.stays && isClaimed(round, guest)) return joinLater('waits for the first replacement key of the lease');
  return { do: 'join', acsUserId: guest.acsUserId, anchor };
}

function isClaimed(round: Round, { rooms }: DesiredGuest): boolean {
  return sharesRoom([...round.claimed], rooms);
}

function waitForFirstKey(round: Round, guest: ReadyGuest): GrantDecision | undefined {
  return isClaimed(round, guest) ? joinLater('waits for the first key of the lease') : undefined;
}

function waitForOtherStay(round: Round, guest: ReadyGuest): GrantDecision | undefined {
  if (!sharesRoom(round.desired.openedByOthers ?? [], guest.rooms)) return undefined;
  return joinLater('waits for the first key of the lease, which another stay of the share group opens');
}

/** After someone outside Stayline ended the keys, the front desk decides (rule 8). */
function keysEndedByOthers(round: Round, { rooms, forced }: ReadyGuest): GrantDecision | undefined {
  if (forced === true || liveKeysOn(round, rooms).length > 0 || !wasKilled(round, rooms)) return undefined;
  const why =
    `somebody else ended the keys on ${list(rooms)}, perhaps by a desk card; ` +
    'join that card with joinTo, or force a new key';
  return { do: 'wait', would: 'override', waitsFor: 'hold', why, code: 'key-invalidated' };
}

function sharedWithOtherStay(round: Round, { rooms }: ReadyGuest): GrantDecision | undefined {
  const shared = sharedRoom(round, rooms);
  if (shared === undefined) return undefined;
  const why = `a key to ${list(rooms)} would lock out another stay that shares ${shared}: move one of them`;
  return { do: 'wait', would: 'override', waitsFor: 'lease', why, code: 'impossible-plan' };
}

function lockOut(round: Round, guest: ReadyGuest): GrantDecision | undefined {
  const { rooms } = guest;
  const other = lockedOutBy(round, guest, liveKeysOn(round, rooms));
  if (other === undefined) return undefined;
  const wait = { do: 'wait', would: 'override', waitsFor: 'lease' } as const;
  const isCovered = round.desired.guests.some(
    (wider) => coversRooms(wider.rooms, rooms) && coversRooms(wider.rooms, other.rooms),
  );
  if (isCovered) return { ...wait, why: 'waits for the guest who holds all of these rooms' };
  const why =
    `a key to ${list(rooms)} would lock out guest ${other.guestId} (${list(other.rooms)}): ` +
    'one of them must hold all of these rooms';
  return { ...wait, why, code: 'impossible-plan' };
}

function waitForWiderKey(round: Round, guest: ReadyGuest): GrantDecision | undefined {
  const wider = widerGuestComingUp(round, guest);
  if (wider === undefined) return undefined;
  const why = `waits a moment for guest ${wider.guestId}, whose key covers more rooms`;
  return { do: 'wait', would: 'override', waitsFor: 'access-system', why };
}

/**
 * Waits for a person whose key here was replaced by their own key in another stay of the share group. Seam may
 * keep only one key per user, so a new key here would end the other one.
 */
function servedElsewhere(round: Round, guest: DesiredGuest): GrantDecision | undefined {
  const last = keysOf(round.keyring, guest.guestId).at(-1);
  if (last?.ended !== 'replaced') return undefined;
  const isServed = round.keyring.outsideAnchors.some(
    (anchor) =>
      anchor.acsUserId === last.acsUserId &&
      coversRooms(anchor.rooms, guest.rooms) &&
      isSoundIn(anchor, guest.rooms, round.oldestSound),
  );
  if (!isServed) return undefined;
  return joinLater('the same person opens the door with a key of another stay of the share group');
}

function isOver(until: Instant | undefined, now: Instant): boolean {
  return until !== undefined && !isBefore(now, until);
}

/**
 * Returns a guest whose key will soon cover more rooms (rule 1). An override for a guest with fewer rooms would need a
 * re-key as soon as the wider guest is ready.
 */
function widerGuestComingUp(round: Round, guest: DesiredGuest): DesiredGuest | undefined {
  return round.desired.guests.find(
    (other) =>
      other.comingUp === true &&
      shouldHoldKey(other, round.now) &&
      other.rooms.length > guest.rooms.length &&
      coversRooms(other.rooms, guest.rooms),
  );
}

/** Returns the step that a waiting guest would get; for display, not a decision. */
function expectedStep(round: Round, guest: DesiredGuest): 'override' | 'join' {
  return liveKeysOn(round, guest.rooms).length > 0 || isClaimed(round, guest) ? 'join' : 'override';
}
