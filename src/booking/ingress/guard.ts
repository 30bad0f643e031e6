/**
 * Checks of deliveries that are not signed. Secrets are compared in constant time, and every guard that is set must
 * hold.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { Delivery, Reading } from './adapter.js';
import { longSecretOf, type Guard } from './settings.js';

/** Returns why a delivery does not pass; undefined if it passes. */
export type Gatekeeper = (delivery: Delivery) => Extract<Reading, { kind: 'unknown' | 'forged' }> | undefined;

/**
 * Returns the check for deliveries of one connection.
 * @param secret returns a secret by the name of its environment variable
 * @throws Error if a secret is not set, or is short enough to be guessed
 */
export function openGuard(guard: Guard, secret: (name: string) => string): Gatekeeper {
  const token = guard.token === undefined ? undefined : longSecretOf(guard.token, secret);
  const credentials =
    guard.basic === undefined ? undefined : `${guard.basic.user}:${longSecretOf(guard.basic.password, secret)}`;
  const addresses = guard.addresses === undefined ? undefined : listOf(guard.addresses);
  return (delivery) => {
    if (token === undefined ? delivery.token !== undefined : !isSame(delivery.token ?? '', token))
      return { kind: 'unknown' };
    if (addresses !== undefined && !holds(addresses, delivery.ip)) {
      return { kind: 'forged', why: 'its address is not in the list "addresses"' };
    }
    if (credentials !== undefined && !isSame(basicCredentials(delivery.headers['authorization']), credentials)) {
      return { kind: 'forged', why: 'its user name or password is wrong' };
    }
    return undefined;
  };
}

/** Compares digests, so that the time is constant for all lengths. */
function isSame(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}

function basicCredentials(header: string | undefined): string {
  const encoded = /^basic ([a-z0-9+/=_-]+)$/i.exec(header?.trim() ?? '')?.[1];
  return encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
}

function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const address of addresses) {
    const [net = '', prefix] = address.split('/');
    const family = isIPv6(net) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(net, family);
    else list.addSubnet(net, Number(prefix), family);
  }
  return list;
}

function holds(list: BlockList, ip: string): boolean {
  // A dual-stack socket reports IPv4 callers in this form.
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '');
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
