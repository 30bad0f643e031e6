/** Attention for the whole state: the planner's notices, and notices that concern no key yet. */
import { isEnded, mayGrant, type HeldClaim, type StayState, stayWindow } from '../state.js';
import { roomWorkflowId } from '../../model/ids.js';
import { defined } from '../../model/defined.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import { isInDoubt } from '../desired/guest-doubts.js';
import { leavingClaims, pendingRooms } from '../desired/leaving.js';
import { isLive, keysOf, refusalOf } from '../known/keyring.js';
import { unfetchedKeys } from '../known/unfetched-keys.js';
import type { Notice, OpenAttention } from '../../model/attention.js';
import { wordsOf } from '../../model/seam-reports.js';
import { bookingMismatches } from './mismatches.js';
import type { DesiredGuest, KeyPlan, Desired } from '../../model/key-plan.js';
import { isPhoneAccessStep, unendedPhoneAccess } from './phone-access.js';
import { anyKeyMayLive, guestsWithoutRoom, needsProperty } from './preparations.js';
import { shouldHoldKey } from './round.js';
import { desiredClaims } from '../desired/desired-leases.js';
import { isOf } from '../known/lease-decisions.js';

export interface Watch {
  readonly attention: readonly OpenAttention[];
  /** Instant at which time alone opens another notice. */
  readonly wakeAt?: Instant;
}

/** Returns every notice that is open now, each with the instant since which it is open. */
export function openAttention(state: StayState, desired: Desired, plan: KeyPlan, now: Instant): Watch {
  const phones = missingPhones(state, desired, now);
  const notices = [
    ...plan.attention,
    ...blockers(state),
    ...unendedPhoneAccess(state),
    ...unknownProperty(state),
    ...unknownRooms(state, now),
    ...zoneMismatch(state, now),
    ...refusedReading(state, now),
    ...missingRooms(state, now),
    ...takenRooms(state, now),
    ...keptRooms(state, desired, now),
    ...unsettledRooms(state, now),
    ...bookingMismatches(state, now),
    ...registeredAgain(state),
    ...phones.due,
    ...unclearGuests(state),
    ...unfetched(state),
    ...seamReports(state, now),
  ];
  const open = distinct(notices).map((notice) => ({ ...notice, since: sinceWhen(state, notice, now) }));
  return {
    attention: [...open, ...state.ignored],
    ...defined({ wakeAt: phones.nextAt }),
  };
}

function same(a: Notice, b: Notice): boolean {
  return a.code === b.code && a.guestId === b.guestId && a.room === b.room;
}

function distinct(notices: readonly Notice[]): readonly Notice[] {
  return notices.filter((notice, index) => notices.findIndex((other) => same(other, notice)) === index);
}

function sinceWhen(state: StayState, notice: Notice, now: Instant): Instant {
  return state.attention.find((known) => same(known, notice))?.since ?? now;
}

/** Returns notices for preparations that cannot proceed. A stay that has ended, and has no keys, needs none. */
function blockers(state: StayState): Notice[] {
  if (isEnded(state) && !anyKeyMayLive(state)) return [];
  const others = Object.entries(state.blockers).filter(([stepId]) => !isPhoneAccessStep(stepId));
  return others.map(([, blocker]) => ({
    code: blocker.kind === 'outage' ? 'access-system-down' : 'key-failed',
    message: blocker.message,
    ...defined({ guestId: blocker.guestId }),
  }));
}

/** Returns a notice while the property file does not have the property. An ended stay without keys needs none. */
function unknownProperty(state: StayState): Notice[] {
  const { propertyProblem } = state;
  if (propertyProblem === undefined || !needsProperty(state)) return [];
  return [{ code: 'property-unknown', message: `${propertyProblem}. Keys can end, and none is issued until then` }];
}

function unknownRooms(state: StayState, now: Instant): Notice[] {
  if (!mayGrant(state, now)) return [];
  return state.desired.rooms
    .filter((room) => state.doors.unknownRooms.includes(room))
    .map((room) => ({
      code: 'impossible-plan',
      room,
      message: `room ${room} has no door, or more than one, at Seam: correct the door or its mapping; the stay looks again by itself`,
    }));
}

/**
 * Returns a notice if the locks run in another time zone than the property. Instants come from the property's zone, so
 * such locks open and close at other times than they show.
 */
function zoneMismatch(state: StayState, now: Instant): Notice[] {
  const { zoneProblem } = state.doors;
  if (zoneProblem === undefined || !mayGrant(state, now)) return [];
  return [{ code: 'zone-mismatch', message: `${zoneProblem}: correct the wrong one; the stay looks again by itself` }];
}

/** Returns a notice if the booking system's latest state cannot be used while keys may live or are to come. */
function refusedReading(state: StayState, now: Instant): Notice[] {
  const { readingProblem, desired } = state;
  if (readingProblem === undefined) return [];
  const isOver = isEnded(state) || (desired.window !== undefined && !isBefore(now, desired.window.to));
  if (isOver && !anyKeyMayLive(state)) return [];
  const advice = 'keys stay as they are: correct it there, or change or check out the stay here';
  return [{ code: 'booking-unreadable', message: `${readingProblem}; ${advice}` }];
}

function missingRooms(state: StayState, now: Instant): Notice[] {
  const window = stayWindow(state);
  const inHouse = state.desired.status === 'in-house' && window !== undefined && isBefore(now, window.to);
  const guests = inHouse ? guestsWithoutRoom(state, now) : [];
  if (guests.length > 0 && state.desired.rooms.length === 0)
    return [{ code: 'room-missing', message: 'the guests are in house, and no room is assigned' }];
  return guests.map((guestId) => ({
    code: 'room-missing',
    guestId,
    message: "none of the guest's own rooms is among the stay's rooms",
  }));
}

/**
 * Returns notices for guests of a booking system without ids for persons: those who may be one of the new guests, and
 * new ones who may be somebody whom staff barred or hold.
 */
function unclearGuests(state: StayState): Notice[] {
  if (isEnded(state)) return [];
  return state.desired.party.flatMap((one): Notice[] => {
    const { guestId, personId } = one.guest;
    if (isInDoubt(one)) {
      const others = (one.mayBe ?? []).join(' or ');
      const join = personId === undefined ? `; send sameGuest if they are the same person` : '';
      const message = `the booking system now lists ${others} and not this guest, whose key goes on until they have one${join}; send removeGuest if not`;
      return [{ code: 'guest-unclear', guestId, message }];
    }
    if (one.suspectedOf === undefined || one.hold === undefined || one.removed !== undefined) return [];
    const message = `this guest may be ${one.suspectedOf}, whom staff barred or hold: send release if it is another person`;
    return [{ code: 'guest-unclear', guestId, message }];
  });
}

/** Returns notices for rooms that another stay holds, or keeps from this stay for part of its window. */
function takenRooms(state: StayState, now: Instant): Notice[] {
  // A claim that the stay no longer makes is about to be released: the room is no concern of the stay any more.
  const desired = desiredClaims(state, state.leases, now);
  return state.leases.claims.flatMap((held): Notice[] => {
    if (!desired.some((claim) => isOf(claim, held)) || !isBefore(now, held.window.to)) return [];
    const message = whyTaken(state, held, now);
    return message === undefined ? [] : [{ ...message, room: held.room }];
  });
}

/**
 * Returns notices for rooms that this stay claims, or has not released yet, and that refuse, or do not answer for as
 * long as an outage may last: a room whose worker is busy needs no person.
 */
function unsettledRooms({ leases, propertyId, property }: StayState, now: Instant): Notice[] {
  const { unsettled = [], claims } = leases;
  const outageMinutes = property?.policy.outageAfterMinutes ?? 0;
  return unsettled
    .filter(({ room }) => claims.some((held) => held.room === room))
    .filter(({ kind, since }) => kind === 'refused' || !isBefore(now, plusMinutes(since, outageMinutes)))
    .map(({ room, kind, why }) => ({
      code: kind === 'refused' ? 'key-failed' : 'key-delayed',
      room,
      message: `${why}; the stay retries every minute: see ${roomWorkflowId({ propertyId, room })} in Temporal Web UI`,
    }));
}

function whyTaken(state: StayState, held: HeldClaim, now: Instant): Pick<Notice, 'code' | 'message'> | undefined {
  const { room, decision } = held;
  switch (decision?.kind) {
    case undefined:
      return undefined;
    case 'waiting': {
      const stays = decision.behind.join(', ');
      if (decision.displaced === true) {
        return { code: 'room-taken', message: `the front desk gave room ${room} to ${stays}: book another room` };
      }
      const leaves =
        (decision.leaving ?? []).length > 0 ? ', whose guests are still there until they have another' : '';
      const meanwhile = stayingIn(state, now);
      const help = `move one of them, or give the room to this one with room-force`;
      return { code: 'room-taken', message: `room ${room} is taken by ${stays}${leaves}${meanwhile}: ${help}` };
    }
    case 'ended': {
      const message = `a stay of this name ended with revision ${decision.revision}: nothing is issued until a newer one arrives`;
      return { code: 'stale-booking', message };
    }
    case 'granted': {
      const other = decision.heldUpBy ?? 'another stay';
      if (isBefore(decision.until, held.window.to)) {
        return {
          code: 'room-taken',
          message: `room ${room} is taken by ${other} from ${decision.until}: keys end then`,
        };
      }
      const isThere =
        state.desired.status === 'in-house' && isBefore(held.window.from, decision.from ?? held.window.from);
      if (!isThere || !isBefore(now, decision.from ?? now)) return undefined;
      return { code: 'room-taken', message: `room ${room} is taken by ${other} until ${decision.from}` };
    }
    default:
      return decision satisfies never;
  }
}

/** Returns where guests in house stay while their next room is taken, and which stays wait for them. */
function stayingIn(state: StayState, now: Instant): string {
  const leaving = leavingClaims(state, now);
  if (leaving.length === 0) return '';
  return `; the guests stay in ${roomsOf(leaving)} with their keys${wantedBy(leaving)}`;
}

function roomsOf(claims: readonly HeldClaim[]): string {
  const rooms = [...new Set(claims.map(({ room }) => room))];
  return `${rooms.length === 1 ? 'room' : 'rooms'} ${rooms.join(', ')}`;
}

function wantedBy(claims: readonly HeldClaim[]): string {
  const stays = new Set(
    claims.flatMap(({ decision }) => (decision?.kind === 'granted' ? (decision.wantedBy ?? []) : [])),
  );
  return stays.size === 0 ? '' : `, and ${[...stays].join(', ')} waits for it`;
}

/**
 * Returns notices for rooms that guests in house cannot leave although the next rooms are theirs: something stands
 * before their next key.
 */
function keptRooms(state: StayState, desired: Desired, now: Instant): Notice[] {
  if (pendingRooms(state, now).length > 0) return [];
  const next = state.desired.rooms.join(', ');
  return leavingClaims(state, now).flatMap((held): Notice[] => {
    const why = desired.guests.flatMap((guest) => whyNotMoved(state, guest, held.room, now) ?? [])[0];
    if (why === undefined) return [];
    const where = `the guests stay in room ${held.room} with their keys${wantedBy([held])}`;
    return [{ code: 'room-kept', room: held.room, message: `${where}: ${why}, or give up the move to ${next}` }];
  });
}

/** Returns why a guest with a key to the room gets none to their next rooms; undefined if that key is on its way. */
function whyNotMoved(state: StayState, guest: DesiredGuest, room: string, now: Instant): string | undefined {
  const own = keysOf(state.keyring, guest.guestId);
  if (!own.some((key) => isLive(key, now) && key.ask.rooms.includes(room))) return undefined;
  const next = guest.rooms.join(', ');
  const refusal = refusalOf(state.keyring, guest);
  if (guest.gate === 'hold') return `a hold stands before the key to ${next}; release it`;
  if (guest.gate === 'phone') return `no phone can hold the key to ${next}; let the guest set up a phone`;
  if (guest.gate === 'room') return `no door at Seam is found for ${next}; correct the door mapping`;
  if (refusal !== undefined) {
    return `the key to ${next} failed (${refusal.message}); correct that, then send retry`;
  }
  const isStuck = own.some(({ outageSince, delayedSince }) => (outageSince ?? delayedSince) !== undefined);
  return isStuck ? `the access system has not confirmed the key to ${next}; wait for it` : undefined;
}

/** Returns notices for keys that Seam has made and no phone has fetched: their guests cannot open a door with them. */
function unfetched(state: StayState): Notice[] {
  return unfetchedKeys(state).map(({ guestId }) => ({
    code: 'phone-missing',
    guestId,
    message:
      "this guest's key is ready, but no phone has fetched it: ask them to open the app online, or cut a plastic card",
  }));
}

/**
 * Returns notices for what Seam reports of the access system, of doors that the stay needs, of its guests and of their
 * keys. One room or guest has one notice with all of it.
 */
function seamReports(state: StayState, now: Instant): Notice[] {
  const ofDoors = mayGrant(state, now) ? (state.doors.reports ?? []) : [];
  const places = ofDoors.filter(({ room }) => room === undefined || state.desired.rooms.includes(room));
  const rooms = [...new Set(places.map(({ room }) => room))];
  const notices = rooms.map((room) => ({ about: { room }, reports: places.filter((one) => one.room === room) }));
  const guests = isEnded(state) ? [] : state.desired.party.filter((one) => one.removed === undefined);
  const ofGuests = guests.map(({ guest: { guestId } }) => {
    const keys = keysOf(state.keyring, guestId).flatMap((key) => key.reports ?? []);
    return { about: { guestId }, reports: [...(state.guests[guestId]?.reports ?? []), ...keys] };
  });
  return [...notices, ...ofGuests].flatMap(({ about, reports }): Notice[] => {
    const message = [...new Set(reports.map(wordsOf))].join('; ');
    return message === '' ? [] : [{ code: 'seam-report', message, ...defined(about) }];
  });
}

/** Returns notices for guests whom Seam had lost: their phone must be set up again. */
function registeredAgain(state: StayState): Notice[] {
  if (isEnded(state)) return [];
  return Object.entries(state.guests)
    .filter(([, known]) => known.registeredAgain === true && !known.phoneReady)
    .filter(([guestId]) => !keysOf(state.keyring, guestId).some((key) => key.state === 'live'))
    .map(([guestId]) => ({
      code: 'phone-missing',
      guestId,
      message:
        'Seam no longer had this guest, who is registered again: ask them to set up the app again, or cut a plastic card',
    }));
}

function missingPhones(state: StayState, desired: Desired, now: Instant): { due: Notice[]; nextAt?: Instant } {
  const { checkedInAt } = state.desired;
  const policy = state.property?.policy;
  if (checkedInAt === undefined || policy === undefined || isEnded(state)) return { due: [] };
  const waiting = desired.guests.filter((guest) => guest.gate === 'phone' && shouldHoldKey(guest, now));
  const at = plusMinutes(checkedInAt, policy.phoneMissingAfterMinutes);
  if (waiting.length === 0) return { due: [] };
  if (isBefore(now, at)) return { due: [], nextAt: at };
  return {
    due: waiting.map(({ guestId }) => ({
      code: 'phone-missing',
      guestId,
      message: 'no phone of this guest can hold a key yet: remind them, or cut a plastic card',
    })),
  };
}
