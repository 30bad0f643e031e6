/** Decisions of a room, derived from its state: granted with limits, or waiting behind other stays. Reads only. */
import { earlier, isBefore, later, overlaps, plusMinutes, type Instant, type Window } from '../model/instants.js';
import type { LeaseDecision } from '../model/lease.js';
import { defined } from '../model/defined.js';
import { isSameHolder, type ClaimEntry, type RoomState } from './state.js';
import { anchorsFor, currentLineage, keysOfLease } from './keys.js';

export type GrantedEntry = ClaimEntry & { readonly granted: Window };

/** Returns true if the claim holds a granted window. */
export function isGranted(entry: ClaimEntry): entry is GrantedEntry {
  return entry.granted !== undefined;
}

/** Returns granted claims of other holders, in order of time. */
export function grantedToOthers(claims: readonly ClaimEntry[], entry: ClaimEntry): readonly GrantedEntry[] {
  return inTime(claims.filter(isGranted).filter((other) => !isSameHolder(other, entry)));
}

function inTime(granted: readonly GrantedEntry[]): readonly GrantedEntry[] {
  return granted.toSorted((a, b) => (isBefore(a.granted.from, b.granted.from) ? -1 : 1));
}

/** Returns the leases in order of time: runs of granted claims of one holder without another holder in between. */
export function leasesOf(claims: readonly ClaimEntry[]): readonly (readonly GrantedEntry[])[] {
  return inTime(claims.filter(isGranted)).reduce<readonly (readonly GrantedEntry[])[]>((leases, entry) => {
    const last = leases.at(-1);
    return last?.some((member) => isSameHolder(member, entry)) === true
      ? [...leases.slice(0, -1), [...last, entry]]
      : [...leases, [entry]];
  }, []);
}

/** Returns the rest of a claim's requested window from `now` on; undefined if the window is over. */
export function remainder({ asked: { window } }: ClaimEntry, now: Instant): Window | undefined {
  return isBefore(now, window.to) ? { from: later(window.from, now), to: window.to } : undefined;
}

/** Returns the stays whose leases overlap the rest of the claim's request. */
export function obstaclesOf(claims: readonly ClaimEntry[], entry: ClaimEntry, now: Instant): readonly string[] {
  return staysOf(leasesInTheWay(claims, entry, now));
}

/** Returns the leases of other holders that overlap the rest of the claim's request, in order of time. */
export function leasesInTheWay(
  claims: readonly ClaimEntry[],
  entry: ClaimEntry,
  now: Instant,
): readonly GrantedEntry[] {
  const rest = remainder(entry, now);
  if (rest === undefined) return [];
  return grantedToOthers(claims, entry).filter((other) => overlaps(other.granted, rest));
}

function staysOf(claims: readonly ClaimEntry[]): readonly string[] {
  return [...new Set(claims.map(({ stayId }) => stayId))];
}

/** Returns the stays in the way of a claim that leave the room as soon as they have another one. */
function leaversInTheWay(claims: readonly ClaimEntry[], entry: ClaimEntry, now: Instant): readonly string[] {
  const inTheWay = leasesInTheWay(claims, entry, now);
  const staying = inTheWay.filter(({ asked }) => asked.leaving === undefined);
  return staysOf(inTheWay).filter((stayId) => !staying.some((other) => other.stayId === stayId));
}

/** Returns the stays that wait for a room that this claim is leaving. */
function waitingFor(claims: readonly ClaimEntry[], entry: GrantedEntry, now: Instant): readonly string[] {
  if (entry.asked.leaving === undefined) return [];
  return staysOf(claims.filter((other) => !isGranted(other) && leasesInTheWay(claims, other, now).includes(entry)));
}

/** Returns the end of a granted claim. Grace ends at the next lease; a claim that waits for this end cancels it. */
export function untilOf(claims: readonly ClaimEntry[], entry: GrantedEntry): Instant {
  const { granted, asked } = entry;
  if (isBefore(granted.to, asked.window.to)) return granted.to;
  const others = claims.filter((other) => !isSameHolder(other, entry));
  if (others.some((other) => !isGranted(other) && goesOnAfter(other, granted))) return granted.to;
  const next = others.filter(isGranted).filter((other) => !isBefore(other.granted.from, granted.to));
  return next.reduce((end, other) => earlier(end, other.granted.from), plusMinutes(granted.to, asked.graceMinutes));
}

function goesOnAfter({ asked: { window } }: ClaimEntry, granted: Window): boolean {
  return overlaps(window, granted) && isBefore(granted.to, window.to);
}

/** Returns the decision for the claim at `now`. */
export function decisionOf(state: RoomState, entry: ClaimEntry, now: Instant): LeaseDecision {
  const { claims } = state;
  if (!isGranted(entry)) {
    const leaving = leaversInTheWay(claims, entry, now);
    return {
      kind: 'waiting',
      behind: obstaclesOf(claims, entry, now),
      ...defined({ leaving: leaving.length === 0 ? undefined : leaving, displaced: entry.displaced }),
    };
  }
  const before = lastBefore(claims, entry, now);
  const lease = leasesOf(claims).find((members) => members.includes(entry)) ?? [entry];
  const keys = keysOfLease(state, lease);
  const anchors = anchorsFor(keys, entry.stayId, now);
  // A stay that shares with no other stay has all keys in its keyring: a lineage would only cause a needless message.
  const lineage = entry.asked.shareGroup === undefined ? undefined : currentLineage(keys, now);
  const heldUpBy = whoHoldsUp(claims, entry, before, now);
  const leaving = leaversBefore(claims, entry, now);
  const wantedBy = waitingFor(claims, entry, now);
  const openedBy = lease.find((member) => member.opener === true && member.stayId !== entry.stayId)?.stayId;
  return {
    kind: 'granted',
    ...defined({ from: before === undefined ? undefined : untilOf(claims, before) }),
    until: untilOf(claims, entry),
    opener: anchors.length === 0 && (entry.asked.shareGroup === undefined || entry.opener === true),
    ...defined({ openedBy: anchors.length > 0 ? undefined : openedBy }),
    anchors,
    ...defined({ lineage, heldUpBy, leaving, wantedBy: wantedBy.length === 0 ? undefined : wantedBy }),
  };
}

/** Returns the lease before this claim's that ends last, of those that have not ended yet. */
function lastBefore(claims: readonly ClaimEntry[], entry: GrantedEntry, now: Instant): GrantedEntry | undefined {
  return grantedToOthers(claims, entry)
    .filter((other) => isBefore(other.granted.from, entry.granted.from) && isBefore(now, untilOf(claims, other)))
    .reduce<GrantedEntry | undefined>(
      (last, other) => (last !== undefined && isBefore(untilOf(claims, other), untilOf(claims, last)) ? last : other),
      undefined,
    );
}

/** Returns the time before the granted window that the claim asks for; it may be empty. */
export function missedBefore({ granted, asked }: GrantedEntry, now: Instant): Window {
  return { from: later(asked.window.from, now), to: granted.from };
}

/** Returns the stays that delay the start of the claim, if there are any and all of them leave the room. */
function leaversBefore(
  claims: readonly ClaimEntry[],
  entry: GrantedEntry,
  now: Instant,
): readonly string[] | undefined {
  const inTheWay = grantedToOthers(claims, entry).filter((other) => overlaps(other.granted, missedBefore(entry, now)));
  return inTheWay.length > 0 && inTheWay.every(({ asked }) => asked.leaving === true) ? staysOf(inTheWay) : undefined;
}

/** Returns the stay that delays the start of the claim, until that lease ends, or else the stay that cuts its end. */
function whoHoldsUp(
  claims: readonly ClaimEntry[],
  entry: GrantedEntry,
  before: GrantedEntry | undefined,
  now: Instant,
): string | undefined {
  const { granted, asked } = entry;
  if (before !== undefined && overlaps(before.granted, missedBefore(entry, now))) return before.stayId;
  if (!isBefore(granted.to, asked.window.to)) return undefined;
  return grantedToOthers(claims, entry).find(
    (other) => !isBefore(other.granted.from, granted.to) && isBefore(other.granted.from, asked.window.to),
  )?.stayId;
}

/** Returns true if both decisions mean the same at `now`. A previous lease that is over makes no difference. */
export function isSameNews(a: LeaseDecision | undefined, b: LeaseDecision, now: Instant): boolean {
  return a !== undefined && JSON.stringify(asReadAt(a, now)) === JSON.stringify(asReadAt(b, now));
}

function asReadAt(decision: LeaseDecision, now: Instant): LeaseDecision {
  if (decision.kind !== 'granted' || decision.from === undefined || isBefore(now, decision.from)) return decision;
  const { from: _over, ...rest } = decision;
  return rest;
}
