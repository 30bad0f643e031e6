/** Grants: the guests who get a key next, by an override or by joining (rules 1, 2, 4, 5 and 8). */
import { overCapacity, labelProblem } from './capacity.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { coversRooms, fingerprint, isSoundIn, keysOf, satisfies, sharesRoom } from '../known/keyring.js';
import { gateReason, joinReason, overrideReason, wasKilled } from './reasons.js';
import {
  holdsDesiredKey,
  isDue,
  isInFlight,
  list,
  liveKeysOn,
  notice,
  opens,
  isDesiredKey,
  useAnchor,
  shouldHoldKey,
  type Round,
} from './round.js';
import { defined } from '../../model/defined.js';
import type { AttentionCode, DesiredGuest, Gate, ReadyGuest, WaitingGuest } from '../../model/key-plan.js';

/**
 * Returns the guests in grant order (rule 1): widest set of doors, then the primary guest, then the reservation's
 * order.
 */
export function byWidth(guests: readonly DesiredGuest[]): DesiredGuest[] {
  return guests.toSorted((a, b) => b.rooms.length - a.rooms.length || Number(b.primary) - Number(a.primary));
}

/** Decision on the next key of one guest. */
type Grant =
  | { readonly do: 'nothing' }
  /** Continues a key that was requested and not confirmed: an outage, or a provider slower than the policy allows. */
  | { readonly do: 'resume'; readonly key: Key }
  | { readonly do: 'join'; readonly acsUserId: string; readonly anchor: Anchor }
  | { readonly do: 'override'; readonly acsUserId: string; readonly live: readonly Key[] }
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

const NOTHING: Grant = { do: 'nothing' };

type Rule<G extends DesiredGuest = DesiredGuest> = (round: Round, guest: G) => Grant | undefined;

/** Rules that hold whatever the gates are, in order: the first answer counts. */
const BEFORE_GATES: readonly Rule[] = [noKeyDesired, stepInFlight, confirmMadeKey, servedElsewhere];

/** Rules for a guest whose gates are open, in order: reasons against any key. */
const REFUSALS: readonly Rule<ReadyGuest>[] = [refusedBySeam, beyondCapacity];

/** Rules that choose the way to the key, in order (rules 1, 2, 4, 5 and 8). An override is what remains. */
const WAYS: readonly Rule<ReadyGuest>[] = [
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

/**
 * Plans the next key of one guest: adds a ready or waiting step, notices and wake times to the round. Adds nothing if
 * the guest should have no key now, or already holds the right one.
 */
export function planGrant(round: Round, guest: DesiredGuest): void {
  const early = firstOf(BEFORE_GATES, round, guest);
  if (early !== undefined) return carryOut(round, guest, early);
  if (guest.gate !== undefined) return carryOut(round, guest, closedGate(round, guest));
  const refused = firstOf(REFUSALS, round, guest);
  if (refused !== undefined) return carryOut(round, guest, refused);
  noteLabel(round, guest);
  const { acsUserId, rooms } = guest;
  const override: Grant = { do: 'override', acsUserId, live: liveKeysOn(round, rooms) };
  carryOut(round, guest, firstOf(WAYS, round, guest) ?? override);
}

function firstOf<G extends DesiredGuest>(rules: readonly Rule<G>[], round: Round, guest: G): Grant | undefined {
  for (const rule of rules) {
    const answer = rule(round, guest);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Adds a decision to the round. */
function carryOut(round: Round, guest: DesiredGuest, grant: Grant): void {
  const { guestId, rooms, window } = guest;
  switch (grant.do) {
    case 'nothing':
      return;
    case 'resume':
      round.busy.add(guestId);
      resume(round, grant.key);
      return;
    case 'join': {
      const { acsUserId, anchor } = grant;
      const { joinTo, generation } = anchor;
      round.busy.add(guestId);
      // If every anchor is about to be replaced, one guest goes first and the others join that guest's new key. Seam
      // may end a guest's earlier key as soon as they get a new one.
      if (!anchor.stays) claim(round, rooms);
      useAnchor(round, joinTo, round.now);
      const why = joinReason(round, guest, anchor);
      round.ready.push({ do: 'join', guestId, acsUserId, rooms, window, joinTo, generation, why });
      return;
    }
    case 'override': {
      const { acsUserId, live } = grant;
      round.busy.add(guestId);
      claim(round, rooms);
      const why = overrideReason(round, guest, live);
      round.ready.push({ do: 'override', guestId, acsUserId, rooms, window, why });
      return;
    }
    case 'wait': {
      const { would, waitsFor, why, code, until } = grant;
      if (until !== undefined) round.wakes.push(until);
      if (code !== undefined) notice(round, code, why, guestId);
      round.waiting.push({ do: would, guestId, rooms, window, why, waitsFor });
      return;
    }
    default:
      grant satisfies never;
  }
}

function resume(round: Round, { guestId, acsUserId, keyId, ask, generation, requestedAt, why }: Key): void {
  const { rooms, window } = ask;
  claim(round, rooms);
  const step = { guestId, acsUserId, keyId, rooms, window, why };
  if (ask.kind === 'override') {
    round.ready.push({ do: 'override', ...step });
    return;
  }
  useAnchor(round, ask.joinTo, requestedAt);
  round.ready.push({ do: 'join', ...step, joinTo: ask.joinTo, generation });
}

/** Claims rooms for the rest of the round: their next anchor is on its way. */
function claim(round: Round, rooms: readonly string[]): void {
  for (const room of rooms) round.claimed.add(room);
}

function noKeyDesired(round: Round, guest: DesiredGuest): Grant | undefined {
  return !shouldHoldKey(guest, round.now) || holdsDesiredKey(round, guest) ? NOTHING : undefined;
}

function stepInFlight(round: Round, guest: DesiredGuest): Grant | undefined {
  const asked = askedKey(round, guest);
  return asked !== undefined && isInFlight(round, asked) ? NOTHING : undefined;
}

/** A key with a Seam id already exists: no gate prevents its confirmation. */
function confirmMadeKey(round: Round, guest: DesiredGuest): Grant | undefined {
  const key = askedKey(round, guest);
  if (key?.acsCredentialId === undefined || round.busy.has(guest.guestId)) return undefined;
  return isWorthConfirming(round, key) ? { do: 'resume', key } : undefined;
}

/** Returns the guest's first requested key whose step is in flight, or that the stay should continue with. */
function askedKey(round: Round, guest: DesiredGuest): Key | undefined {
  return keysOf(round.keyring, guest.guestId).find(
    (key) => key.state === 'issuing' && (isInFlight(round, key) || isWorthConfirming(round, key)),
  );
}

function servedElsewhere(round: Round, guest: DesiredGuest): Grant | undefined {
  if (!isServedElsewhere(round, guest)) return undefined;
  return joinLater('the same person opens the door with a key of another stay of the share group');
}

function joinLater(why: string): Wait {
  return { do: 'wait', would: 'join', waitsFor: 'lease', why };
}

function closedGate(round: Round, guest: WaitingGuest): Wait {
  const { gate, opensAt } = guest;
  const opensByTime = gate === 'window' || gate === 'lease';
  const until = opensByTime ? opensAt : undefined;
  const would = expectedStep(round, guest);
  return { do: 'wait', would, waitsFor: gate, why: gateReason(gate), ...defined({ until }) };
}

function refusedBySeam(round: Round, guest: ReadyGuest): Grant | undefined {
  const refusal = round.keyring.refusals[guest.guestId];
  if (refusal === undefined || refusal.fingerprint !== fingerprint(guest)) return undefined;
  const { until, code, message: why } = refusal;
  if (isOver(until, round.now)) return undefined;
  const would = expectedStep(round, guest);
  return { do: 'wait', would, waitsFor: 'access-system', why, code, ...defined({ until }) };
}

function beyondCapacity(round: Round, guest: ReadyGuest): Grant | undefined {
  const why = overCapacity(round.policy.cardFormat, guest.rooms, round.desired.doors);
  if (why === undefined) return undefined;
  return { do: 'wait', would: expectedStep(round, guest), waitsFor: 'room', why, code: 'impossible-plan' };
}

/** Adds a notice for a label that cannot be printed. The key works without it. */
function noteLabel(round: Round, guest: ReadyGuest): void {
  const problem = labelProblem(round.policy.label, guest.rooms, round.desired.siteName);
  if (problem !== undefined) notice(round, 'impossible-plan', problem, guest.guestId);
}

function earlierStepFirst(round: Round, guest: ReadyGuest): Grant | undefined {
  if (!round.busy.has(guest.guestId)) return undefined;
  const why = 'an earlier step for this guest comes first';
  return { do: 'wait', would: expectedStep(round, guest), waitsFor: 'access-system', why };
}

function resumeAsked(round: Round, guest: ReadyGuest): Grant | undefined {
  const key = askedKey(round, guest);
  return key === undefined ? undefined : { do: 'resume', key };
}

function joinAnchor(round: Round, guest: ReadyGuest): Grant | undefined {
  const [anchor] = anchorsFor(round, guest);
  if (anchor === undefined) return undefined;
  if (!anchor.stays && isClaimed(round, guest)) return joinLater('waits for the first replacement key of the lease');
  return { do: 'join', acsUserId: guest.acsUserId, anchor };
}

function isClaimed(round: Round, { rooms }: DesiredGuest): boolean {
  return sharesRoom([...round.claimed], rooms);
}

function waitForFirstKey(round: Round, guest: ReadyGuest): Grant | undefined {
  return isClaimed(round, guest) ? joinLater('waits for the first key of the lease') : undefined;
}

function waitForOtherStay(round: Round, guest: ReadyGuest): Grant | undefined {
  if (!sharesRoom(round.desired.openedByOthers ?? [], guest.rooms)) return undefined;
  return joinLater('waits for the first key of the lease, which another stay of the share group opens');
}

/** After someone outside Stayline ended the keys, the front desk decides (rule 8). */
function keysEndedByOthers(round: Round, { rooms, forced }: ReadyGuest): Grant | undefined {
  if (forced === true || liveKeysOn(round, rooms).length > 0 || !wasKilled(round, rooms)) return undefined;
  const why =
    `somebody else ended the keys on ${list(rooms)}, perhaps by a desk card; ` +
    'join that card with joinTo, or force a new key';
  return { do: 'wait', would: 'override', waitsFor: 'hold', why, code: 'key-invalidated' };
}

function sharedWithOtherStay(round: Round, { rooms }: ReadyGuest): Grant | undefined {
  const shared = sharedRoom(round, rooms);
  if (shared === undefined) return undefined;
  const why = `a key to ${list(rooms)} would lock out another stay that shares ${shared}: move one of them`;
  return { do: 'wait', would: 'override', waitsFor: 'lease', why, code: 'impossible-plan' };
}

function lockOut(round: Round, guest: ReadyGuest): Grant | undefined {
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

function waitForWiderKey(round: Round, guest: ReadyGuest): Grant | undefined {
  const wider = widerGuestComingUp(round, guest);
  if (wider === undefined) return undefined;
  const why = `waits a moment for guest ${wider.guestId}, whose key covers more rooms`;
  return { do: 'wait', would: 'override', waitsFor: 'access-system', why };
}

/**
 * Returns true for a person whose key here was replaced by their own key in another stay of the share group. Seam may
 * keep only one key per user, so a new key here would end the other one.
 */
function isServedElsewhere(round: Round, guest: DesiredGuest): boolean {
  const last = keysOf(round.keyring, guest.guestId).at(-1);
  if (last?.ended !== 'replaced') return false;
  return round.keyring.outsideAnchors.some(
    (anchor) =>
      anchor.acsUserId === last.acsUserId &&
      coversRooms(anchor.rooms, guest.rooms) &&
      isSoundIn(anchor, guest.rooms, round.oldestSound),
  );
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

interface Anchor {
  readonly joinTo: string;
  readonly generation: number;
  /** True if no step of this plan ends it. */
  readonly stays: boolean;
  readonly own: boolean;
}

/**
 * Returns the keys that this guest may join, best first: keys that stay, then the guest's own, then the newest
 * confirmed.
 */
function anchorsFor(round: Round, guest: DesiredGuest): readonly Anchor[] {
  const inside = round.live
    .filter((key) => opens(round, key, guest.rooms))
    .toReversed()
    .map((key) => ({
      joinTo: key.acsCredentialId,
      generation: key.generation,
      stays: round.desired.guests.some((holder) => holder.guestId === key.guestId && isDesiredKey(round, key, holder)),
      own: key.guestId === guest.guestId,
    }));
  const outside = round.keyring.outsideAnchors
    .filter((anchor) => coversRooms(anchor.rooms, guest.rooms) && isSoundIn(anchor, guest.rooms, round.oldestSound))
    .map((anchor) => ({
      joinTo: anchor.acsCredentialId,
      generation: anchor.generation,
      stays: true,
      own: false,
    }));
  return [...inside, ...outside].toSorted((a, b) => Number(b.stays) - Number(a.stays) || Number(b.own) - Number(a.own));
}

/**
 * Returns true if the stay should continue with a requested key. Either it is still desired, or Seam has made it and
 * its guest should open one of its rooms now. In the second case the stay confirms it like any other, and ends it once
 * its successor is confirmed (rule 3).
 */
export function isWorthConfirming(round: Round, key: Key): boolean {
  if (isStillAsked(round, key)) return true;
  const guest = round.desired.guests.find((candidate) => candidate.guestId === key.guestId);
  const isStuck = key.delayedSince !== undefined || key.outageSince !== undefined;
  if (guest === undefined || key.acsCredentialId === undefined || key.condemned !== undefined || isStuck) return false;
  return shouldHoldKey(guest, round.now) && isDue(guest, round.now) && sharesRoom(key.ask.rooms, guest.rooms);
}

/** Returns true if a requested key is still the one that its guest should get, and its anchor is still usable. */
export function isStillAsked(round: Round, key: Key): boolean {
  const guest = round.desired.guests.find((candidate) => candidate.guestId === key.guestId);
  if (
    guest === undefined ||
    key.condemned !== undefined ||
    !shouldHoldKey(guest, round.now) ||
    !isDue(guest, round.now)
  )
    return false;
  if (!satisfies(key, guest) || (key.ask.kind === 'override' && hasNewerOverride(round, key))) return false;
  // A joiner without a Seam id is requested again if its anchor has ended since.
  return (
    key.ask.joinTo === undefined || key.acsCredentialId !== undefined || isAnchor(round, key.ask.joinTo, key.ask.rooms)
  );
}

/**
 * Returns true if a newer override shares one of its rooms. Carried out after that one, this override would lock out
 * everyone who relies on the newer one.
 */
function hasNewerOverride(round: Round, key: Key): boolean {
  return round.keyring.keys.some(
    (other) =>
      other.ask.kind === 'override' &&
      other.generation > key.generation &&
      other.ended !== 'failed' &&
      sharesRoom(other.ask.rooms, key.ask.rooms),
  );
}

function isAnchor(round: Round, acsCredentialId: string, rooms: readonly string[]): boolean {
  return (
    round.keyring.outsideAnchors.some((anchor) => anchor.acsCredentialId === acsCredentialId) ||
    round.live.some((anchor) => anchor.acsCredentialId === acsCredentialId && opens(round, anchor, rooms))
  );
}

/** Returns the first of these rooms to which another stay of the share group holds a reliable key (rule 4). */
function sharedRoom(round: Round, rooms: readonly string[]): string | undefined {
  const others = round.keyring.outsideAnchors.filter((anchor) => anchor.ofShareGroup === true);
  return rooms.find((room) =>
    others.some((anchor) => anchor.rooms.includes(room) && isSoundIn(anchor, [room], round.oldestSound)),
  );
}

/**
 * Returns another guest with a live key here who could not join this guest's override, because they need a room beyond
 * it.
 */
function lockedOutBy(round: Round, guest: DesiredGuest, live: readonly Key[]): DesiredGuest | undefined {
  return round.desired.guests.find(
    (other) =>
      other.guestId !== guest.guestId &&
      live.some((key) => key.guestId === other.guestId) &&
      shouldHoldKey(other, round.now) &&
      sharesRoom(other.rooms, guest.rooms) &&
      !coversRooms(guest.rooms, other.rooms),
  );
}

/** Returns the step that a waiting guest would get; for display, not a decision. */
function expectedStep(round: Round, guest: DesiredGuest): 'override' | 'join' {
  return liveKeysOn(round, guest.rooms).length > 0 || isClaimed(round, guest) ? 'join' : 'override';
}
