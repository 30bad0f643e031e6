/**
 * A guest's phone, pure. It holds the keys that it has synced. The credential service holds its wallet. The phone
 * receives the wallet while it is online, otherwise when it comes back online.
 */
import type { Key } from './lock.js';

/** Keys by credential id, in the order of issue. */
export type Wallet = ReadonlyMap<string, Key>;

export interface Phone {
  readonly deviceId: string;
  readonly connection: 'online' | 'offline';
  readonly keys: Wallet;
  /** Keys whose discard was lost in transit; cleared when the phone comes back online. */
  readonly missedDiscards: ReadonlySet<string>;
}

/** Returns a phone without keys. */
export function newPhone(deviceId: string, connection: Phone['connection']): Phone {
  return { deviceId, connection, keys: new Map(), missedDiscards: new Set() };
}

/** Returns the phone after the credential service has pushed `wallet` to it; unchanged while it is offline. */
export function syncPhone(phone: Phone, wallet: Wallet): Phone {
  if (phone.connection === 'offline') return phone;
  const missed = [...phone.keys].filter(([id]) => phone.missedDiscards.has(id) && !wallet.has(id));
  return { ...phone, keys: new Map([...missed, ...wallet]) };
}

/** Returns the phone online again. It re-reads its whole wallet, so that it also receives discards it had missed. */
export function comeOnline(phone: Phone, wallet: Wallet): Phone {
  if (phone.connection === 'online') return phone;
  return syncPhone({ ...phone, connection: 'online', missedDiscards: new Set() }, wallet);
}

/** Returns the phone offline; it keeps its keys. */
export function goOffline(phone: Phone): Phone {
  return { ...phone, connection: 'offline' };
}

/** Returns a phone that never receives the discard of this key, although it is online. */
export function missDiscard(phone: Phone, credentialId: string): Phone {
  return { ...phone, missedDiscards: new Set([...phone.missedDiscards, credentialId]) };
}

/** Returns the keys in the order in which the phone presents them, newest first. */
export function keysNewestFirst(phone: Phone): readonly Key[] {
  return [...phone.keys.values()].reverse();
}
