/** The rules of one room: what each message does to its state, and who has to hear of it. Only these functions write to the state. */
import { inShort } from '../model/check.js';
import { isBefore, earlier, later, normalInstant, overlaps, type Instant, type Window } from '../model/instants.js';
import type { Claim, LeaseNews, LeaseDecision } from '../model/lease.js';
import {
  isClaim,
  REMEMBERED_FORCES,
  REMEMBERED_STAYS,
  writeLine,
  type Asked,
  type ClaimEntry,
  type RoomState,
  type StayHeard,
} from './state.js';
import { recordReport } from './keys.js';
import type { RoomForce, RoomRelease, RoomReport } from '../model/room-message-schema.js';
import { displace, settle, ungranted } from './allocation.js';
import { grantedToOthers, isSameNews, obstaclesOf, remainder, decisionOf } from './decision.js';

/** News for a stay, and the chain of runs that it is for. */
export interface NewsFor {
  readonly stayId: string;
  readonly chain?: string;
  readonly news: LeaseNews;
}

/** What a claim is told that is not in the state: its window is over, or it was let go meanwhile. */
const NOBODY: LeaseDecision = { kind: 'waiting', behind: [] };

/** Who speaks, as far as a message says. */
type Envelope = Pick<Claim, 'stayId' | 'chain' | 'revision' | 'seq'>;

/**
 * Takes a claim in: the stay's whole wish for one part, the latest counts. Late attempts and stays that have ended change nothing.
 * @returns what is to be answered; the stay has been told then
 */
export function takeClaim(state: RoomState, claim: Claim, now: Instant): LeaseNews {
  const part = claim.part ?? 0;
  const known = heardOf(state, claim.stayId);
  if (known?.revision !== undefined && isOfEndedChain(known, claim)) {
    return newsOf(state, part, { kind: 'ended', revision: known.revision });
  }
  if (isLate(known, claim) || isInItsName(state, known, claim, now)) {
    const entry = findClaim(state, claim.stayId, part);
    return newsOf(state, part, entry === undefined ? NOBODY : decisionOf(state, entry, now));
  }
  change(state, now, () => {
    if (!isSameChain(known, claim)) dropOtherParts(state, claim.stayId, part);
    remember(state, claim);
    enter(state, claim, part, now);
  });
  const entry = findClaim(state, claim.stayId, part);
  return entry === undefined ? newsOf(state, part, NOBODY) : tell(state, entry, now);
}

/** Stays say which run they are of: what does not, of a stay that does, was said by somebody else, and the stay would not hear of it. */
function isInItsName(
  state: RoomState,
  known: StayHeard | undefined,
  { stayId, chain }: Envelope,
  now: Instant,
): boolean {
  if (chain !== undefined || known?.chain === undefined || !state.claims.some((one) => one.stayId === stayId))
    return false;
  writeLine(state, { at: now, what: `message ignored: it was not ${stayId} that sent it` });
  return true;
}

/** A stay lets go of a part of its claims, or of all. Its keys may live on. */
export function takeRelease(state: RoomState, release: RoomRelease, now: Instant): void {
  const { stayId, part } = release;
  const known = heardOf(state, stayId);
  if (isLate(known, release) || (known !== undefined && isOfEndedChain(known, release))) return;
  if (isInItsName(state, known, release, now)) return;
  change(state, now, () => {
    remember(state, release);
    removeClaims(state, (entry) => entry.stayId === stayId && (part === undefined || entry.part === part), {
      at: now,
      what: `${stayId}: released`,
    });
  });
}

/** Takes in what a stay knows of its keys to the room. */
export function takeReport(state: RoomState, report: RoomReport, now: Instant): void {
  const known = heardOf(state, report.stayId);
  if (isLate(known, report)) return;
  change(state, now, () => {
    if (isSameChain(known, report)) remember(state, report);
    recordReport(state, report, now);
  });
}

/** The front desk gives the room to a stay, for all that it asks: whoever has it meanwhile, waits. */
export function takeForce(state: RoomState, force: RoomForce, now: Instant): void {
  const { stayId, reason, by, requestId } = force;
  if (requestId !== undefined && state.forces.includes(requestId)) return;
  const line = { at: now, why: reason, ...(by === undefined ? {} : { by }) };
  const forced = state.claims.filter((entry) => entry.stayId === stayId && remainder(entry, now) !== undefined);
  if (forced.length === 0) {
    writeLine(state, { ...line, what: `force ignored: ${stayId} does not claim the room` });
    return;
  }
  // Noted only now: the same act may come again once the stay has claimed the room.
  if (requestId !== undefined) state.forces = [...state.forces, requestId].slice(-REMEMBERED_FORCES);
  writeLine(state, { ...line, what: `the front desk gives the room to ${stayId}` });
  change(state, now, () => {
    for (const entry of forced) giveWhole(state, entry, now);
  });
}

/** A stay that Temporal does not find any more claims nothing. `chain`: what it was when it was last known. */
export function takeGone(
  state: RoomState,
  gone: { readonly stayId: string; readonly chain?: string },
  now: Instant,
): void {
  const { stayId, chain } = gone;
  if (!isSameChain(heardOf(state, stayId), { stayId, ...(chain === undefined ? {} : { chain }) })) return;
  change(state, now, () => {
    const line = { at: now, what: `${stayId}: claims dropped`, why: 'there is no such stay any more' };
    removeClaims(state, (entry) => entry.stayId === stayId, line);
  });
}

/** A message that cannot be understood changes nothing but the history. */
export function ignoreMessage(state: RoomState, why: string, now: Instant): void {
  writeLine(state, { at: now, what: 'message ignored', why: inShort(why) });
}

/** Lets happen what time alone changes. */
export function passTime(state: RoomState, now: Instant): void {
  change(state, now, () => undefined);
}

/** What stays have to be told because it differs from what they were told last; they have been told then. */
export function changedDecisions(state: RoomState, now: Instant): readonly NewsFor[] {
  return state.claims.flatMap((entry) => {
    if (isSameNews(entry.told, decisionOf(state, entry, now), now)) return [];
    const chain = heardOf(state, entry.stayId)?.chain;
    return [{ stayId: entry.stayId, ...(chain === undefined ? {} : { chain }), news: tell(state, entry, now) }];
  });
}

function tell(state: RoomState, entry: ClaimEntry, now: Instant): LeaseNews {
  const told = decisionOf(state, entry, now);
  state.claims = state.claims.map((one) => (one === entry ? { ...one, told } : one));
  return newsOf(state, entry.part, told);
}

function newsOf({ room, version }: RoomState, part: number, decision: LeaseDecision): LeaseNews {
  return { room, part, version, decision };
}

/** Changes the state, settles it, and writes down what came of it. */
function change(state: RoomState, now: Instant, act: () => void): void {
  const before = fingerprintOf(state);
  const standings = new Map(state.claims.map((entry) => [keyOf(entry), standingOf(state, entry, now)]));
  act();
  settle(state, now);
  if (fingerprintOf(state) === before) return;
  state.version += 1;
  for (const entry of state.claims) {
    const standing = standingOf(state, entry, now);
    if (standings.get(keyOf(entry)) !== standing) writeLine(state, { at: now, what: `${nameOf(entry)}: ${standing}` });
  }
}

function fingerprintOf({ claims, keys }: RoomState): string {
  return JSON.stringify([claims.map(({ told: _told, ...entry }) => entry), keys]);
}

function standingOf({ claims }: RoomState, entry: ClaimEntry, now: Instant): string {
  if (entry.granted !== undefined) return `granted ${entry.granted.from} to ${entry.granted.to}`;
  const behind = obstaclesOf(claims, entry, now).join(', ') || 'nobody';
  return `${entry.displaced === true ? 'displaced, waits' : 'waits'} behind ${behind}`;
}

function keyOf({ stayId, part }: ClaimEntry): string {
  return `${part} ${stayId}`;
}

function nameOf({ stayId, part }: ClaimEntry): string {
  return part === 0 ? stayId : `${stayId} (part ${part})`;
}

function enter(state: RoomState, claim: Claim, part: number, now: Instant): void {
  const asked: Asked = {
    window: { from: normalInstant(claim.window.from), to: normalInstant(claim.window.to) },
    graceMinutes: claim.graceMinutes ?? 0,
    ...(claim.shareGroup === undefined ? {} : { shareGroup: claim.shareGroup }),
    ready: claim.ready ?? false,
  };
  const known = findClaim(state, claim.stayId, part);
  if (known === undefined) {
    if (isBefore(now, asked.window.to)) state.claims = [...state.claims, { stayId: claim.stayId, part, asked }];
  } else state.claims = state.claims.map((entry) => (entry === known ? asking(state, known, asked) : entry));
}

/** The claim with another wish. Who leaves a share group keeps the room only where nobody of the group has it. */
function asking(state: RoomState, known: ClaimEntry, asked: Asked): ClaimEntry {
  const entry = { ...known, asked };
  const { granted } = entry;
  if (known.asked.shareGroup === asked.shareGroup || granted === undefined) return entry;
  const { opener: _ofOldGroup, ...rest } = entry;
  const isShared = grantedToOthers(state.claims, entry).some((other) => overlaps(other.granted, granted));
  return isShared ? ungranted(rest) : rest;
}

function giveWhole(state: RoomState, { stayId, part }: ClaimEntry, now: Instant): void {
  const entry = findClaim(state, stayId, part);
  const rest = entry === undefined ? undefined : remainder(entry, now);
  if (entry === undefined || rest === undefined) return;
  const window: Window = { from: earlier(entry.granted?.from ?? rest.from, rest.from), to: rest.to };
  displace(state, entry, { from: later(window.from, now), to: window.to });
  const { displaced: _over, ...given } = entry;
  state.claims = state.claims.map((one) => (one === entry ? { ...given, granted: window } : one));
}

function findClaim(state: RoomState, stayId: string, part: number): ClaimEntry | undefined {
  return state.claims.find((entry) => isClaim(entry, { stayId, part }));
}

function removeClaims(
  state: RoomState,
  isMeant: (entry: ClaimEntry) => boolean,
  line: { readonly at: Instant; readonly what: string; readonly why?: string },
): void {
  const kept = state.claims.filter((entry) => !isMeant(entry));
  if (kept.length === state.claims.length) return;
  state.claims = kept;
  writeLine(state, line);
}

/** A stay that was started again knows nothing of the claims of its earlier chain of runs. */
function dropOtherParts(state: RoomState, stayId: string, part: number): void {
  state.claims = state.claims.filter((entry) => entry.stayId !== stayId || entry.part === part);
}

function heardOf(state: RoomState, stayId: string): StayHeard | undefined {
  return state.heard.find((known) => known.stayId === stayId);
}

function isSameChain(known: StayHeard | undefined, { chain }: Pick<Envelope, 'stayId' | 'chain'>): boolean {
  return known?.chain === undefined || chain === undefined || known.chain === chain;
}

/** True for what an earlier chain of runs, or a stay that was started again by nothing new, says. */
function isOfEndedChain(known: StayHeard, message: Envelope): boolean {
  if (isSameChain(known, message) || known.revision === undefined || message.revision === undefined) return false;
  return message.revision <= known.revision;
}

function isLate(known: StayHeard | undefined, message: Envelope): boolean {
  if (!isSameChain(known, message) || known?.seq === undefined || message.seq === undefined) return false;
  return message.seq < known.seq;
}

/** Notes the highest that was heard of the stay; a new chain of runs begins anew. */
function remember(state: RoomState, message: Envelope): void {
  const { stayId } = message;
  const known = heardOf(state, stayId);
  const base = known !== undefined && isSameChain(known, message) ? known : { stayId };
  const chain = message.chain ?? base.chain;
  const revision = highest(base.revision, message.revision);
  const seq = highest(base.seq, message.seq);
  const heard: StayHeard = {
    stayId,
    ...(chain === undefined ? {} : { chain }),
    ...(revision === undefined ? {} : { revision }),
    ...(seq === undefined ? {} : { seq }),
  };
  const others = state.heard.filter((other) => other.stayId !== stayId);
  state.heard = withoutOldest(state, [...others, heard]);
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** Of stays that claim nothing any more, only the last few hundred are remembered. */
function withoutOldest(state: RoomState, heard: readonly StayHeard[]): readonly StayHeard[] {
  const isClaiming = ({ stayId }: StayHeard): boolean => state.claims.some((entry) => entry.stayId === stayId);
  const excess = heard.filter((one) => !isClaiming(one)).length - REMEMBERED_STAYS;
  if (excess <= 0) return heard;
  const oldest = heard.filter((one) => !isClaiming(one)).slice(0, excess);
  return heard.filter((one) => !oldest.includes(one));
}
