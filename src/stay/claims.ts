/**
 * What the stay wants of rooms, compared with what it has told them: the step that releases leases, claims others, and reports keys.
 * Leases follow what is wanted: a room that is no longer wanted is released at once, its old keys end later.
 */
import { revisionOrder } from './apply-snapshot.js';
import { isEnded, type HeldClaim, type LeaseBook, type ScheduledRooms, type StayBook } from './book.js';
import { isBefore, overlaps, sameWindow, type Instant, type Window } from './instants.js';
import { lineageOf, mayLive, type Key, type Keyring } from './keyring.js';
import type { Claim, KeyReport, SettleLeasesInput } from './lease.js';
import type { Wanted } from './plan-keys.js';
import { isOf } from './verdicts.js';
import { stayWindow } from './wanted.js';

/** What is wanted of one room for one stretch of time. */
type WantedClaim = Pick<HeldClaim, 'room' | 'part' | 'window' | 'graceMinutes' | 'shareGroup' | 'ready' | 'revision'>;

export type LeaseStep = Pick<SettleLeasesInput, 'reports' | 'releases' | 'claims'>;

/** What rooms have to be told now; undefined if they know. `quiet`: no key is being asked for or ended. */
export function planLeases(
  book: StayBook,
  wanted: Wanted,
  now: Instant,
  { quiet }: { readonly quiet: boolean },
): LeaseStep | undefined {
  const { leases } = book;
  if (leases === undefined) return undefined;
  const claims = wantedClaims(book, leases, wanted, now);
  const step = {
    reports: quiet || book.wanted.shareGroup !== undefined ? dueReports(book, leases, now) : [],
    releases: leases.claims.filter((held) => !claims.some((claim) => isOf(held, claim))),
    claims: claims
      .filter((claim) => isNews(claim, leases))
      .map((claim) => ({ room: claim.room, claim: told(book, claim) })),
  };
  return step.reports.length + step.releases.length + step.claims.length === 0 ? undefined : step;
}

function isNews(claim: WantedClaim, leases: LeaseBook): boolean {
  const held = leases.claims.find((one) => isOf(one, claim));
  if (held?.answered !== true) return true;
  // Only a newer word of the booking system brings back a stay that has ended.
  if (held.verdict?.kind === 'ended') return claim.revision > held.verdict.revision;
  return (
    !sameWindow(held.window, claim.window) ||
    held.graceMinutes !== claim.graceMinutes ||
    held.shareGroup !== claim.shareGroup ||
    held.ready !== claim.ready
  );
}

function told({ stayId, leases }: StayBook, { room: _room, ...claim }: WantedClaim): Omit<Claim, 'seq'> {
  return { stayId, ...claim, ...(leases === undefined ? {} : { chain: leases.chain }) };
}

/** Every room of the stay, now and as scheduled, with the stretch of time for which it is wanted. */
function wantedClaims(book: StayBook, leases: LeaseBook, wanted: Wanted, now: Instant): readonly WantedClaim[] {
  const window = stayWindow(book);
  const policy = book.property?.policy;
  if (window === undefined || policy === undefined || isEnded(book) || book.wanted.status === 'tentative') return [];
  if (!isBefore(now, window.to)) return [];
  const { shareGroup } = book.wanted;
  const revision = book.snapshot === undefined ? 0 : revisionOrder(book.snapshot.revision);
  const taken: HeldClaim[] = [];
  return stretches(book, window).map(({ room, window: stretch }) => {
    const ofRoom = leases.claims.filter((one) => one.room === room);
    const held = ofRoom.find((one) => !taken.some((other) => isOf(other, one)) && overlaps(one.window, stretch));
    const part =
      held?.part ??
      1 + Math.max(-1, ...[...ofRoom, ...taken.filter((one) => one.room === room)].map((one) => one.part));
    const claim = {
      room,
      part,
      window: { from: beginning(held, stretch.from, now), to: stretch.to },
      graceMinutes: policy.departureGraceMinutes,
      revision,
    };
    taken.push({ ...claim, answered: false });
    if (shareGroup === undefined) return claim;
    return { ...claim, shareGroup, ready: isReady(held, wanted, room) };
  });
}

/** A lease begins when the room is wanted, and what has begun is not moved. */
function beginning(held: HeldClaim | undefined, from: Instant, now: Instant): Instant {
  if (isBefore(now, from)) return from;
  return held !== undefined && isBefore(held.window.from, now) ? held.window.from : now;
}

/** In a share group the first stay that could have a key opens the lease; once it is open, nobody asks any more. */
function isReady(held: HeldClaim | undefined, wanted: Wanted, room: string): boolean {
  const verdict = held?.verdict;
  if (verdict?.kind === 'granted' && verdict.lineage !== undefined) return held?.ready === true;
  return wanted.guests.some((guest) => guest.gate === undefined && guest.rooms.includes(room));
}

interface Stretch {
  readonly room: string;
  readonly window: Window;
}

/** The rooms of the stay over its whole window, in order of time; a room that is left and come back to is there more than once. */
function stretches(book: StayBook, window: Window): readonly Stretch[] {
  const moves = book.wanted.scheduled
    .filter((move) => move.guestId === undefined && isBefore(window.from, move.from) && isBefore(move.from, window.to))
    .toSorted((a, b) => (isBefore(a.from, b.from) ? -1 : 1));
  const first: ScheduledRooms = { from: window.from, rooms: book.wanted.rooms };
  const found: Stretch[] = [];
  [first, ...moves].forEach((move, index) => {
    const stretch = { from: move.from, to: moves[index]?.from ?? window.to };
    for (const room of move.rooms) {
      const goesOn = found.findIndex((known) => known.room === room && known.window.to === stretch.from);
      const known = found[goesOn];
      if (known === undefined) found.push({ room, window: stretch });
      else found[goesOn] = { room, window: { from: known.window.from, to: stretch.to } };
    }
  });
  return found;
}

/** Rooms that the stay wants now or will want. */
export function roomsAhead(book: StayBook): readonly string[] {
  const scheduled = book.wanted.scheduled.filter((move) => move.guestId === undefined).flatMap((move) => move.rooms);
  return [...new Set([...book.wanted.rooms, ...scheduled])];
}

function dueReports(book: StayBook, leases: LeaseBook, now: Instant): LeaseStep['reports'] {
  const rooms = new Set([...Object.keys(leases.reported), ...leases.claims.map((held) => held.room)]);
  return [...rooms]
    .filter((room) => isReportDue(book, leases, room, now))
    .map((room) => ({ room, keys: keysOn(book, room, now).map((key) => reportOf(book, key)) }));
}

/** That a key ran out is no news: the room has its window. */
function isReportDue(book: StayBook, leases: LeaseBook, room: string, now: Instant): boolean {
  const known = (leases.reported[room] ?? '').split(' ');
  const reports = keysOn(book, room, now).map((key) => reportOf(book, key));
  return marksOf(book.keyring, reports).some((mark) => !known.includes(mark));
}

/** What a room is told of keys, in short: enough to see whether it has to be told anew. */
export function marksOf(keyring: Keyring, reports: readonly KeyReport[]): readonly string[] {
  return reports.map(({ acsCredentialId, state }) => {
    const key = keyring.keys.find((candidate) => candidate.acsCredentialId === acsCredentialId);
    return `${key?.keyId ?? acsCredentialId}:${state}`;
  });
}

/** The keys that open this room, or may: alive, or ended at Seam while a phone may still hold them. */
function keysOn(book: StayBook, room: string, now: Instant): readonly Key[] {
  return book.keyring.keys.filter(
    (key) =>
      key.issuedAt !== undefined &&
      key.acsCredentialId !== undefined &&
      key.ask.rooms.includes(room) &&
      isBefore(now, key.ask.window.to) &&
      (mayLive(key) || key.residualUntil !== undefined),
  );
}

function stateOf(key: Key): KeyReport['state'] {
  if (key.state === 'dead') return 'dead';
  return key.state === 'live' ? 'live' : 'revoking';
}

function reportOf(book: StayBook, key: Key): KeyReport {
  return {
    acsCredentialId: key.acsCredentialId ?? '',
    guestId: key.guestId,
    kind: key.ask.kind,
    lineage: lineageOf(book.keyring, key),
    window: key.ask.window,
    state: stateOf(key),
    issuedAt: key.issuedAt ?? key.requestedAt,
    ...(key.deadAt === undefined ? {} : { deadAt: key.deadAt }),
    ...(key.residualUntil === undefined ? {} : { residualUntil: key.residualUntil }),
  };
}
