/** The rules of one room: what each message does to its book, and who has to hear of it. Only these functions write to the book. */
import { inShort } from '../model/check.js';
import { isBefore, earlier, later, normalInstant, overlaps, type Instant, type Window } from '../model/instants.js';
import type { Claim, LeaseNews, Verdict } from '../model/lease.js';
import {
  isClaim,
  REMEMBERED_FORCES,
  REMEMBERED_STAYS,
  writeLine,
  type Asked,
  type ClaimEntry,
  type RoomBook,
  type StayHeard,
} from './state.js';
import { recordReport } from './keys.js';
import type { RoomForce, RoomRelease, RoomReport } from '../model/room-message-schema.js';
import { displace, settle, ungranted } from './allocation.js';
import { grantedToOthers, isSameNews, obstaclesOf, remainder, verdictOf } from './decision.js';

/** News for a stay, and the chain of runs that it is for. */
export interface NewsFor {
  readonly stayId: string;
  readonly chain?: string;
  readonly news: LeaseNews;
}

/** What a claim is told that is not in the book: its window is over, or it was let go meanwhile. */
const NOBODY: Verdict = { kind: 'waiting', behind: [] };

/** Who speaks, as far as a message says. */
type Envelope = Pick<Claim, 'stayId' | 'chain' | 'revision' | 'seq'>;

/**
 * Takes a claim in: the stay's whole wish for one part, the latest counts. Late attempts and stays that have ended change nothing.
 * @returns what is to be answered; the stay has been told then
 */
export function takeClaim(book: RoomBook, claim: Claim, now: Instant): LeaseNews {
  const part = claim.part ?? 0;
  const known = heardOf(book, claim.stayId);
  if (known?.revision !== undefined && isOfEndedChain(known, claim)) {
    return newsOf(book, part, { kind: 'ended', revision: known.revision });
  }
  if (isLate(known, claim) || isInItsName(book, known, claim, now)) {
    const entry = findClaim(book, claim.stayId, part);
    return newsOf(book, part, entry === undefined ? NOBODY : verdictOf(book, entry, now));
  }
  change(book, now, () => {
    if (!isSameChain(known, claim)) dropOtherParts(book, claim.stayId, part);
    remember(book, claim);
    enter(book, claim, part, now);
  });
  const entry = findClaim(book, claim.stayId, part);
  return entry === undefined ? newsOf(book, part, NOBODY) : tell(book, entry, now);
}

/** Stays say which run they are of: what does not, of a stay that does, was said by somebody else, and the stay would not hear of it. */
function isInItsName(book: RoomBook, known: StayHeard | undefined, { stayId, chain }: Envelope, now: Instant): boolean {
  if (chain !== undefined || known?.chain === undefined || !book.claims.some((one) => one.stayId === stayId))
    return false;
  writeLine(book, { at: now, what: `message ignored: it was not ${stayId} that sent it` });
  return true;
}

/** A stay lets go of a part of its claims, or of all. Its keys may live on. */
export function takeRelease(book: RoomBook, release: RoomRelease, now: Instant): void {
  const { stayId, part } = release;
  const known = heardOf(book, stayId);
  if (isLate(known, release) || (known !== undefined && isOfEndedChain(known, release))) return;
  if (isInItsName(book, known, release, now)) return;
  change(book, now, () => {
    remember(book, release);
    removeClaims(book, (entry) => entry.stayId === stayId && (part === undefined || entry.part === part), {
      at: now,
      what: `${stayId}: released`,
    });
  });
}

/** Takes in what a stay knows of its keys to the room. */
export function takeReport(book: RoomBook, report: RoomReport, now: Instant): void {
  const known = heardOf(book, report.stayId);
  if (isLate(known, report)) return;
  change(book, now, () => {
    if (isSameChain(known, report)) remember(book, report);
    recordReport(book, report, now);
  });
}

/** The front desk gives the room to a stay, for all that it asks: whoever has it meanwhile, waits. */
export function takeForce(book: RoomBook, force: RoomForce, now: Instant): void {
  const { stayId, reason, by, requestId } = force;
  if (requestId !== undefined && book.forces.includes(requestId)) return;
  const line = { at: now, why: reason, ...(by === undefined ? {} : { by }) };
  const forced = book.claims.filter((entry) => entry.stayId === stayId && remainder(entry, now) !== undefined);
  if (forced.length === 0) {
    writeLine(book, { ...line, what: `force ignored: ${stayId} does not claim the room` });
    return;
  }
  // Noted only now: the same act may come again once the stay has claimed the room.
  if (requestId !== undefined) book.forces = [...book.forces, requestId].slice(-REMEMBERED_FORCES);
  writeLine(book, { ...line, what: `the front desk gives the room to ${stayId}` });
  change(book, now, () => {
    for (const entry of forced) giveWhole(book, entry, now);
  });
}

/** A stay that Temporal does not find any more claims nothing. `chain`: what it was when it was last known. */
export function takeGone(
  book: RoomBook,
  gone: { readonly stayId: string; readonly chain?: string },
  now: Instant,
): void {
  const { stayId, chain } = gone;
  if (!isSameChain(heardOf(book, stayId), { stayId, ...(chain === undefined ? {} : { chain }) })) return;
  change(book, now, () => {
    const line = { at: now, what: `${stayId}: claims dropped`, why: 'there is no such stay any more' };
    removeClaims(book, (entry) => entry.stayId === stayId, line);
  });
}

/** A message that cannot be understood changes nothing but the history. */
export function ignoreMessage(book: RoomBook, why: string, now: Instant): void {
  writeLine(book, { at: now, what: 'message ignored', why: inShort(why) });
}

/** Lets happen what time alone changes. */
export function passTime(book: RoomBook, now: Instant): void {
  change(book, now, () => undefined);
}

/** What stays have to be told because it differs from what they were told last; they have been told then. */
export function changedVerdicts(book: RoomBook, now: Instant): readonly NewsFor[] {
  return book.claims.flatMap((entry) => {
    if (isSameNews(entry.told, verdictOf(book, entry, now), now)) return [];
    const chain = heardOf(book, entry.stayId)?.chain;
    return [{ stayId: entry.stayId, ...(chain === undefined ? {} : { chain }), news: tell(book, entry, now) }];
  });
}

function tell(book: RoomBook, entry: ClaimEntry, now: Instant): LeaseNews {
  const told = verdictOf(book, entry, now);
  book.claims = book.claims.map((one) => (one === entry ? { ...one, told } : one));
  return newsOf(book, entry.part, told);
}

function newsOf({ room, version }: RoomBook, part: number, verdict: Verdict): LeaseNews {
  return { room, part, version, verdict };
}

/** Changes the book, settles it, and writes down what came of it. */
function change(book: RoomBook, now: Instant, act: () => void): void {
  const state = stateOf(book);
  const standings = new Map(book.claims.map((entry) => [keyOf(entry), standingOf(book, entry, now)]));
  act();
  settle(book, now);
  if (stateOf(book) === state) return;
  book.version += 1;
  for (const entry of book.claims) {
    const standing = standingOf(book, entry, now);
    if (standings.get(keyOf(entry)) !== standing) writeLine(book, { at: now, what: `${nameOf(entry)}: ${standing}` });
  }
}

function stateOf({ claims, keys }: RoomBook): string {
  return JSON.stringify([claims.map(({ told: _told, ...entry }) => entry), keys]);
}

function standingOf({ claims }: RoomBook, entry: ClaimEntry, now: Instant): string {
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

function enter(book: RoomBook, claim: Claim, part: number, now: Instant): void {
  const asked: Asked = {
    window: { from: normalInstant(claim.window.from), to: normalInstant(claim.window.to) },
    graceMinutes: claim.graceMinutes ?? 0,
    ...(claim.shareGroup === undefined ? {} : { shareGroup: claim.shareGroup }),
    ready: claim.ready ?? false,
  };
  const known = findClaim(book, claim.stayId, part);
  if (known === undefined) {
    if (isBefore(now, asked.window.to)) book.claims = [...book.claims, { stayId: claim.stayId, part, asked }];
  } else book.claims = book.claims.map((entry) => (entry === known ? asking(book, known, asked) : entry));
}

/** The claim with another wish. Who leaves a share group keeps the room only where nobody of the group has it. */
function asking(book: RoomBook, known: ClaimEntry, asked: Asked): ClaimEntry {
  const entry = { ...known, asked };
  const { granted } = entry;
  if (known.asked.shareGroup === asked.shareGroup || granted === undefined) return entry;
  const { opener: _ofOldGroup, ...rest } = entry;
  const isShared = grantedToOthers(book.claims, entry).some((other) => overlaps(other.granted, granted));
  return isShared ? ungranted(rest) : rest;
}

function giveWhole(book: RoomBook, { stayId, part }: ClaimEntry, now: Instant): void {
  const entry = findClaim(book, stayId, part);
  const rest = entry === undefined ? undefined : remainder(entry, now);
  if (entry === undefined || rest === undefined) return;
  const window: Window = { from: earlier(entry.granted?.from ?? rest.from, rest.from), to: rest.to };
  displace(book, entry, { from: later(window.from, now), to: window.to });
  const { displaced: _over, ...given } = entry;
  book.claims = book.claims.map((one) => (one === entry ? { ...given, granted: window } : one));
}

function findClaim(book: RoomBook, stayId: string, part: number): ClaimEntry | undefined {
  return book.claims.find((entry) => isClaim(entry, { stayId, part }));
}

function removeClaims(
  book: RoomBook,
  isMeant: (entry: ClaimEntry) => boolean,
  line: { readonly at: Instant; readonly what: string; readonly why?: string },
): void {
  const kept = book.claims.filter((entry) => !isMeant(entry));
  if (kept.length === book.claims.length) return;
  book.claims = kept;
  writeLine(book, line);
}

/** A stay that was started again knows nothing of the claims of its earlier chain of runs. */
function dropOtherParts(book: RoomBook, stayId: string, part: number): void {
  book.claims = book.claims.filter((entry) => entry.stayId !== stayId || entry.part === part);
}

function heardOf(book: RoomBook, stayId: string): StayHeard | undefined {
  return book.heard.find((known) => known.stayId === stayId);
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
function remember(book: RoomBook, message: Envelope): void {
  const { stayId } = message;
  const known = heardOf(book, stayId);
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
  const others = book.heard.filter((other) => other.stayId !== stayId);
  book.heard = withoutOldest(book, [...others, heard]);
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** Of stays that claim nothing any more, only the last few hundred are remembered. */
function withoutOldest(book: RoomBook, heard: readonly StayHeard[]): readonly StayHeard[] {
  const isClaiming = ({ stayId }: StayHeard): boolean => book.claims.some((entry) => entry.stayId === stayId);
  const excess = heard.filter((one) => !isClaiming(one)).length - REMEMBERED_STAYS;
  if (excess <= 0) return heard;
  const oldest = heard.filter((one) => !isClaiming(one)).slice(0, excess);
  return heard.filter((one) => !oldest.includes(one));
}
