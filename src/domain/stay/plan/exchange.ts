/** Offer of a stay for an exchange of rooms: the rooms that it leaves, and the rooms that it waits for. Pure. */
import type { ExchangeStanding, Offer } from '../../model/exchange.js';
import { defined } from '../../model/defined.js';
import { isBefore, type Instant } from '../../model/instants.js';
import type { LeaseDecision } from '../../model/lease.js';
import { desiredKeys } from '../desired/desired-keys.js';
import { isUnanswered, desiredClaims } from '../desired/desired-leases.js';
import { leavingClaims, pendingRooms } from '../desired/leaving.js';
import { exchangesOf } from '../known/record-exchanges.js';
import { isLive, keysOf, refusalOf } from '../known/keyring.js';
import { isOf } from '../known/lease-decisions.js';
import type { HeldClaim, StayState } from '../state.js';
import { overCapacity } from './capacity.js';

/** Returns the part of the stay in exchanges: the offer that it makes, and the exchange that it has agreed to. */
export function standingOf(state: StayState, now: Instant): ExchangeStanding {
  const { promised } = exchangesOf(state);
  return promised === undefined ? defined({ offer: offerOf(state, now) }) : { promised };
}

/**
 * Returns the stay's offer. It has one while it leaves rooms, all its next rooms are leased to stays that leave them,
 * and its guests could get keys to the next rooms at once.
 */
export function offerOf(state: StayState, now: Instant): Offer | undefined {
  const leaving = leavingClaims(state, now);
  const wanted = wantedClaims(state, now);
  if (leaving.length === 0 || wanted === undefined || !isSettled(state, now)) return undefined;
  if (!couldMove(state, leaving, wanted, now)) return undefined;
  const { shareGroup } = state.desired;
  return {
    stayId: state.stayId,
    round: exchangesOf(state).round,
    ...defined({ shareGroup }),
    gives: leaving.map(({ room, part }) => ({ room, part })).toSorted(byRoom),
    wants: wanted.map(({ room, behind }) => ({ room, behind })).toSorted(byRoom),
  };
}

interface WantedClaim {
  readonly room: string;
  readonly behind: readonly string[];
  readonly held: HeldClaim;
}

/** Returns the claims to all pending rooms; undefined if none is pending, or if one waits for more than leavers. */
function wantedClaims(state: StayState, now: Instant): readonly WantedClaim[] | undefined {
  const pending = pendingRooms(state, now);
  const wanted = pending.flatMap((room): readonly WantedClaim[] => {
    const ofRoom = state.leases.claims.filter((claim) => claim.room === room);
    const held =
      ofRoom.find(({ decision }) => decision?.kind === 'waiting') ??
      ofRoom.find(({ decision }) => isLate(decision, now));
    const behind = leaversAhead(held?.decision);
    return held === undefined || behind.length === 0 ? [] : [{ room, behind: behind.toSorted(), held }];
  });
  return wanted.length > 0 && wanted.length === pending.length ? wanted : undefined;
}

/** Returns true for a lease that begins only when those of others end. */
function isLate(decision: LeaseDecision | undefined, now: Instant): boolean {
  return decision?.kind === 'granted' && decision.from !== undefined && isBefore(now, decision.from);
}

/** Returns the stays that a claim waits for, or that delay its start, if all of them leave the room. */
function leaversAhead(decision: LeaseDecision | undefined): readonly string[] {
  if (decision?.kind === 'granted') return decision.leaving ?? [];
  if (decision?.kind !== 'waiting' || decision.displaced === true) return [];
  const { behind, leaving = [] } = decision;
  return behind.every((stayId) => leaving.includes(stayId)) ? behind : [];
}

/** Returns true if rooms have answered all claims, and no claim or release is under way. */
function isSettled(state: StayState, now: Instant): boolean {
  const { leases } = state;
  const claims = desiredClaims(state, leases, now);
  return (
    (leases.unsettled ?? []).length === 0 &&
    (leases.handovers ?? []).length === 0 &&
    claims.every((claim) => !isUnanswered(claim, leases)) &&
    leases.claims.every((held) => held.answered && claims.some((claim) => isOf(claim, held)))
  );
}

/** Returns true if every guest with a key to a room that the stay leaves could get the next key at once. */
function couldMove(
  state: StayState,
  leaving: readonly HeldClaim[],
  wanted: readonly WantedClaim[],
  now: Instant,
): boolean {
  const cardFormat = state.property?.policy.cardFormat;
  if (cardFormat === undefined) return false;
  const afterwards = withGrants(state, wanted, now);
  const moving = desiredKeys(afterwards, now).guests.filter(({ guestId }) =>
    keysOf(state.keyring, guestId).some(
      (key) => isLive(key, now) && leaving.some(({ room }) => key.ask.rooms.includes(room)),
    ),
  );
  return moving.every((guest) => {
    const isRefused = refusalOf(state.keyring, guest) !== undefined;
    return guest.gate === undefined && !isRefused && overCapacity(cardFormat, guest.rooms, state.doors) === undefined;
  });
}

/**
 * Returns the state as if rooms had granted these claims. A stay that cannot make its next move yet would ask for more
 * time in such a room; the claims stand as if they had asked for it.
 */
function withGrants(state: StayState, wanted: readonly WantedClaim[], now: Instant): StayState {
  const withWanted = (from: StayState, change: (held: HeldClaim) => HeldClaim): StayState => {
    const isWanted = (held: HeldClaim): boolean => wanted.some((claim) => isOf(claim.held, held));
    const claims = from.leases.claims.map((held) => (isWanted(held) ? change(held) : held));
    return { ...from, leases: { ...from.leases, claims } };
  };
  const granted = withWanted(state, (held) => ({
    ...held,
    decision: { kind: 'granted', until: held.window.to, opener: true, anchors: [] },
  }));
  const desired = desiredClaims(granted, granted.leases, now);
  return withWanted(granted, (held) => ({
    ...held,
    window: desired.find((claim) => isOf(claim, held))?.window ?? held.window,
  }));
}

function byRoom(a: { readonly room: string }, b: { readonly room: string }): number {
  return a.room < b.room ? -1 : 1;
}
