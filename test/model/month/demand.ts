/** A month of reservations before anything changes: how long people stay, how early they book, who cancels and who never comes. */
import type { Chance } from './chance.js';
import { openPlan, type GuestEntry, type Plan, type Reservation } from './register.js';

const NIGHTS = [
  [1, 34],
  [2, 30],
  [3, 17],
  [4, 9],
  [5, 5],
  [7, 5],
] as const;

/** Days from booking to arrival; 0 is a walk-in. */
const LEAD_DAYS = [
  [0, 8],
  [1, 22],
  [2, 15],
  [4, 20],
  [7, 20],
  [14, 15],
] as const;

const PARTY = [
  [1, 40],
  [2, 48],
  [3, 8],
  [4, 4],
] as const;

const EMPTY_NIGHTS = [
  [0, 62],
  [1, 25],
  [2, 9],
  [3, 4],
] as const;

export interface Demand {
  readonly plan: Plan;
  readonly reservations: readonly Reservation[];
}

/**
 * Draws the reservations of a month. Every reservation has its room in the plan from the start, whether or not the booking system has it
 * yet.
 */
export function drawDemand(chance: Chance, rooms: readonly string[], days: number): Demand {
  const plan = openPlan(rooms);
  const reservations: Reservation[] = [];
  for (const room of rooms) {
    for (let day = chance.weighted(EMPTY_NIGHTS); day < days; day += chance.weighted(EMPTY_NIGHTS)) {
      const nights = chance.weighted(NIGHTS);
      const drawn = drawReservations(chance, `R${reservations.length + 1}`, {
        room,
        arrival: day,
        departure: day + nights,
      });
      reservations.push(...drawn);
      for (const one of drawn) plan.take(one, day, day + nights);
      day += nights;
    }
  }
  return { plan, reservations };
}

/** Draws one reservation, or two that share the room. */
function drawReservations(
  chance: Chance,
  id: string,
  nights: { readonly room: string; readonly arrival: number; readonly departure: number },
): readonly Reservation[] {
  const lead = chance.weighted(LEAD_DAYS);
  const bookedOn = Math.max(0, nights.arrival - lead);
  const isWalkIn = bookedOn === nights.arrival;
  const fate = isWalkIn
    ? 'comes'
    : chance.weighted([
        ['comes', 89],
        ['cancels', 8],
        ['does-not-come', 3],
      ] as const);
  const guests = drawParty(chance, id).map((guest) => (isWalkIn ? inTime(guest) : guest));
  const arrivesAt = chance.percent(10) ? chance.between(11, 14) : chance.between(15, 22);
  const one: Reservation = {
    ...nights,
    id,
    guests,
    bookedOn,
    arrivesAt,
    ...(chance.percent(4) ? { leavesAt: 13, checkOut: '14:00' } : { leavesAt: chance.between(7, 10) }),
    assigned: isWalkIn || chance.percent(60),
    fate,
    standing: 'booked',
    revision: 0,
  };
  if (!chance.percent(3)) return [one];
  const shareGroup = `G-${id}`;
  const sharer: Reservation = { ...one, id: `${id}-b`, guests: drawParty(chance, `${id}-b`).slice(0, 1).map(inTime) };
  return [one, sharer].map((each) => ({ ...each, shareGroup }));
}

function drawParty(chance: Chance, id: string): GuestEntry[] {
  return Array.from({ length: chance.weighted(PARTY) }, (_, index) => drawGuest(chance, id, index + 1));
}

export function inTime(guest: GuestEntry): GuestEntry {
  return { ...guest, phone: 'in-time' };
}

/** Draws a guest. One in five is a person with a profile in the booking system. */
export function drawGuest(chance: Chance, id: string, number: number): GuestEntry {
  return {
    guestId: `g${number}`,
    ...(chance.percent(20) ? { personId: `person-${id}-${number}` } : {}),
    phone: chance.percent(1) ? 'late' : 'in-time',
    enrolled: false,
    left: false,
  };
}
