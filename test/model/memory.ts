/** History of the reference model: what a plot desired throughout, and the state at the last quiet point. */
import type { Ask, Outlook } from '../unit/domain/stay/plan/judge.js';

/** A claim as a room lists it; `granted` is absent while it waits. Milliseconds since 1970. */
export interface Listed {
  readonly stay: string;
  readonly room: string;
  readonly asked: Span;
  readonly granted?: Span;
  readonly displaced?: true;
  /** The guests are to leave the room, and still sleep there. */
  readonly leaving?: true;
  /** Share group that holds a room which the stay is leaving: that of the claim, whatever the stay's group is now. */
  readonly leavingGroup?: string;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Memory {
  /** Guest and room pairs that were ever desired. */
  readonly everDesired: Set<string>;
  /** Stay and room pairs whose lease the stay ever recorded as granted. */
  readonly everHeld: Set<string>;
  /** Stay and room pairs that guests in house slept in while they were to leave: those who join them get keys too. */
  readonly everLeft: Set<string>;
  /** Guest and room pairs that were desired at every moment since the last quiet point. */
  steady: ReadonlySet<string>;
  /** Claims that each stay made at every moment since the last quiet point. */
  steadyAsks: ReadonlyMap<string, readonly Ask[]>;
  /** Stay and room pairs whose claim changed since the last quiet point, without being dropped. */
  readonly restless: Set<string>;
  /** Claims of each stay at the last quiet point. */
  asksThen: ReadonlyMap<string, readonly Ask[]>;
  /** Guests who lost their phone, or were removed for cause, since the last quiet point. */
  readonly struck: Set<string>;
  /** Rooms that the front desk gave away since the last quiet point. */
  readonly forced: Set<string>;
  /** Stays whose share group, or that of one of its members, has changed since the last quiet point. */
  readonly regrouped: Set<string>;
  /** Stay and guest pairs of guests in house who could open one of their rooms at the last quiet point. */
  readonly housed: Set<string>;
  /** Stay and room pairs of stays that asked for time in a room after another stay, which has it. */
  readonly late: Set<string>;
  /** Claims that rooms listed at the last quiet point. */
  listed: readonly Listed[];
  /** Stay and room pairs, with the quiet point at which the claim was first seen; the stay has claimed the room ever since. */
  firstSeen: ReadonlyMap<string, number>;
  quietPoints: number;
}

export function newMemory(): Memory {
  return {
    everDesired: new Set(),
    everHeld: new Set(),
    everLeft: new Set(),
    steady: new Set(),
    steadyAsks: new Map(),
    restless: new Set(),
    asksThen: new Map(),
    struck: new Set(),
    forced: new Set(),
    regrouped: new Set(),
    housed: new Set(),
    late: new Set(),
    listed: [],
    firstSeen: new Map(),
    quietPoints: 0,
  };
}

export function pair(...parts: readonly string[]): string {
  return parts.join(' ');
}

/** Records what is desired, after anything that may have changed it. */
export function noteDesired(memory: Memory, outlooks: ReadonlyMap<string, Outlook>): void {
  const desired = new Set(desiredPairs(outlooks));
  for (const one of desired) memory.everDesired.add(one);
  memory.steady = new Set([...memory.steady].filter((one) => desired.has(one)));
  for (const [stay, { status, guests }] of outlooks) {
    for (const { guestId, rooms } of guests)
      if (status !== 'in-house' || rooms.length === 0) memory.housed.delete(pair(stay, guestId));
  }
  for (const [stay, { asks }] of outlooks) {
    const then = memory.asksThen.get(stay) ?? [];
    for (const ask of asks) {
      const isSame = then.some((one) => one.room === ask.room && one.to === ask.to && one.from <= ask.from);
      const wasEarlier = then.some((one) => one.room === ask.room && one.from > ask.from);
      if (!isSame || wasEarlier) memory.restless.add(pair(stay, ask.room));
    }
  }
  memory.steadyAsks = new Map(
    [...memory.steadyAsks].map(([stay, asks]) => [stay, common(asks, outlooks.get(stay)?.asks ?? [])]),
  );
}

/** Starts a new period: later states are compared with the present one. */
export function restart(memory: Memory, outlooks: ReadonlyMap<string, Outlook>, listed: readonly Listed[]): void {
  memory.steady = new Set(desiredPairs(outlooks));
  memory.firstSeen = new Map(
    listed.map(({ stay, room }) => {
      const isSteady = memory.steadyAsks.get(stay)?.some((ask) => ask.room === room) === true;
      const known = isSteady ? memory.firstSeen.get(pair(stay, room)) : undefined;
      return [pair(stay, room), known ?? memory.quietPoints];
    }),
  );
  memory.steadyAsks = new Map([...outlooks].map(([stay, { asks }]) => [stay, asks]));
  memory.asksThen = memory.steadyAsks;
  memory.restless.clear();
  memory.struck.clear();
  memory.forced.clear();
  memory.regrouped.clear();
  memory.listed = listed;
  memory.quietPoints += 1;
}

function desiredPairs(outlooks: ReadonlyMap<string, Outlook>): readonly string[] {
  return [...outlooks].flatMap(([stay, { guests }]) =>
    guests.flatMap(({ guestId, rooms }) => rooms.map((room) => pair(stay, guestId, room))),
  );
}

/** Returns the claims that both lists have in common. */
function common(before: readonly Ask[], now: readonly Ask[]): readonly Ask[] {
  return before.flatMap((ask) =>
    now.flatMap((other) => {
      const [from, to] = [Math.max(ask.from, other.from), Math.min(ask.to, other.to)];
      return ask.room === other.room && from < to ? [{ room: ask.room, from, to }] : [];
    }),
  );
}
