/** Records the messages to rooms and their answers in the state. */
import { writeLine, type HeldClaim, type LeaseState, type StayState } from '../state.js';
import type { LeaseStep } from '../../model/preparation.js';
import { marksOf } from './keyring.js';
import { isBefore, later, plusMinutes, type Instant } from '../../model/instants.js';
import { leaveRooms, withKey, withLeaseAnchors } from './keyring.js';
import type { LeaseNews, SettleLeasesInput, SettleLeasesOutcome, LeaseDecision } from '../../model/lease.js';
import { endOf, isOf, type Grant } from './lease-decisions.js';

/**
 * Records the messages of a step before they are sent, because rooms may receive them from now on. Returns them,
 * numbered.
 */
export function recordLeaseStep(
  state: StayState,
  leases: LeaseState,
  step: LeaseStep,
  now: Instant,
): SettleLeasesInput {
  const seq = leases.seq + 1;
  const asked = step.claims.map(({ room, claim }): HeldClaim => {
    const known = leases.claims.find((held) => isOf(held, { room, part: claim.part ?? 0 }));
    return {
      room,
      part: claim.part ?? 0,
      window: claim.window,
      graceMinutes: claim.graceMinutes ?? 0,
      revision: claim.revision ?? 0,
      ...(claim.shareGroup === undefined ? {} : { shareGroup: claim.shareGroup }),
      ...(claim.ready === undefined ? {} : { ready: claim.ready }),
      answered: false,
      ...(known?.version === undefined ? {} : { version: known.version }),
      ...(known?.decision === undefined ? {} : { decision: known.decision }),
    };
  });
  const others = leases.claims
    .filter((held) => !asked.some((claim) => isOf(held, claim)))
    .map((held) => (step.releases.some((released) => isOf(held, released)) ? withoutAnswer(held) : held));
  state.leases = { ...leases, seq, claims: [...others, ...asked] };
  letGo(
    state,
    leases.claims.filter((held) => step.releases.some((released) => isOf(held, released))),
    now,
  );
  return {
    propertyId: state.propertyId,
    stayId: state.stayId,
    chain: leases.chain,
    seq,
    ...step,
    claims: step.claims.map(({ room, claim }) => ({ room, claim: { ...claim, seq } })),
  };
}

/**
 * Leaves these rooms to other stays, except rooms that the stay already holds for another stretch of time. A stretch
 * that begins later does not keep other stays out until then.
 */
function letGo(state: StayState, ended: readonly HeldClaim[], now: Instant): void {
  const held = state.leases.claims.filter(
    ({ decision }) => decision?.kind === 'granted' && decision.from === undefined,
  );
  const goesOn = ({ room, window }: HeldClaim): boolean =>
    held.some((claim) => claim.room === room && !isBefore(later(window.from, now), claim.window.from));
  state.keyring = leaveRooms(
    state.keyring,
    ended.filter((claim) => !goesOn(claim)).map(({ room }) => room),
  );
}

/** Returns a released claim without its decision; if it is desired again, the stay requests it again. */
function withoutAnswer({ decision: _decision, version: _version, ...held }: HeldClaim): HeldClaim {
  return { ...held, answered: false };
}

/** Minutes until a room that refused, or did not answer, gets its messages again. */
const ASK_AGAIN_MINUTES = 1;

/** Records that the rooms have received and answered the messages. The others get them again later. */
export function recordLeases(
  state: StayState,
  said: SettleLeasesInput,
  outcome: SettleLeasesOutcome,
  now: Instant,
): void {
  const { leases } = state;
  const { unsettled = [] } = outcome;
  const isTaken = ({ room }: { readonly room: string }): boolean => !unsettled.some((one) => one.room === room);
  const released = said.releases.filter(isTaken);
  const answered = said.claims.filter(isTaken).map(({ room, claim }) => ({ room, part: claim.part ?? 0 }));
  const claims = leases.claims
    .filter((held) => !released.some((release) => isOf(held, release)))
    .map((held) => (answered.some((claim) => isOf(held, claim)) ? { ...held, answered: true } : held));
  const reported = { ...leases.reported };
  for (const { room, keys } of said.reports.filter(isTaken)) reported[room] = marksOf(state.keyring, keys).join(' ');
  const told = new Set([...said.reports, ...said.releases, ...said.claims].map(({ room }) => room));
  const askAgainAt = plusMinutes(now, ASK_AGAIN_MINUTES);
  state.leases = {
    ...leases,
    claims,
    reported,
    unsettled: [
      ...(leases.unsettled ?? []).filter(({ room }) => !told.has(room)),
      ...unsettled.map((one) => ({ ...one, askAgainAt })),
    ],
  };
  for (const news of outcome.news) recordLeaseNews(state, news, now);
}

/** Records a room's decision. A decision on a claim that was released meanwhile is ignored. */
export function recordLeaseNews(state: StayState, news: LeaseNews, now: Instant): void {
  const { leases } = state;
  const held = leases.claims.find((claim) => isOf(claim, news));
  if (held === undefined) return;
  if (held.version !== undefined && news.version < held.version) return;
  const heard = { ...held, version: news.version, decision: news.decision };
  state.leases = { ...leases, claims: leases.claims.map((claim) => (claim === held ? heard : claim)) };
  const what = describe(news.room, news.decision);
  if (held.decision === undefined || describe(news.room, held.decision) !== what) writeLine(state, { at: now, what });
  if (held.decision?.kind === 'granted' && (news.decision.kind !== 'granted' || isPreceded(news.decision, now))) {
    letGo(state, [held], now);
    forgiveLosses(state, news.room, now);
  }
  takeAnchors(state);
}

/** Returns true if another stay has the room first: its key will end the keys that were issued ahead. */
function isPreceded({ from }: Grant, now: Instant): boolean {
  return from !== undefined && isBefore(now, from);
}

/** Maximum delay of a room's message, in minutes. */
const NEWS_TAKE_MINUTES = 5;

/**
 * Marks keys to the room that ended just before as replaced: the other stay's key ended them, not a front-desk card.
 */
function forgiveLosses(state: StayState, room: string, now: Instant): void {
  for (const key of state.keyring.keys) {
    const isLate = key.deadAt !== undefined && isBefore(plusMinutes(key.deadAt, NEWS_TAKE_MINUTES), now);
    if (key.ended !== 'killed' || isLate || !key.ask.rooms.includes(room)) continue;
    state.keyring = withKey(state.keyring, { ...key, ended: 'replaced' });
  }
}

/** Records the keys of other stays of the share group that keys of this stay may join. */
function takeAnchors(state: StayState): void {
  const granted = state.leases.claims.flatMap(({ room, shareGroup, decision }) =>
    shareGroup !== undefined && decision?.kind === 'granted' ? [{ room, ...decision }] : [],
  );
  state.keyring = withLeaseAnchors(state.keyring, granted);
  // A person's own key in another stay of the share group ended these keys, not a front-desk card.
  const others = state.keyring.outsideAnchors.flatMap(({ acsUserId }) => acsUserId ?? []);
  for (const key of state.keyring.keys) {
    if (key.ended !== 'killed' || !others.includes(key.acsUserId)) continue;
    state.keyring = withKey(state.keyring, { ...key, ended: 'replaced' });
  }
}

function describe(room: string, decision: LeaseDecision): string {
  switch (decision.kind) {
    case 'granted': {
      const after = decision.from === undefined ? '' : `, after ${decision.from}`;
      return `lease on ${room} until ${decision.until}${after}`;
    }
    case 'waiting':
      return decision.displaced === true
        ? `the front desk gave ${room} to ${decision.behind.join(', ')}`
        : `waits for ${room} behind ${decision.behind.join(', ')}`;
    case 'ended':
      return `${room} is refused: a stay of this name ended with revision ${decision.revision}`;
    default:
      return decision satisfies never;
  }
}

/** Removes leases that are over; they need no release. */
export function recordPastLeases(state: StayState, now: Instant): void {
  const { leases } = state;
  if (leases.claims.every((held) => isBefore(now, endOf(held)))) return;
  state.leases = { ...leases, claims: leases.claims.filter((held) => isBefore(now, endOf(held))) };
  letGo(
    state,
    leases.claims.filter((held) => held.decision?.kind === 'granted' && !isBefore(now, endOf(held))),
    now,
  );
}
