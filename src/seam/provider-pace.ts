/**
 * How long a provider takes to have a new key, by access system. The first look at a key comes when the provider is
 * likely done: an earlier look costs a call, and a later one costs time.
 */
import { millis } from '../domain/model/instants.js';
import type { Credential } from './schemas.js';

export interface ProviderPace {
  /** Returns the time to wait between the answer to a create request and the first look, in milliseconds. */
  firstLookMs(acsSystemId: string): number;
  /** Takes in a look: what Seam answered, and how long the call took, its wait for the request budget included. */
  observe(acsSystemId: string, look: { readonly credential: Credential; readonly tookMs: number }): void;
}

export interface PaceOptions {
  /** Wait as long as nothing is known of the access system, in milliseconds. */
  readonly unknownMs: number;
  /** Longest time of the provider that counts, in milliseconds: a longer one says only that something was wrong. */
  readonly longestMs: number;
}

/** Moving mean and mean deviation, as TCP estimates its round trips (RFC 6298). */
interface Estimate {
  readonly mean: number;
  readonly deviation: number;
}

/** Creates the memory of one process. */
export function openProviderPace({ unknownMs, longestMs }: PaceOptions): ProviderPace {
  const providers = new Map<string, Estimate>();
  const calls = new Map<string, number>();
  return {
    firstLookMs(acsSystemId) {
      const provider = providers.get(acsSystemId);
      if (provider === undefined) return unknownMs;
      // Seam reads the key one call's time after it made it, however early the look is.
      return Math.max(0, provider.mean + 2 * provider.deviation - (calls.get(acsSystemId) ?? 0));
    },
    observe(acsSystemId, { credential, tookMs }) {
      // Recent calls count most: a wrong estimate costs one call, and a rush changes it from one second to the next.
      calls.set(acsSystemId, ((calls.get(acsSystemId) ?? tookMs) + tookMs) / 2);
      const ms = providerMs(credential);
      if (ms === undefined || ms > longestMs) return;
      providers.set(acsSystemId, moved(providers.get(acsSystemId), ms));
    },
  };
}

function moved(known: Estimate | undefined, sample: number): Estimate {
  if (known === undefined) return { mean: sample, deviation: sample / 4 };
  return {
    mean: known.mean + (sample - known.mean) / 8,
    deviation: known.deviation + (Math.abs(sample - known.mean) - known.deviation) / 4,
  };
}

/** Returns the provider's time by Seam's own clock; undefined if Seam has not reported it, or not in milliseconds. */
function providerMs(credential: Credential): number | undefined {
  const { created_at: created, latest_desired_state_synced_with_provider_at: synced } = credential;
  const ms = created == null || synced == null ? Number.NaN : millis(synced) - millis(created);
  return ms > 0 ? ms : undefined;
}
