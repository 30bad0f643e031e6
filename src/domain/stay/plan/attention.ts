/** What a person must know or do, from the whole book: the planner's notices and those that concern no key yet. */
import type { OpenAttention } from '../../model/stay-records.js';
import { isEnded, type HeldClaim, type StayBook, stayWindow } from '../state.js';
import { roomWorkflowId } from '../../model/ids.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import { unfetchedKeys } from '../known/unfetched-keys.js';
import type { KeyPlan, Notice, Wanted } from '../../model/key-plan.js';
import { guestsWithoutRoom } from './preparations.js';

export interface Watch {
  readonly attention: readonly OpenAttention[];
  /** When time alone opens another notice. */
  readonly wakeAt?: Instant;
}

/** Every notice that is open now, each with the time since which it has been. */
export function openAttention(book: StayBook, wanted: Wanted, plan: KeyPlan, now: Instant): Watch {
  const phones = missingPhones(book, wanted, now);
  const notices = [
    ...plan.attention,
    ...hindrances(book),
    ...unknownRooms(book),
    ...zoneMismatch(book),
    ...missingRooms(book, now),
    ...takenRooms(book, now),
    ...unsettledRooms(book),
    ...phones.due,
    ...unfetched(book),
  ];
  const open = distinct(notices).map((notice) => ({ ...notice, since: sinceWhen(book, notice, now) }));
  return {
    attention: [...open, ...book.ignored],
    ...(phones.nextAt === undefined ? {} : { wakeAt: phones.nextAt }),
  };
}

function same(a: Notice, b: Notice): boolean {
  return a.code === b.code && a.guestId === b.guestId && a.room === b.room;
}

function distinct(notices: readonly Notice[]): readonly Notice[] {
  return notices.filter((notice, index) => notices.findIndex((other) => same(other, notice)) === index);
}

function sinceWhen(book: StayBook, notice: Notice, now: Instant): Instant {
  return book.attention.find((known) => same(known, notice))?.since ?? now;
}

function hindrances(book: StayBook): Notice[] {
  return Object.values(book.hindrances).map((hindrance) => ({
    code: hindrance.kind === 'outage' ? 'access-system-down' : 'key-failed',
    message: hindrance.message,
    ...(hindrance.guestId === undefined ? {} : { guestId: hindrance.guestId }),
  }));
}

function unknownRooms(book: StayBook): Notice[] {
  return book.wanted.rooms
    .filter((room) => book.doors.unknownRooms.includes(room))
    .map((room) => ({
      code: 'impossible-plan',
      room,
      message: `room ${room} has no door, or more than one, at Seam: mend the door mapping, then send policyChanged`,
    }));
}

/** Instants come from the property's zone: locks that run in another one open and close at other times than they say. */
function zoneMismatch(book: StayBook): Notice[] {
  const { zoneProblem } = book.doors;
  if (zoneProblem === undefined || isEnded(book)) return [];
  return [{ code: 'zone-mismatch', message: `${zoneProblem}: mend the one that is wrong, then send policyChanged` }];
}

function missingRooms(book: StayBook, now: Instant): Notice[] {
  const window = stayWindow(book);
  const inHouse = book.wanted.status === 'in-house' && window !== undefined && isBefore(now, window.to);
  if (!inHouse) return [];
  if (book.wanted.rooms.length === 0) return [{ code: 'room-missing', message: 'in house, and no room is assigned' }];
  return guestsWithoutRoom(book).map((guestId) => ({
    code: 'room-missing',
    guestId,
    message: "none of the guest's own rooms is among the stay's rooms",
  }));
}

/** Rooms that another stay has, or keeps this one from having for as long as it was booked. */
function takenRooms(book: StayBook, now: Instant): Notice[] {
  if (isEnded(book)) return [];
  return (book.leases?.claims ?? []).flatMap((held): Notice[] => {
    const message = whyTaken(book, held, now);
    return message === undefined ? [] : [{ ...message, room: held.room }];
  });
}

/** Rooms that this stay wants, or has not let go yet, and that cannot be spoken to. */
function unsettledRooms({ leases, propertyId }: StayBook): Notice[] {
  const { unsettled = [], claims = [] } = leases ?? {};
  return unsettled
    .filter(({ room }) => claims.some((held) => held.room === room))
    .map(({ room, kind, why }) => ({
      code: kind === 'refused' ? 'key-failed' : 'key-delayed',
      room,
      message: `${why}; it is asked again every minute: see ${roomWorkflowId({ propertyId, room })} in Temporal Web UI`,
    }));
}

function whyTaken(book: StayBook, held: HeldClaim, now: Instant): Pick<Notice, 'code' | 'message'> | undefined {
  const { room, verdict } = held;
  switch (verdict?.kind) {
    case undefined:
      return undefined;
    case 'waiting': {
      const stays = verdict.behind.join(', ');
      const message =
        verdict.displaced === true
          ? `the front desk gave room ${room} to ${stays}: book another room`
          : `room ${room} is taken by ${stays}: move one of them, or force this one at the room`;
      return { code: 'room-taken', message };
    }
    case 'ended': {
      const message = `a stay of this name ended with revision ${verdict.revision}: nothing is issued until a newer one arrives`;
      return { code: 'stale-booking', message };
    }
    case 'granted': {
      const other = verdict.heldUpBy ?? 'another stay';
      if (isBefore(verdict.until, held.window.to)) {
        return {
          code: 'room-taken',
          message: `room ${room} is taken by ${other} from ${verdict.until}: keys end then`,
        };
      }
      const isThere = book.wanted.status === 'in-house' && isBefore(held.window.from, verdict.from ?? held.window.from);
      if (!isThere || !isBefore(now, verdict.from ?? now)) return undefined;
      return { code: 'room-taken', message: `room ${room} is taken by ${other} until ${verdict.from}` };
    }
    default:
      return verdict satisfies never;
  }
}

/** Made at Seam, and on no phone: the guest cannot open his door with it. */
function unfetched(book: StayBook): Notice[] {
  return unfetchedKeys(book).map(({ guestId }) => ({
    code: 'phone-missing',
    guestId,
    message:
      "this guest's key is made, and none of his phones has fetched it: ask him to open the app with his phone online, or cut a plastic card",
  }));
}

function missingPhones(book: StayBook, wanted: Wanted, now: Instant): { due: Notice[]; nextAt?: Instant } {
  const { checkedInAt } = book.wanted;
  const policy = book.property?.policy;
  if (checkedInAt === undefined || policy === undefined || isEnded(book)) return { due: [] };
  const waiting = wanted.guests.filter((guest) => guest.gate === 'phone' && guest.rooms.length > 0);
  const at = plusMinutes(checkedInAt, policy.phoneMissingAfterMinutes);
  if (waiting.length === 0) return { due: [] };
  if (isBefore(now, at)) return { due: [], nextAt: at };
  return {
    due: waiting.map(({ guestId }) => ({
      code: 'phone-missing',
      guestId,
      message: 'no phone of this guest can hold a key yet: remind him, or cut a plastic card',
    })),
  };
}
