/** Events at the front desk, hour by hour: arrivals, departures, and everything that guests change their minds about. */
import type { Chance } from './chance.js';
import { drawGuest, inTime, type Demand } from './demand.js';
import type { GuestEntry, Reservation, Standing } from './register.js';

/** Messages of the front desk and the booking system after an hour. */
export interface HourAtDesk {
  /** Messages of the booking system, in order; a walk-in is sent three times. */
  readonly reported: readonly News[];
  readonly lostPhones: readonly LostPhone[];
  /** Guests whose phones are enrolled a minute from now. */
  readonly enrolling: readonly Enrolment[];
}

/** A reservation in its current state, except for what is still pending. */
export interface News {
  readonly reservation: Reservation;
  readonly butStill?: Partial<Pick<Reservation, 'standing' | 'assigned'>>;
}

export interface LostPhone {
  readonly reservation: Reservation;
  readonly guest: GuestEntry;
  readonly mode: 'secure' | 'convenient';
}

export interface Enrolment {
  readonly reservation: Reservation;
  readonly guest: GuestEntry;
}

export interface FrontDesk {
  /** Returns the events of an hour. Days are counted from 0, hours by the hotel's clock. To be called for each hour in order. */
  hour(day: number, clock: number): HourAtDesk;
  /** Number of events of each kind. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Rates in percent, of the reservations that each event could happen to on a day. */
const RATES = {
  otherRoomBeforeArrival: 3,
  extends: 5,
  shortens: 2,
  moves: 2.5,
  swaps: 1,
  bringsGuest: 3,
  sendsGuestAway: 1.5,
  losesPhone: 0.8,
  replacesPhone: 0.8,
} as const;

export function openFrontDesk(chance: Chance, { plan, reservations }: Demand): FrontDesk {
  const counts: Record<string, number> = {};
  let day = 0;
  let reported = new Set<Reservation>();
  let walkIns: News[] = [];
  let lostPhones: LostPhone[] = [];
  let enrolling: Enrolment[] = [];
  /** Arriving reservations that blocked an extension, until the booking system receives their new room. */
  let inTheWay: readonly Reservation[] = [];

  const count = (kind: string): void => void (counts[kind] = (counts[kind] ?? 0) + 1);
  const inHouse = (): Reservation[] => reservations.filter((one) => one.standing === 'in-house');
  /** Returns the reservations that share no room; sharers stay where they are. */
  const alone = (some: readonly Reservation[]): Reservation[] => some.filter((one) => one.shareGroup === undefined);

  function happening(kind: keyof typeof RATES, some: readonly Reservation[]): Reservation[] {
    const found = some.filter(() => chance.percent(RATES[kind]));
    for (const _one of found) count(kind);
    return found;
  }

  function setStanding(one: Reservation, standing: Standing, kind: string): void {
    one.standing = standing;
    count(kind);
    reported.add(one);
  }

  /** Changes the nights, or moves the same nights to another room. Nothing happens if the room is not free. */
  function rebook(one: Reservation, to: { readonly room?: string; readonly departure?: number }): boolean {
    const from = Math.max(day, one.arrival);
    const room = to.room ?? one.room;
    const departure = to.departure ?? one.departure;
    plan.leave(one, from, one.departure);
    const isFree = plan.isFree(room, from, departure);
    if (isFree && room !== one.room) one.formerRoom = one.room;
    if (isFree) Object.assign(one, { room, departure });
    plan.take(one, from, one.departure);
    return isFree;
  }

  const nightAudit = (): void => {
    for (const one of reservations) {
      if (one.standing !== 'booked' || one.fate !== 'does-not-come' || one.arrival !== day - 1) continue;
      plan.leave(one, day, one.departure);
      setStanding(one, 'no-show', 'noShow');
    }
  };

  const departures = (clock: number): void => {
    for (const one of inHouse()) {
      if (one.departure === day && clock >= one.leavesAt) setStanding(one, 'departed', 'checkOut');
    }
  };

  const roomsForArrivals = (): void => {
    const due = reservations.filter((one) => one.standing === 'booked' && one.arrival === day && one.bookedOn < day);
    for (const one of due.filter((each) => !each.assigned)) {
      one.assigned = true;
      count('assignsRoom');
      reported.add(one);
    }
    for (const one of happening('otherRoomBeforeArrival', alone(due))) {
      const room = chance.pick(plan.freeRooms(one.arrival, one.departure));
      if (room !== undefined && rebook(one, { room })) reported.add(one);
    }
  };

  const shortenings = (): void => {
    for (const one of happening('shortens', alone(inHouse()))) {
      if (one.departure > day + 1 && rebook(one, { departure: day + 1 })) reported.add(one);
    }
  };

  const cancellations = (): void => {
    for (const one of reservations) {
      const cancelsOn = Math.max(one.bookedOn + 1, one.arrival - 1);
      if (one.fate !== 'cancels' || one.standing !== 'booked' || cancelsOn !== day || one.revision === 0) continue;
      plan.leave(one, one.arrival, one.departure);
      setStanding(one, 'cancelled', 'cancel');
    }
  };

  const bookings = (): void => {
    for (const one of reservations) {
      if (one.bookedOn !== day || one.arrival === day || one.revision > 0) continue;
      count('book');
      reported.add(one);
    }
  };

  const moves = (): void => {
    for (const one of happening('moves', alone(inHouse()))) {
      const room = chance.pick(plan.freeRooms(day, one.departure));
      if (room !== undefined && one.departure > day && rebook(one, { room })) reported.add(one);
    }
  };

  const swaps = (): void => {
    for (const one of happening('swaps', alone(inHouse()))) {
      const couldSwap = (other: Reservation): boolean =>
        other !== one && other.departure === one.departure && !reported.has(other);
      const other = chance.pick(alone(inHouse()).filter(couldSwap));
      if (other === undefined || one.departure <= day || reported.has(one)) continue;
      const [room, otherRoom] = [one.room, other.room];
      for (const each of [one, other]) plan.leave(each, day, each.departure);
      Object.assign(one, { room: otherRoom, formerRoom: room });
      Object.assign(other, { room, formerRoom: otherRoom });
      for (const each of [one, other]) {
        plan.take(each, day, each.departure);
        reported.add(each);
      }
    }
  };

  const additions = (): void => {
    for (const one of happening('bringsGuest', alone(inHouse()))) {
      one.guests.push(inTime(drawGuest(chance, one.id, one.guests.length + 1)));
      reported.add(one);
    }
  };

  const removals = (): void => {
    for (const one of happening('sendsGuestAway', alone(inHouse()))) {
      const present = one.guests.filter((guest) => !guest.left);
      const last = present.at(-1);
      if (present.length < 2 || last === undefined) continue;
      last.left = true;
      reported.add(one);
    }
  };

  /** Extends stays. If a guest is due to arrive in the room, the extension is sent first, and an hour later their new room. */
  const extensions = (): void => {
    for (const one of happening('extends', alone(inHouse().filter((each) => each.departure === day + 1)))) {
      const next = plan.occupant(one.room, one.departure);
      if (next !== undefined && next !== one) {
        const other = chance.pick(plan.freeRooms(next.arrival, next.departure));
        if (next.standing !== 'booked' || next.shareGroup !== undefined || other === undefined) continue;
        inTheWay = [...inTheWay, next];
        rebook(next, { room: other });
        count('extendsIntoNext');
      }
      if (rebook(one, { departure: one.departure + 1 })) reported.add(one);
    }
  };

  const makingWay = (): void => {
    for (const one of inTheWay) if (one.revision > 0) reported.add(one);
    inTheWay = [];
  };

  const phones = (kind: 'losesPhone' | 'replacesPhone', mode: LostPhone['mode']) => (): void => {
    for (const reservation of happening(
      kind,
      inHouse().filter((each) => each.departure > day),
    )) {
      const guest = chance.pick(reservation.guests.filter((each) => each.enrolled && !each.left));
      if (guest === undefined || lostPhones.some((each) => each.guest === guest)) continue;
      lostPhones.push({ reservation, guest, mode });
    }
  };

  const arrivals = (clock: number): void => {
    for (const one of reservations) {
      const arrives =
        one.standing === 'booked' && one.fate === 'comes' && one.arrival === day && clock >= one.arrivesAt;
      const isOccupied = inHouse().some((other) => other.room === one.room && other.departure === day);
      if (!arrives || isOccupied) continue;
      const walksIn = one.revision === 0;
      setStanding(one, 'in-house', walksIn ? 'walkIn' : 'checkIn');
      if (walksIn) {
        walkIns.push(
          { reservation: one, butStill: { standing: 'booked', assigned: false } },
          { reservation: one, butStill: { standing: 'booked' } },
        );
      }
      for (const guest of one.guests) if (guest.phone === 'late') enrolling.push({ reservation: one, guest });
    }
  };

  const schedule: Readonly<Record<number, readonly (() => void)[]>> = {
    3: [nightAudit],
    8: [roomsForArrivals],
    9: [shortenings, cancellations],
    13: [bookings],
    14: [moves, swaps],
    16: [additions],
    17: [removals],
    18: [extensions],
    19: [makingWay],
    20: [phones('losesPhone', 'secure'), phones('replacesPhone', 'convenient')],
  };

  return {
    counts,
    hour(today, clock) {
      day = today;
      reported = new Set();
      walkIns = [];
      lostPhones = [];
      enrolling = [];
      departures(clock);
      for (const happen of schedule[clock] ?? []) happen();
      arrivals(clock);
      const changed = [...reported].map((reservation) => ({ reservation }));
      return { reported: [...walkIns, ...changed], lostPhones, enrolling };
    },
  };
}
