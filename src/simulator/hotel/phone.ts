/**
 * A guest's phone, pure: it holds the keys that it has synced. What the credential service has for it (its wallet)
 * reaches it while it is online, and otherwise when it comes back.
 */
import type { Key } from './lock.js';

/** Keys by the id of their credential, in the order in which they were issued. */
export type Wallet = ReadonlyMap<string, Key>;

export interface Phone {
  readonly deviceId: string;
  readonly connection: 'online' | 'offline';
  readonly keys: Wallet;
  /** Keys whose discard was lost on the way; forgotten when the phone comes back from being offline. */
  readonly missedDiscards: ReadonlySet<string>;
}

export function newPhone(deviceId: string, connection: Phone['connection']): Phone {
  return { deviceId, connection, keys: new Map(), missedDiscards: new Set() };
}

/** The phone after the credential service has pushed `wallet` to it: unchanged while it is offline. */
export function syncPhone(phone: Phone, wallet: Wallet): Phone {
  if (phone.connection === 'offline') return phone;
  const missed = [...phone.keys].filter(([id]) => phone.missedDiscards.has(id) && !wallet.has(id));
  return { ...phone, keys: new Map([...missed, ...wallet]) };
}

/** A phone that comes back asks for everything anew, so that it also hears of discards that it had missed. */
export function comeOnline(phone: Phone, wallet: Wallet): Phone {
  if (phone.connection === 'online') return phone;
  return syncPhone({ ...phone, connection: 'online', missedDiscards: new Set() }, wallet);
}

export function goOffline(phone: Phone): Phone {
  return { ...phone, connection: 'offline' };
}

/** The discard of this key never arrives, although the phone is online. */
export function missDiscard(phone: Phone, credentialId: string): Phone {
  return { ...phone, missedDiscards: new Set([...phone.missedDiscards, credentialId]) };
}

/** The keys in the order in which the phone presents them: the newest first. */
export function keysNewestFirst(phone: Phone): readonly Key[] {
  return [...phone.keys.values()].reverse();
}
