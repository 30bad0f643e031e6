/** What the room's state says to a claim: granted, until when and after whom, or waiting, and behind whom. Reads only. */
import { earlier, isBefore, later, overlaps, plusMinutes, type Instant, type Window } from '../model/instants.js';
import type { LeaseDecision } from '../model/lease.js';
import { isSameHolder, type ClaimEntry, type RoomState } from './state.js';
import { anchorsFor, currentLineage, keysOfLease } from './keys.js';

export type GrantedEntry = ClaimEntry & { readonly granted: Window };

export function isGranted(entry: ClaimEntry): entry is GrantedEntry {
  return entry.granted !== undefined;
}

/** Granted claims of other holders, in order of time. */
export function grantedToOthers(claims: readonly ClaimEntry[], entry: ClaimEntry): readonly GrantedEntry[] {
  return inTime(claims.filter(isGranted).filter((other) => !isSameHolder(other, entry)));
}

function inTime(granted: readonly GrantedEntry[]): readonly GrantedEntry[] {
  return granted.toSorted((a, b) => (isBefore(a.granted.from, b.granted.from) ? -1 : 1));
}

/** The leases in order of time: granted claims of one holder that no other holder's lease stands between. */
export function leasesOf(claims: readonly ClaimEntry[]): readonly (readonly GrantedEntry[])[] {
  return inTime(claims.filter(isGranted)).reduce<readonly (readonly GrantedEntry[])[]>((leases, entry) => {
    const last = leases.at(-1);
    return last?.some((member) => isSameHolder(member, entry)) === true
      ? [...leases.slice(0, -1), [...last, entry]]
      : [...leases, [entry]];
  }, []);
}

/** What a claim still asks for from `now` on; undefined if its window is over. */
export function remainder({ asked: { window } }: ClaimEntry, now: Instant): Window | undefined {
  return isBefore(now, window.to) ? { from: later(window.from, now), to: window.to } : undefined;
}

/** Whose leases stand in the way of what the claim still asks for. */
export function obstaclesOf(claims: readonly ClaimEntry[], entry: ClaimEntry, now: Instant): readonly string[] {
  const rest = remainder(entry, now);
  if (rest === undefined) return [];
  return [
    ...new Set(
      grantedToOthers(claims, entry)
        .filter((other) => overlaps(other.granted, rest))
        .map((other) => other.stayId),
    ),
  ];
}

/** The end of a granted claim. Grace lasts until the next lease, and not at all if somebody waits for this one to end. */
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

/** What the claim is to be told at `now`. */
export function decisionOf(state: RoomState, entry: ClaimEntry, now: Instant): LeaseDecision {
  const { claims } = state;
  if (!isGranted(entry)) {
    return {
      kind: 'waiting',
      behind: obstaclesOf(claims, entry, now),
      ...(entry.displaced === undefined ? {} : { displaced: entry.displaced }),
    };
  }
  const before = lastBefore(claims, entry, now);
  const lease = leasesOf(claims).find((members) => members.includes(entry)) ?? [entry];
  const keys = keysOfLease(state, lease);
  const anchors = anchorsFor(keys, entry.stayId, now);
  // A stay that shares with nobody knows its own keys: telling it would be a message for nothing.
  const lineage = entry.asked.shareGroup === undefined ? undefined : currentLineage(keys, now);
  const heldUpBy = whoHoldsUp(claims, entry, before, now);
  const openedBy = lease.find((member) => member.opener === true && member.stayId !== entry.stayId)?.stayId;
  return {
    kind: 'granted',
    ...(before === undefined ? {} : { from: untilOf(claims, before) }),
    until: untilOf(claims, entry),
    opener: anchors.length === 0 && (entry.asked.shareGroup === undefined || entry.opener === true),
    ...(anchors.length > 0 || openedBy === undefined ? {} : { openedBy }),
    anchors,
    ...(lineage === undefined ? {} : { lineage }),
    ...(heldUpBy === undefined ? {} : { heldUpBy }),
  };
}

/** The latest lease before this claim's that has not ended yet. */
function lastBefore(claims: readonly ClaimEntry[], entry: GrantedEntry, now: Instant): GrantedEntry | undefined {
  return grantedToOthers(claims, entry).findLast(
    (other) => isBefore(other.granted.from, entry.granted.from) && isBefore(now, untilOf(claims, other)),
  );
}

/** Who keeps the claim from beginning as early as it asks, until that is over; or else from ending as late. */
function whoHoldsUp(
  claims: readonly ClaimEntry[],
  entry: GrantedEntry,
  before: GrantedEntry | undefined,
  now: Instant,
): string | undefined {
  const { granted, asked } = entry;
  const missed = { from: later(asked.window.from, now), to: granted.from };
  if (before !== undefined && overlaps(before.granted, missed)) return before.stayId;
  if (!isBefore(granted.to, asked.window.to)) return undefined;
  return grantedToOthers(claims, entry).find(
    (other) => !isBefore(other.granted.from, granted.to) && isBefore(other.granted.from, asked.window.to),
  )?.stayId;
}

/** True if the two say the same to a stay that reads them at `now`: a lease before that is over is no news. */
export function isSameNews(a: LeaseDecision | undefined, b: LeaseDecision, now: Instant): boolean {
  return a !== undefined && JSON.stringify(asReadAt(a, now)) === JSON.stringify(asReadAt(b, now));
}

function asReadAt(decision: LeaseDecision, now: Instant): LeaseDecision {
  if (decision.kind !== 'granted' || decision.from === undefined || isBefore(now, decision.from)) return decision;
  const { from: _over, ...rest } = decision;
  return rest;
}
