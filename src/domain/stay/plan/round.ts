/** One round of planning: its input, its decisions so far, and the helpers that all its parts share. */
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import type { Key, Keyring, LiveKey } from '../../model/key.js';
import { coversRooms, isLive, isSoundIn, keysOf, satisfies, type OldestSound } from '../known/keyring.js';
import type { Policy } from '../../model/property-schema.js';
import type { AttentionCode, Notice } from '../../model/attention.js';
import type { InFlight, KeyStep, Desired, DesiredGuest, WaitingStep } from '../../model/key-plan.js';

/** Input of one round of planning, and its decisions so far. */
export interface Round {
  readonly desired: Desired;
  readonly keyring: Keyring;
  /** Live keys, oldest first; `oldestSound` limits the rooms in which they are reliable. */
  readonly live: readonly LiveKey[];
  readonly oldestSound: OldestSound;
  readonly inFlight: readonly InFlight[];
  readonly now: Instant;
  readonly policy: Policy;
  readonly ready: KeyStep[];
  readonly waiting: WaitingStep[];
  readonly attention: Notice[];
  readonly wakes: Instant[];
  /** Guests who have a step in flight or ready: at most one each. */
  readonly busy: Set<string>;
  /** Credential ids that a joiner in flight or ready names, and the instant until which it may delay their end. */
  readonly anchorsInUse: Map<string, Instant>;
  /** Rooms whose next anchor is on its way: an override, or the first of several replacements. */
  readonly claimed: Set<string>;
}

/** Returns true if the guest has rooms and a non-empty window that is not over. */
export function shouldHoldKey(guest: DesiredGuest, now: Instant): boolean {
  return guest.rooms.length > 0 && isBefore(now, guest.window.to) && isBefore(guest.window.from, guest.window.to);
}

/** Returns true once time and check-in allow the stay to issue a key. */
export function isDue(guest: DesiredGuest, now: Instant): boolean {
  return guest.opensAt !== undefined && !isBefore(now, guest.opensAt);
}

/** Returns true if a step for this key is in flight. */
export function isInFlight(round: Round, key: Key): boolean {
  return round.inFlight.some((step) => step.keyId === key.keyId);
}

/** Returns true if the guest holds the key that they should hold, with no reason to replace it. */
export function holdsDesiredKey(round: Round, guest: DesiredGuest): boolean {
  return keysOf(round.keyring, guest.guestId).some((key) => isDesiredKey(round, key, guest));
}

/** Returns true if this key is the one that the guest should hold, with no reason to replace it. */
export function isDesiredKey(round: Round, key: Key, guest: DesiredGuest): boolean {
  return opens(round, key, key.ask.rooms) && key.condemned === undefined && satisfies(key, guest);
}

/** Returns true if the key is one of the round's live keys. */
export function isLiveIn(round: Round, key: Key): boolean {
  return round.live.some((live) => live === key);
}

/** Returns true if the key is live and reliably opens all of these rooms. */
export function opens(round: Round, key: Key, rooms: readonly string[]): boolean {
  return isLiveIn(round, key) && coversRooms(key.ask.rooms, rooms) && isSoundIn(key, rooms, round.oldestSound);
}

/** Returns the keys of this stay that open at least one of the rooms. */
export function liveKeysOn(round: Round, rooms: readonly string[]): readonly LiveKey[] {
  return round.live.filter((key) => rooms.some((room) => opens(round, key, [room])));
}

/** Returns the guest's newest live key, or undefined. */
export function currentKey(round: Round, guestId: string): Key | undefined {
  return keysOf(round.keyring, guestId).findLast((key) => isLive(key, round.now));
}

/** Maximum time in minutes that a joiner may delay the end of its anchor: it needs seconds, or is stuck. */
const JOINERS_FIRST_MINUTES = 1;

/** Records that a joiner, requested at `since`, names this key as its anchor. */
export function useAnchor(round: Round, acsCredentialId: string, since: Instant): void {
  const until = plusMinutes(since, JOINERS_FIRST_MINUTES);
  const known = round.anchorsInUse.get(acsCredentialId);
  if (known === undefined || isBefore(known, until)) round.anchorsInUse.set(acsCredentialId, until);
}

/** Adds a notice, unless the round already has one with this code for this guest. */
export function notice(round: Round, code: AttentionCode, message: string, guestId: string): void {
  if (round.attention.some((known) => known.code === code && known.guestId === guestId)) return;
  round.attention.push({ code, message, guestId });
}

/** Returns the rooms as text for people; after eight rooms it gives only the number of the others. */
export function list(rooms: readonly string[]): string {
  return rooms.length > 8 ? `${rooms.slice(0, 8).join(', ')} and ${rooms.length - 8} more` : rooms.join(', ');
}
