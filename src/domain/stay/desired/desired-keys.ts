/** Desired keys: which guest should hold a key to which rooms and when, and which gate is still closed. */
import { isConfigured, stayWindow, type PartyMember, type StayState } from '../state.js';
import { mayNotMove, movesAhead, unansweredRooms } from './desired-leases.js';
import { awaitsEarlierRun } from './earlier-run.js';
import { roomsFor, whyWithout } from './guest-rooms.js';
import { roomsKeptBy } from './leaving.js';
import { coversRooms, isSoundIn, liveKeys, mayLive, oldestSoundGenerations, sharesRoom } from '../known/keyring.js';
import { prepareStepId } from '../../model/ids.js';
import {
  earlier,
  isBefore,
  later,
  normalInstant,
  plusMinutes,
  type Instant,
  type Window,
} from '../../model/instants.js';
import type { LeaseAnchor } from '../../model/lease.js';
import { defined } from '../../model/defined.js';
import type { Desired, DesiredGuest, Gate, ReadyGuest } from '../../model/key-plan.js';
import {
  endWithin,
  freeFrom,
  grantsOn,
  heldRooms,
  isDisplaced,
  opensNow,
  type GrantedLease,
} from '../known/lease-decisions.js';

/** Minutes before the end of a room's lease at which the guests' next key, to their other rooms, is requested. */
export const ENDS_SOON_MINUTES = 2;

/** Returns the desired keys at `now`, as the planner's input. */
export function desiredKeys(state: StayState, now: Instant): Desired {
  const window = stayWindow(state);
  const unanswered = unansweredRooms(state, now);
  return {
    siteName: state.property?.name ?? '',
    doors: state.doors,
    givenAway: roomsGivenAway(state, now),
    givenUp: unanswered.length > 0 ? [] : roomsGivenUp(state, now),
    openedByOthers: roomsOpenedByOthers(state, now),
    guests: window === undefined ? [] : desiredGuests(state, window, unanswered, now),
  };
}

/** Facts that are the same for every guest of a stay. */
interface ForAll {
  readonly stay: Window;
  /** Rooms that have not answered the stay's claims. */
  readonly unanswered: readonly string[];
  /** Rooms that the stay leaves in a move that it can make, each with its instant. */
  readonly moves: ReadonlyMap<string, Instant>;
}

function desiredGuests(
  state: StayState,
  stay: Window,
  unanswered: readonly string[],
  now: Instant,
): readonly DesiredGuest[] {
  const forAll = { stay, unanswered, moves: movesAhead(state, stay) };
  return state.desired.party.map((one) => desiredGuest(state, one, forAll, now));
}

/** Returns rooms of the stay, current or later, that the front desk gave to another stay. */
function roomsGivenAway(state: StayState, now: Instant): readonly string[] {
  const rooms = new Set([...state.desired.rooms, ...state.leases.claims.map(({ room }) => room)]);
  return [...rooms].filter((room) => isDisplaced(state, room, now));
}

/**
 * Returns rooms of keys that the stay no longer claims, or claims only for a time after the key opens them: another stay
 * may have them before. While the guests are not in house, also rooms that the key's guest no longer has. Guests in house
 * keep a key to a room that they handed over in an exchange, because their next one is on its way.
 */
function roomsGivenUp(state: StayState, now: Instant): readonly string[] {
  const { desired, keyring, leases } = state;
  const isInHouse = desired.status === 'in-house';
  const own = new Map(isInHouse ? [] : desired.party.map((one) => [one.guest.guestId, roomsFor(state, one)]));
  const isTheirs = (guestId: string, room: string): boolean => isInHouse || own.get(guestId)?.includes(room) === true;
  const exchanged = isInHouse ? (leases.exchanges?.left ?? []) : [];
  const isClaimed = (room: string, opensAt: Instant): boolean =>
    leases.claims.some(
      (held) => held.room === room && held.decision !== undefined && !isBefore(opensAt, held.window.from),
    );
  const givenUp = keyring.keys
    .filter(mayLive)
    .flatMap(({ guestId, ask: { rooms, window } }) =>
      rooms.filter((room) => !isClaimed(room, later(now, window.from)) || !isTheirs(guestId, room)),
    );
  return [...new Set(givenUp)].filter((room) => !exchanged.includes(room));
}

/**
 * Returns rooms of a share group that are not open yet and that another stay opens. It includes rooms whose listed keys
 * have ended at Seam, because the other stays will soon report their next keys.
 */
function roomsOpenedByOthers(state: StayState, now: Instant): readonly string[] {
  if (state.desired.shareGroup === undefined) return [];
  return state.desired.rooms.filter((room) =>
    grantsOn(state, [room], now).some(({ opener, anchors }) => {
      const isOpen = anchors.some((anchor) => isKnown(state, anchor)) || opensNow(state, room, now);
      return !isOpen && (!opener || anchors.length > 0);
    }),
  );
}

function isKnown({ keyring }: StayState, { acsCredentialId }: LeaseAnchor): boolean {
  return keyring.outsideAnchors.some((anchor) => anchor.acsCredentialId === acsCredentialId);
}

function desiredGuest(state: StayState, one: PartyMember, forAll: ForAll, now: Instant): DesiredGuest {
  const booked = roomsFor(state, one);
  const rooms = roomsToOpen(state, booked, roomsKeptBy(state, one, booked, now), now);
  const grants = grantsOn(state, rooms, now);
  const window = leasedWindow(state, one, forAll, { rooms, grants }, now);
  const mayIssue = gateOpensAt(state, one, window, now);
  const free = freeFrom(grants);
  const opensAt = mayIssue === undefined || free === undefined ? mayIssue : later(mayIssue, free);
  const gate = firstGate(state, one, { rooms, window }, { mayIssue, free, unanswered: forAll.unanswered }, now);
  const without = whyWithout(state, one) ?? (rooms.length > 0 ? undefined : whyNoRoom(booked));
  const { guestId, primary } = one.guest;
  const forced = isForced(state, one) ? true : undefined;
  const extent = { guestId, primary, rooms, window, ...defined({ without, opensAt, forced }) };
  if (typeof gate === 'object') return { ...extent, acsUserId: gate.acsUserId };
  const comingUp = gate === 'access-system' && isBeingPrepared(state, one) ? true : undefined;
  return { ...extent, gate, ...defined({ comingUp }) };
}

/** Returns false if Seam refused the guest or does not answer: then other guests do not wait for them. */
function isBeingPrepared(state: StayState, one: PartyMember): boolean {
  return isConfigured(state) && state.blockers[prepareStepId(one.guest.guestId)] === undefined;
}

/**
 * Returns the rooms that the guest's key should open now. A room that the stay waits for, or that is free only later,
 * does not keep guests from the rooms that it holds. While it holds none, their old keys continue. A room that the
 * front desk gave away is excluded. Guests in house keep the rooms that they sleep in (`kept`) until all their next
 * rooms are free.
 */
function roomsToOpen(
  state: StayState,
  rooms: readonly string[],
  kept: readonly string[],
  now: Instant,
): readonly string[] {
  const held = heldRooms(state, rooms, now);
  const free = held.filter((room) => {
    const from = freeFrom(grantsOn(state, [room], now));
    return from === undefined || !isBefore(now, from);
  });
  if (free.length + kept.length > 0) return lasting(state, [...free, ...kept], now);
  return held.length > 0 ? held : rooms.filter((room) => !isDisplaced(state, room, now));
}

/**
 * Returns the rooms without those whose lease ends soon. A key ends with the first of its rooms, so the next key leaves
 * such a room out in order to be ready in time.
 */
function lasting(state: StayState, rooms: readonly string[], now: Instant): readonly string[] {
  const soon = plusMinutes(now, ENDS_SOON_MINUTES);
  const goOn = rooms.filter((room) => grantsOn(state, [room], now).some(({ until }) => isBefore(soon, until)));
  return goOn.length > 0 ? goOn : rooms;
}

function holdsAny(state: StayState, rooms: readonly string[], now: Instant): boolean {
  return rooms.length === 0 || heldRooms(state, rooms, now).length > 0;
}

function whyNoRoom(booked: readonly string[]): string {
  return booked.length === 0 ? 'no room is assigned' : 'the front desk gave the room to another stay';
}

/**
 * Returns the guest's window within the lease. Keys continue for the grace after departure, and end with the lease. No
 * key is made during the grace: its override would end the next guest's key. A key also ends with a move that the guest
 * can make, if a hold on another guest prolongs the lease beyond it.
 */
function leasedWindow(
  state: StayState,
  one: PartyMember,
  { stay, moves }: ForAll,
  { rooms, grants }: { readonly rooms: readonly string[]; readonly grants: readonly GrantedLease[] },
  now: Instant,
): Window {
  const window = guestWindow(one, stay);
  if (grants.length === 0) return window;
  const hasLiveKey = (): boolean => liveKeys(state.keyring, now).some((key) => key.guestId === one.guest.guestId);
  if (!isBefore(now, window.to) && !hasLiveKey()) return window;
  const grace = state.property?.policy.departureGraceMinutes ?? 0;
  const leased = endWithin(grants, plusMinutes(window.to, grace));
  if (mayNotMove(state, one)) return { ...window, to: leased };
  return { ...window, to: rooms.reduce((end, room) => earlier(end, moves.get(room) ?? end), leased) };
}

/** Returns the guest's own window, limited to the stay's window. */
function guestWindow(one: PartyMember, stay: Window): Window {
  const own = one.guest.window;
  if (own === undefined) return stay;
  return {
    from: isBefore(own.from, stay.from) ? stay.from : normalInstant(own.from),
    to: isBefore(stay.to, own.to) ? stay.to : normalInstant(own.to),
  };
}

function isForced(state: StayState, one: PartyMember): boolean {
  return state.desired.forced !== undefined || one.forced !== undefined;
}

/** Returns the instant from which the stay may issue a key; undefined if only a check-in opens the gate. */
function gateOpensAt(state: StayState, one: PartyMember, window: Window, now: Instant): Instant | undefined {
  const policy = state.property?.policy.issueFrom;
  if (isForced(state, one)) return now;
  // An in-house stay opens the gate, but a guest who comes later than the others has not arrived yet.
  const late = one.guest.window !== undefined && isBefore(now, window.from);
  if (state.desired.status === 'in-house' && !late) return now;
  if (policy?.kind === 'lead-time') return plusMinutes(window.from, -policy.minutes);
  return late && state.desired.status === 'in-house' ? window.from : undefined;
}

/** Rooms and window of a key. */
type KeyExtent = Pick<DesiredGuest, 'rooms' | 'window'>;

/**
 * Returns true if the guest's key opens these rooms, and also others or for longer. A reduction is not a grant, so no
 * hold applies to it.
 */
function holdsMore({ keyring }: StayState, guestId: string, desired: KeyExtent, now: Instant): boolean {
  const { rooms, window } = desired;
  const oldest = oldestSoundGenerations(keyring);
  return liveKeys(keyring, now).some(
    (key) =>
      key.guestId === guestId &&
      key.condemned === undefined &&
      rooms.length > 0 &&
      coversRooms(key.ask.rooms, rooms) &&
      isSoundIn(key, rooms, oldest) &&
      !isBefore(key.ask.window.to, window.to) &&
      (isBefore(window.to, key.ask.window.to) || rooms.length < key.ask.rooms.length),
  );
}

/** Returns the first closed gate, or the guest's user at the access system if all are open. */
function firstGate(
  state: StayState,
  one: PartyMember,
  { rooms, window }: KeyExtent,
  from: {
    readonly mayIssue: Instant | undefined;
    readonly free: Instant | undefined;
    readonly unanswered: readonly string[];
  },
  now: Instant,
): Gate | Pick<ReadyGuest, 'acsUserId'> {
  const { guestId } = one.guest;
  const forced = isForced(state, one);
  if (rooms.some((room) => !state.doors.rooms.some((door) => door.room === room))) return 'room';
  const held = state.desired.staffHold ?? state.desired.bookingHold ?? one.hold;
  if (held !== undefined && !forced && !holdsMore(state, guestId, { rooms, window }, now)) return 'hold';
  const asking = sharesRoom(rooms, from.unanswered);
  if (!asking && !holdsAny(state, rooms, now)) return 'lease';
  if (from.mayIssue === undefined || isBefore(now, from.mayIssue)) return 'window';
  if (from.free !== undefined && isBefore(now, from.free)) return 'lease';
  const known = state.guests[guestId];
  if (known === undefined || known.doubtful === true || state.property === undefined) return 'access-system';
  if (awaitsEarlierRun(state) || !isConfigured(state)) return 'access-system';
  if (state.phonesToDeactivate.some((phone) => phone.guestId === guestId)) return 'phone';
  if (state.property.policy.phone === 'wait-for-phone' && !known.phoneReady && !forced) return 'phone';
  // This wait is short, so it comes last: no other wait is cancelled and restarted for it.
  return asking ? 'lease' : { acsUserId: known.acsUserId };
}
