/** What a person must know or do, from the whole state: the planner's notices and those that concern no key yet. */
import type { OpenAttention } from '../../model/stay-records.js';
import { isEnded, type HeldClaim, type StayState, stayWindow } from '../state.js';
import { roomWorkflowId } from '../../model/ids.js';
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import { unfetchedKeys } from '../known/unfetched-keys.js';
import type { KeyPlan, Notice, Desired } from '../../model/key-plan.js';
import { guestsWithoutRoom } from './preparations.js';

export interface Watch {
  readonly attention: readonly OpenAttention[];
  /** When time alone opens another notice. */
  readonly wakeAt?: Instant;
}

/** Every notice that is open now, each with the time since which it has been. */
export function openAttention(state: StayState, desired: Desired, plan: KeyPlan, now: Instant): Watch {
  const phones = missingPhones(state, desired, now);
  const notices = [
    ...plan.attention,
    ...blockers(state),
    ...unknownRooms(state),
    ...zoneMismatch(state),
    ...missingRooms(state, now),
    ...takenRooms(state, now),
    ...unsettledRooms(state),
    ...phones.due,
    ...unfetched(state),
  ];
  const open = distinct(notices).map((notice) => ({ ...notice, since: sinceWhen(state, notice, now) }));
  return {
    attention: [...open, ...state.ignored],
    ...(phones.nextAt === undefined ? {} : { wakeAt: phones.nextAt }),
  };
}

function same(a: Notice, b: Notice): boolean {
  return a.code === b.code && a.guestId === b.guestId && a.room === b.room;
}

function distinct(notices: readonly Notice[]): readonly Notice[] {
  return notices.filter((notice, index) => notices.findIndex((other) => same(other, notice)) === index);
}

function sinceWhen(state: StayState, notice: Notice, now: Instant): Instant {
  return state.attention.find((known) => same(known, notice))?.since ?? now;
}

function blockers(state: StayState): Notice[] {
  return Object.values(state.blockers).map((blocker) => ({
    code: blocker.kind === 'outage' ? 'access-system-down' : 'key-failed',
    message: blocker.message,
    ...(blocker.guestId === undefined ? {} : { guestId: blocker.guestId }),
  }));
}

function unknownRooms(state: StayState): Notice[] {
  return state.desired.rooms
    .filter((room) => state.doors.unknownRooms.includes(room))
    .map((room) => ({
      code: 'impossible-plan',
      room,
      message: `room ${room} has no door, or more than one, at Seam: mend the door mapping, then send policyChanged`,
    }));
}

/** Instants come from the property's zone: locks that run in another one open and close at other times than they say. */
function zoneMismatch(state: StayState): Notice[] {
  const { zoneProblem } = state.doors;
  if (zoneProblem === undefined || isEnded(state)) return [];
  return [{ code: 'zone-mismatch', message: `${zoneProblem}: mend the one that is wrong, then send policyChanged` }];
}

function missingRooms(state: StayState, now: Instant): Notice[] {
  const window = stayWindow(state);
  const inHouse = state.desired.status === 'in-house' && window !== undefined && isBefore(now, window.to);
  if (!inHouse) return [];
  if (state.desired.rooms.length === 0) return [{ code: 'room-missing', message: 'in house, and no room is assigned' }];
  return guestsWithoutRoom(state).map((guestId) => ({
    code: 'room-missing',
    guestId,
    message: "none of the guest's own rooms is among the stay's rooms",
  }));
}

/** Rooms that another stay has, or keeps this one from having for as long as it was booked. */
function takenRooms(state: StayState, now: Instant): Notice[] {
  if (isEnded(state)) return [];
  return state.leases.claims.flatMap((held): Notice[] => {
    const message = whyTaken(state, held, now);
    return message === undefined ? [] : [{ ...message, room: held.room }];
  });
}

/** Rooms that this stay wants, or has not let go yet, and that cannot be spoken to. */
function unsettledRooms({ leases, propertyId }: StayState): Notice[] {
  const { unsettled = [], claims = [] } = leases ?? {};
  return unsettled
    .filter(({ room }) => claims.some((held) => held.room === room))
    .map(({ room, kind, why }) => ({
      code: kind === 'refused' ? 'key-failed' : 'key-delayed',
      room,
      message: `${why}; it is asked again every minute: see ${roomWorkflowId({ propertyId, room })} in Temporal Web UI`,
    }));
}

function whyTaken(state: StayState, held: HeldClaim, now: Instant): Pick<Notice, 'code' | 'message'> | undefined {
  const { room, decision } = held;
  switch (decision?.kind) {
    case undefined:
      return undefined;
    case 'waiting': {
      const stays = decision.behind.join(', ');
      const message =
        decision.displaced === true
          ? `the front desk gave room ${room} to ${stays}: book another room`
          : `room ${room} is taken by ${stays}: move one of them, or force this one at the room`;
      return { code: 'room-taken', message };
    }
    case 'ended': {
      const message = `a stay of this name ended with revision ${decision.revision}: nothing is issued until a newer one arrives`;
      return { code: 'stale-booking', message };
    }
    case 'granted': {
      const other = decision.heldUpBy ?? 'another stay';
      if (isBefore(decision.until, held.window.to)) {
        return {
          code: 'room-taken',
          message: `room ${room} is taken by ${other} from ${decision.until}: keys end then`,
        };
      }
      const isThere =
        state.desired.status === 'in-house' && isBefore(held.window.from, decision.from ?? held.window.from);
      if (!isThere || !isBefore(now, decision.from ?? now)) return undefined;
      return { code: 'room-taken', message: `room ${room} is taken by ${other} until ${decision.from}` };
    }
    default:
      return decision satisfies never;
  }
}

/** Made at Seam, and on no phone: the guest cannot open his door with it. */
function unfetched(state: StayState): Notice[] {
  return unfetchedKeys(state).map(({ guestId }) => ({
    code: 'phone-missing',
    guestId,
    message:
      "this guest's key is made, and none of his phones has fetched it: ask him to open the app with his phone online, or cut a plastic card",
  }));
}

function missingPhones(state: StayState, desired: Desired, now: Instant): { due: Notice[]; nextAt?: Instant } {
  const { checkedInAt } = state.desired;
  const policy = state.property?.policy;
  if (checkedInAt === undefined || policy === undefined || isEnded(state)) return { due: [] };
  const waiting = desired.guests.filter((guest) => guest.gate === 'phone' && guest.rooms.length > 0);
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
