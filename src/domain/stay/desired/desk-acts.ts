/**
 * Acts of the desk: which message changed a field that the booking system also sets, and whether a later snapshot has
 * repeated the booking system's value. `plan/mismatches.ts` reports the differences that stand.
 */
import { defined } from '../../model/defined.js';
import { normalInstant, type Instant } from '../../model/instants.js';
import type { Message } from '../../model/message-schema.js';
import { isSameValue } from '../../model/same-value.js';
import type { Guest, StaySnapshot } from '../../model/snapshot-schema.js';
import { withDesired, type DeskAct, type DeskActs, type StayState } from '../state.js';

/** Records that this message, which has been applied, set a field of the reservation. */
export function recordDeskAct(state: StayState, message: Message, now: Instant): StayState {
  const acts = state.desired.deskActs ?? {};
  if (message.name === 'addGuests') {
    const back = message.payload.guests.map(({ guestId }) => `left:${guestId}`);
    return withActs(state, without(acts, back));
  }
  const field = fieldOf(message);
  if (field === undefined) return state;
  const { at, by } = message.payload;
  const act: DeskAct = { at: at === undefined ? now : normalInstant(at), ...defined({ by }) };
  return withActs(state, { ...acts, [field]: act });
}

function fieldOf(message: Message): string | undefined {
  switch (message.name) {
    case 'checkIn':
    case 'checkOut':
    case 'cancel':
      return 'status';
    case 'changeDates':
      return 'window';
    case 'changeRooms':
      return message.payload.guestId === undefined ? 'rooms' : `rooms:${message.payload.guestId}`;
    case 'removeGuest':
      return message.payload.cause === 'left' ? `left:${message.payload.guestId}` : undefined;
    default:
      return undefined;
  }
}

/**
 * Compares the latest snapshot, which has been applied, with the one `before` it: acts on fields that it changed are
 * over, and it has repeated the booking system's value of all others.
 */
export function settleDeskActs(state: StayState, before: StaySnapshot | undefined): StayState {
  const { snapshot, desired } = state;
  if (snapshot === undefined || desired.deskActs === undefined) return state;
  const acts: DeskActs = Object.fromEntries(
    Object.entries(desired.deskActs).flatMap(([field, act]): [string, DeskAct][] => {
      const isOver = before === undefined || !isSameValue(valueOf(before, field), valueOf(snapshot, field));
      return isOver || act === undefined ? [] : [[field, { ...act, repeated: true }]];
    }),
  );
  return withActs(state, acts);
}

/** Returns the booking system's value of a field. */
function valueOf(snapshot: StaySnapshot, field: string): unknown {
  const guest = (prefix: string): Guest | undefined =>
    snapshot.guests.find(({ guestId }) => guestId === field.slice(prefix.length));
  if (field.startsWith('left:')) return guest('left:') !== undefined;
  if (field.startsWith('rooms:')) return guest('rooms:')?.rooms;
  if (field === 'rooms') return [snapshot.rooms, snapshot.segments];
  return field === 'status' ? snapshot.status : snapshot.window;
}

function without(acts: DeskActs, fields: readonly string[]): DeskActs {
  return Object.fromEntries(Object.entries(acts).filter(([field]) => !fields.includes(field)));
}

function withActs(state: StayState, deskActs: DeskActs): StayState {
  if (Object.keys(deskActs).length > 0) return withDesired(state, { deskActs });
  const { deskActs: _none, ...desired } = state.desired;
  return { ...state, desired };
}
