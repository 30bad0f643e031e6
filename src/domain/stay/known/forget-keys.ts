/** Dead keys that the stay forgets, so that its state stays small however often it is changed. */
import type { Key, Keyring } from '../../model/key.js';
import { mayOpen } from './keyring.js';

/** Number of keys that a stay remembers, beside those that still decide something. */
export const REMEMBERED_KEYS = 1_000;

/** Returns the keyring without its oldest dead keys, if it has more than `most`. Keys that decide something stay. */
export function forgetKeys(keyring: Keyring, most = REMEMBERED_KEYS): Keyring {
  let excess = keyring.keys.length - most;
  if (excess <= 0) return keyring;
  const needed = neededKeys(keyring.keys);
  const keys = keyring.keys.filter((key) => {
    if (excess === 0 || needed.has(key)) return true;
    excess -= 1;
    return false;
  });
  return { ...keyring, keys };
}

/**
 * Returns the keys that decide something: those that may open a door, whose request is in doubt, or that a card of the
 * front desk ended; the anchors and overrides of those that may open; the last key of each guest; and the newest
 * override of each room, which its lock may have seen.
 */
function neededKeys(keys: readonly Key[]): ReadonlySet<Key> {
  const open = keys.filter((key) => mayOpen(key));
  const generations = new Set(open.map((key) => key.generation));
  const anchors = new Set(open.map((key) => key.ask.joinTo));
  const lastOfGuest = new Map(keys.map((key) => [key.guestId, key]));
  const overrides = keys.filter((key) => key.ask.kind === 'override' && key.issuedAt !== undefined);
  const newestInRoom = new Map(overrides.flatMap((key) => key.ask.rooms.map((room) => [room, key] as const)));
  const decides = (key: Key): boolean =>
    key.doubt !== undefined ||
    key.ended === 'killed' ||
    (key.acsCredentialId !== undefined && anchors.has(key.acsCredentialId)) ||
    (key.ask.kind === 'override' && generations.has(key.generation));
  return new Set([...open, ...lastOfGuest.values(), ...newestInRoom.values(), ...keys.filter(decides)]);
}
