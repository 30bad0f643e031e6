/** Random claims, releases, front-desk decisions and passing hours, and the invariants of a room after each of them. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { isBefore, overlaps } from '../../../../src/domain/model/instants.js';
import { isSameHolder, type ClaimEntry, type RoomState } from '../../../../src/domain/room/state.js';
import { changedDecisions, passTime } from '../../../../src/domain/room/rules.js';
import {
  isGranted,
  obstaclesOf,
  untilOf,
  decisionOf,
  type GrantedEntry,
} from '../../../../src/domain/room/decision.js';
import { nextWake } from '../../../../src/domain/room/wake.js';
import { aRoom, at, hours, stay, type ARoom, type ClaimFields } from './a-room.js';

export type Turn =
  | {
      readonly kind: 'claim';
      readonly stay: string;
      readonly window: readonly [number, number];
      readonly fields: ClaimFields;
    }
  | { readonly kind: 'release'; readonly stay: string; readonly part?: number }
  | { readonly kind: 'force'; readonly stay: string }
  | { readonly kind: 'pass'; readonly hours: number };

const stays = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F');
const windows = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 12 }))
  .map(([from, length]) => [from, from + length] as const);
const fields = fc.record(
  {
    part: fc.constantFrom(0, 1),
    graceMinutes: fc.constantFrom(30, 120),
    shareGroup: fc.constantFrom('g', 'h'),
    ready: fc.boolean(),
  },
  { requiredKeys: [] },
);
const claims = fc.record({ kind: fc.constant('claim' as const), stay: stays, window: windows, fields });
const releases = fc.record({ kind: fc.constant('release' as const), stay: stays });
const forces = fc.record({ kind: fc.constant('force' as const), stay: stays });
const hoursPass = fc.record({ kind: fc.constant('pass' as const), hours: fc.constantFrom(0.5, 1, 3) });

/** Turns without the front desk. */
export const peaceful: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.oneof({ weight: 5, arbitrary: claims }, { weight: 2, arbitrary: releases }, { weight: 2, arbitrary: hoursPass }),
  { maxLength: 40 },
);
export const withDesk: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: claims },
    { weight: 2, arbitrary: releases },
    { weight: 2, arbitrary: hoursPass },
    { weight: 2, arbitrary: forces },
  ),
  { maxLength: 40 },
);

function play(room: ARoom, turn: Turn, now: number): number {
  switch (turn.kind) {
    case 'claim': {
      const fields = asOneStay(room, turn);
      if (fields !== undefined) room.claim(turn.stay, turn.window, fields);
      return now;
    }
    case 'release':
      room.release(turn.stay);
      return now;
    case 'force':
      room.force(turn.stay);
      return now;
    case 'pass':
      room.passTo(now + turn.hours);
      return now + turn.hours;
    default:
      return turn satisfies never;
  }
}

/**
 * Fields of a claim that fits the stay's other part: the parts follow one after the other, in one share group and with one grace.
 * Undefined for a claim that no stay makes.
 */
function asOneStay({ state }: ARoom, turn: Extract<Turn, { kind: 'claim' }>): ClaimFields | undefined {
  const { part = 0 } = turn.fields;
  const other = state.claims.find((entry) => entry.stayId === stay(turn.stay) && entry.part !== part)?.asked;
  if (other === undefined) return turn.fields;
  if (overlaps(other.window, hours(turn.window))) return undefined;
  const { shareGroup: _shareGroup, ...rest } = turn.fields;
  const { graceMinutes, shareGroup } = other;
  return { ...rest, graceMinutes, ...(shareGroup === undefined ? {} : { shareGroup }) };
}

function granted({ claims: entries }: RoomState): readonly GrantedEntry[] {
  return entries.filter(isGranted);
}

function checkLeases(state: RoomState, now: string): void {
  const holders = granted(state);
  for (const entry of holders) {
    const { window } = entry.asked;
    const until = untilOf(state.claims, entry);
    expect(isBefore(entry.granted.from, window.from) || isBefore(window.to, entry.granted.to)).toBe(false);
    expect(isBefore(entry.granted.from, entry.granted.to)).toBe(true);
    for (const other of holders) {
      if (isSameHolder(entry, other)) continue;
      expect(overlaps(entry.granted, other.granted)).toBe(false);
      if (isBefore(entry.granted.from, other.granted.from)) expect(isBefore(other.granted.from, until)).toBe(false);
    }
    const decision = decisionOf(state, entry, now);
    if (decision.kind === 'granted' && decision.from !== undefined) {
      expect(isBefore(entry.granted.from, decision.from)).toBe(false);
      expect(isBefore(now, decision.from)).toBe(true);
    }
  }
}

/** Checks that every waiting stay waits for another one. */
function checkWaiting(state: RoomState, now: string): void {
  for (const entry of state.claims) {
    if (!isGranted(entry)) expect(obstaclesOf(state.claims, entry, now)).not.toEqual([]);
  }
}

function checkEverybodyKnows(state: RoomState, now: string): void {
  for (const entry of state.claims) expect(entry.sent).toBeDefined();
  expect(changedDecisions(state, now).news).toEqual([]);
}

/** Checks that free time goes to the stay that waited longest: no stay waits only for later ones that were granted just now. */
function checkOrder(before: readonly ClaimEntry[], state: RoomState, now: string): void {
  const waited = new Set(before.filter((entry) => !isGranted(entry)).map(nameOf));
  const served = granted(state).filter((entry) => waited.has(nameOf(entry)));
  state.claims.forEach((entry, place) => {
    if (isGranted(entry) || !waited.has(nameOf(entry))) return;
    const later = served.filter((other) => state.claims.indexOf(other) > place);
    const others = state.claims.filter((other) => !later.includes(other as GrantedEntry));
    if (later.length > 0) expect(obstaclesOf(others, entry, now)).not.toEqual([]);
  });
}

/** Runs the room again while the messages that it has sent open a reason for others, as its workflow does. */
function settle(room: ARoom, now: number): void {
  room.news();
  do {
    room.passTo(now);
  } while (room.news().length > 0);
}

function checkWake(state: RoomState, now: string): void {
  const wake = nextWake(state, now);
  const quiet = [0.5, 1, 2, 5].map((hours) => at(hours + (Date.parse(now) - Date.parse(at(0))) / 3_600_000));
  for (const moment of quiet) {
    if (wake !== undefined && !isBefore(moment, wake)) continue;
    expect(changedDecisions(passTime(state, moment), moment).news).toEqual([]);
  }
}

function copyOf(state: RoomState): RoomState {
  return JSON.parse(JSON.stringify(state)) as RoomState;
}

function nameOf({ stayId, part }: ClaimEntry): string {
  return `${stayId} ${part}`;
}

/** Plays the turns; after every turn, checks all that must hold. */
function tellStory(
  turns: readonly Turn[],
  check: (before: readonly ClaimEntry[], state: RoomState, now: string) => void,
): void {
  const room = aRoom();
  let now = 0;
  for (const turn of turns) {
    const before = room.state.claims;
    now = play(room, turn, now);
    check(before, room.state, at(now));
    checkLeases(room.state, at(now));
    checkWaiting(room.state, at(now));
    checkEverybodyKnows(room.state, at(now));
    settle(room, now);
    checkWake(room.state, at(now));
    expect(copyOf(room.state)).toEqual(room.state);
  }
}

/** Checks that no leases overlap, no stay waits for nothing, each has its decision, and free time goes to the one that came first. */
export function tellInPeace(turns: readonly Turn[]): void {
  tellStory(turns, checkOrder);
}

/** The same checks, but the front desk decides which stay comes first. */
export function tellWithRooms(turns: readonly Turn[]): void {
  tellStory(turns, () => undefined);
}

/** Sends every message twice, and checks that the second time changes nothing. */
export function tellTwice(turns: readonly Turn[]): void {
  const room = aRoom();
  let now = 0;
  for (const turn of turns) {
    now = play(room, turn, now);
    if (turn.kind === 'pass') continue;
    room.passTo(now);
    const before = copyOf(room.state);
    play(room, turn, now);
    expect(room.state).toEqual(before);
  }
}

/** Checks that no lease is dropped before its stay has received its end, unless by a message of the stay itself. */
export function tellAndWatchEnds(turns: readonly Turn[]): void {
  const room = aRoom();
  let now = 0;
  for (const turn of turns) {
    const before = granted(room.state);
    now = play(room, turn, now);
    for (const entry of before) {
      const isSaidBy = turn.kind !== 'pass' && entry.stayId === stay(turn.stay);
      if (isSaidBy || room.state.claims.some((other) => nameOf(other) === nameOf(entry))) continue;
      expect(entry.sent?.kind === 'granted' && !isBefore(at(now), entry.sent.until)).toBe(true);
    }
  }
}
