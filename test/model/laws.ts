/**
 * The reference model: who should hold which lease and open which door once everything is at rest. It is written from `docs/rules.md` and
 * from the messages of booking systems, staff and the front desk. It shares types with the product, and no code. Messages overtake each
 * other, so the order of claims made between the same two quiet points is left open.
 */
import { presentKeys } from '../../src/simulator/hotel/lock.js';
import { keysNewestFirst } from '../../src/simulator/hotel/phone.js';
import type { DeviceRecord } from '../../src/simulator/hotel/records.js';
import type { SimulatedHotel } from '../../src/simulator/hotel/hotel.js';
import type { Policy } from '../../src/domain/model/property-schema.js';
import type { RoomView } from '../../src/domain/room/view.js';
import type { StayView } from '../../src/domain/model/stay-view.js';
import { COMMON_DOORS, LIFT } from '../unit/domain/stay/plan/hotel.js';
import type { Outlook, GuestDecision } from '../unit/domain/stay/plan/judge.js';
import { pair, type Listed, type Memory, type Span } from './memory.js';
import { ROOMS } from './plot.js';

/** State of the hotel at a quiet point. */
export interface Scene {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly hotel: SimulatedHotel;
  readonly policy: Policy;
  /** The outcome of all messages, by reservation; only stays that have not closed. */
  readonly outlooks: ReadonlyMap<string, Outlook>;
  /** Views that the stays return. */
  readonly views: ReadonlyMap<string, StayView>;
  readonly rooms: readonly RoomView[];
  /** Returns the phones that the guest has enrolled. */
  phones(stay: string, guestId: string): readonly DeviceRecord[];
}

/** Throws on the first violation. Phones are held to doors, so locks learn. */
export function holdQuiet(scene: Scene, memory: Memory): readonly Listed[] {
  const listed = listedIn(scene.rooms, scene.now);
  holdSettled(scene);
  holdAsked(scene, listed);
  holdNoOverlap(scene.outlooks, listed);
  holdIncumbents(scene, memory, listed);
  holdNothingFree(scene, listed);
  holdNoOvertaking(scene, memory, listed);
  holdNoRing(scene);
  noteLate(scene, memory, listed);
  for (const order of [[...scene.outlooks.keys()], [...scene.outlooks.keys()].toReversed()]) {
    for (const stay of order) holdStay(scene, memory, listed, stay);
  }
  return listed;
}

/** Returns the rooms' claims that are not over. */
function listedIn(rooms: readonly RoomView[], now: number): readonly Listed[] {
  return rooms
    .flatMap(({ room, leases, waiting }): readonly Listed[] => [
      ...leases.flatMap((lease) =>
        lease.claims.map((claim) => ({
          stay: lastPart(claim.stayId),
          room: lastPart(room),
          asked: span(claim.asked),
          granted: span(claim.granted),
          ...(claim.leaving === undefined ? {} : { leaving: claim.leaving }),
          ...(claim.leaving === undefined || lease.shareGroup === undefined ? {} : { leavingGroup: lease.shareGroup }),
        })),
      ),
      ...waiting.map((claim) => ({
        stay: lastPart(claim.stayId),
        room: lastPart(room),
        asked: span(claim.asked),
        ...(claim.displaced === undefined ? {} : { displaced: claim.displaced }),
      })),
    ])
    .filter(({ asked }) => asked.to > now);
}

function lastPart(workflowId: string): string {
  return workflowId.split('/').at(-1) ?? workflowId;
}

export function span(window: { readonly from: string; readonly to: string }): Span {
  return { from: Date.parse(window.from), to: Date.parse(window.to) };
}

function overlap(a: Span, b: Span): boolean {
  return a.from < b.to && b.from < a.to;
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(5, 16);
}

function inWords({ stay, room, asked, granted }: Listed): string {
  const has = granted === undefined ? 'waits' : `has ${clock(granted.from)} to ${clock(granted.to)}`;
  return `${stay} in ${room} asks ${clock(asked.from)} to ${clock(asked.to)} and ${has}`;
}

/** Returns the holder of a lease: a share group, or the stay alone. */
function holderOf(outlooks: ReadonlyMap<string, Outlook>, stay: string): string {
  const group = outlooks.get(stay)?.shareGroup;
  return group === undefined ? stay : `group ${group}`;
}

/** Returns the holder of a claim. A room that a stay is leaving is still held together with its share group there. */
function holderIn(outlooks: ReadonlyMap<string, Outlook>, { stay, leaving, leavingGroup }: Listed): string {
  if (leaving === undefined) return holderOf(outlooks, stay);
  return leavingGroup === undefined ? stay : `group ${leavingGroup}`;
}

function areRivals(outlooks: ReadonlyMap<string, Outlook>, a: Listed, b: Listed): boolean {
  return a.stay !== b.stay && holderIn(outlooks, a) !== holderIn(outlooks, b);
}

/** Checks that there is no deadlock: no stay still has a step to take. */
function holdSettled({ views }: Scene): void {
  for (const [stay, { settled, plan, guests }] of views) {
    if (!settled)
      throw new Error(`${stay} is quiet, but does not call itself settled: ${JSON.stringify({ plan, guests })}`);
  }
}

/** Checks that no two stays that could move wait for each other: the product's own views name who waits for whom. */
function holdNoRing({ views, outlooks }: Scene): void {
  const next = (stay: string): readonly string[] => {
    const leases = views.get(stay)?.leases ?? [];
    const waits = leases.filter(({ room, state }) => state === 'waiting' && outlooks.get(stay)?.rooms.includes(room));
    const isFree = outlooks.get(stay)?.guests.every(({ granted, rooms }) => granted || rooms.length === 0) === true;
    const [one, ...more] = [...new Set(waits.flatMap(({ behind = [] }) => behind))].map(lastPart);
    return one === undefined || more.length > 0 || waits.length > 1 || !isFree ? [] : [one];
  };
  // A stay that comes back to the room later keeps its lease for then. The waiting stay asks for that time too, so the room
  // would not be free for it even if the guests left now.
  const comesBack = (stay: string, waiter: string, room: string): boolean =>
    (views.get(stay)?.leases ?? []).some(
      (later) =>
        later.room === room &&
        later.state === 'granted' &&
        later.leaving === undefined &&
        (views.get(waiter)?.leases ?? []).some(
          (wanted) => wanted.room === room && overlap(span(wanted.window), span(later.window)),
        ),
    );
  const leaves = (stay: string, waiter: string): boolean =>
    (views.get(stay)?.leases ?? []).some(
      ({ room, leaving, wantedBy = [] }) =>
        leaving === true && wantedBy.some((other) => lastPart(other) === waiter) && !comesBack(stay, waiter, room),
    );
  for (const start of views.keys()) {
    const path = [start];
    for (let [stay] = next(start); stay !== undefined && leaves(stay, path.at(-1) ?? ''); [stay] = next(stay)) {
      if (stay === start) throw new Error(`${[...path, start].join(' waits for ')}, and each of them would leave`);
      if (path.includes(stay)) break;
      path.push(stay);
    }
  }
}

/** Checks that rooms list each stay for what it should have, and for nothing else. */
function holdAsked({ outlooks, now, views }: Scene, listed: readonly Listed[]): void {
  for (const [stay, { asks, status }] of outlooks) {
    const ofStay = listed.filter((one) => one.stay === stay);
    for (const ask of asks) {
      const found = ofStay.some(
        ({ room, asked }) =>
          room === ask.room &&
          (asked.to === ask.to || (status === 'in-house' && asked.to > ask.to)) &&
          asked.from <= ask.from,
      );
      if (!found)
        throw new Error(
          `${stay} should ask for ${ask.room} from ${clock(ask.from)} to ${clock(ask.to)}, and does not: ${ofStay.map(inWords).join('; ')}`,
        );
    }
  }
  for (const one of listed) {
    const asks = outlooks.get(one.stay)?.asks ?? [];
    const isMeant = asks.some(
      (ask) =>
        ask.room === one.room && ask.to === one.asked.to && Math.max(now, one.asked.from) === Math.max(now, ask.from),
    );
    if (!isMeant && !mayStay({ outlooks, now, views }, listed, one))
      throw new Error(`${inWords(one)}, but should not ask for that`);
  }
}

/**
 * Returns true for guests in house who sleep in a room that they are to leave: another stay has the next, a hold stands before it, or a key
 * is missing.
 */
function mayStay(
  { outlooks, views, now }: Pick<Scene, 'outlooks' | 'views' | 'now'>,
  listed: readonly Listed[],
  { stay, room, leaving }: Listed,
): boolean {
  const outlook = outlooks.get(stay);
  if (outlook?.status !== 'in-house') return false;
  if (leaving === undefined && !outlook.rooms.includes(room)) return false;
  const waits = outlook.asks.some((ask) => {
    const from = Math.max(ask.from, now);
    return !listed.some(
      (one) =>
        one.stay === stay &&
        one.room === ask.room &&
        one.granted !== undefined &&
        one.granted.from <= from &&
        from < one.granted.to,
    );
  });
  const isHeld = outlook.guests.some((one) => !one.granted && one.rooms.length > 0);
  const opens = views.get(stay)?.keys.some((key) => key.state === 'live' && key.rooms.includes(room)) === true;
  return waits || isHeld || opens;
}

/** Checks that two holders never have the same room at the same time. */
export function holdNoOverlap(outlooks: ReadonlyMap<string, Outlook>, listed: readonly Listed[]): void {
  for (const [index, one] of listed.entries()) {
    const other = listed
      .slice(0, index)
      .find(
        (before) =>
          before.room === one.room &&
          areRivals(outlooks, before, one) &&
          before.granted !== undefined &&
          one.granted !== undefined &&
          overlap(before.granted, one.granted),
      );
    if (other !== undefined) throw new Error(`two have the same room: ${inWords(other)}; ${inWords(one)}`);
  }
}

/** Checks that a holder who has claimed a lease all along still has it, unless the front desk gave the room away. */
function holdIncumbents({ now }: Scene, memory: Memory, listed: readonly Listed[]): void {
  for (const before of memory.listed) {
    const { stay, room, granted } = before;
    if (granted === undefined || memory.forced.has(room) || memory.regrouped.has(stay)) continue;
    for (const ask of (memory.steadyAsks.get(stay) ?? []).filter((one) => one.room === room)) {
      const kept = { from: Math.max(now, ask.from, granted.from), to: Math.min(ask.to, granted.to) };
      if (kept.from >= kept.to) continue;
      const still = listed.some(
        (one) =>
          one.stay === stay &&
          one.room === room &&
          one.granted !== undefined &&
          one.granted.from <= kept.from &&
          one.granted.to >= kept.to,
      );
      if (!still) throw new Error(`${inWords(before)}, asked on, and lost ${clock(kept.from)} to ${clock(kept.to)}`);
    }
  }
}

/** Checks that no stay waits for a free room. */
function holdNothingFree({ outlooks, now }: Scene, listed: readonly Listed[]): void {
  for (const one of listed) {
    const others = listed
      .filter((other) => other.room === one.room && areRivals(outlooks, other, one))
      .flatMap(({ granted }) => granted ?? []);
    const { asked, granted } = one;
    const isInTheWay = (missed: Span): boolean => others.some((other) => overlap(other, missed));
    if (granted === undefined) {
      if (!isInTheWay({ from: Math.max(now, asked.from), to: asked.to }))
        throw new Error(`${inWords(one)}, but nobody is there`);
      continue;
    }
    const starts = others.some((other) => other.to === granted.from);
    if (granted.from > Math.max(now, asked.from) && !starts)
      throw new Error(`${inWords(one)}, but the room is free before`);
    const ends = others.some((other) => other.from === granted.to);
    if (granted.to < asked.to && !ends) throw new Error(`${inWords(one)}, but the room is free afterwards`);
  }
}

/**
 * Checks that a latecomer does not overtake a stay that has waited since the last quiet point with the same claim. Three cases are left
 * open, because a latecomer may get what was of no use to the first. Several holders blocked the claim, one gave way bit by bit, or others
 * changed their claims.
 */
function holdNoOvertaking({ outlooks, now }: Scene, memory: Memory, listed: readonly Listed[]): void {
  const inTheWayOf = (one: Listed, all: readonly Listed[]): readonly (Listed & { readonly granted: Span })[] =>
    all.flatMap((other) => {
      const isRival = other.room === one.room && areRivals(outlooks, other, one);
      return isRival && other.granted !== undefined && overlap(other.granted, one.asked)
        ? [{ ...other, granted: other.granted }]
        : [];
    });
  for (const then of memory.listed.filter((one) => one.granted === undefined)) {
    const name = pair(then.stay, then.room);
    const since = memory.firstSeen.get(name);
    const waits = listed.find((one) => pair(one.stay, one.room) === name && one.granted === undefined);
    if (waits === undefined || since === undefined || memory.restless.has(name) || memory.forced.has(then.room))
      continue;
    const [stood, ...others] = inTheWayOf(then, memory.listed);
    const rest = { from: Math.max(now, then.asked.from), to: then.asked.to };
    const isWhole = stood !== undefined && stood.granted.from <= rest.from && stood.granted.to >= rest.to;
    const bystanders = memory.listed.filter((one) => one.room === then.room && one !== then && one !== stood);
    const asksOn = (one: Listed): boolean =>
      !memory.restless.has(pair(one.stay, one.room)) &&
      (memory.steadyAsks.get(one.stay) ?? []).some((ask) => ask.room === one.room && ask.to === one.asked.to);
    if (!isWhole || others.length > 0 || memory.restless.has(pair(stood.stay, stood.room))) continue;
    if (!asksOn(then) || !bystanders.every(asksOn)) continue;
    const isLate = (holder: Listed): boolean => {
      const place = memory.firstSeen.get(pair(holder.stay, holder.room));
      return holder.stay !== stood.stay && !memory.regrouped.has(holder.stay) && (place === undefined || place > since);
    };
    const [first] = inTheWayOf(waits, listed);
    if (first !== undefined && inTheWayOf(waits, listed).every(isLate))
      throw new Error(`${inWords(first)}, before ${inWords(waits)}, who came first`);
  }
}

/**
 * Notes stays that ask since the last quiet point for time in a room that another stay has: the other stay's claim may have been there
 * before theirs.
 */
function noteLate({ outlooks }: Scene, memory: Memory, listed: readonly Listed[]): void {
  for (const name of memory.late) {
    const [stay = '', room] = name.split(' ');
    if (outlooks.get(stay)?.asks.some((ask) => ask.room === room) !== true) memory.late.delete(name);
  }
  const taken = listed.flatMap((one) => (one.granted === undefined ? [] : [{ ...one, granted: one.granted }]));
  for (const [stay, { asks }] of outlooks) {
    for (const ask of asks) {
      const asked = (memory.asksThen.get(stay) ?? []).filter(({ room }) => room === ask.room);
      const isLate = taken.some(
        (other) =>
          other.stay !== stay &&
          other.room === ask.room &&
          overlap(other.granted, ask) &&
          !asked.some((then) => overlap(then, other.granted)),
      );
      if (isLate) memory.late.add(pair(stay, ask.room));
    }
  }
}

/** Returns true if the stay is in a room that is another stay's now: its extension came after that stay's lease. */
function isOvertaken({ outlooks, now }: Scene, memory: Memory, listed: readonly Listed[], stay: string): boolean {
  const holds = ({ granted }: Listed): boolean => granted !== undefined && granted.from <= now && now < granted.to;
  const own = listed.filter((one) => one.stay === stay && one.leaving === undefined);
  return own.some(
    (one) =>
      memory.late.has(pair(stay, one.room)) &&
      listed.some((other) => other.room === one.room && holds(other) && areRivals(outlooks, one, other)),
  );
}

/** A guest's desired state, with the leases that their stay holds. */
interface Expected {
  readonly one: GuestDecision;
  /** Rooms that the guest should be able to open, as soon as they have a key. */
  readonly rooms: readonly string[];
  /** True if nothing but the work itself stands between the guest and their key. */
  readonly ready: boolean;
}

function holdStay(scene: Scene, memory: Memory, listed: readonly Listed[], stay: string): void {
  const party = partyOf(scene, listed, stay);
  for (const expected of party) holdGuest(scene, memory, listed, stay, expected, party);
}

function partyOf(scene: Scene, listed: readonly Listed[], stay: string): readonly Expected[] {
  const { outlooks, now } = scene;
  return (outlooks.get(stay)?.guests ?? []).map((one) => {
    const held = one.rooms.filter((room) => isHeld(listed, stay, room, now));
    // A room that becomes free only later does not keep a present guest out of the other rooms.
    const rooms = now < one.from ? held : held.filter((room) => isFree(scene, listed, stay, room));
    const free = rooms.every((room) => isFree(scene, listed, stay, room));
    const phone = scene.phones(stay, one.guestId).some((device) => device.endpoint === 'active');
    return { one, rooms, ready: rooms.length > 0 && free && one.granted && phone };
  });
}

/** Returns the current lease, or the next one. */
function leaseOf(listed: readonly Listed[], stay: string, room: string, now: number): Listed | undefined {
  return listed
    .filter((one) => one.stay === stay && one.room === room && Math.max(one.asked.to, one.granted?.to ?? 0) > now)
    .toSorted((a, b) => a.asked.from - b.asked.from)[0];
}

function isHeld(listed: readonly Listed[], stay: string, room: string, now: number): boolean {
  return leaseOf(listed, stay, room, now)?.granted !== undefined;
}

/** Returns true if no lease of another holder, nor its grace, precedes this stay's lease. */
function isFree({ outlooks, rooms, now }: Scene, listed: readonly Listed[], stay: string, room: string): boolean {
  const from = leaseOf(listed, stay, room, now)?.granted?.from ?? now;
  const leases = rooms.find((one) => lastPart(one.room) === room)?.leases ?? [];
  return !leases.some(
    (lease) =>
      Date.parse(lease.window.to) <= from &&
      Date.parse(lease.until) > now &&
      lease.stays.every((other) => holderOf(outlooks, lastPart(other)) !== holderOf(outlooks, stay)),
  );
}

/** Checks rule 1: among guests who share rooms, one must hold all of them; otherwise a person has to decide. */
function canBeServed({ views }: Scene, stay: string, expected: Expected, party: readonly Expected[]): boolean {
  const group = new Set([expected]);
  const holdsAKey = ({ one }: Expected): boolean =>
    views.get(stay)?.keys.some((key) => key.guestId === one.guestId && key.state !== 'dead') === true;
  for (const inGroup of group) {
    const others = party.filter((other) => other.rooms.some((room) => inGroup.rooms.includes(room)));
    for (const other of others) if (other.ready || holdsAKey(other)) group.add(other);
  }
  return [...group].some(
    (widest) => widest.ready && [...group].every((other) => other.rooms.every((room) => widest.rooms.includes(room))),
  );
}

/**
 * Returns true if a share group has uneven rooms: one stay has, or still holds keys to, rooms that differ from the rest. Such stays cannot
 * all be served without locking someone out (rule 4). Who is locked out, and until when, depends on who came first, so that is left open.
 */
function sharesUnevenly({ outlooks, views, now }: Scene, listed: readonly Listed[], stay: string): boolean {
  const group = outlooks.get(stay)?.shareGroup;
  if (group === undefined) return false;
  const members = [...outlooks].filter(([, { shareGroup }]) => shareGroup === group);
  const desired = members.flatMap(([other, { guests }]) =>
    guests.map((one) => one.rooms.filter((room) => isHeld(listed, other, room, now))),
  );
  const held = members.flatMap(([other]) =>
    (views.get(other)?.keys ?? []).filter((key) => key.state !== 'dead').map((key) => key.rooms),
  );
  const sets = [...desired, ...held].filter((rooms) => rooms.length > 0);
  const all = new Set(sets.flat());
  return sets.some((rooms) => rooms.length !== all.size);
}

function holdGuest(
  scene: Scene,
  memory: Memory,
  listed: readonly Listed[],
  stay: string,
  expected: Expected,
  party: readonly Expected[],
): void {
  const { hotel, now } = scene;
  const { one, rooms, ready } = expected;
  const devices = scene.phones(stay, one.guestId);
  // An offline phone opens what it opened when it was last online.
  if (devices.some((device) => device.phone.connection === 'offline')) return;
  const name = `${one.guestId} of ${stay}`;
  const opensNow = (door: string): boolean =>
    devices.map((device) => hotel.tap({ deviceId: device.id }, hotel.door(door).id).opened).includes(true);
  const opensAt = (door: string, at: number): boolean => devices.some((device) => wouldOpen(hotel, device, door, at));
  // Grace after the departure ends as soon as another stay claims the room.
  if (now >= one.to && now < one.to + scene.policy.departureGraceMinutes * 60_000) return;
  if (one.rooms.length === 0) {
    const wrong = [...ROOMS, ...COMMON_DOORS].find((door) => opensNow(door) || opensAt(door, now + 24 * 3_600_000));
    if (wrong !== undefined) throw new Error(`${name} should open nothing, and opens ${wrong}`);
    return;
  }
  holdHoused(scene, memory, listed, stay, expected, opensNow);
  const served = ready && !sharesUnevenly(scene, listed, stay) && canBeServed(scene, stay, expected, party);
  for (const room of ROOMS) {
    if (rooms.includes(room) || !opensNow(room)) continue;
    // Guests in house keep their keys to earlier rooms while they have no key to the desired rooms, and the lease with them.
    const isLeaving = listed.some((claim) => claim.stay === stay && claim.room === room && claim.leaving === true);
    const waits = one.rooms.some((next) => !rooms.includes(next));
    const isKept = isLeaving && (!served || waits);
    const isBooked = one.rooms.includes(room) && leaseOf(listed, stay, room, now)?.displaced !== true;
    const wasTheirs = memory.everDesired.has(pair(stay, one.guestId, room)) || memory.everLeft.has(pair(stay, room));
    if (!(isKept || (!served && isBooked)) || !wasTheirs)
      throw new Error(`${name} should not open ${room}, and does${whyNot(scene, stay)}`);
  }
  if (!served) return;
  const from = Math.max(now, one.from);
  const kept = listed.filter((claim) => claim.stay === stay && claim.leaving === true).map((claim) => claim.room);
  // A hold on another guest keeps a lease beyond a scheduled move; this guest's key may end with the move.
  const asks = scene.outlooks.get(stay)?.asks ?? [];
  const moves = rooms.flatMap((room) => asks.find((ask) => ask.room === room)?.to ?? []);
  const ends = [...rooms, ...kept].map((room) => leaseOf(listed, stay, room, now)?.granted?.to ?? one.to).concat(moves);
  const end = Math.min(one.to, ...ends);
  for (const door of [...rooms, ...COMMON_DOORS, LIFT]) {
    if (from === now && !opensNow(door))
      throw new Error(`${name} should open ${door}, and does not${whyNot(scene, stay)}`);
    const shut = [from, end - 1].find((at) => at >= now && !opensAt(door, at));
    if (shut !== undefined)
      throw new Error(`${name} should open ${door} at ${clock(shut)}, and does not${whyNot(scene, stay)}`);
    const grace = scene.policy.departureGraceMinutes * 60_000;
    const after = Math.max(now, Math.min(one.to + grace, ...rooms.map((room) => nextLease(scene, listed, stay, room))));
    const outside = [one.from - 1, after].find((at) => at >= now && opensAt(door, at));
    if (outside !== undefined)
      throw new Error(`${name} should not open ${door} at ${clock(outside)}, and does${whyNot(scene, stay)}`);
  }
}

/** Checks that a guest in house who could open a room at the last quiet point, and should have one, can open one now. */
function holdHoused(
  scene: Scene,
  memory: Memory,
  listed: readonly Listed[],
  stay: string,
  { one }: Expected,
  opensNow: (door: string) => boolean,
): void {
  const name = pair(stay, one.guestId);
  const isInHouse = scene.outlooks.get(stay)?.status === 'in-house' && one.from <= scene.now;
  const held = listed.filter((claim) => claim.stay === stay);
  const isSafe = isInHouse && !memory.struck.has(name) && !memory.regrouped.has(stay);
  const isDisplaced = memory.forced.size > 0 || held.some(({ displaced }) => displaced === true);
  const isLockedOut = isDisplaced || isOvertaken(scene, memory, listed, stay);
  const opens = ROOMS.some(opensNow);
  if (isSafe && memory.housed.has(name) && !isLockedOut && !opens && !sharesUnevenly(scene, listed, stay))
    throw new Error(`${one.guestId} of ${stay} is in house, and no longer opens any room${whyNot(scene, stay)}`);
  if (isInHouse && opens) memory.housed.add(name);
  else memory.housed.delete(name);
}

/** Returns the stay's own explanation. */
function whyNot({ views }: Scene, stay: string): string {
  const view = views.get(stay);
  const keys = view?.keys.map(({ guestId, kind, rooms, state, window }) => [guestId, kind, rooms, state, window]);
  return `: ${JSON.stringify({ plan: view?.plan, attention: view?.attention, leases: view?.leases, keys })}`;
}

/** Returns the start of the next holder's lease. */
function nextLease({ outlooks, now }: Scene, listed: readonly Listed[], stay: string, room: string): number {
  const own = leaseOf(listed, stay, room, now)?.granted?.to ?? now;
  const next = listed.filter(
    (other) =>
      other.room === room && holderOf(outlooks, other.stay) !== holderOf(outlooks, stay) && other.granted !== undefined,
  );
  return Math.min(
    ...next.flatMap(({ granted }) => (granted !== undefined && granted.from >= own ? [granted.from] : [])),
    Infinity,
  );
}

/** Returns true if a phone would open the door at `at`; no lock learns from it. */
export function wouldOpen(hotel: SimulatedHotel, device: DeviceRecord, door: string, at: number): boolean {
  const lock = hotel.lock(hotel.door(door).id);
  return lock !== undefined && presentKeys(lock, keysNewestFirst(device.phone), at).opened;
}
