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

/**
 * Common part of the decisions of one list of claims. A room has hundreds of claims, and a change of one asks for
 * the decisions of all.
 */
interface Ledger {
  /** In order of time. */
  readonly granted: readonly GrantedEntry[];
  readonly waiting: readonly ClaimEntry[];
  readonly leases: readonly (readonly GrantedEntry[])[];
  /** Place of each granted claim's lease among the leases. */
  readonly places: ReadonlyMap<GrantedEntry, number>;
  /** Ends of granted claims, as far as they were asked for. */
  readonly ends: Map<GrantedEntry, Instant>;
}

/** A list of claims never changes, so its ledger is made once. */
const ledgers = new WeakMap<readonly ClaimEntry[], Ledger>();

function ledgerOf(claims: readonly ClaimEntry[]): Ledger {
  const known = ledgers.get(claims);
  if (known !== undefined) return known;
  const granted = claims.filter(isGranted).toSorted((a, b) => (isBefore(a.granted.from, b.granted.from) ? -1 : 1));
  const leases: GrantedEntry[][] = [];
  const places = new Map<GrantedEntry, number>();
  for (const entry of granted) {
    const last = leases.at(-1);
    const lease = last?.some((member) => isSameHolder(member, entry)) === true ? last : [];
    if (lease !== last) leases.push(lease);
    lease.push(entry);
    places.set(entry, leases.length - 1);
  }
  const waiting = claims.filter((entry) => !isGranted(entry));
  const ledger = { granted, waiting, leases, places, ends: new Map<GrantedEntry, Instant>() };
  ledgers.set(claims, ledger);
  return ledger;
}

/** Returns the lease so many places after the one of this claim; none has no members. */
function neighbour(ledger: Ledger, entry: GrantedEntry, distance: number): readonly GrantedEntry[] {
  return ledger.leases[(ledger.places.get(entry) ?? Number.NaN) + distance] ?? [];
}

/** Returns granted claims of other holders, in order of time. */
export function grantedToOthers(claims: readonly ClaimEntry[], entry: ClaimEntry): readonly GrantedEntry[] {
  return ledgerOf(claims).granted.filter((other) => !isSameHolder(other, entry));
}

/** Returns the leases in order of time: runs of granted claims of one holder without another holder in between. */
export function leasesOf(claims: readonly ClaimEntry[]): readonly (readonly GrantedEntry[])[] {
  return ledgerOf(claims).leases;
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
  return ledgerOf(claims).granted.filter((other) => overlaps(other.granted, rest) && !isSameHolder(other, entry));
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
  return staysOf(ledgerOf(claims).waiting.filter((other) => leasesInTheWay(claims, other, now).includes(entry)));
}

/** Returns the end of a granted claim. Grace ends at the next lease; a claim that waits for this end cancels it. */
export function untilOf(claims: readonly ClaimEntry[], entry: GrantedEntry): Instant {
  const ledger = ledgerOf(claims);
  const known = ledger.ends.get(entry) ?? endIn(ledger, entry);
  ledger.ends.set(entry, known);
  return known;
}

function endIn(ledger: Ledger, entry: GrantedEntry): Instant {
  const { granted, asked } = entry;
  if (isBefore(granted.to, asked.window.to)) return granted.to;
  const isWaitedFor = ledger.waiting.some((other) => goesOnAfter(other, granted) && !isSameHolder(other, entry));
  if (isWaitedFor) return granted.to;
  // The windows of two holders never overlap, so the next lease begins after this one.
  const next = neighbour(ledger, entry, 1)[0];
  const graceEnds = plusMinutes(granted.to, asked.graceMinutes);
  return next === undefined ? graceEnds : earlier(graceEnds, next.granted.from);
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
  const lease = neighbour(ledgerOf(claims), entry, 0);
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
  // Leases before that one end before it begins.
  return neighbour(ledgerOf(claims), entry, -1)
    .filter((other) => isBefore(now, untilOf(claims, other)))
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
  const missed = missedBefore(entry, now);
  if (!isBefore(missed.from, missed.to)) return undefined;
  const inTheWay = grantedToOthers(claims, entry).filter((other) => overlaps(other.granted, missed));
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
