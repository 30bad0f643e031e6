/**
 * Applies a snapshot to the state. A snapshot changes only the fields that differ from the previous snapshot. Changes
 * by signals or staff in between hold until the booking system changes those fields.
 */
import {
  askForProperty,
  dropBlockers,
  hasHandled,
  member,
  putMember,
  withDesired,
  withLine,
  withRequest,
  type PartyMember,
  type ScheduledRooms,
  type StayState,
  type DesiredStay,
} from '../state.js';
import { identifyGuests, keepDoubtful } from './guest-doubts.js';
import { isBefore, millis, normalInstant, plusMinutes, type Instant } from '../../model/instants.js';
import { defined } from '../../model/defined.js';
import { withoutRefusals } from '../known/keyring.js';
import { settleDeskActs } from './desk-acts.js';
import { forgetThoseWhoLeft, partyTooLarge } from './party.js';
import { MOST_REMEMBERED_GUESTS } from '../../model/party-size.js';
import { isSameValue } from '../../model/same-value.js';
import { isEndOf, type Guest, type SnapshotWindow, type StaySnapshot } from '../../model/snapshot-schema.js';

export type SnapshotDecision =
  | { readonly kind: 'new' }
  | { readonly kind: 'known' }
  /** The stay has taken the request before: it may have been superseded since. */
  | { readonly kind: 'repeated' }
  /** Outdated snapshot; `sameRevision` means that the content differs without evidence of which is newer. */
  | { readonly kind: 'stale'; readonly message: string; readonly sameRevision: boolean }
  | { readonly kind: 'over'; readonly message: string }
  /** The party or its rooms would be too large with what signals have added. */
  | { readonly kind: 'too-large'; readonly message: string };

/** Returns the sort key of a revision. Revisions are numbers or modification instants (milliseconds); both grow. */
export function revisionOrder(revision: StaySnapshot['revision']): number {
  return typeof revision === 'number' ? revision : millis(revision);
}

/** Returns whether a snapshot is new for this state, without changing anything. */
export function judgeSnapshot(state: StayState, snapshot: StaySnapshot, now: Instant): SnapshotDecision {
  const decision = judgeRevision(state, snapshot, now);
  if (decision.kind !== 'new') return decision;
  const message = isEndOf(snapshot.status) ? undefined : partyTooLarge(applySnapshot(state, snapshot, now));
  return message === undefined ? decision : { kind: 'too-large', message };
}

function judgeRevision(state: StayState, snapshot: StaySnapshot, now: Instant): SnapshotDecision {
  const requestId = requestIdOf(snapshot);
  if (requestId !== undefined && hasHandled(state, requestId)) return { kind: 'repeated' };
  const known = state.snapshot;
  if (known === undefined) {
    return isOver(snapshot.window, now)
      ? { kind: 'over', message: 'window.to has passed: the stay is over' }
      : { kind: 'new' };
  }
  const order = revisionOrder(snapshot.revision) - revisionOrder(known.revision);
  if (order < 0) {
    const message = `revision is older than the known one, ${known.revision}`;
    return { kind: 'stale', message, sameRevision: false };
  }
  if (order > 0) return { kind: 'new' };
  if (sameContent(identifyGuests(state, snapshot).snapshot, known)) return { kind: 'known' };
  if (snapshot.supersede === true) return { kind: 'new' };
  return {
    kind: 'stale',
    message: `revision ${known.revision} is known with other content; send a newer one, or "supersede": true`,
    sameRevision: true,
  };
}

/** Returns true if a window has ended in every time zone. */
export function isOver(window: SnapshotWindow, now: Instant): boolean {
  return !isBefore(now, latestEnd(window));
}

/**
 * Returns the latest possible end of a window. Local dates are not converted here, so it allows a day of zone offset.
 */
function latestEnd(window: SnapshotWindow): Instant {
  return 'to' in window ? window.to : plusMinutes(`${window.departure}T00:00Z`, 2 * 24 * 60);
}

function sameContent(a: StaySnapshot, b: StaySnapshot): boolean {
  return isSameValue(contentOf(a), contentOf(b));
}

/** Returns the snapshot without the fields that say nothing about the reservation. */
function contentOf({
  supersede: _supersede,
  by: _by,
  requestId: _requestId,
  ...content
}: StaySnapshot): Omit<StaySnapshot, 'supersede' | 'by' | 'requestId'> {
  return content;
}

/** Returns the state after a snapshot has been taken, whether or not it was new: a repeat of its request is not. */
export function withSnapshotRequest(state: StayState, snapshot: StaySnapshot): StayState {
  const requestId = requestIdOf(snapshot);
  return requestId === undefined ? state : withRequest(state, requestId);
}

/** Returns the id under which the stay keeps the request of a snapshot: a signal may have the same one. */
function requestIdOf({ requestId }: StaySnapshot): string | undefined {
  return requestId === undefined ? undefined : `applyReservation/${requestId}`;
}

/** Applies a snapshot that `judgeSnapshot` called new. */
export function applySnapshot(state: StayState, received: StaySnapshot, now: Instant): StayState {
  const { snapshot, doubts } = identifyGuests(state, received);
  const before = state.snapshot;
  const differs = (field: keyof StaySnapshot): boolean =>
    before === undefined || !isSameValue(before[field], snapshot[field]);
  let next = withReading(state);
  if (differs('status')) next = setStatus(next, snapshot.status, now);
  if (differs('window')) next = setWindow(next, snapshot.window);
  if (differs('rooms') || differs('segments')) next = setBookedRooms(next, snapshot, now);
  if (differs('guests')) {
    const merged = mergeGuests(next, before?.guests ?? [], guestsToMerge(state, snapshot));
    next = forgetThoseWhoLeft(keepDoubtful(state, merged, doubts, now));
  }
  if (differs('hold')) next = setBookingHold(next, snapshot.hold?.reason);
  if (differs('shareGroup')) next = setShareGroup(next, snapshot.shareGroup);
  const keyring = withoutRefusals(next.keyring);
  const taken = settleDeskActs({ ...next, snapshot, keyring }, before);
  return withLine(askForProperty(dropBlockers(taken)), {
    at: now,
    what: `snapshot ${snapshot.revision}: ${snapshot.status}, rooms ${roomsText(next.desired.rooms)}`,
    ...defined({ why: differs('hold') ? snapshot.hold?.reason : undefined, by: snapshot.by }),
  });
}

/** Returns the state after a snapshot that could be used: an earlier one that could not is past. */
export function withReading(state: StayState): StayState {
  const { readingProblem, ...rest } = state;
  return readingProblem === undefined ? state : { ...rest, changes: rest.changes + 1 };
}

function setBookingHold(state: StayState, bookingHold: string | undefined): StayState {
  const { bookingHold: _hold, ...rest } = state.desired;
  return { ...state, desired: { ...rest, ...defined({ bookingHold }) } };
}

function setShareGroup(state: StayState, shareGroup: string | undefined): StayState {
  const { shareGroup: _group, ...rest } = state.desired;
  return { ...state, desired: { ...rest, ...defined({ shareGroup }) } };
}

function roomsText(rooms: readonly string[]): string {
  return rooms.length === 0 ? 'not assigned' : rooms.join(', ');
}

/** Sets the status. The in-house time and the time of the end begin with the first report of each. */
export function setStatus(state: StayState, status: DesiredStay['status'], now: Instant): StayState {
  const { checkedInAt, endedAt, ...rest } = state.desired;
  const wasIn = status === 'in-house' || (status === 'departed' && checkedInAt !== undefined);
  const ended = isEndOf(status) ? { endedAt: endedAt ?? now } : {};
  const arrived = wasIn ? { checkedInAt: checkedInAt ?? now } : {};
  return { ...state, desired: { ...rest, status, ...arrived, ...ended } };
}

function setWindow(state: StayState, window: SnapshotWindow): StayState {
  const { localWindow: _local, otherDates: _other, bookedWindow: _booked, ...rest } = state.desired;
  if (!('to' in window)) return { ...state, desired: { ...rest, localWindow: window } };
  const bookedWindow = { from: normalInstant(window.from), to: normalInstant(window.to) };
  return { ...state, desired: { ...rest, window: bookedWindow, bookedWindow } };
}

/**
 * Sets the rooms of the reservation: one set for the whole stay, or one per segment. The first segment that is not over
 * counts now. Guests have no room in a gap between segments. A window in local dates has no instants here, so it counts
 * as filled.
 */
function setBookedRooms(state: StayState, snapshot: StaySnapshot, now: Instant): StayState {
  const ahead = (snapshot.segments ?? []).filter((segment) => isBefore(now, segment.to));
  const [first] = ahead;
  const window = 'to' in snapshot.window ? snapshot.window : undefined;
  const beginsLater =
    first !== undefined && window !== undefined && isBefore(window.from, first.from) && isBefore(now, first.from);
  const moves = ahead.flatMap((segment, index): ScheduledRooms[] => {
    const from = normalInstant(segment.from);
    const begin = index === 0 && !beginsLater ? [] : [{ from, rooms: segment.rooms, booked: true as const }];
    const goesOnAt = ahead[index + 1]?.from ?? window?.to;
    const isGap = goesOnAt !== undefined && isBefore(segment.to, goesOnAt);
    return isGap ? [...begin, { from: normalInstant(segment.to), rooms: [], booked: true as const }] : begin;
  });
  const rooms = beginsLater ? [] : (first?.rooms ?? snapshot.rooms);
  return withDesired(setRooms(state, rooms), { scheduled: moves });
}

/**
 * Sets the stay's rooms. If exactly one room is exchanged for exactly one other, guests with rooms of their own move
 * with it. In all other cases guests keep those of their rooms that the stay still has.
 */
export function setRooms(state: StayState, rooms: readonly string[]): StayState {
  const gone = state.desired.rooms.filter((room) => !rooms.includes(room));
  const come = rooms.filter((room) => !state.desired.rooms.includes(room));
  const [from, to] = [gone[0], come[0]];
  const exchange = gone.length === 1 && come.length === 1 && from !== undefined && to !== undefined;
  const party = exchange
    ? state.desired.party.map((one) => withRooms(one, (own) => own.map((room) => (room === from ? to : room))))
    : state.desired.party;
  // Later rooms from the reservation stay; scheduled changes by signals referred to the old rooms.
  const scheduled = state.desired.scheduled.filter((move) => move.booked === true);
  return withDesired(state, { rooms, party, scheduled });
}

function withRooms(one: PartyMember, change: (own: string[]) => string[]): PartyMember {
  return one.guest.rooms === undefined ? one : { ...one, guest: { ...one.guest, rooms: change(one.guest.rooms) } };
}

/** Returns the guests of a snapshot; of one that ends the stay, only those who are known: a new guest gets no key. */
function guestsToMerge(state: StayState, snapshot: StaySnapshot): readonly Guest[] {
  if (!isEndOf(snapshot.status) || state.desired.party.length + snapshot.guests.length <= MOST_REMEMBERED_GUESTS) {
    return snapshot.guests;
  }
  return snapshot.guests.filter(({ guestId }) => member(state, guestId) !== undefined);
}

function mergeGuests(state: StayState, before: readonly Guest[], after: readonly Guest[]): StayState {
  const dropped = before.filter((old) => !after.some((guest) => guest.guestId === old.guestId));
  const left = dropped.reduce((next, old) => removeMember(next, old.guestId, 'left'), state);
  return after.reduce((next, guest) => {
    const old = before.find((candidate) => candidate.guestId === guest.guestId);
    const known = member(next, guest.guestId);
    if (known === undefined) return addMember(next, guest);
    if (old === undefined) return putMember(next, { ...readmitted(known), guest });
    return putMember(next, { ...known, guest: changedFields(known.guest, old, guest) });
  }, left);
}

/**
 * Returns the member readmitted to the party. A guest whom staff removed for cause stays removed, whatever the booking
 * system sends.
 */
function readmitted(known: PartyMember): PartyMember {
  if (known.removed === 'security') return known;
  const { removed: _removed, mayBe: _mayBe, ...rest } = known;
  return rest;
}

function changedFields(known: Guest, old: Guest, guest: Guest): Guest {
  const merged: Record<string, unknown> = { ...known };
  for (const field of new Set([...Object.keys(old), ...Object.keys(guest)]) as Set<keyof Guest>) {
    if (isSameValue(old[field], guest[field])) continue;
    if (guest[field] === undefined) delete merged[field];
    else merged[field] = guest[field];
  }
  return merged as Guest;
}

/** Adds a guest to the party. */
export function addMember(state: StayState, guest: Guest): StayState {
  return withDesired(state, { party: [...state.desired.party, { guest }] });
}

/** Marks a guest as removed. A removal for cause is never downgraded to a departure. */
export function removeMember(state: StayState, guestId: string, cause: 'left' | 'security'): StayState {
  const known = member(state, guestId);
  if (known === undefined) return state;
  return putMember(state, { ...known, removed: known.removed === 'security' ? 'security' : cause });
}
