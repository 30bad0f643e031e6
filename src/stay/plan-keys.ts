/**
 * The planner: compares what is wanted with what is known and says which key operations come next, and why.
 * Pure: no I/O, no clock, no Temporal. The rules it holds are `docs/rules.md`, numbered as in the comments here.
 */
import { labelProblem, overCapacity } from './capacity.js';
import { isBefore, sameWindow, type Instant, type Window } from './instants.js';
import {
  coversRooms,
  fingerprint,
  isLive,
  isSound,
  keysOf,
  mayLive,
  sameRooms,
  satisfies,
  sharesRoom,
  type Key,
  type Keyring,
  type OutsideAnchor,
} from './keyring.js';
import type { Policy } from './property-schema.js';
import type { DoorFacts } from './steps.js';

export type Gate = 'room' | 'lease' | 'phone' | 'window' | 'access-system' | 'hold';

/** One guest as he should be: which rooms, when, and what still stands before granting. Revoking has no gates. */
export interface WantedGuest {
  readonly guestId: string;
  readonly primary: boolean;
  /** Empty: he should hold no key. */
  readonly rooms: readonly string[];
  /** Why he should hold no key. */
  readonly without?: string;
  readonly window: Window;
  /** The first thing that granting waits for; absent if he is ready. */
  readonly gate?: Gate;
  /** When the gate `window` opens by time alone. */
  readonly opensAt?: Instant;
  /** Staff said to issue in spite of a key that someone else killed. */
  readonly forced?: boolean;
}

export interface Wanted {
  readonly siteName: string;
  readonly doors: DoorFacts;
  readonly guests: readonly WantedGuest[];
}

/** A step that an activity is at work on. */
export interface InFlight {
  readonly stepId: string;
  readonly guestId: string;
  readonly keyId: string;
  readonly do: 'issue' | 'revoke';
  readonly startedAt: Instant;
}

/** What to do now. `keyId` is set where the step goes on with a key of the keyring. */
export type KeyStep =
  | {
      readonly do: 'override';
      readonly guestId: string;
      readonly keyId?: string;
      readonly rooms: readonly string[];
      readonly window: Window;
      readonly why: string;
    }
  | {
      readonly do: 'join';
      readonly guestId: string;
      readonly keyId?: string;
      readonly rooms: readonly string[];
      readonly window: Window;
      /** The anchor: its id at Seam, and the generation that the new key shares. */
      readonly joinTo: string;
      readonly generation: number;
      readonly why: string;
    }
  | {
      readonly do: 'revoke';
      readonly guestId: string;
      readonly keyId: string;
      readonly rooms: readonly string[];
      readonly window: Window;
      readonly why: string;
    };

/** What is wanted, but has to wait. */
export interface WaitingStep {
  readonly do: KeyStep['do'];
  readonly guestId: string;
  readonly rooms: readonly string[];
  readonly window: Window;
  readonly why: string;
  readonly waitsFor: Gate;
}

export type AttentionCode =
  | 'room-missing'
  | 'room-taken'
  | 'phone-missing'
  | 'key-delayed'
  | 'key-failed'
  | 'key-invalidated'
  | 'revoke-unconfirmed'
  | 'access-system-down'
  | 'zone-mismatch'
  | 'impossible-plan'
  | 'ignored-message'
  | 'stale-booking'
  | 'shortening-unconfirmed'
  | 'guest-has-other-stay';

export interface Notice {
  readonly code: AttentionCode;
  readonly message: string;
  readonly guestId?: string;
  readonly room?: string;
}

export interface KeyPlan {
  readonly ready: readonly KeyStep[];
  readonly waiting: readonly WaitingStep[];
  /** Steps in flight whose result is no longer wanted. */
  readonly unwanted: readonly string[];
  readonly attention: readonly Notice[];
  /** When time alone changes the plan. */
  readonly wakeAt?: Instant;
}

/** Everything that one round of planning looks at, and what it has decided so far. */
interface Round {
  readonly wanted: Wanted;
  readonly keyring: Keyring;
  readonly inFlight: readonly InFlight[];
  readonly now: Instant;
  readonly policy: Policy;
  readonly ready: KeyStep[];
  readonly waiting: WaitingStep[];
  readonly attention: Notice[];
  readonly wakes: Instant[];
  /** Guests who have a step in flight or ready: at most one each. */
  readonly busy: Set<string>;
  /** Credential ids that a joiner in flight or ready names. */
  readonly anchorsInUse: Set<string>;
  /** Rooms whose next anchor is on its way: an override, or the first of several replacements. */
  readonly claimed: Set<string>;
}

/**
 * Takes what is wanted, the keyring, the steps in flight, the time and the property's policy; returns the steps to
 * start now, what waits and for what, steps in flight to cancel, what a person must know, and when to plan again.
 */
export function planKeys(
  wanted: Wanted,
  keyring: Keyring,
  inFlight: readonly InFlight[],
  now: Instant,
  policy: Policy,
): KeyPlan {
  const unwanted = inFlight.filter((step) => isUnwanted(step, wanted, keyring, now)).map((step) => step.stepId);
  const round: Round = {
    wanted,
    keyring,
    inFlight,
    now,
    policy,
    ready: [],
    waiting: [],
    attention: [],
    wakes: [],
    busy: new Set(inFlight.map((step) => step.guestId)),
    anchorsInUse: new Set(),
    claimed: new Set(),
  };
  noteInFlight(round, unwanted);
  planUrgentRevokes(round);
  for (const guest of byWidth(wanted.guests)) planGrant(round, guest);
  planOtherRevokes(round);
  noteKeyrings(round);
  const wakeAt = round.wakes.filter((wake) => isBefore(now, wake)).sort()[0];
  return {
    ready: round.ready,
    waiting: round.waiting,
    unwanted,
    attention: round.attention,
    ...(wakeAt === undefined ? {} : { wakeAt }),
  };
}

/** Rule 1: the widest set of doors first; then the primary guest; then the order of the booking. */
function byWidth(guests: readonly WantedGuest[]): WantedGuest[] {
  return guests.toSorted((a, b) => b.rooms.length - a.rooms.length || Number(b.primary) - Number(a.primary));
}

/** A key being issued is of no use once its guest should not have it. Other doors are no use either; other times are. */
function isUnwanted(step: InFlight, wanted: Wanted, keyring: Keyring, now: Instant): boolean {
  const key = keyring.keys.find((candidate) => candidate.keyId === step.keyId);
  if (step.do === 'revoke') return key === undefined || !isBefore(now, key.ask.window.to);
  const guest = wanted.guests.find((candidate) => candidate.guestId === step.guestId);
  if (key === undefined || guest === undefined || !wantsKeyNow(guest, now)) return true;
  return !sameRooms(key.ask.rooms, guest.rooms) || key.condemned !== undefined;
}

function wantsKeyNow(guest: WantedGuest, now: Instant): boolean {
  return guest.rooms.length > 0 && isBefore(now, guest.window.to) && isBefore(guest.window.from, guest.window.to);
}

function noteInFlight(round: Round, unwanted: readonly string[]): void {
  for (const step of round.inFlight) {
    const key = round.keyring.keys.find((candidate) => candidate.keyId === step.keyId);
    if (step.do === 'revoke' || key === undefined || unwanted.includes(step.stepId)) continue;
    // A joiner that is stuck must not hold up the others: it no longer counts as coming.
    const stuck = key.outageSince !== undefined || key.delayedSince !== undefined;
    if (key.ask.kind === 'override' || !stuck) key.ask.rooms.forEach((room) => round.claimed.add(room));
    if (key.ask.joinTo !== undefined && !stuck) round.anchorsInUse.add(key.ask.joinTo);
  }
}

/** Lost phones, removals for cause, strays and abandoned asks go before anything is granted (rules 6 and 7). */
function planUrgentRevokes(round: Round): void {
  for (const key of round.keyring.keys) {
    if (key.condemned === 'at-once' && mayLive(key))
      revoke(round, key, 'the phone was lost, or the guest removed for cause');
    else if (key.state === 'stray') revoke(round, key, 'nobody asked for this key, or its answer was lost');
    else if (key.state === 'issuing' && !isInFlight(round, key) && !isStillAsked(round, key)) {
      revoke(round, key, 'this key is no longer wanted and may have reached Seam');
    }
  }
}

function isInFlight(round: Round, key: Key): boolean {
  return round.inFlight.some((step) => step.keyId === key.keyId);
}

function isStillAsked(round: Round, key: Key): boolean {
  const guest = round.wanted.guests.find((candidate) => candidate.guestId === key.guestId);
  if (guest === undefined || key.condemned !== undefined || !wantsKeyNow(guest, round.now)) return false;
  if (!satisfies(key, guest)) return false;
  // A joiner whose anchor has ended since, unseen by Seam, is asked for anew.
  return key.ask.joinTo === undefined || key.acsCredentialId !== undefined || anchorById(round, key.ask.joinTo);
}

function anchorById(round: Round, acsCredentialId: string): boolean {
  return (
    round.keyring.outsideAnchors.some((anchor) => anchor.acsCredentialId === acsCredentialId) ||
    round.keyring.keys.some((key) => key.acsCredentialId === acsCredentialId && isSound(round.keyring, key, round.now))
  );
}

function revoke(round: Round, key: Key, why: string): void {
  if (isInFlight(round, key)) return;
  const step = { do: 'revoke', guestId: key.guestId, rooms: key.ask.rooms, window: key.ask.window, why } as const;
  const tooEarly = key.retryAt !== undefined && isBefore(round.now, key.retryAt);
  if (tooEarly || round.busy.has(key.guestId)) {
    if (key.retryAt !== undefined) round.wakes.push(key.retryAt);
    round.waiting.push({ ...step, waitsFor: 'access-system' });
    return;
  }
  round.busy.add(key.guestId);
  round.ready.push({ ...step, keyId: key.keyId });
}

function planGrant(round: Round, guest: WantedGuest): void {
  const { keyring, now } = round;
  if (!wantsKeyNow(guest, now)) return;
  if (holdsWhatHeWants(round, guest)) return;
  const own = keysOf(keyring, guest.guestId);
  const asked = own.find((key) => key.state === 'issuing');
  if (asked !== undefined && isInFlight(round, asked)) return;

  // A key that Seam has an id for exists already: no gate keeps it from being confirmed.
  if (asked?.acsCredentialId !== undefined && isStillAsked(round, asked) && !round.busy.has(guest.guestId)) {
    resume(round, guest, asked);
    return;
  }
  if (guest.gate !== undefined) {
    if (guest.gate === 'window' && guest.opensAt !== undefined) round.wakes.push(guest.opensAt);
    wait(round, guest, expectedDo(round, guest), guest.gate, gateReason(guest.gate));
    return;
  }
  const refusal = keyring.refusals[guest.guestId];
  if (refusal !== undefined && refusal.fingerprint === fingerprint(guest) && !isOver(refusal.until, now)) {
    if (refusal.until !== undefined) round.wakes.push(refusal.until);
    notice(round, refusal.code, refusal.message, guest.guestId);
    wait(round, guest, expectedDo(round, guest), 'access-system', refusal.message);
    return;
  }
  const tooMuch = overCapacity(round.policy.cardFormat, guest.rooms, round.wanted.doors);
  if (tooMuch !== undefined) {
    notice(round, 'impossible-plan', tooMuch, guest.guestId);
    wait(round, guest, expectedDo(round, guest), 'room', tooMuch);
    return;
  }
  const label = labelProblem(round.policy.label, guest.rooms, round.wanted.siteName);
  if (label !== undefined) notice(round, 'impossible-plan', label, guest.guestId);
  if (round.busy.has(guest.guestId)) {
    wait(round, guest, expectedDo(round, guest), 'access-system', 'an earlier step for this guest comes first');
    return;
  }
  if (asked !== undefined) {
    resume(round, guest, asked);
    return;
  }
  grant(round, guest);
}

function isOver(until: Instant | undefined, now: Instant): boolean {
  return until !== undefined && !isBefore(now, until);
}

function holdsWhatHeWants(round: Round, guest: WantedGuest): boolean {
  return keysOf(round.keyring, guest.guestId).some((key) => settles(round, key, guest));
}

/** True if this key is what the guest should hold, with no reason to replace it. */
function settles(round: Round, key: Key, guest: WantedGuest): boolean {
  return isSound(round.keyring, key, round.now) && key.condemned === undefined && satisfies(key, guest);
}

/** Goes on with a key that was asked for and not confirmed: an outage, or a provider slower than the policy allows. */
function resume(round: Round, guest: WantedGuest, key: Key): void {
  round.busy.add(guest.guestId);
  key.ask.rooms.forEach((room) => round.claimed.add(room));
  const step = { guestId: guest.guestId, keyId: key.keyId, rooms: key.ask.rooms, window: key.ask.window, why: key.why };
  if (key.ask.kind === 'override') {
    round.ready.push({ do: 'override', ...step });
  } else {
    const joinTo = key.ask.joinTo ?? '';
    round.anchorsInUse.add(joinTo);
    round.ready.push({ do: 'join', ...step, joinTo, generation: key.generation });
  }
}

/** Chooses between joining an anchor, waiting for one that is coming, and an override. */
function grant(round: Round, guest: WantedGuest): void {
  const anchors = anchorsFor(round, guest);
  const staying = anchors.find((anchor) => anchor.stays);
  const anchor = staying ?? anchors[0];
  if (anchor !== undefined) {
    // Where every anchor is itself about to be replaced, one guest goes first and the others join his new key:
    // Seam may end a guest's earlier key the moment that he gets a new one.
    if (staying === undefined && sharesRoom([...round.claimed], guest.rooms)) {
      wait(round, guest, 'join', 'lease', 'waits for the first replacement key of the lease');
      return;
    }
    if (staying === undefined) guest.rooms.forEach((room) => round.claimed.add(room));
    join(round, guest, anchor);
    return;
  }
  if (sharesRoom([...round.claimed], guest.rooms)) {
    wait(round, guest, 'join', 'lease', 'waits for the first key of the lease');
    return;
  }
  const live = liveKeysOn(round, guest.rooms);
  const killed = live.length === 0 && wasKilled(round, guest.rooms);
  if (killed && guest.forced !== true) {
    const message =
      `somebody else ended the keys on ${list(guest.rooms)}, perhaps by a desk card; ` +
      'join that card with joinTo, or force a new key';
    notice(round, 'key-invalidated', message, guest.guestId);
    wait(round, guest, 'override', 'hold', message);
    return;
  }
  const lockedOut = lockedOutBy(round, guest, live);
  if (lockedOut !== undefined) {
    const wider = round.wanted.guests.some(
      (other) => coversRooms(other.rooms, guest.rooms) && coversRooms(other.rooms, lockedOut.rooms),
    );
    const message =
      `a key to ${list(guest.rooms)} would lock out guest ${lockedOut.guestId} (${list(lockedOut.rooms)}): ` +
      'one of them must hold all of these rooms';
    if (!wider) notice(round, 'impossible-plan', message, guest.guestId);
    wait(round, guest, 'override', 'lease', wider ? 'waits for the guest who holds all of these rooms' : message);
    return;
  }
  override(round, guest, live);
}

interface Anchor {
  readonly joinTo: string;
  readonly generation: number;
  /** True if no step of this plan ends it. */
  readonly stays: boolean;
  readonly own: boolean;
}

/** Keys that this guest may join, the best first: those that stay, then the newest confirmed. */
function anchorsFor(round: Round, guest: WantedGuest): readonly Anchor[] {
  const inside = round.keyring.keys
    .filter((key) => isSound(round.keyring, key, round.now) && coversRooms(key.ask.rooms, guest.rooms))
    .toReversed()
    .map((key) => ({
      joinTo: key.acsCredentialId ?? '',
      generation: key.generation,
      stays: round.wanted.guests.some((holder) => holder.guestId === key.guestId && settles(round, key, holder)),
      own: key.guestId === guest.guestId,
    }));
  const outside = round.keyring.outsideAnchors
    .filter((anchor) => coversRooms(anchor.rooms, guest.rooms) && isNewestGeneration(round, anchor, guest.rooms))
    .map((anchor) => ({
      joinTo: anchor.acsCredentialId,
      generation: anchor.generation,
      stays: true,
      own: false,
    }));
  return [...inside, ...outside].toSorted((a, b) => Number(b.stays) - Number(a.stays));
}

function isNewestGeneration(round: Round, anchor: OutsideAnchor, rooms: readonly string[]): boolean {
  return !round.keyring.keys.some(
    (key) => key.ask.kind === 'override' && key.generation > anchor.generation && sharesRoom(key.ask.rooms, rooms),
  );
}

function join(round: Round, guest: WantedGuest, anchor: Anchor): void {
  round.busy.add(guest.guestId);
  round.anchorsInUse.add(anchor.joinTo);
  round.ready.push({
    do: 'join',
    guestId: guest.guestId,
    rooms: guest.rooms,
    window: guest.window,
    joinTo: anchor.joinTo,
    generation: anchor.generation,
    why: joinReason(round, guest, anchor),
  });
}

function joinReason(round: Round, guest: WantedGuest, anchor: Anchor): string {
  const rooms = list(guest.rooms);
  const held = currentKey(round, guest.guestId);
  if (held === undefined || !sharesRoom(held.ask.rooms, guest.rooms)) return `joins the lease on ${rooms}`;
  const to = anchor.own ? 'his own key' : 'the lease';
  if (held.condemned !== undefined) return `replaces the key on a lost phone; joins ${to} on ${rooms}`;
  if (!sameRooms(held.ask.rooms, guest.rooms))
    return `other rooms: ${list(held.ask.rooms)} becomes ${rooms}; joins ${to}`;
  if (!sameWindow(held.ask.window, guest.window)) return `other dates: joins ${to} on ${rooms}`;
  return `follows the new override on ${rooms}`;
}

function currentKey(round: Round, guestId: string): Key | undefined {
  return keysOf(round.keyring, guestId).findLast((key) => isLive(key, round.now));
}

function override(round: Round, guest: WantedGuest, live: readonly Key[]): void {
  round.busy.add(guest.guestId);
  guest.rooms.forEach((room) => round.claimed.add(room));
  round.ready.push({
    do: 'override',
    guestId: guest.guestId,
    rooms: guest.rooms,
    window: guest.window,
    why: overrideReason(round, guest, live),
  });
}

function overrideReason(round: Round, guest: WantedGuest, live: readonly Key[]): string {
  const rooms = list(guest.rooms);
  const { keyring } = round;
  const before = keyring.keys.filter((key) => key.issuedAt !== undefined && sharesRoom(key.ask.rooms, guest.rooms));
  if (guest.forced === true && wasKilled(round, guest.rooms)) return `forced by staff: new lease on ${rooms}`;
  if (guest.rooms.some((room) => keyring.distrusted[room] === Math.max(0, ...before.map((key) => key.generation)))) {
    return `re-keyed after a loss or a removal for cause: earlier keys on ${rooms} end`;
  }
  if (live.length > 0) return `mixed: ${rooms} join live and new doors in one key, so the lease is re-keyed`;
  if (before.length > 0) return `reopened: the last key on ${rooms} has ended`;
  const held = currentKey(round, guest.guestId);
  if (held !== undefined) return `moved from ${list(held.ask.rooms)}: first key of the lease on ${rooms}`;
  return `first key of the lease on ${rooms}`;
}

/** Trusted keys of this stay that open one of the rooms. */
function liveKeysOn(round: Round, rooms: readonly string[]): readonly Key[] {
  return round.keyring.keys.filter((key) => isSound(round.keyring, key, round.now) && sharesRoom(key.ask.rooms, rooms));
}

/** Rule 8: the last keys on a room were ended by neither us nor time. */
function wasKilled(round: Round, rooms: readonly string[]): boolean {
  return rooms.some((room) => {
    const last = round.keyring.keys
      .filter((key) => key.issuedAt !== undefined && key.ask.rooms.includes(room))
      .reduce<number>((newest, key) => Math.max(newest, key.generation), 0);
    if (last <= (round.keyring.distrusted[room] ?? 0)) return false;
    const lastKeys = round.keyring.keys.filter((key) => key.generation === last && key.ask.rooms.includes(room));
    return lastKeys.some((key) => key.ended === 'killed' && isBefore(round.now, key.ask.window.to));
  });
}

/** Another guest with a live key here who could not join this guest's override, because he needs a room beyond it. */
function lockedOutBy(round: Round, guest: WantedGuest, live: readonly Key[]): WantedGuest | undefined {
  return round.wanted.guests.find(
    (other) =>
      other.guestId !== guest.guestId &&
      live.some((key) => key.guestId === other.guestId) &&
      wantsKeyNow(other, round.now) &&
      sharesRoom(other.rooms, guest.rooms) &&
      !coversRooms(guest.rooms, other.rooms),
  );
}

/** What a guest who has to wait would get: shown, not decided. */
function expectedDo(round: Round, guest: WantedGuest): 'override' | 'join' {
  const joins = liveKeysOn(round, guest.rooms).length > 0 || sharesRoom([...round.claimed], guest.rooms);
  return joins ? 'join' : 'override';
}

function gateReason(gate: Gate): string {
  switch (gate) {
    case 'room':
      return 'waits for a room, or for its door to be known';
    case 'lease':
      return 'waits for the room to be free';
    case 'phone':
      return 'waits for a phone that can hold a key';
    case 'window':
      return 'waits until the key may be issued';
    case 'access-system':
      return 'waits until Seam knows the guest';
    case 'hold':
      return 'waits until the hold is released';
    default:
      return gate satisfies never;
  }
}

function wait(round: Round, guest: WantedGuest, wouldDo: 'override' | 'join', waitsFor: Gate, why: string): void {
  round.waiting.push({ do: wouldDo, guestId: guest.guestId, rooms: guest.rooms, window: guest.window, why, waitsFor });
}

/** Rules 3, 5 and 7: what nobody should hold ends, once its successor lives and no joiner needs it as anchor. */
function planOtherRevokes(round: Round): void {
  for (const key of round.keyring.keys) {
    if (key.state !== 'live' && key.state !== 'revoking') continue;
    if (isInFlight(round, key) || round.ready.some((step) => step.keyId === key.keyId)) continue;
    const why = key.state === 'revoking' ? 'its end is not confirmed yet' : endReason(round, key);
    if (why === undefined) continue;
    if (key.acsCredentialId !== undefined && round.anchorsInUse.has(key.acsCredentialId)) {
      round.waiting.push({
        do: 'revoke',
        guestId: key.guestId,
        rooms: key.ask.rooms,
        window: key.ask.window,
        why: `${why}; another key is joining it first`,
        waitsFor: 'lease',
      });
      continue;
    }
    revoke(round, key, why);
  }
}

function endReason(round: Round, key: Key): string | undefined {
  const guest = round.wanted.guests.find((candidate) => candidate.guestId === key.guestId);
  if (guest === undefined) return 'the guest is no longer of the party';
  if (!wantsKeyNow(guest, round.now)) return guest.without ?? 'the window is over';
  if (settles(round, key, guest)) {
    const newest = keysOf(round.keyring, key.guestId).findLast((other) => settles(round, other, guest));
    return newest?.keyId === key.keyId ? undefined : 'a newer key does the same';
  }
  return holdsWhatHeWants(round, guest) ? 'its successor is confirmed' : undefined;
}

function noteKeyrings(round: Round): void {
  for (const key of round.keyring.keys) {
    const where = list(key.ask.rooms);
    if (key.outageSince !== undefined && mayLive(key)) {
      notice(round, 'access-system-down', `Seam or the access system does not answer for ${where}`, key.guestId);
    }
    if (key.outageSince !== undefined && key.state === 'revoking') {
      notice(round, 'revoke-unconfirmed', `the end of a key to ${where} is not confirmed`, key.guestId);
    }
    if (key.delayedSince !== undefined && key.state === 'issuing') {
      notice(round, 'key-delayed', `the key to ${where} is not with the provider yet`, key.guestId);
    }
    if (isLive(key, round.now)) round.wakes.push(key.ask.window.to);
    noteShortening(round, key);
  }
  for (const guest of round.wanted.guests) {
    if (wantsKeyNow(guest, round.now)) round.wakes.push(guest.window.to);
  }
}

/** Rule 9: a shortened key may open until its old end in a phone that has not heard of the change. */
function noteShortening(round: Round, old: Key): void {
  if (old.residualUntil === undefined || !isBefore(round.now, old.residualUntil)) return;
  const successor = keysOf(round.keyring, old.guestId).find(
    (key) => isLive(key, round.now) && sharesRoom(key.ask.rooms, old.ask.rooms),
  );
  if (successor === undefined || !isBefore(successor.ask.window.to, old.residualUntil)) return;
  round.wakes.push(old.residualUntil);
  notice(
    round,
    'shortening-unconfirmed',
    `a phone that is offline may open ${list(old.ask.rooms)} until ${old.residualUntil}`,
    old.guestId,
  );
}

function notice(round: Round, code: AttentionCode, message: string, guestId: string): void {
  if (round.attention.some((known) => known.code === code && known.guestId === guestId)) return;
  round.attention.push({ code, message, guestId });
}

function list(rooms: readonly string[]): string {
  return rooms.length > 8 ? `${rooms.slice(0, 8).join(', ')} and ${rooms.length - 8} more` : rooms.join(', ');
}
