/**
 * What the work on one property's keys needs at hand: Seam, the property, time, and how patient to be.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Property } from '../domain/model/property-schema.js';
import type { AccessSystemWatch } from './access-system.js';
import { everyItem, type SeamCalls } from './client.js';
import type { Credential } from './schemas.js';

/** All in milliseconds. */
export interface KeyTiming {
  /** The first look at a key that is not confirmed yet comes after this long; later looks come less and less often. */
  readonly firstPollMs: number;
  readonly longestPollMs: number;
  /** How long after an attempt began an earlier attempt's request may still be carried out by Seam. */
  readonly lateCommitSettleMs: number;
  /** How long a create that has been sent is waited for after the step was cancelled. */
  readonly lingerMs: number;
  /** How long one attempt waits for a deleted key to be gone. */
  readonly revokePatienceMs: number;
}

export const DEFAULT_KEY_TIMING: KeyTiming = {
  firstPollMs: 200,
  longestPollMs: 2_000,
  lateCommitSettleMs: 2_000,
  lingerMs: 2_000,
  revokePatienceMs: 30_000,
};

export interface KeyRequests {
  readonly seam: SeamCalls;
  readonly property: Property;
  readonly accessSystems: AccessSystemWatch;
  readonly timing: KeyTiming;
  /** The hotel's time in milliseconds since 1970. */
  now(): number;
}

/** Everything that a user of the access system holds, copies in phones included. Throws `SeamError`. */
export function credentialsOf(acsUserId: string, seam: SeamCalls, signal: AbortSignal): Promise<readonly Credential[]> {
  return everyItem((cursor) => seam.listCredentials({ acs_user_id: acsUserId, ...cursor }, { signal }));
}

/** Waits so many milliseconds. Throws an AbortError once `signal` has fired. */
export async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal });
  signal.throwIfAborted();
}

/** The waiting time after one of `ms`: half as long again, up to the longest. */
export function longerPoll(ms: number, { longestPollMs }: KeyTiming): number {
  return Math.min(ms * 1.5, longestPollMs);
}
