/** Records the messages to rooms and their answers in the state. */
import { withLine, type HeldClaim, type LeaseState, type StayState } from '../state.js';
import type { LeaseStep } from '../../model/preparation.js';
import { defined } from '../../model/defined.js';
import { isBefore, later, plusMinutes, type Instant } from '../../model/instants.js';
import { leaveRooms, marksOf, putKey, withLeaseAnchors } from './keyring.js';
import { doubtJoiners } from './record-losses.js';
import type { Key } from '../../model/key.js';
import type {
  LeaseNews,
  SettleLeasesInput,
  SettleLeasesOutcome,
  LeaseDecision,
  UnsettledRoom,
} from '../../model/lease.js';
import { endOf, isOf, type GrantedLease } from './lease-decisions.js';

/** State after a lease step has started, and its messages to rooms, numbered. */
export interface LeaseMessages {
  readonly state: StayState;
  readonly messages: SettleLeasesInput;
}

/** Records the messages of a step before they are sent, because rooms may receive them from now on. */
export function recordLeaseStep(state: StayState, step: LeaseStep, now: Instant): LeaseMessages {
  const { leases } = state;
  const seq = leases.seq + 1;
  const asked = step.claims.map(({ room, claim }): HeldClaim => {
    const known = leases.claims.find((held) => isOf(held, { room, part: claim.part ?? 0 }));
    return {
      room,
      part: claim.part ?? 0,
      window: claim.window,
      graceMinutes: claim.graceMinutes ?? 0,
      revision: claim.revision ?? 0,
      ...defined({ shareGroup: claim.shareGroup, ready: claim.ready, leaving: claim.leaving }),
      answered: false,
      ...defined({ version: known?.version, decision: known?.decision }),
    };
  });
  const isReleased = (held: HeldClaim): boolean => step.releases.some((released) => isOf(held, released));
  const others = leases.claims
    .filter((held) => !asked.some((claim) => isOf(held, claim)))
    .map((held) => (isReleased(held) ? withoutAnswer(held) : held));
  const sent: StayState = { ...state, leases: { ...leases, seq, claims: [...others, ...asked] } };
  const messages = {
    propertyId: state.propertyId,
    stayId: state.stayId,
    chain: leases.chain,
    seq,
    ...step,
    claims: step.claims.map(({ room, claim }) => ({ room, claim: { ...claim, seq } })),
  };
  return { state: letGo(sent, leases.claims.filter(isReleased), now), messages };
}

/**
 * Leaves these rooms to other stays, except rooms that the stay already holds for another stretch of time. A stretch
 * that begins later does not keep other stays out until then.
 */
function letGo(state: StayState, ended: readonly HeldClaim[], now: Instant): StayState {
  const held = state.leases.claims.filter(
    ({ decision }) => decision?.kind === 'granted' && decision.from === undefined,
  );
  const goesOn = ({ room, window }: HeldClaim): boolean =>
    held.some((claim) => claim.room === room && !isBefore(later(window.from, now), claim.window.from));
  const rooms = ended.filter((claim) => !goesOn(claim)).map(({ room }) => room);
  return { ...state, keyring: leaveRooms(state.keyring, rooms) };
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
  messages: SettleLeasesInput,
  outcome: SettleLeasesOutcome,
  now: Instant,
): StayState {
  const { leases } = state;
  const { unsettled = [] } = outcome;
  const isTaken = ({ room }: { readonly room: string }): boolean => !unsettled.some((one) => one.room === room);
  const released = messages.releases.filter(isTaken);
  const answered = messages.claims.filter(isTaken).map(({ room, claim }) => ({ room, part: claim.part ?? 0 }));
  const claims = leases.claims
    .filter((held) => !released.some((release) => isOf(held, release)))
    .map((held) => (answered.some((claim) => isOf(held, claim)) ? { ...held, answered: true } : held));
  const reported = { ...leases.reported };
  for (const { room, keys } of messages.reports.filter(isTaken))
    reported[room] = marksOf(state.keyring, keys).join(' ');
  const addressed = new Set([...messages.reports, ...messages.releases, ...messages.claims].map(({ room }) => room));
  const askAgainAt = plusMinutes(now, ASK_AGAIN_MINUTES);
  const silent = [
    ...(leases.unsettled ?? []).filter(({ room }) => !addressed.has(room)),
    ...unsettled.map((one) => ({ ...one, since: sinceWhen(leases, one, now), askAgainAt })),
  ];
  const handovers = leases.handovers?.filter((given) => !released.some((release) => isOf(given, release)));
  const recorded: StayState = {
    ...state,
    leases: { ...leases, claims, reported, unsettled: silent, ...defined({ handovers }) },
  };
  return takeAnchors(outcome.news.reduce((next, news) => recordLeaseNews(next, news, now), recorded));
}

/** Returns the instant since which a room has refused, or has not answered. */
function sinceWhen({ unsettled = [] }: LeaseState, { room, kind }: UnsettledRoom, now: Instant): Instant {
  return unsettled.find((earlier) => earlier.room === room && earlier.kind === kind)?.since ?? now;
}

/** Records a room's decision. A decision on a claim that was released meanwhile is ignored. */
export function recordLeaseNews(state: StayState, news: LeaseNews, now: Instant): StayState {
  const { leases } = state;
  const held = leases.claims.find((claim) => isOf(claim, news));
  if (held === undefined) return state;
  if (held.version !== undefined && news.version < held.version) return state;
  const decided = { ...held, version: news.version, decision: news.decision };
  let next: StayState = {
    ...state,
    leases: { ...leases, claims: leases.claims.map((claim) => (claim === held ? decided : claim)) },
  };
  const what = describe(news.room, news.decision);
  const isNew = held.decision === undefined || describe(news.room, held.decision) !== what;
  if (isNew) next = withLine(next, { at: now, what });
  if (held.decision?.kind === 'granted' && (news.decision.kind !== 'granted' || isPreceded(news.decision, now))) {
    next = forgiveLosses(letGo(next, [held], now), news.room, now);
  }
  return takeAnchors(next);
}

/** Returns true if another stay has the room first: its key will end the keys that were issued ahead. */
function isPreceded({ from }: GrantedLease, now: Instant): boolean {
  return from !== undefined && isBefore(now, from);
}

/** Maximum delay of a room's message, in minutes. */
const NEWS_TAKE_MINUTES = 5;

/**
 * Marks keys to the room that ended just before as replaced: the other stay's key ended them, not a front-desk card.
 */
function forgiveLosses(state: StayState, room: string, now: Instant): StayState {
  return replaceKilled(state, ({ deadAt, ask }) => {
    const isLate = deadAt !== undefined && isBefore(plusMinutes(deadAt, NEWS_TAKE_MINUTES), now);
    return !isLate && ask.rooms.includes(room);
  });
}

/** Marks keys that count as killed as replaced, where this applies to the key. */
function replaceKilled(state: StayState, applies: (key: Key) => boolean): StayState {
  return state.keyring.keys.reduce(
    (next, key) => (key.ended === 'killed' && applies(key) ? putKey(next, { ...key, ended: 'replaced' }) : next),
    state,
  );
}

/** Records the keys of other stays of the share group that keys of this stay may join. */
function takeAnchors(state: StayState): StayState {
  const granted = state.leases.claims.flatMap(({ room, shareGroup, decision }) =>
    shareGroup !== undefined && decision?.kind === 'granted' ? [{ room, ...decision }] : [],
  );
  const { reported } = state.leases;
  const isReported = ({ keyId }: Key, room: string): boolean =>
    reported[room]?.split(' ').includes(`${keyId}:live`) === true;
  const keyring = withLeaseAnchors(state.keyring, granted, isReported);
  // A person's own key in another stay of the share group ended these keys, not a front-desk card.
  const others = keyring.outsideAnchors.flatMap(({ acsUserId }) => acsUserId ?? []);
  const left = new Set(keyring.outsideAnchors.map(({ acsCredentialId }) => acsCredentialId));
  const ended = state.keyring.outsideAnchors
    .filter(({ ofShareGroup, acsCredentialId }) => ofShareGroup === true && !left.has(acsCredentialId))
    .map(({ acsCredentialId }) => acsCredentialId);
  const recorded = replaceKilled({ ...state, keyring }, ({ acsUserId }) => others.includes(acsUserId));
  return doubtJoiners(recorded, ended);
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
export function recordPastLeases(state: StayState, now: Instant): StayState {
  const { leases } = state;
  const lasts = (held: HeldClaim): boolean => isBefore(now, endOf(held));
  if (leases.claims.every(lasts)) return state;
  const over = leases.claims.filter((held) => held.decision?.kind === 'granted' && !lasts(held));
  return letGo({ ...state, leases: { ...leases, claims: leases.claims.filter(lasts) } }, over, now);
}
