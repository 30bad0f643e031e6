/** Context of the activities on one property's keys: the Seam client, the property, the clock and the timing. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Property } from '../domain/model/property-schema.js';
import type { AccessSystemWatch } from './access-system.js';
import { everyItem, type SeamCalls } from './client.js';
import type { ProviderPace } from './provider-pace.js';
import type { Credential } from './schemas.js';

/** Waiting times of key activities, all in milliseconds. */
export interface KeyTiming {
  /**
   * Time before the first read of a new key where nothing is known of the provider, and the shortest one between two
   * reads; later reads come at growing intervals.
   */
  readonly firstPollMs: number;
  readonly longestPollMs: number;
  /**
   * Time during which Seam may still carry out an earlier attempt's request. It begins with the next attempt, or earlier
   * where the earlier attempt is known to have sent none for a while.
   */
  readonly lateCommitMs: number;
  /** Time that a cancelled step still waits for the answer to a create request that was sent. */
  readonly lingerMs: number;
  /** Time that one attempt waits for a deleted key to disappear from Seam. */
  readonly revokeTimeoutMs: number;
  /** Time that one attempt waits for the provider to have a new key. Later looks are attempts of their own. */
  readonly syncTimeoutMs: number;
}

export const DEFAULT_KEY_TIMING: KeyTiming = {
  firstPollMs: 200,
  longestPollMs: 2_000,
  lateCommitMs: 2_000,
  lingerMs: 2_000,
  revokeTimeoutMs: 5_000,
  syncTimeoutMs: 5_000,
};

export interface KeyRequests {
  readonly seam: SeamCalls;
  readonly property: Property;
  readonly accessSystems: AccessSystemWatch;
  readonly provider: ProviderPace;
  readonly timing: KeyTiming;
  /** Returns the hotel's time in milliseconds since 1970. */
  now(): number;
}

/** Context of requests that end keys. They need no property: it may have been removed from the property file. */
export type EndRequests = Pick<KeyRequests, 'seam' | 'timing' | 'now'>;

/**
 * Lists every credential of an access-system user, including the copies on phones.
 * @throws SeamError
 */
export function credentialsOf(acsUserId: string, seam: SeamCalls, signal: AbortSignal): Promise<readonly Credential[]> {
  return everyItem((cursor) => seam.listCredentials({ acs_user_id: acsUserId, ...cursor }, { signal }));
}

/** Waits `ms` milliseconds. Throws an AbortError once `signal` has fired. */
export async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal });
  signal.throwIfAborted();
}

/** Returns the waiting time after one of `ms`: half as long again, from `firstPollMs` up to `longestPollMs`. */
export function longerPoll(ms: number, { firstPollMs, longestPollMs }: KeyTiming): number {
  return Math.min(Math.max(ms * 1.5, firstPollMs), longestPollMs);
}
