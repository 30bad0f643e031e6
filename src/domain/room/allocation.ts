/**
 * Settles the claims of a room, at every change and after time passes. A granted window stays granted. Free time goes
 * to claims in the order of their first arrival. The windows of two holders never overlap.
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

/** Brings the state up to `now`; idempotent. */
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

/** Returns the claim without its granted window: it waits, at its old place in the order. */
export function ungranted(entry: ClaimEntry): ClaimEntry {
  const { granted: _granted, opener: _opener, ...rest } = entry;
  return rest;
}

/**
 * Drops claims that are over. The stay receives its lease's end before the lease is dropped.
 * The rest of its request waits.
 */
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
    why: granted === undefined ? 'it never got the room' : `its lease was ${from} to ${to}`,
  });
}

/** Releases granted time that the claim no longer requests. */
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

/** Extends the granted window toward the requested one, as far as it is free. Never grants time in the past. */
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

/** Sets the granted window. The front desk's displacement ends when the claim has its whole request. */
function withGranted(entry: ClaimEntry, granted: Window): ClaimEntry {
  const { displaced, ...rest } = entry;
  const isWhole = !isBefore(granted.to, entry.asked.window.to);
  const stillDisplaced = displaced !== undefined && !isWhole;
  const isSame = entry.granted?.from === granted.from && entry.granted.to === granted.to;
  if (isSame && stillDisplaced === (displaced !== undefined)) return entry;
  return { ...rest, granted, ...(stillDisplaced ? { displaced } : {}) };
}

/**
 * Appoints openers: in a share group the first stay that is ready for a key opens the lease. It stays the opener while
 * it is ready or holds a live key. While any stay of the lease holds a live key, no other opener is appointed.
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

/** Takes `window` from other holders for the front desk: they wait, and their claims keep their places. */
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
