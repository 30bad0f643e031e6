/**
 * The judge, a test oracle: which guest should open which door, and when, from what the booking system sent and people said.
 * It is written from the rules of `docs/rules.md` and `docs/messages.md` alone: it shares types with the product, and no code.
 */
import type { Message } from '../../../../../src/domain/model/message-schema.js';
import type { Policy } from '../../../../../src/domain/model/property-schema.js';
import type { StaySnapshot } from '../../../../../src/domain/model/snapshot-schema.js';

/** Snapshot or message, in the order of arrival; `at` in milliseconds since 1970. */
export type Fact =
  | { readonly at: number; readonly kind: 'snapshot'; readonly snapshot: StaySnapshot }
  | { readonly at: number; readonly kind: 'message'; readonly message: Message };

/** Desired access of one guest. */
export interface GuestDecision {
  readonly guestId: string;
  /** Guest rooms that they should open; empty: they should open nothing at all. */
  readonly rooms: readonly string[];
  /** Window in milliseconds since 1970: from the first instant to before the second. */
  readonly from: number;
  readonly to: number;
  /** True if a key may be issued to them now, as far as the booking and the staff are concerned. */
  readonly granted: boolean;
}

/** A room that a stay should have, from the first instant to before the second, in milliseconds since 1970. */
export interface Ask {
  readonly room: string;
  readonly from: number;
  readonly to: number;
}

/** Desired state of a stay, from all facts so far. */
export interface Outlook {
  readonly status: StaySnapshot['status'];
  readonly from: number;
  readonly to: number;
  /** The stay's rooms now. */
  readonly rooms: readonly string[];
  readonly shareGroup: string | undefined;
  /** Rooms that it should have now and later. */
  readonly asks: readonly Ask[];
  readonly guests: readonly GuestDecision[];
}

interface Move {
  readonly at: number;
  readonly rooms: readonly string[];
  readonly guestId: string | undefined;
  /** Origin of the move: the segments of the booking (guests' own rooms stay as they are), or a message. */
  readonly booked: 'booked' | 'said';
}

interface Person {
  rooms: readonly string[] | undefined;
  own: { readonly from: number; readonly to: number } | undefined;
  wantsKey: boolean;
  gone: 'left' | 'security' | undefined;
  held: boolean;
  blocked: boolean;
  forced: boolean;
}

interface Picture {
  status: StaySnapshot['status'];
  from: number;
  to: number;
  rooms: readonly string[];
  readonly people: Map<string, Person>;
  arrivedAt: number | undefined;
  bookingHolds: boolean;
  staffHold: boolean;
  staffForce: boolean;
  later: readonly Move[];
  shareGroup: string | undefined;
  last: StaySnapshot | undefined;
}

type SnapshotGuest = StaySnapshot['guests'][number];

/** Returns the desired access of every guest at `now`. */
export function judge(facts: readonly Fact[], policy: Policy, now: number): readonly GuestDecision[] {
  return outlook(facts, policy, now).guests;
}

/** Returns the desired state of the stay as of `now`. */
export function outlook(facts: readonly Fact[], policy: Policy, now: number): Outlook {
  const picture: Picture = {
    status: 'tentative',
    from: 0,
    to: 0,
    rooms: [],
    people: new Map(),
    arrivedAt: undefined,
    bookingHolds: false,
    staffHold: false,
    staffForce: false,
    later: [],
    shareGroup: undefined,
    last: undefined,
  };
  for (const fact of facts) {
    doWhatIsDue(picture, fact.at);
    if (fact.kind === 'snapshot') hear(picture, fact.snapshot, fact.at);
    else listen(picture, fact.message, fact.at);
  }
  doWhatIsDue(picture, now);
  return {
    status: picture.status,
    from: stayFrom(picture),
    to: picture.to,
    rooms: picture.rooms,
    shareGroup: picture.shareGroup,
    asks: asksOf(picture, now),
    guests: [...picture.people].map(([guestId, person]) => decisionOn(picture, guestId, person, policy, now)),
  };
}

/** Rooms of the stay for the rest of its window; a room that is kept across a move is one ask. */
function asksOf(picture: Picture, now: number): readonly Ask[] {
  if (!isOn(picture) || now >= picture.to) return [];
  const start = Math.max(now, stayFrom(picture));
  const moves = picture.later.filter((move) => move.guestId === undefined && move.at < picture.to);
  // A move that is due before the stay begins has taken effect by then.
  const first = moves.filter((move) => move.at <= start).at(-1)?.rooms ?? picture.rooms;
  const others = moves.filter((move) => move.at > start);
  const times = [start, ...others.map((move) => move.at), picture.to];
  const asks: Ask[] = [];
  [first, ...others.map((move) => move.rooms)].forEach((rooms, index) => {
    const [from = start, to = picture.to] = [times[index], times[index + 1]];
    for (const room of rooms) {
      const kept = asks.findIndex((ask) => ask.room === room && ask.to === from);
      if (kept >= 0) asks.splice(kept, 1, { room, from: asks[kept]?.from ?? from, to });
      else if (from < to) asks.push({ room, from, to });
    }
  });
  return asks;
}

function isOn({ status }: Picture): boolean {
  return status === 'confirmed' || status === 'in-house';
}

/** An early check-in starts the stay early. */
function stayFrom(picture: Picture): number {
  return Math.min(picture.from, picture.arrivedAt ?? picture.from);
}

function decisionOn(picture: Picture, guestId: string, person: Person, policy: Policy, now: number): GuestDecision {
  const from = Math.max(stayFrom(picture), person.own?.from ?? stayFrom(picture));
  const to = Math.min(picture.to, person.own?.to ?? picture.to);
  const welcome =
    isOn(picture) && person.gone === undefined && !person.blocked && person.wantsKey && from < to && now < to;
  const rooms = welcome ? picture.rooms.filter((room) => person.rooms?.includes(room) ?? true) : [];
  const forced = picture.staffForce || person.forced;
  const held = picture.staffHold || picture.bookingHolds || person.held;
  return { guestId, rooms, from, to, granted: forced || (!held && isTime(picture, person, from, policy, now)) };
}

/** True if the guest's key is due: in house, for every guest present; earlier, if the hotel's policy sets a lead time. */
function isTime(picture: Picture, person: Person, from: number, policy: Policy, now: number): boolean {
  const comesLater = person.own !== undefined && now < from;
  if (picture.status === 'in-house' && !comesLater) return true;
  return policy.issueFrom.kind === 'lead-time' && now >= from - policy.issueFrom.minutes * 60_000;
}

/** A snapshot changes only what differs from the snapshot before it. */
function hear(picture: Picture, next: StaySnapshot, at: number): void {
  const before = picture.last;
  if (before !== undefined && next.revision <= before.revision) return;
  if (before?.status !== next.status) become(picture, next.status, at);
  if (!alike(before?.window, next.window) && 'from' in next.window) {
    picture.from = Date.parse(next.window.from);
    picture.to = Date.parse(next.window.to);
  }
  if (!alike(before?.rooms, next.rooms) || !alike(before?.segments, next.segments)) bookRooms(picture, next, at);
  if (!alike(before?.shareGroup, next.shareGroup)) picture.shareGroup = next.shareGroup;
  if (!alike(before?.hold, next.hold)) picture.bookingHolds = next.hold !== undefined;
  for (const old of before?.guests ?? []) {
    if (!next.guests.some((guest) => guest.guestId === old.guestId)) leave(picture, old.guestId, 'left');
  }
  for (const guest of next.guests) {
    const old = before?.guests.find((candidate) => candidate.guestId === guest.guestId);
    const known = picture.people.get(guest.guestId);
    if (known === undefined) picture.people.set(guest.guestId, newPerson(guest));
    else if (old === undefined) {
      // A guest who was removed for cause stays removed, whatever the booking system sends.
      const gone = known.gone === 'security' ? known.gone : undefined;
      picture.people.set(guest.guestId, { ...known, ...bookedOf(guest), gone });
    } else {
      const booked = bookedOf(guest);
      if (!alike(old.rooms, guest.rooms)) known.rooms = booked.rooms;
      if (!alike(old.window, guest.window)) known.own = booked.own;
      if (old.wantsKey !== guest.wantsKey) known.wantsKey = booked.wantsKey;
    }
  }
  picture.last = next;
}

function listen(picture: Picture, message: Message, at: number): void {
  switch (message.name) {
    case 'addGuests':
      if (message.payload.guests.some((guest) => picture.people.get(guest.guestId)?.gone === 'security')) return;
      for (const guest of message.payload.guests) {
        const known = picture.people.get(guest.guestId);
        const person = known === undefined ? newPerson(guest) : { ...known, ...bookedOf(guest), gone: undefined };
        picture.people.set(guest.guestId, person);
      }
      return;
    case 'removeGuest':
      leave(picture, message.payload.guestId, message.payload.cause);
      return;
    case 'changeRooms': {
      const { rooms, guestId, from } = message.payload;
      if (guestId !== undefined && !picture.people.has(guestId)) return;
      if (guestId !== undefined && rooms.some((room) => !picture.rooms.includes(room))) return;
      if (from === undefined || Date.parse(from) <= at) changeRooms(picture, rooms, guestId);
      else inTime(picture, [{ at: Date.parse(from), rooms, guestId, booked: 'said' }]);
      return;
    }
    case 'changeDates': {
      const from = Date.parse(message.payload.window.from ?? '') || picture.from;
      const to = Date.parse(message.payload.window.to ?? '') || picture.to;
      if (from < to) Object.assign(picture, { from, to });
      return;
    }
    case 'checkIn':
      // The desk has the guests before it: it reinstates a stay that has ended, from whichever side.
      become(picture, 'in-house', at);
      return;
    case 'checkOut':
      become(picture, 'departed', at);
      return;
    case 'cancel':
      become(picture, 'cancelled', at);
      return;
    case 'hold':
      staffSay(picture, message.payload.guestId, { all: { staffHold: true }, one: { held: true } });
      return;
    case 'force':
      staffSay(picture, message.payload.guestId, { all: { staffForce: true }, one: { forced: true } });
      return;
    case 'block':
      staffSay(picture, message.payload.guestId, { all: {}, one: { blocked: true } });
      return;
    case 'release':
      staffSay(picture, message.payload.guestId, {
        all: { staffHold: false, bookingHolds: false, staffForce: false },
        one: { held: false, blocked: false, forced: false },
      });
      pardon(picture, message.payload.guestId);
      return;
    case 'retry':
    case 'sameGuest':
    case 'replaceKey':
    case 'phoneReady':
    case 'joinTo':
    case 'credentialChanged':
    case 'phoneAccessMade':
    case 'driftFound':
    case 'phoneChanged':
    case 'leaseChanged':
    case 'policyChanged':
    case 'readingRefused':
      return;
    default:
      message satisfies never;
  }
}

function staffSay(
  picture: Picture,
  guestId: string | undefined,
  what: { readonly all: Partial<Picture>; readonly one: Partial<Person> },
): void {
  if (guestId === undefined) Object.assign(picture, what.all);
  else Object.assign(picture.people.get(guestId) ?? {}, what.one);
}

/** Brings back a guest who was removed for cause; only staff may do this. */
function pardon(picture: Picture, guestId: string | undefined): void {
  const person = guestId === undefined ? undefined : picture.people.get(guestId);
  if (person?.gone === 'security') person.gone = undefined;
}

function become(picture: Picture, status: Picture['status'], at: number): void {
  picture.status = status;
  if (status === 'in-house') picture.arrivedAt ??= at;
  else if (status !== 'departed') picture.arrivedAt = undefined;
}

function leave(picture: Picture, guestId: string, cause: 'left' | 'security'): void {
  const person = picture.people.get(guestId);
  if (person !== undefined) person.gone = person.gone === 'security' ? 'security' : cause;
}

/** Changes the rooms of the stay; if one room gives way to one other, guests with rooms of their own move along. */
function moveTo(picture: Picture, rooms: readonly string[]): void {
  const lost = picture.rooms.filter((room) => !rooms.includes(room));
  const won = rooms.filter((room) => !picture.rooms.includes(room));
  if (lost.length === 1 && won.length === 1) {
    for (const person of picture.people.values()) {
      person.rooms = person.rooms?.flatMap((room) => (room === lost[0] ? won : [room]));
    }
  }
  picture.rooms = rooms;
  picture.later = picture.later.filter((move) => move.booked === 'booked');
}

/** Applies the first segment that has not ended now, and the later ones at their times; without a segment there is no room. */
function bookRooms(picture: Picture, { rooms, segments, window }: StaySnapshot, at: number): void {
  const ahead = (segments ?? []).filter((segment) => Date.parse(segment.to) > at);
  const stay = 'to' in window ? { from: Date.parse(window.from), to: Date.parse(window.to) } : undefined;
  const begins = Date.parse(ahead[0]?.from ?? '');
  const isToCome = stay !== undefined && stay.from < begins && at < begins;
  moveTo(picture, isToCome ? [] : (ahead[0]?.rooms ?? rooms ?? []));
  picture.later = [];
  const move = (when: number, to: readonly string[]): Move => ({
    at: when,
    rooms: to,
    guestId: undefined,
    booked: 'booked',
  });
  ahead.forEach((segment, index) => {
    if (index > 0 || isToCome) inTime(picture, [move(Date.parse(segment.from), segment.rooms)]);
    const end = Date.parse(segment.to);
    const next = ahead[index + 1];
    const goesOn = next === undefined ? stay?.to : Date.parse(next.from);
    if (goesOn !== undefined && end < goesOn) inTime(picture, [move(end, [])]);
  });
}

function inTime(picture: Picture, moves: readonly Move[]): void {
  picture.later = [...picture.later, ...moves].toSorted((a, b) => a.at - b.at);
}

function changeRooms(picture: Picture, rooms: readonly string[], guestId: string | undefined): void {
  const person = guestId === undefined ? undefined : picture.people.get(guestId);
  if (person === undefined) moveTo(picture, rooms);
  else person.rooms = rooms;
}

function doWhatIsDue(picture: Picture, now: number): void {
  const due = picture.later.filter((change) => change.at <= now);
  picture.later = picture.later.filter((change) => change.at > now);
  const rest = picture.later;
  for (const change of due) {
    if (change.booked === 'booked') picture.rooms = change.rooms;
    else changeRooms(picture, change.rooms, change.guestId);
  }
  picture.later = rest;
}

function bookedOf(guest: SnapshotGuest): Pick<Person, 'rooms' | 'own' | 'wantsKey'> {
  const { window } = guest;
  return {
    rooms: guest.rooms,
    own: window === undefined ? undefined : { from: Date.parse(window.from), to: Date.parse(window.to) },
    wantsKey: guest.wantsKey,
  };
}

function newPerson(guest: SnapshotGuest): Person {
  return { ...bookedOf(guest), gone: undefined, held: false, blocked: false, forced: false };
}

function alike(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
