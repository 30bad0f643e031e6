/**
 * Allocates the room to its claims, at every change and after time passes. A granted window stays granted. Free time goes
 * to claims in the order of their first arrival. The windows of two holders never overlap.
 */
import { earlier, isBefore, later, overlaps, type Instant, type Window } from '../model/instants.js';
import { defined } from '../model/defined.js';
import { isClaim, isSameHolder, withClaim, withLine, type ClaimEntry, type RoomState } from './state.js';
import { forgetOldKeys, isLive, keysOfLease } from './keys.js';
import {
  grantedToOthers,
  isGranted,
  leasesOf,
  leasesInTheWay,
  remainder,
  untilOf,
  type GrantedEntry,
} from './decision.js';

/** Returns the state at `now`; idempotent. */
export function allocate(state: RoomState, now: Instant): RoomState {
  const shrunkClaims = forEachClaim(forgetOldKeys(state, now), (known, entry) =>
    withClaim(known, entry, shrunk(entry)),
  );
  const current = forEachClaim(shrunkClaims, (known, entry) =>
    afterTime(known, entry, untilIn(shrunkClaims, entry), now),
  );
  const grown = forEachClaim(current, (known, entry) => withClaim(known, entry, enlarged(known, entry, now)));
  return appointOpeners(grown, now);
}

/** Applies a change for each claim in turn. It may change or drop that claim only. */
function forEachClaim(state: RoomState, change: (known: RoomState, entry: ClaimEntry) => RoomState): RoomState {
  return state.claims.reduce(change, state);
}

/** Returns the claim without its granted window: it waits, at its old place in the order. */
export function ungranted(entry: ClaimEntry): ClaimEntry {
  const { granted: _granted, opener: _opener, ...rest } = entry;
  return rest;
}

/** Returns the end of a granted claim, among all the claims there are before any of them is dropped. */
function untilIn({ claims }: RoomState, entry: ClaimEntry): Instant | undefined {
  return isGranted(entry) ? untilOf(claims, entry) : undefined;
}

/**
 * Drops claims that are over. The stay receives its lease's end before the lease is dropped.
 * The rest of its request waits.
 * @param until end of the lease; one that has passed does not come back because what followed it is over, too
 */
function afterTime(state: RoomState, entry: ClaimEntry, until: Instant | undefined, now: Instant): RoomState {
  const isAsked = remainder(entry, now) !== undefined;
  if (until === undefined) return isAsked ? state : over(state, entry, now);
  if (isBefore(now, until)) return state;
  if (isAsked) return withClaim(state, entry, ungranted(entry));
  const { sent } = entry;
  if (sent?.kind === 'granted' && isBefore(now, sent.until)) return state;
  return over(state, entry, now);
}

function over(state: RoomState, entry: ClaimEntry, now: Instant): RoomState {
  const { stayId, granted, asked } = entry;
  const { from, to } = granted ?? asked.window;
  return withLine(withClaim(state, entry, undefined), {
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
  const whole = { from: later(window.from, earlier(now, granted.from)), to: window.to };
  if (whole.from === granted.from && whole.to === granted.to) return withGranted(entry, whole);
  const others = grantedToOthers(state.claims, entry).map((other) => other.granted);
  const before = others.filter((other) => !isBefore(granted.from, other.to)).map((other) => other.to);
  const after = others.filter((other) => !isBefore(other.from, granted.to)).map((other) => other.from);
  return withGranted(entry, {
    from: before.reduce(later, whole.from),
    to: after.reduce(earlier, whole.to),
  });
}

/**
 * Grants the rest of the request if all of it is free. An heir has left its own room for this one: it gets the time from
 * now on, as far as it is free.
 */
function grantedIfFree(state: RoomState, entry: ClaimEntry, now: Instant): ClaimEntry {
  const rest = remainder(entry, now);
  if (rest === undefined) return entry;
  const [first] = leasesInTheWay(state.claims, entry, now);
  if (first === undefined) return withGranted(entry, rest);
  if (entry.heir === undefined || !isBefore(rest.from, first.granted.from)) return entry;
  return withGranted(entry, { from: rest.from, to: first.granted.from });
}

/** Sets the granted window. The front desk's displacement ends when the claim has its whole request. */
function withGranted(entry: ClaimEntry, granted: Window): ClaimEntry {
  const { displaced, heir: _over, ...rest } = entry;
  const isWhole = !isBefore(granted.to, entry.asked.window.to);
  const stillDisplaced = displaced !== undefined && !isWhole;
  const isSame = entry.granted?.from === granted.from && entry.granted.to === granted.to;
  if (isSame && stillDisplaced === (displaced !== undefined)) return entry;
  return { ...rest, granted, ...defined({ displaced: stillDisplaced ? displaced : undefined }) };
}

/**
 * Appoints openers: in a share group the first stay that is ready for a key opens the lease. It stays the opener while
 * it is ready or holds a live key. While any stay of the lease holds a live key, no other opener is appointed.
 */
function appointOpeners(state: RoomState, now: Instant): RoomState {
  return leasesOf(state.claims)
    .filter((lease) => lease.some(({ asked }) => asked.shareGroup !== undefined))
    .reduce((known, lease) => appointOpener(known, lease, now), state);
}

function appointOpener(state: RoomState, lease: readonly ClaimEntry[], now: Instant): RoomState {
  const live = keysOfLease(state, lease).filter((key) => isLive(key, now));
  const isKept = ({ stayId, asked }: ClaimEntry): boolean => asked.ready || live.some((key) => key.stayId === stayId);
  const kept = lease
    .filter((entry) => entry.opener === true && !isKept(entry))
    .reduce((known, entry) => withClaim(known, entry, withoutOpener(entry)), state);
  const members = kept.claims.filter((entry) => lease.some((member) => isClaim(entry, member)));
  if (live.length > 0 || members.some((entry) => entry.opener === true)) return kept;
  const first = members.find((entry) => entry.asked.ready);
  return first === undefined ? kept : withClaim(kept, first, { ...first, opener: true });
}

function withoutOpener({ opener: _given, ...rest }: ClaimEntry): ClaimEntry {
  return rest;
}

/** Takes `window` from other holders for the front desk: they wait, and their claims keep their places. */
export function displace(state: RoomState, forced: ClaimEntry, window: Window): RoomState {
  return forEachClaim(state, (known, entry) => {
    if (!isGranted(entry) || isSameHolder(entry, forced) || !overlaps(entry.granted, window)) return known;
    const left = { from: entry.granted.from, to: window.from };
    const rest = isBefore(left.from, left.to) ? { ...entry, granted: left } : ungranted(entry);
    return withClaim(known, entry, { ...rest, displaced: true });
  });
}
