/**
 * Differences between the booking and the changes that messages made at the desk. `docs/rules.md` says who wins; a
 * difference that stands is attention with both sides and the way out.
 */
import type { Notice } from '../../model/attention.js';
import { isBefore, later, normalInstant, sameWindow, type Instant, type Window } from '../../model/instants.js';
import { isEndOf, type StaySnapshot } from '../../model/snapshot-schema.js';
import { sameRooms } from '../known/keyring.js';
import { isEnded, member, stayWindow, type DeskAct, type StayState } from '../state.js';
import { list } from './round.js';

/** Returns the notices about every difference between desk and booking that stands at `now`. */
export function bookingMismatches(state: StayState, now: Instant): Notice[] {
  const { snapshot } = state;
  if (snapshot === undefined) return [];
  const late = lateCheckIn(state);
  if (isPast(state, now)) return noticeOf(late);
  const ofStay = [late, status(state, snapshot), dates(state), rooms(state, snapshot, now)];
  return [...noticeOf(...ofStay), ...guests(state, snapshot)];
}

function noticeOf(...differences: readonly (string | undefined)[]): Notice[] {
  const message = differences.filter((text) => text !== undefined).join('; ');
  return message === '' ? [] : [{ code: 'booking-mismatch', message }];
}

/** Returns true once the window is over, both as the stay has it and as the booking has it. */
function isPast(state: StayState, now: Instant): boolean {
  const end = lastEnd(state);
  return end !== undefined && !isBefore(now, end);
}

function lastEnd({ desired: { window, bookedWindow } }: StayState): Instant | undefined {
  return window === undefined ? undefined : later(window.to, bookedWindow?.to ?? window.to);
}

/** Returns the instants at which time alone ends a difference: the end of the window, and those of its segments. */
export function mismatchesChangeAt(state: StayState): readonly (Instant | undefined)[] {
  const { deskActs } = state.desired;
  if (deskActs === undefined) return [];
  const segments = deskActs.rooms === undefined ? [] : (state.snapshot?.segments ?? []);
  return [lastEnd(state), ...segments.map(({ to }) => normalInstant(to))];
}

/** Returns the desk's act on a field if the booking system has repeated its own value since. */
function repeated(act: DeskAct | undefined): DeskAct | undefined {
  return act?.repeated === true ? act : undefined;
}

/** Returns the author of an act as text for people: an id, not a name. */
function desk({ by }: DeskAct): string {
  return by === undefined ? 'the desk' : `the desk (${by})`;
}

function lateCheckIn(state: StayState): string | undefined {
  const act = state.desired.deskActs?.status;
  const window = stayWindow(state);
  if (act === undefined || window === undefined || state.desired.status !== 'in-house') return undefined;
  if (isBefore(act.at, window.to)) return undefined;
  return (
    `${desk(act)} checked the guests in at ${act.at}, and their window ended at ${window.to}: ` +
    'send changeDates with the new end, or checkOut'
  );
}

function status(state: StayState, snapshot: StaySnapshot): string | undefined {
  const act = state.desired.deskActs?.status;
  if (act === undefined) return undefined;
  const booking = `revision ${snapshot.revision} of the booking says ${snapshot.status}`;
  if (state.desired.status === 'in-house') {
    const said = `${desk(act)} checked the guests in at ${act.at}, and ${booking}`;
    if (isEndOf(snapshot.status)) return `${said}: reinstate the booking, or send checkOut`;
    const isTentative = snapshot.status === 'tentative' && act.repeated === true;
    return isTentative ? `${said}: confirm the booking, or send cancel` : undefined;
  }
  if (!isEnded(state) || isEndOf(snapshot.status) || act.repeated !== true) return undefined;
  const did = state.desired.status === 'departed' ? 'checked the guests out' : 'cancelled the stay';
  const until = state.desired.bookedWindow === undefined ? '' : ` until ${state.desired.bookedWindow.to}`;
  return `${desk(act)} ${did} at ${act.at}, and ${booking}${until}: send checkIn to reinstate the stay, or end the booking`;
}

function dates(state: StayState): string | undefined {
  const { window, bookedWindow, deskActs } = state.desired;
  const act = repeated(deskActs?.window);
  if (act === undefined || isEnded(state) || window === undefined || bookedWindow === undefined) return undefined;
  if (sameWindow(window, bookedWindow)) return undefined;
  return (
    `${desk(act)} changed the dates at ${act.at} to ${span(window)}, and the booking still says ${span(bookedWindow)}: ` +
    'change the booking, or send changeDates'
  );
}

function span({ from, to }: Window): string {
  return `${from} to ${to}`;
}

function rooms(state: StayState, snapshot: StaySnapshot, now: Instant): string | undefined {
  const act = repeated(state.desired.deskActs?.rooms);
  const booked = bookedRooms(snapshot, now);
  if (act === undefined || isEnded(state) || booked === undefined) return undefined;
  if (sameRooms(state.desired.rooms, booked)) return undefined;
  return (
    `${desk(act)} changed the rooms at ${act.at} to ${text(state.desired.rooms)}, and the booking still says ` +
    `${text(booked)}: change the booking, or send changeRooms`
  );
}

/** Returns the rooms of the booking at `now`; undefined between two segments. */
function bookedRooms({ rooms: whole, segments }: StaySnapshot, now: Instant): readonly string[] | undefined {
  if (segments === undefined) return whole;
  return segments.find(({ from, to }) => !isBefore(now, from) && isBefore(now, to))?.rooms;
}

function text(of: readonly string[]): string {
  return of.length === 0 ? 'no room' : list(of);
}

function guests(state: StayState, snapshot: StaySnapshot): Notice[] {
  if (isEnded(state)) return [];
  return snapshot.guests.flatMap(({ guestId, rooms: booked }): Notice[] => {
    const known = member(state, guestId);
    const left = repeated(state.desired.deskActs?.[`left:${guestId}`]);
    if (left !== undefined && known?.removed === 'left') {
      const message = `${desk(left)} removed this guest at ${left.at}, and the booking still lists them`;
      return [{ code: 'booking-mismatch', guestId, message: `${message}: change the booking, or send addGuests` }];
    }
    const own = repeated(state.desired.deskActs?.[`rooms:${guestId}`]);
    const desired = known?.guest.rooms;
    if (own === undefined || known?.removed !== undefined || desired === undefined) return [];
    if (booked !== undefined && sameRooms(booked, desired)) return [];
    const message =
      `${desk(own)} gave this guest ${text(desired)} at ${own.at}, and the booking still says ` +
      `${booked === undefined ? 'all rooms' : text(booked)}`;
    return [{ code: 'booking-mismatch', guestId, message: `${message}: change the booking, or send changeRooms` }];
  });
}
