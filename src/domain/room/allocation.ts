/**
 * Settles the claims of a room, at every change and whenever time has passed. What is granted stays granted; what is free goes to
 * claims in the order of their first arrival. At no time do the windows of two holders overlap.
 */
import { earlier, isBefore, later, overlaps, type Instant, type Window } from '../model/instants.js';
import { isClaim, isSameHolder, writeLine, type ClaimEntry, type RoomState } from './state.js';
import { forgetOldKeys, isLive, keysOfLease } from './keys.js';
import {
  grantedToOthers,
  isGranted,
  leasesOf,
  obstaclesOf,
  remainder,
  untilOf,
  type GrantedEntry,
} from './decision.js';

/** Brings the state up to `now`; settling twice changes nothing more. */
export function settle(state: RoomState, now: Instant): void {
  forgetOldKeys(state, now);
  for (const entry of state.claims) replace(state, entry, shrunk(entry));
  for (const entry of state.claims) replace(state, entry, afterTime(state, entry, now));
  for (const entry of state.claims) replace(state, entry, enlarged(state, entry, now));
  appointOpeners(state, now);
}

function replace(state: RoomState, entry: ClaimEntry, by: ClaimEntry | undefined): void {
  if (by !== entry) state.claims = state.claims.flatMap((one) => (one === entry ? (by ?? []) : one));
}

/** The claim without what was granted: it waits, at its old place in the order. */
export function ungranted(entry: ClaimEntry): ClaimEntry {
  const { granted: _granted, opener: _opener, ...rest } = entry;
  return rest;
}

/** Drops what is over. A stay has heard of its lease's end before the lease is dropped; what it asks beyond that waits. */
function afterTime(state: RoomState, entry: ClaimEntry, now: Instant): ClaimEntry | undefined {
  const isAsked = remainder(entry, now) !== undefined;
  if (!isGranted(entry)) return isAsked ? entry : over(state, entry, now);
  if (isBefore(now, untilOf(state.claims, entry))) return entry;
  if (isAsked) return ungranted(entry);
  const { told } = entry;
  if (told?.kind === 'granted' && isBefore(now, told.until)) return entry;
  return over(state, entry, now);
}

function over(state: RoomState, { stayId, granted, asked }: ClaimEntry, now: Instant): undefined {
  const { from, to } = granted ?? asked.window;
  writeLine(state, {
    at: now,
    what: `${stayId}: over`,
    why: granted === undefined ? 'it waited in vain' : `it was ${from} to ${to}`,
  });
}

/** Gives back what is no longer asked for. */
function shrunk(entry: ClaimEntry): ClaimEntry {
  if (!isGranted(entry)) return entry;
  const { window } = entry.asked;
  const granted = { from: later(entry.granted.from, window.from), to: earlier(entry.granted.to, window.to) };
  if (!isBefore(granted.from, granted.to)) return ungranted(entry);
  return withGranted(entry, granted);
}

function enlarged(state: RoomState, entry: ClaimEntry, now: Instant): ClaimEntry {
  return isGranted(entry) ? grown(state, entry, now) : grantedIfFree(state, entry, now);
}

/** Takes what is asked for beyond what is granted, as far as it is free. Nothing is granted for the past. */
function grown(state: RoomState, entry: GrantedEntry, now: Instant): ClaimEntry {
  const { granted } = entry;
  const { window } = entry.asked;
  const others = grantedToOthers(state.claims, entry).map((other) => other.granted);
  const before = others.filter((other) => !isBefore(granted.from, other.to)).map((other) => other.to);
  const after = others.filter((other) => !isBefore(other.from, granted.to)).map((other) => other.from);
  return withGranted(entry, {
    from: before.reduce(later, later(window.from, earlier(now, granted.from))),
    to: after.reduce(earlier, window.to),
  });
}

function grantedIfFree(state: RoomState, entry: ClaimEntry, now: Instant): ClaimEntry {
  const rest = remainder(entry, now);
  if (rest === undefined || obstaclesOf(state.claims, entry, now).length > 0) return entry;
  return withGranted(entry, rest);
}

/** The front desk's displacement is over once the claim has all that it asks for. */
function withGranted(entry: ClaimEntry, granted: Window): ClaimEntry {
  const { displaced, ...rest } = entry;
  const isWhole = !isBefore(granted.to, entry.asked.window.to);
  const stillDisplaced = displaced !== undefined && !isWhole;
  const isSame = entry.granted?.from === granted.from && entry.granted.to === granted.to;
  if (isSame && stillDisplaced === (displaced !== undefined)) return entry;
  return { ...rest, granted, ...(stillDisplaced ? { displaced } : {}) };
}

/**
 * In a share group the first stay that could have a key opens the lease. It keeps that part while it says so, or holds a live key;
 * while any stay of the lease holds one, nobody else is appointed.
 */
function appointOpeners(state: RoomState, now: Instant): void {
  for (const lease of leasesOf(state.claims)) {
    if (lease.every(({ asked }) => asked.shareGroup === undefined)) continue;
    const live = keysOfLease(state, lease).filter((key) => isLive(key, now));
    for (const entry of lease) {
      if (entry.opener === undefined || entry.asked.ready || live.some((key) => key.stayId === entry.stayId)) continue;
      const { opener: _given, ...rest } = entry;
      replace(state, entry, rest);
    }
    const members = state.claims.filter((entry) => lease.some((member) => isClaim(entry, member)));
    if (live.length > 0 || members.some((entry) => entry.opener === true)) continue;
    const first = members.find((entry) => entry.asked.ready);
    if (first !== undefined) replace(state, first, { ...first, opener: true });
  }
}

/** Cuts what others hold of `window`, for the front desk: they wait, and their claims keep their places. */
export function displace(state: RoomState, forced: ClaimEntry, window: Window): void {
  for (const entry of state.claims) {
    if (!isGranted(entry) || isSameHolder(entry, forced) || !overlaps(entry.granted, window)) continue;
    const left = { from: entry.granted.from, to: window.from };
    replace(state, entry, {
      ...(isBefore(left.from, left.to) ? { ...entry, granted: left } : ungranted(entry)),
      displaced: true,
    });
  }
}
