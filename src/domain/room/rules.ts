/** Rules of one room: effects of messages on its state, and news for stays. Pure: each returns the new state. */
import { inShort } from '../model/check.js';
import {
  isBefore,
  earlier,
  later,
  normalInstant,
  overlaps,
  plusMinutes,
  type Instant,
  type Window,
} from '../model/instants.js';
import type { Claim, LeaseNews, LeaseDecision } from '../model/lease.js';
import {
  isClaim,
  MOST_CLAIMS,
  REMEMBERED_FORCES,
  REMEMBERED_STAYS,
  withClaim,
  withLine,
  type Asked,
  type ClaimEntry,
  type RoomState,
  type LastReceived,
} from './state.js';
import { recordReport } from './keys.js';
import type { RoomForce, RoomRelease, RoomReport } from '../model/room-message-schema.js';
import { defined } from '../model/defined.js';
import { allocate, displace, ungranted } from './allocation.js';
import {
  grantedToOthers,
  isGranted,
  isSameNews,
  obstaclesOf,
  missedBefore,
  remainder,
  decisionOf,
  type GrantedEntry,
} from './decision.js';

/** News for a stay and for one of its chains of runs. */
export interface NewsFor {
  readonly stayId: string;
  readonly chain?: string;
  readonly news: LeaseNews;
}

/** A run that holds all the signals that Temporal allows takes more after it has continued as new: mostly in seconds. */
const RESEND_MINUTES = 1;

/** Decision for a claim that is not in the state: its window is over, or it was released meanwhile. */
const NO_CLAIM: LeaseDecision = { kind: 'waiting', behind: [] };

/** Sender of a message, with all optional fields that it carries. */
type Envelope = Pick<Claim, 'stayId' | 'chain' | 'revision' | 'seq'>;

/** State after a claim, and the answer to it, which the state records as sent. */
export interface ClaimAnswer {
  readonly state: RoomState;
  readonly news: LeaseNews;
}

/**
 * Records a claim: the stay's whole request for one part, the latest counts. Late attempts and ended stays change
 * nothing.
 */
export function takeClaim(state: RoomState, claim: Claim, now: Instant): ClaimAnswer {
  const part = claim.part ?? 0;
  const known = receivedFrom(state, claim.stayId);
  if (known?.revision !== undefined && isOfEndedChain(known, claim)) {
    return { state, news: newsOf(state, part, { kind: 'ended', revision: known.revision }) };
  }
  if (isLate(known, claim)) return { state, news: currentNews(state, claim.stayId, part, now) };
  if (isInItsName(state, known, claim)) {
    return { state: ignoreForeign(state, claim, now), news: currentNews(state, claim.stayId, part, now) };
  }
  const changed = change(state, now, (before) => {
    const own = isSameChain(known, claim) ? before : dropOtherParts(before, claim.stayId, part);
    return enter(remember(own, claim), claim, part, now);
  });
  const entry = findClaim(changed, claim.stayId, part);
  return entry === undefined
    ? { state: changed, news: newsOf(changed, part, NO_CLAIM) }
    : inform(changed, entry, decisionOf(changed, entry, now));
}

/** Returns why the room takes no further claim; undefined if it does, or has a claim of the stay already. */
export function whyFull({ room, claims }: RoomState, stayId: string): string | undefined {
  if (claims.length < MOST_CLAIMS || claims.some((entry) => entry.stayId === stayId)) return undefined;
  return `it has ${claims.length} claims, the most that a room keeps: end stays, or give them another room than ${room}`;
}

function currentNews(state: RoomState, stayId: string, part: number, now: Instant): LeaseNews {
  const entry = findClaim(state, stayId, part);
  return newsOf(state, part, entry === undefined ? NO_CLAIM : decisionOf(state, entry, now));
}

/**
 * Returns true for a message in a stay's name from another sender. A stay always sends its chain of runs.
 * A message without one comes from elsewhere, and the stay would not get the result.
 */
function isInItsName(state: RoomState, known: LastReceived | undefined, { stayId, chain }: Envelope): boolean {
  return chain === undefined && known?.chain !== undefined && state.claims.some((one) => one.stayId === stayId);
}

function ignoreForeign(state: RoomState, { stayId }: Envelope, now: Instant): RoomState {
  return withLine(state, { at: now, what: `message ignored: ${stayId} did not send it` });
}

/**
 * Releases one part of a stay's claims, or all. The stay's keys may live on. A room that stays exchange goes to its
 * heirs: they come before all others that wait.
 */
export function takeRelease(state: RoomState, release: RoomRelease, now: Instant): RoomState {
  const { stayId, part, to = [] } = release;
  const known = receivedFrom(state, stayId);
  if (isLate(known, release) || (known !== undefined && isOfEndedChain(known, release))) return state;
  if (isInItsName(state, known, release)) return ignoreForeign(state, release, now);
  const line = { at: now, what: `${stayId}: released`, ...defined({ why: whyTo(to) }) };
  return change(state, now, (before) => {
    const isMeant = (entry: ClaimEntry): boolean =>
      entry.stayId === stayId && (part === undefined || entry.part === part);
    const given = before.claims.filter(isMeant).filter(isGranted);
    const after = removeClaims(remember(before, release), isMeant, line);
    return withHeirs(after, (entry) => to.includes(entry.stayId) && isWaitingBehind(entry, given, now));
  });
}

function whyTo(heirs: readonly string[]): string | undefined {
  return heirs.length === 0 ? undefined : `in exchange for another room; it goes to ${heirs.join(', ')}`;
}

/** Returns true if the claim waits for time that one of these leases had. */
function isWaitingBehind(entry: ClaimEntry, given: readonly GrantedEntry[], now: Instant): boolean {
  const rest = isGranted(entry) ? missedBefore(entry, now) : remainder(entry, now);
  return rest !== undefined && given.some(({ granted }) => overlaps(granted, rest));
}

/** Puts these claims in front of all others, as heirs. */
function withHeirs(state: RoomState, isHeir: (entry: ClaimEntry) => boolean): RoomState {
  const heirs = state.claims.filter(isHeir);
  if (heirs.length === 0) return state;
  const others = state.claims.filter((entry) => !heirs.includes(entry));
  return { ...state, claims: [...heirs.map((entry) => ({ ...entry, heir: true as const })), ...others] };
}

/** Records a stay's report of its keys to the room. */
export function takeReport(state: RoomState, report: RoomReport, now: Instant): RoomState {
  const known = receivedFrom(state, report.stayId);
  if (isLate(known, report)) return state;
  return change(state, now, (before) =>
    recordReport(isSameChain(known, report) ? remember(before, report) : before, report, now),
  );
}

/** Gives the room to a stay for its whole request, by order of the front desk. Stays that hold the room wait. */
export function takeForce(state: RoomState, force: RoomForce, now: Instant): RoomState {
  const { stayId, reason, by, requestId } = force;
  if (requestId !== undefined && state.forces.includes(requestId)) return state;
  const line = { at: now, why: reason, ...defined({ by }) };
  const forced = state.claims.filter((entry) => entry.stayId === stayId && remainder(entry, now) !== undefined);
  if (forced.length === 0) {
    return withLine(state, { ...line, what: `force ignored: ${stayId} does not claim the room` });
  }
  // Recorded only now: the front desk may repeat the act after the stay has claimed the room.
  const forces = [...state.forces, ...(requestId === undefined ? [] : [requestId])].slice(-REMEMBERED_FORCES);
  const logged = withLine({ ...state, forces }, { ...line, what: `the front desk gives the room to ${stayId}` });
  return change(logged, now, (before) => forced.reduce((next, entry) => giveWhole(next, entry, now), before));
}

/** Drops the claims of a stay that Temporal no longer finds. `chain`: the stay's last recorded chain of runs. */
export function takeGone(
  state: RoomState,
  gone: { readonly stayId: string; readonly chain?: string },
  now: Instant,
): RoomState {
  const { stayId } = gone;
  if (!isSameChain(receivedFrom(state, stayId), gone)) return state;
  const line = { at: now, what: `${stayId}: claims dropped`, why: 'the stay no longer exists' };
  return change(state, now, (before) => removeClaims(before, (entry) => entry.stayId === stayId, line));
}

/** Has the decision sent again in a minute: its stay exists, but the signal did not reach it. */
export function takeUndelivered(
  state: RoomState,
  { stayId, chain, news }: NewsFor,
  why: string,
  now: Instant,
): RoomState {
  const entry = findClaim(state, stayId, news.part);
  if (entry === undefined || !isSameChain(receivedFrom(state, stayId), defined({ chain }))) return state;
  const line = { at: now, what: `${nameOf(entry)}: decision not delivered; it is sent again`, why: inShort(why) };
  const after = withClaim(state, entry, { ...entry, resendAt: plusMinutes(now, RESEND_MINUTES) });
  return state.history.at(-1)?.what === line.what ? after : withLine(after, line);
}

/** Records an invalid message in the history; changes nothing else. */
export function ignoreMessage(state: RoomState, why: string, now: Instant): RoomState {
  return withLine(state, { at: now, what: 'message ignored', why: inShort(why) });
}

/** Applies the changes that time alone causes. */
export function passTime(state: RoomState, now: Instant): RoomState {
  return change(state, now, (before) => before);
}

/** State that records decisions as sent, and the news to send. */
export interface ChangedDecisions {
  readonly state: RoomState;
  readonly news: readonly NewsFor[];
}

/** Returns the decisions that differ from those sent last or are to be sent again, and records them as sent. */
export function changedDecisions(state: RoomState, now: Instant): ChangedDecisions {
  return state.claims.reduce<ChangedDecisions>(
    (changed, entry) => {
      // A decision does not depend on those recorded as sent.
      const decision = decisionOf(state, entry, now);
      if (!isToBeSent(entry, decision, now)) return changed;
      const { stayId } = entry;
      const informed = inform(changed.state, entry, decision);
      const chain = receivedFrom(state, stayId)?.chain;
      return { state: informed.state, news: [...changed.news, { stayId, ...defined({ chain }), news: informed.news }] };
    },
    { state, news: [] },
  );
}

function isToBeSent({ sent, resendAt }: ClaimEntry, decision: LeaseDecision, now: Instant): boolean {
  return resendAt === undefined ? !isSameNews(sent, decision, now) : !isBefore(now, resendAt);
}

/** Records the current decision on a claim as sent. */
function inform(state: RoomState, entry: ClaimEntry, sent: LeaseDecision): ClaimAnswer {
  const { resendAt: _over, ...rest } = entry;
  return { state: withClaim(state, entry, { ...rest, sent }), news: newsOf(state, entry.part, sent) };
}

function newsOf({ room, version }: RoomState, part: number, decision: LeaseDecision): LeaseNews {
  return { room, part, version, decision };
}

/** Returns the state after `act`, with the room allocated again and the result in the history. */
function change(state: RoomState, now: Instant, act: (before: RoomState) => RoomState): RoomState {
  const standings = new Map(state.claims.map((entry) => [keyOf(entry), standingOf(state, entry, now)]));
  const changed = allocate(act(state), now);
  if (fingerprintOf(changed) === fingerprintOf(state)) return changed;
  return changed.claims.reduce<RoomState>(
    (next, entry) => {
      const standing = standingOf(changed, entry, now);
      if (standings.get(keyOf(entry)) === standing) return next;
      return withLine(next, { at: now, what: `${nameOf(entry)}: ${standing}` });
    },
    { ...changed, version: changed.version + 1 },
  );
}

function fingerprintOf({ claims, keys }: RoomState): string {
  return JSON.stringify([claims.map(({ sent: _sent, ...entry }) => entry), keys]);
}

function standingOf({ claims }: RoomState, entry: ClaimEntry, now: Instant): string {
  if (entry.granted !== undefined) return `granted ${entry.granted.from} to ${entry.granted.to}`;
  const behind = obstaclesOf(claims, entry, now).join(', ') || 'no other stay';
  return `${entry.displaced === true ? 'displaced, waits' : 'waits'} behind ${behind}`;
}

function keyOf({ stayId, part }: ClaimEntry): string {
  return `${part} ${stayId}`;
}

function nameOf({ stayId, part }: ClaimEntry): string {
  return part === 0 ? stayId : `${stayId} (part ${part})`;
}

function enter(state: RoomState, claim: Claim, part: number, now: Instant): RoomState {
  const asked: Asked = {
    window: { from: normalInstant(claim.window.from), to: normalInstant(claim.window.to) },
    graceMinutes: claim.graceMinutes ?? 0,
    ...defined({ shareGroup: claim.shareGroup }),
    ready: claim.ready ?? false,
    ...defined({ leaving: claim.leaving }),
  };
  const known = findClaim(state, claim.stayId, part);
  if (known !== undefined) return withClaim(state, known, asking(state, known, asked));
  if (!isBefore(now, asked.window.to)) return state;
  return { ...state, claims: [...state.claims, { stayId: claim.stayId, part, asked }] };
}

/** Returns the claim with a new request. A stay that leaves a share group loses the room if the group holds it. */
function asking(state: RoomState, known: ClaimEntry, asked: Asked): ClaimEntry {
  const entry = { ...known, asked };
  const { granted } = entry;
  if (known.asked.shareGroup === asked.shareGroup || granted === undefined) return entry;
  const { opener: _ofOldGroup, ...rest } = entry;
  const isShared = grantedToOthers(state.claims, entry).some((other) => overlaps(other.granted, granted));
  return isShared ? ungranted(rest) : rest;
}

function giveWhole(state: RoomState, { stayId, part }: ClaimEntry, now: Instant): RoomState {
  const entry = findClaim(state, stayId, part);
  const rest = entry === undefined ? undefined : remainder(entry, now);
  if (entry === undefined || rest === undefined) return state;
  const window: Window = { from: earlier(entry.granted?.from ?? rest.from, rest.from), to: rest.to };
  const { displaced: _over, ...given } = entry;
  const free = displace(state, entry, { from: later(window.from, now), to: window.to });
  return withClaim(free, entry, { ...given, granted: window });
}

function findClaim(state: RoomState, stayId: string, part: number): ClaimEntry | undefined {
  return state.claims.find((entry) => isClaim(entry, { stayId, part }));
}

function removeClaims(
  state: RoomState,
  isMeant: (entry: ClaimEntry) => boolean,
  line: { readonly at: Instant; readonly what: string; readonly why?: string },
): RoomState {
  const claims = state.claims.filter((entry) => !isMeant(entry));
  return claims.length === state.claims.length ? state : withLine({ ...state, claims }, line);
}

/** Drops the stay's other parts: a stay that was started again has no record of earlier claims. */
function dropOtherParts(state: RoomState, stayId: string, part: number): RoomState {
  return { ...state, claims: state.claims.filter((entry) => entry.stayId !== stayId || entry.part === part) };
}

function receivedFrom(state: RoomState, stayId: string): LastReceived | undefined {
  return state.received.find((known) => known.stayId === stayId);
}

function isSameChain(known: LastReceived | undefined, { chain }: Pick<Envelope, 'chain'>): boolean {
  return known?.chain === undefined || chain === undefined || known.chain === chain;
}

/** Returns true for a message of an earlier chain of runs, or of a stay started again without a newer revision. */
function isOfEndedChain(known: LastReceived, message: Envelope): boolean {
  if (isSameChain(known, message) || known.revision === undefined || message.revision === undefined) return false;
  return message.revision <= known.revision;
}

function isLate(known: LastReceived | undefined, message: Envelope): boolean {
  if (!isSameChain(known, message) || known?.seq === undefined || message.seq === undefined) return false;
  return message.seq < known.seq;
}

/** Records the highest revision and sequence number of the stay; a new chain of runs resets both. */
function remember(state: RoomState, message: Envelope): RoomState {
  const { stayId } = message;
  const known = receivedFrom(state, stayId);
  const base = known !== undefined && isSameChain(known, message) ? known : { stayId };
  const chain = message.chain ?? base.chain;
  const revision = highest(base.revision, message.revision);
  const seq = highest(base.seq, message.seq);
  const received: LastReceived = { stayId, ...defined({ chain, revision, seq }) };
  const others = state.received.filter((other) => other.stayId !== stayId);
  return { ...state, received: withoutOldest(state, [...others, received]) };
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** Drops the oldest records of stays without a claim; the last few hundred stay. */
function withoutOldest(state: RoomState, received: readonly LastReceived[]): readonly LastReceived[] {
  const isClaiming = ({ stayId }: LastReceived): boolean => state.claims.some((entry) => entry.stayId === stayId);
  const excess = received.filter((one) => !isClaiming(one)).length - REMEMBERED_STAYS;
  if (excess <= 0) return received;
  const oldest = received.filter((one) => !isClaiming(one)).slice(0, excess);
  return received.filter((one) => !oldest.includes(one));
}
