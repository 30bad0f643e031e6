/**
 * Orders to a stay that fulfil a key request. Pure: the workflow `keyRequests` calls it and gets the same result on
 * replay. Requests name no guests, so guests are numbered. A change is sent as a whole snapshot, as any booking
 * system sends it.
 */
import type { StayName } from '../model/ids.js';
import { defined } from '../model/defined.js';
import { earlier, isBefore, millis, sameWindow, type Instant, type Window } from '../model/instants.js';
import type { StaySnapshotInput } from '../model/snapshot-schema.js';
import type { StayPhase } from '../model/stay-view.js';
import type { Order, ReportedGuest, StayReport } from '../model/key-request.js';
import type { KeyRequest } from '../model/key-request-schema.js';

export type Decision =
  { readonly kind: 'send'; readonly orders: readonly Order[] } | { readonly kind: 'refuse'; readonly why: string };

/** Desired reservation. */
interface DesiredReservation {
  readonly status: 'confirmed' | 'in-house' | 'departed';
  readonly window: Window;
  readonly rooms: readonly string[];
  readonly guestIds: readonly string[];
}

const OVER: readonly StayPhase[] = ['leaving', 'over', 'cancelled', 'no-show'];

/** Further inputs of a decision. */
export interface Circumstances {
  readonly now: Instant;
  /** The request before this one, if the stay received it. */
  readonly before?: KeyRequest | undefined;
}

/**
 * Returns the orders that fulfil the request, or the reason to refuse it.
 * @param stay undefined if no stay is open
 */
export function decide(
  name: StayName,
  request: KeyRequest,
  stay: StayReport | undefined,
  circumstances: Circumstances,
): Decision {
  const { now, before } = circumstances;
  const isOpen = stay !== undefined && !OVER.includes(stay.phase);
  if (request.kind === 'remove') {
    return send(isOpen || mayStillOpen(stay) ? removal(name, request, stay) : []);
  }
  if (before !== undefined && stay?.isPending === true && isAskedAgain(before, request)) return send([]);
  const window = windowOf(request, isOpen ? stay : undefined, circumstances);
  const rooms = roomsOf(request, stay);
  if (window === undefined || rooms.length === 0) {
    return { kind: 'refuse', why: 'the request names no room or no dates, and no open stay has them' };
  }
  const status =
    isOpen && stay.phase === 'in-house' ? 'in-house' : isBefore(now, window.from) ? 'confirmed' : 'in-house';
  const desired: DesiredReservation = { status, window, rooms, guestIds: guestIdsOf(request, isOpen, stay) };
  if (!isOpen) return send([snapshotOf(name, request, stay, desired)]);
  const endsEarlierKeys =
    request.kind === 'new' && sameRooms(rooms, stay.rooms) && stay.guests.some(({ hasKey }) => hasKey);
  return send([
    // All earlier keys must also die at the door: the first key after the end of all others is an override.
    ...(endsEarlierKeys ? [...removal(name, request, stay), { kind: 'await-end-of-keys' as const }] : []),
    ...(endsEarlierKeys || !isAsDesired(stay, desired) ? [snapshotOf(name, request, stay, desired)] : []),
    ...replacement(request, stay, desired),
  ]);
}

function send(orders: readonly Order[]): Decision {
  return { kind: 'send', orders };
}

/** Returns true if a stay in its grace still has a key; "remove" ends that key. */
function mayStillOpen(stay: StayReport | undefined): stay is StayReport {
  return stay?.phase === 'leaving' && stay.guests.some(({ hasKey }) => hasKey);
}

/** Returns orders that end the keys. A moved stay keeps its keys: "remove" may come after "new" for the next room. */
function removal(name: StayName, request: KeyRequest, stay: StayReport): readonly Order[] {
  const isForOthers = request.rooms.length > 0 && !request.rooms.some((room) => stay.rooms.includes(room));
  const { window, rooms } = stay;
  if (window === undefined || (rooms.length > 0 && isForOthers)) return [];
  const guestIds = present(stay).map(({ guestId }) => guestId);
  return [snapshotOf(name, request, stay, { status: 'departed', window, rooms, guestIds })];
}

/** Returns the desired window. A key issued during the stay does not move the arrival; a key valid later does. */
function windowOf({ window }: KeyRequest, stay: StayReport | undefined, { now }: Circumstances): Window | undefined {
  if (window === undefined || stay?.window === undefined) return window ?? stay?.window;
  const isDuringStay = stay.phase === 'in-house' || !isBefore(now, window.from);
  return { from: isDuringStay ? earlier(window.from, stay.window.from) : window.from, to: window.to };
}

/** Time in which no caller has received "try again" yet. */
const TOO_SOON_MS = 5_000;

/**
 * Returns true if the request repeats the one before because the caller was asked to retry; it needs no further key.
 * Never true for `lost`: two phones may be lost.
 */
function isAskedAgain(before: KeyRequest, request: KeyRequest): boolean {
  return (
    before.kind === request.kind &&
    before.kind !== 'lost' &&
    millis(request.at) - millis(before.at) >= TOO_SOON_MS &&
    sameRooms(before.rooms, request.rooms) &&
    before.window?.to === request.window?.to &&
    before.shareGroup === request.shareGroup
  );
}

/** Returns the desired rooms. "new" and "move" name all rooms, except a move with `oldRoom`; others may name one. */
function roomsOf({ kind, rooms, oldRoom }: KeyRequest, stay: StayReport | undefined): readonly string[] {
  const known = stay?.rooms ?? [];
  const [room, ...further] = rooms;
  if (kind === 'move' && oldRoom !== undefined && room !== undefined && further.length === 0) {
    const moved = known.map((one) => (one === oldRoom ? room : one));
    if (moved.includes(room)) return [...new Set(moved)];
  }
  const namesAll = rooms.length > 0 && (kind === 'new' || kind === 'move');
  return namesAll || !rooms.every((room) => known.includes(room)) ? rooms : known;
}

function guestIdsOf(
  { kind, furtherKeys }: KeyRequest,
  isOpen: boolean,
  stay: StayReport | undefined,
): readonly string[] {
  const [first = guestIdAt(0)] = (stay?.guests ?? [])
    .toSorted((a, b) => Number(b.hasKey) - Number(a.hasKey))
    .map(({ guestId }) => guestId);
  const here = isOpen && stay !== undefined ? present(stay).map(({ guestId }) => guestId) : [];
  if (here.length === 0 || (kind === 'new' && stay?.guests.some(({ hasKey }) => hasKey) === true)) return [first];
  return kind === 'duplicate' && furtherKeys === 'another-guest' ? [...here, furtherGuestId(here)] : here;
}

function furtherGuestId(here: readonly string[]): string {
  let place = here.length;
  while (here.includes(guestIdAt(place))) place += 1;
  return guestIdAt(place);
}

function guestIdAt(place: number): string {
  return `guest-${place + 1}`;
}

function present({ guests }: StayReport): readonly ReportedGuest[] {
  return guests.filter(({ isGone }) => !isGone);
}

function isAsDesired(stay: StayReport, desired: DesiredReservation): boolean {
  return (
    (desired.status === 'in-house') === (stay.phase === 'in-house') &&
    stay.window !== undefined &&
    sameWindow(stay.window, desired.window) &&
    sameRooms(stay.rooms, desired.rooms) &&
    sameRooms(
      present(stay).map(({ guestId }) => guestId),
      desired.guestIds,
    )
  );
}

function sameRooms(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

/** Returns the order to replace a key. A change of rooms needs none: the stay then ends the old keys itself. */
function replacement(
  { kind, requestId, by }: KeyRequest,
  stay: StayReport,
  desired: DesiredReservation,
): readonly Order[] {
  const holder = present(stay).toSorted((a, b) => Number(b.hasKey) - Number(a.hasKey))[0];
  if (holder === undefined || !sameRooms(stay.rooms, desired.rooms)) return [];
  const { guestId, hasKey } = holder;
  if (kind === 'lost') return [{ kind: 'replace-key', payload: { guestId, mode: 'secure', requestId, by } }];
  const isAgain = kind === 're-encode' && hasKey;
  return isAgain ? [{ kind: 'replace-key', payload: { guestId, mode: 'convenient', requestId, by } }] : [];
}

function snapshotOf(
  name: StayName,
  request: KeyRequest,
  stay: StayReport | undefined,
  desired: DesiredReservation,
): Order {
  const { status, window, rooms, guestIds } = desired;
  const snapshot: StaySnapshotInput = {
    ...name,
    revision: nextRevision(request.at, stay?.revision),
    // This booking system is the only writer and sends one request after another.
    supersede: true,
    status,
    window,
    rooms: [...rooms],
    guests: guestIds.map((guestId, place) => ({ guestId, primary: place === 0 })),
    ...defined({ shareGroup: request.shareGroup }),
  };
  return { kind: 'snapshot', snapshot };
}

function nextRevision(at: string, known: StayReport['revision']): StaySnapshotInput['revision'] {
  if (typeof known === 'number') return known + 1;
  return known !== undefined && millis(known) > millis(at) ? known : at;
}
