/**
 * The outside world: booking system, staff and front desk. Turns the changes of a plot into the messages that they send to Stayline, and
 * keeps the booking system's records.
 */
import { instantAt } from '../../src/domain/model/instants.js';
import type { Message } from '../../src/domain/model/message-schema.js';
import type { StaySnapshotInput } from '../../src/domain/model/snapshot-schema.js';
import type { Outlook } from '../unit/domain/stay/plan/judge.js';
import type { Booking, Change } from './plot.js';

/** A message to a stay, or from the front desk to a room. */
export type Order =
  | { readonly kind: 'snapshot'; readonly stay: string; readonly snapshot: StaySnapshotInput }
  | { readonly kind: 'message'; readonly stay: string; readonly message: Message }
  | { readonly kind: 'give-room'; readonly stay: string; readonly room: string };

/** State that the outside world reads before it sends a message. */
export interface Sight {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Stays that accept messages, in the order of their booking. */
  readonly open: readonly string[];
  /** Returns the desired outcome of a stay after all messages so far. */
  outlook(stay: string): Outlook;
}

export interface Bookings {
  /** Returns at least one order for every change. A change that makes no sense becomes a newer revision of the same booking. */
  orders(change: Change, sight: Sight): readonly Order[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CHECK_IN_HOUR = 14;
const CHECK_OUT_HOUR = 10;
/** Limit on bookings: the hotel is small. */
const MOST_STAYS = 14;

export function openBookings(propertyId: string): Bookings {
  const held = new Map<string, StaySnapshotInput>();

  const send = (stay: string, fields: Partial<StaySnapshotInput> = {}): Order => {
    const { hold: _hold, ...booking } = bookingOf(stay);
    const next = { ...booking, ...fields, revision: Number(booking.revision) + 1 };
    held.set(stay, next);
    return { kind: 'snapshot', stay, snapshot: next };
  };
  const bookingOf = (stay: string): StaySnapshotInput => {
    const booking = held.get(stay);
    if (booking === undefined) throw new Error(`nobody booked ${stay}`);
    return booking;
  };
  /** Sends the booking's rooms, or its segments; guests' own rooms are kept among them. */
  const sendRooms = (stay: string, place: Pick<StaySnapshotInput, 'rooms' | 'segments'>): Order => {
    const { rooms: _rooms, segments: _segments, ...rest } = bookingOf(stay);
    held.set(stay, rest);
    const all = [...(place.rooms ?? []), ...(place.segments ?? []).flatMap((segment) => segment.rooms)];
    return send(stay, { ...place, guests: rest.guests.map((guest) => within(guest, all)) });
  };
  const say = (stay: string, message: Message): Order => ({ kind: 'message', stay, message });
  const setRooms = (stay: string, rooms: readonly string[], by: 'snapshot' | 'signal'): Order =>
    by === 'snapshot'
      ? sendRooms(stay, { rooms: [...rooms] })
      : say(stay, { name: 'changeRooms', payload: { rooms: [...rooms] } });

  function book(booking: Booking, now: number): Order {
    const stay = `S${held.size + 1}`;
    held.set(stay, {
      propertyId,
      reservationId: stay,
      revision: 0,
      status: 'confirmed',
      window: windowOf(booking, now),
      rooms: [...booking.rooms],
      guests: Array.from({ length: booking.guests }, (_, index) => ({
        guestId: `g${index + 1}`,
        primary: index === 0,
      })),
    });
    return send(stay);
  }

  function aboutOne(stay: string, change: Exclude<Change, { kind: 'book' | 'ring' | 'share' }>, sight: Sight): Order {
    const { now } = sight;
    const seen = sight.outlook(stay);
    const booking = bookingOf(stay);
    switch (change.kind) {
      case 'rooms':
        return setRooms(stay, change.rooms, change.by);
      case 'own-rooms': {
        const rooms = (booking.rooms ?? []).filter((room) => change.rooms.includes(room));
        if (rooms.length === 0) return send(stay);
        const guests = booking.guests.map((one) => (one.guestId === change.guestId ? { ...one, rooms } : one));
        return send(stay, { guests });
      }
      case 'later-rooms': {
        const from = instantAt(now + change.inHours * HOUR);
        return say(stay, { name: 'changeRooms', payload: { rooms: [...change.rooms], from } });
      }
      case 'split': {
        const { from, to } = instantsOf(booking);
        const middle = instantAt(now + change.inHours * HOUR);
        if (middle <= from || middle >= to) return send(stay);
        return sendRooms(stay, {
          segments: [
            { from, to: middle, rooms: [...seen.rooms] },
            { from: middle, to, rooms: [...change.rooms] },
          ],
        });
      }
      case 'arrival':
      case 'departure': {
        const edge = change.kind === 'arrival' ? 'from' : 'to';
        const window = change.by === 'snapshot' ? instantsOf(booking) : asInstants(seen);
        const moved = { ...window, [edge]: instantAt(Date.parse(window[edge]) + change.hours * HOUR) };
        if (moved.from >= moved.to) return send(stay);
        if (change.by === 'snapshot') return send(stay, { window: moved });
        return say(stay, { name: 'changeDates', payload: { window: { [edge]: moved[edge] } } });
      }
      case 'status':
        return send(stay, { status: change.status });
      case 'say':
        return say(stay, { name: change.what, payload: {} });
      case 'staff': {
        const { what, guestId } = change;
        const payload = { reason: 'because', ...(guestId === undefined ? {} : { guestId }) };
        return say(stay, { name: what, payload });
      }
      case 'add-guest': {
        const guest = { guestId: change.guestId, primary: false };
        if (change.by === 'signal')
          return say(stay, { name: 'addGuests', payload: { guests: [{ ...guest, wantsKey: true }] } });
        const others = booking.guests.filter((one) => one.guestId !== change.guestId);
        return send(stay, { guests: [...others, guest] });
      }
      case 'remove-guest': {
        const { guestId, cause } = change;
        if (change.by === 'signal') return say(stay, { name: 'removeGuest', payload: { guestId, cause } });
        return send(stay, { guests: booking.guests.filter((one) => one.guestId !== guestId) });
      }
      case 'lose-phone':
        return say(stay, { name: 'replaceKey', payload: { guestId: change.guestId, mode: change.mode } });
      case 'part': {
        const { shareGroup: _group, ...alone } = booking;
        held.set(stay, alone);
        return send(stay);
      }
      case 'give-room': {
        const [room] = seen.rooms;
        return room === undefined ? send(stay) : { kind: 'give-room', stay, room };
      }
      default:
        return change satisfies never;
    }
  }

  return {
    orders(change, sight) {
      const { now, open } = sight;
      const at = (place: number): string | undefined => open[place % Math.max(1, open.length)];
      switch (change.kind) {
        case 'book': {
          const last = open.at(-1);
          return [last === undefined || open.length < MOST_STAYS ? book(change.booking, now) : send(last)];
        }
        case 'ring': {
          const stays = [...new Set(change.stays.flatMap((place) => at(place) ?? []))];
          const rooms = stays.map((stay) => sight.outlook(stay).rooms);
          return stays.map((stay, index) => setRooms(stay, rooms[(index + 1) % rooms.length] ?? [], change.by));
        }
        case 'share': {
          const [host, joiner] = [at(change.stay), at(change.other)];
          if (host === undefined || joiner === undefined) return [];
          if (host === joiner) return [send(host)];
          const shareGroup = bookingOf(host).shareGroup ?? `with-${host}`;
          const rooms = [...sight.outlook(host).rooms];
          held.set(joiner, { ...bookingOf(joiner), shareGroup });
          return [send(host, { shareGroup }), sendRooms(joiner, { rooms })];
        }
        default: {
          const stay = at(change.stay);
          return stay === undefined ? [] : [aboutOne(stay, change, sight)];
        }
      }
    },
  };
}

function windowOf({ inDays, nights }: Booking, now: number): { from: string; to: string } {
  const day = Math.floor(now / DAY) * DAY + inDays * DAY;
  const nextHour = Math.ceil((now + 1) / HOUR) * HOUR;
  const from = nights > 0 ? day + CHECK_IN_HOUR * HOUR : Math.max(nextHour, day + CHECK_OUT_HOUR * HOUR);
  const to = nights > 0 ? day + nights * DAY + CHECK_OUT_HOUR * HOUR : from + 6 * HOUR;
  return { from: instantAt(from), to: instantAt(to) };
}

/** Returns a window in instants; windows here are never in local dates. */
function instantsOf(booking: StaySnapshotInput): { readonly from: string; readonly to: string } {
  if (!('to' in booking.window)) throw new Error('a window in local dates');
  return { from: booking.window.from, to: booking.window.to };
}

function asInstants({ from, to }: Outlook): { readonly from: string; readonly to: string } {
  return { from: instantAt(from), to: instantAt(to) };
}

function within(guest: StaySnapshotInput['guests'][number], rooms: readonly string[]): typeof guest {
  const { rooms: own, ...rest } = guest;
  const left = own?.filter((room) => rooms.includes(room)) ?? [];
  return left.length === 0 ? rest : { ...rest, rooms: left };
}
