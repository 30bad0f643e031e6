/**
 * A Visionline lock, pure. It decides from three things only: the presented key, its own state and its own clock.
 * It never uses Seam's state.
 */

/** Data written to a phone or a card; a lock never sees more than this. Times in milliseconds since 1970. */
export interface Key {
  /** Credential id; for a multi-phone key, the parent's. */
  readonly credentialId: string;
  /** An override starts a new generation; a joiner carries its anchor's. Grows with every override of the hotel. */
  readonly generation: number;
  readonly doorIds: ReadonlySet<string>;
  /** First millisecond at which the key may open. */
  readonly from: number;
  /** First millisecond at which the key may no longer open. */
  readonly to: number;
}

/** Lock state. A guest-room lock records the newest generation used at it; a common door does not. */
export type Lock =
  | { readonly kind: 'guest-room'; readonly doorId: string; readonly newestGeneration: number }
  | { readonly kind: 'common-door'; readonly doorId: string };

export type Refusal = 'not-this-door' | 'too-early' | 'too-late' | 'older-generation';

export type Decision =
  /** `lock` is the lock after opening, with the generation it has recorded. */
  { readonly opened: true; readonly lock: Lock } | { readonly opened: false; readonly reason: Refusal };

/**
 * Decides whether `key` opens `lock` at `at` (milliseconds since 1970, by the lock's own clock), and why not.
 * Only a key that opens changes the lock.
 */
export function presentKey(lock: Lock, key: Key, at: number): Decision {
  if (!key.doorIds.has(lock.doorId)) return { opened: false, reason: 'not-this-door' };
  if (at < key.from) return { opened: false, reason: 'too-early' };
  if (at >= key.to) return { opened: false, reason: 'too-late' };
  if (lock.kind === 'common-door') return { opened: true, lock };
  if (key.generation < lock.newestGeneration) return { opened: false, reason: 'older-generation' };
  return { opened: true, lock: { ...lock, newestGeneration: key.generation } };
}

/** Result of holding several keys to a door. */
export type TapDecision<Held extends Key> =
  | { readonly opened: true; readonly lock: Lock; readonly key: Held }
  | { readonly opened: false; readonly reason: Refusal; readonly key: Held }
  | { readonly opened: false; readonly reason: 'no-key' };

/** Rank of each refusal. The nearer a key came to opening, the more its reason helps the person at the door. */
const NEARNESS: Readonly<Record<Refusal, number>> = {
  'older-generation': 3,
  'too-late': 2,
  'too-early': 2,
  'not-this-door': 1,
};

/** Presents keys in the given order until one opens. Otherwise returns the nearest refusal, the first among equals. */
export function presentKeys<Held extends Key>(lock: Lock, keys: Iterable<Held>, at: number): TapDecision<Held> {
  let nearest: { readonly opened: false; readonly reason: Refusal; readonly key: Held } | undefined;
  for (const key of keys) {
    const decision = presentKey(lock, key, at);
    if (decision.opened) return { opened: true, lock: decision.lock, key };
    if (nearest === undefined || NEARNESS[decision.reason] > NEARNESS[nearest.reason]) {
      nearest = { opened: false, reason: decision.reason, key };
    }
  }
  return nearest ?? { opened: false, reason: 'no-key' };
}
