/**
 * Lease planning: the step that reports keys, releases leases and claims others. Leases follow the desired state. A
 * room that is no longer desired is released at once, unless guests in house still sleep in it.
 */
import { marksOf } from '../known/keyring.js';
import type { HeldClaim, LeaseState, StayState } from '../state.js';
import { overCapacity } from './capacity.js';
import { isUnanswered, revisionKnown, desiredClaims, type DesiredClaim } from '../desired/desired-leases.js';
import { defined } from '../../model/defined.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import type { LeaseStep } from '../../model/preparation.js';
import { lineageOf, mayLive } from '../known/keyring.js';
import type { KeyReport, LeaseRelease } from '../../model/lease.js';
import type { Desired } from '../../model/key-plan.js';
import { endOf, grantsOn, isOf, opensNow } from '../known/lease-decisions.js';

/**
 * Returns the messages that rooms must receive now, or undefined if all rooms are up to date. `quiet` means that no key
 * is being issued or revoked.
 */
export function planLeases(
  state: StayState,
  desired: Desired,
  now: Instant,
  { quiet }: { readonly quiet: boolean },
): LeaseStep | undefined {
  const { leases, stayId } = state;
  const claims = desiredClaims(state, leases, now).map((claim) => {
    const held = leases.claims.find((one) => isOf(one, claim));
    const ready = defined({
      ready: claim.shareGroup === undefined ? undefined : isReady(state, held, desired, claim.room, now),
    });
    return { ...claim, ...ready, isDue: isUnanswered(claim, leases) || held?.ready !== ready.ready };
  });
  // A stay that has agreed to an exchange changes no claim before it has the outcome.
  const isPromised = leases.exchanges?.promised !== undefined;
  const step = {
    reports: quiet || state.desired.shareGroup !== undefined ? dueReports(state, leases, now) : [],
    releases: isPromised ? [] : releasesOf(state, claims, now),
    claims: newFirst(
      claims.filter((claim) => claim.isDue && !isPromised),
      leases,
    ).map(({ room, isDue: _isDue, ...claim }) => ({ room, claim: { stayId, chain: leases.chain, ...claim } })),
  };
  return withoutSilent(step, leases, now);
}

/** Returns the releases of rooms that the stay hands over in an exchange, and of those that it no longer desires. */
function releasesOf(state: StayState, claims: readonly DesiredClaim[], now: Instant): readonly LeaseRelease[] {
  const { leases } = state;
  const { handovers = [] } = leases;
  const revision = revisionKnown(state);
  const undesired = leases.claims.filter(
    (held) => isBefore(now, endOf(held)) && ![...claims, ...handovers].some((claim) => isOf(held, claim)),
  );
  return [
    ...handovers.map(({ room, part, to }) => ({ room, part, revision, to })),
    ...undesired.map(({ room, part }) => ({ room, part, revision })),
  ];
}

/** Removes rooms that did not answer until their retry is due; the other rooms get their messages at once. */
function withoutSilent(step: LeaseStep, { unsettled = [] }: LeaseState, now: Instant): LeaseStep | undefined {
  const isSent = ({ room }: { readonly room: string }): boolean =>
    !unsettled.some((silent) => silent.room === room && isBefore(now, silent.askAgainAt));
  const { reports, releases, claims } = step;
  const sent = { reports: reports.filter(isSent), releases: releases.filter(isSent), claims: claims.filter(isSent) };
  return sent.reports.length + sent.releases.length + sent.claims.length === 0 ? undefined : sent;
}

/**
 * Orders new claims first. A stay that leaves a room for some hours claims the time afterwards before it releases
 * anything. No other stay can get that time in between.
 */
function newFirst<C extends Pick<HeldClaim, 'room' | 'part'>>(claims: readonly C[], leases: LeaseState): readonly C[] {
  const isNew = (claim: C): boolean => !leases.claims.some((held) => isOf(held, claim));
  return [...claims.filter(isNew), ...claims.filter((claim) => !isNew(claim))];
}

/**
 * Returns true if this stay could issue a key. In a share group the first such stay opens the lease; once it is open,
 * no other stay asks.
 */
function isReady(state: StayState, held: HeldClaim | undefined, desired: Desired, room: string, now: Instant): boolean {
  const decision = held?.decision;
  const isOpen = decision?.kind === 'granted' && (decision.anchors.length > 0 || opensNow(state, room, now));
  if (isOpen) return held?.ready === true;
  const { property, doors } = state;
  if (property === undefined) return false;
  const ready = desired.guests.filter(
    ({ gate, rooms, guestId }) =>
      gate === undefined &&
      rooms.includes(room) &&
      state.keyring.refusals[guestId] === undefined &&
      overCapacity(property.policy.cardFormat, rooms, doors) === undefined,
  );
  return ready.some((guest) => !givesWay(state, guest.rooms, now));
}

/**
 * Returns true if a stay with a smaller id opens one of these rooms. If two stays each open one of the rooms that both
 * need, neither could proceed. So the one with the smaller id goes first in all of them.
 */
function givesWay(state: StayState, rooms: readonly string[], now: Instant): boolean {
  return grantsOn(state, rooms, now).some(({ openedBy }) => openedBy !== undefined && openedBy < state.stayId);
}

function dueReports(state: StayState, leases: LeaseState, now: Instant): LeaseStep['reports'] {
  const rooms = new Set([
    ...Object.keys(leases.reported),
    ...leases.claims.map((held) => held.room),
    ...state.keyring.keys.flatMap((key) => key.ask.rooms),
  ]);
  return [...rooms]
    .filter((room) => isReportDue(state, leases, room, now))
    .map((room) => ({ room, keys: keysOn(state, room, now).map((key) => reportOf(state, key)) }));
}

/**
 * Returns true if a key of the room has changed since the last report. An expired key needs no report: the room has its
 * window.
 */
function isReportDue(state: StayState, leases: LeaseState, room: string, now: Instant): boolean {
  const known = leases.reported[room]?.split(' ') ?? [];
  const reports = keysOn(state, room, now).map((key) => reportOf(state, key));
  return marksOf(state.keyring, reports).some((mark) => !known.includes(mark));
}

/** Returns the keys that open this room, or may: live, or ended at Seam while a phone may still hold them. */
function keysOn(state: StayState, room: string, now: Instant): readonly IssuedKey[] {
  return state.keyring.keys
    .filter(wasIssued)
    .filter(
      (key) =>
        key.ask.rooms.includes(room) &&
        isBefore(now, key.ask.window.to) &&
        (mayLive(key) || key.residualUntil !== undefined),
    );
}

/** Key that Seam has confirmed, now or before its end. */
type IssuedKey = Key & { readonly acsCredentialId: string; readonly issuedAt: Instant };

function wasIssued(key: Key): key is IssuedKey {
  return key.issuedAt !== undefined && key.acsCredentialId !== undefined;
}

function stateOf(key: Key): KeyReport['state'] {
  if (key.state === 'dead') return 'dead';
  return key.state === 'live' ? 'live' : 'revoking';
}

function reportOf(state: StayState, key: IssuedKey): KeyReport {
  return {
    acsCredentialId: key.acsCredentialId,
    acsUserId: key.acsUserId,
    guestId: key.guestId,
    kind: key.ask.kind,
    lineage: lineageOf(state.keyring, key),
    window: key.ask.window,
    state: stateOf(key),
    issuedAt: key.issuedAt,
    ...defined({ deadAt: key.deadAt, residualUntil: key.residualUntil }),
  };
}
