/** One round of planning: what it looks at, what it has decided so far, and the questions that all its parts ask. */
import { isBefore, plusMinutes, type Instant } from '../../model/instants.js';
import type { Key, Keyring } from '../../model/key.js';
import { coversRooms, isLive, isSoundIn, keysOf, satisfies, type OldestSound } from '../known/keyring.js';
import type { Policy } from '../../model/property-schema.js';
import type {
  AttentionCode,
  InFlight,
  KeyStep,
  Notice,
  Desired,
  DesiredGuest,
  WaitingStep,
} from '../../model/key-plan.js';

/** Everything that one round of planning looks at, and what it has decided so far. */
export interface Round {
  readonly desired: Desired;
  readonly keyring: Keyring;
  /** Keys that are alive, oldest first; in which rooms they can be relied on, `oldestSound` says. */
  readonly live: readonly Key[];
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
  /** Credential ids that a joiner in flight or ready names, and until when it may hold up their end. */
  readonly anchorsInUse: Map<string, Instant>;
  /** Rooms whose next anchor is on its way: an override, or the first of several replacements. */
  readonly claimed: Set<string>;
}

export function wantsKeyNow(guest: DesiredGuest, now: Instant): boolean {
  return guest.rooms.length > 0 && isBefore(now, guest.window.to) && isBefore(guest.window.from, guest.window.to);
}

/** True once a key may be issued, as far as time and check-in go. */
export function isDue(guest: DesiredGuest, now: Instant): boolean {
  return guest.opensAt !== undefined && !isBefore(now, guest.opensAt);
}

export function isInFlight(round: Round, key: Key): boolean {
  return round.inFlight.some((step) => step.keyId === key.keyId);
}

export function holdsWhatHeWants(round: Round, guest: DesiredGuest): boolean {
  return keysOf(round.keyring, guest.guestId).some((key) => settles(round, key, guest));
}

/** True if this key is what the guest should hold, with no reason to replace it. */
export function settles(round: Round, key: Key, guest: DesiredGuest): boolean {
  return opens(round, key, key.ask.rooms) && key.condemned === undefined && satisfies(key, guest);
}

/** True if the key is alive, and is the kind of key that opens all of these rooms. */
export function opens(round: Round, key: Key, rooms: readonly string[]): boolean {
  return round.live.includes(key) && coversRooms(key.ask.rooms, rooms) && isSoundIn(key, rooms, round.oldestSound);
}

/** Keys of this stay that open one of the rooms. */
export function liveKeysOn(round: Round, rooms: readonly string[]): readonly Key[] {
  return round.live.filter((key) => rooms.some((room) => opens(round, key, [room])));
}

export function currentKey(round: Round, guestId: string): Key | undefined {
  return keysOf(round.keyring, guestId).findLast((key) => isLive(key, round.now));
}

/** How long a joiner may hold up the end of its anchor, in minutes: it needs seconds, or is stuck. */
const JOINERS_FIRST_MINUTES = 1;

/** Notes that a joiner, asked for since `since`, names this key. */
export function useAnchor(round: Round, acsCredentialId: string, since: Instant): void {
  const until = plusMinutes(since, JOINERS_FIRST_MINUTES);
  const known = round.anchorsInUse.get(acsCredentialId);
  if (known === undefined || isBefore(known, until)) round.anchorsInUse.set(acsCredentialId, until);
}

export function notice(round: Round, code: AttentionCode, message: string, guestId: string): void {
  if (round.attention.some((known) => known.code === code && known.guestId === guestId)) return;
  round.attention.push({ code, message, guestId });
}

export function list(rooms: readonly string[]): string {
  return rooms.length > 8 ? `${rooms.slice(0, 8).join(', ')} and ${rooms.length - 8} more` : rooms.join(', ');
}
