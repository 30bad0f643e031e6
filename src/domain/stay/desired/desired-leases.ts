/** Desired leases: the stay's rooms now and those of scheduled moves, each with its stretch of time. */
import { revisionOrder } from './apply-snapshot.js';
import {
  isEnded,
  stayWindow,
  type HeldClaim,
  type LeaseState,
  type PartyMember,
  type ScheduledRooms,
  type StayState,
} from '../state.js';
import {
  isBefore,
  later,
  millis,
  overlaps,
  plusMinutes,
  sameWindow,
  type Instant,
  type Window,
} from '../../model/instants.js';
import { defined } from '../../model/defined.js';
import { isOf } from '../known/lease-decisions.js';
import { whyWithout } from './guest-rooms.js';
import { leavingClaims } from './leaving.js';

/** Desired claim to one room for one stretch of time. */
export type DesiredClaim = Pick<
  HeldClaim,
  'room' | 'part' | 'window' | 'graceMinutes' | 'shareGroup' | 'revision' | 'leaving'
>;

/**
 * Returns a claim for every room of the stay, current and scheduled, with the stretch of time for which it is desired,
 * and for every room that its guests still sleep in. Parts that the stay hands over are not claimed again.
 */
export function desiredClaims(state: StayState, leases: LeaseState, now: Instant): readonly DesiredClaim[] {
  const window = stayWindow(state);
  const policy = state.property?.policy;
  if (window === undefined || policy === undefined || isEnded(state) || state.desired.status === 'tentative') return [];
  if (!isBefore(now, plusMinutes(window.to, policy.departureGraceMinutes))) return [];
  const { shareGroup } = state.desired;
  const asked = { graceMinutes: policy.departureGraceMinutes, revision: revisionKnown(state) };
  const common = { ...asked, ...defined({ shareGroup }) };
  // The guests stay in the room as they have it: together with those of their old share group.
  const claims: DesiredClaim[] = leavingClaims(state, now).map(({ room, part, window: { from }, shareGroup: old }) => ({
    room,
    part,
    window: { from, to: window.to },
    ...asked,
    ...defined({ shareGroup: old }),
    leaving: true,
  }));
  const isFree = (held: HeldClaim): boolean =>
    !claims.some((claim) => isOf(claim, held)) && leases.handovers?.some((given) => isOf(given, held)) !== true;
  for (const { room, window: planned } of stretches(state, window)) {
    const ofRoom = leases.claims.filter((one) => one.room === room);
    const held = ofRoom.find((one) => isFree(one) && overlaps(one.window, planned));
    const isHeld = held?.decision?.kind === 'granted';
    const stretch = isHeld ? untilNextIsGranted(state, room, planned, window) : planned;
    // A stretch that is over except for its grace continues; the stay does not claim it again.
    if (held === undefined && !isBefore(now, stretch.to)) continue;
    const used = [...ofRoom, ...claims.filter((claim) => claim.room === room)].map(({ part }) => part);
    const part = held?.part ?? Math.max(-1, ...used) + 1;
    const claimed = { from: beginning(held, stretch.from, now), to: stretch.to };
    claims.push({ room, part, window: claimed, ...common });
  }
  return claims;
}

/** Returns the place of the latest snapshot in the order of revisions. */
export function revisionKnown({ snapshot }: StayState): number {
  return snapshot === undefined ? 0 : revisionOrder(snapshot.revision);
}

/** Returns true if the stay must send the claim, because the room has not answered it yet. */
export function isUnanswered(claim: DesiredClaim, leases: LeaseState): boolean {
  const held = leases.claims.find((one) => isOf(one, claim));
  if (held?.answered !== true) return true;
  // Only a newer snapshot of the booking system brings back a stay that has ended.
  if (held.decision?.kind === 'ended') return claim.revision > held.decision.revision;
  return (
    !sameWindow(held.window, claim.window) ||
    held.graceMinutes !== claim.graceMinutes ||
    held.shareGroup !== claim.shareGroup ||
    held.leaving !== claim.leaving
  );
}

/**
 * Returns rooms with a claim that is sent or about to be sent and not answered yet. Rooms that do not answer are left
 * out: no guest waits for them.
 */
export function unansweredRooms(state: StayState, now: Instant): readonly string[] {
  const { leases } = state;
  return desiredClaims(state, leases, now)
    .filter((claim) => isUnanswered(claim, leases))
    .map(({ room }) => room)
    .filter((room) => !(leases.unsettled ?? []).some((silent) => silent.room === room));
}

/** Returns the start of a lease: it begins when the room is desired, and a lease that has begun is not moved. */
function beginning(held: HeldClaim | undefined, from: Instant, now: Instant): Instant {
  if (isBefore(now, from)) return from;
  return held !== undefined && isBefore(held.window.from, now) ? held.window.from : now;
}

/**
 * Returns the stretch of a room until a scheduled move, or until the end of the stay while a next room is not granted, or
 * a hold or a missing door stands before the key to it: guests in house give up no time before they can move.
 */
function untilNextIsGranted(state: StayState, room: string, stretch: Window, stay: Window): Window {
  if (!isUntilMove(state, room, stretch, stay)) return stretch;
  const isHeld = state.desired.party.some((one) => whyWithout(state, one) === undefined && mayNotMove(state, one));
  return !isHeld && isNextGranted(state, stretch.to) ? stretch : { from: stretch.from, to: stay.to };
}

/** Returns the rooms that guests in house leave in a scheduled move whose rooms are all granted, each with its instant. */
export function movesAhead(state: StayState, stay: Window): ReadonlyMap<string, Instant> {
  const left = stretches(state, stay).filter(({ room, window }) => isUntilMove(state, room, window, stay));
  // The last write wins, and the first stretch of a room is the one in which the guests are.
  const inOrder = left.toSorted((a, b) => millis(b.window.to) - millis(a.window.to));
  const granted = new Set([...new Set(left.map(({ window }) => window.to))].filter((at) => isNextGranted(state, at)));
  return new Map(inOrder.filter(({ window }) => granted.has(window.to)).map(({ room, window }) => [room, window.to]));
}

/** Returns true if a scheduled move ends the stretch of a room in which guests in house are. */
function isUntilMove({ desired: { status, rooms } }: StayState, room: string, stretch: Window, stay: Window): boolean {
  return status === 'in-house' && rooms.includes(room) && isBefore(stretch.to, stay.to);
}

/** Returns true if the stay holds all rooms of the move at this instant. */
function isNextGranted(state: StayState, moves: Instant): boolean {
  const next = state.desired.scheduled.findLast((move) => move.guestId === undefined && move.from === moves);
  return (next?.rooms ?? []).every(
    (room) =>
      !state.doors.unknownRooms.includes(room) &&
      state.leases.claims.some(
        ({ room: held, window, decision }) =>
          held === room &&
          decision?.kind === 'granted' &&
          !isBefore(moves, decision.from ?? moves) &&
          !isBefore(moves, window.from) &&
          isBefore(moves, window.to),
      ),
  );
}

/** Returns true while a hold stands before the guest's next key. */
export function mayNotMove({ desired: { forced, staffHold, bookingHold } }: StayState, one: PartyMember): boolean {
  return (forced ?? one.forced) === undefined && (staffHold ?? bookingHold ?? one.hold) !== undefined;
}

interface Stretch {
  readonly room: string;
  readonly window: Window;
}

/**
 * Returns the rooms of the stay over its whole window, in order of time. A room that the stay leaves and returns to
 * appears more than once.
 */
function stretches(state: StayState, window: Window): readonly Stretch[] {
  const moves = state.desired.scheduled
    .filter((move) => move.guestId === undefined && isBefore(move.from, window.to))
    .toSorted((a, b) => millis(a.from) - millis(b.from))
    .map((move) => ({ ...move, from: later(move.from, window.from) }));
  const first: ScheduledRooms = { from: window.from, rooms: state.desired.rooms };
  const found: Stretch[] = [];
  [first, ...moves].forEach((move, index) => {
    const stretch = { from: move.from, to: moves[index]?.from ?? window.to };
    // If several moves have the same instant, the last counts. A move before the start of the stay counts from that
    // start.
    if (!isBefore(stretch.from, stretch.to)) return;
    for (const room of move.rooms) {
      const goesOn = found.findIndex((known) => known.room === room && known.window.to === stretch.from);
      const known = found[goesOn];
      if (known === undefined) found.push({ room, window: stretch });
      else found[goesOn] = { room, window: { from: known.window.from, to: stretch.to } };
    }
  });
  return found;
}

/** Returns the rooms that the stay desires now or later. */
export function roomsAhead(state: StayState): readonly string[] {
  const scheduled = state.desired.scheduled.filter((move) => move.guestId === undefined).flatMap((move) => move.rooms);
  return [...new Set([...state.desired.rooms, ...scheduled])];
}
