/** A stay's keys: what was requested of Seam, what Seam reported, and what is known to be live or dead. */
import type { Instant, Window } from './instants.js';

export type KeyState = 'issuing' | 'live' | 'revoking' | 'dead' | 'stray';

/** Why a key is no longer alive. */
export type KeyEnd = 'revoked' | 'replaced' | 'expired' | 'killed' | 'failed';

export interface Key {
  readonly keyId: string;
  readonly guestId: string;
  readonly acsUserId: string;
  readonly ask: KeyAsk;
  /** Names of the common doors asked for, for people. */
  readonly commonDoors: readonly string[];
  /** What an override starts and a joiner shares: the number that a lock compares. */
  readonly generation: number;
  readonly state: KeyState;
  readonly acsCredentialId?: string;
  readonly requestedAt: Instant;
  readonly issuedAt?: Instant;
  readonly deadAt?: Instant;
  readonly ended?: KeyEnd;
  /** Until when a phone that has not heard of its end could still open a door with it. */
  readonly residualUntil?: Instant;
  readonly why: string;
  /** A lost phone or a removal for cause: `at-once` is revoked first, `after-successor` once replaced. */
  readonly condemned?: 'at-once' | 'after-successor';
  /** Since when Seam or the access system could not be reached for it. */
  readonly outageSince?: Instant;
  /** A refused revoke is not tried again before this. */
  readonly retryAt?: Instant;
  /** Dead at guest rooms, but Seam may still hold it: a phone keeps it, and common doors open with it. */
  readonly lingers?: boolean;
  /**
   * A request for it went unanswered. `open`: its key may yet appear at Seam, and is watched for; `watched`: it did not appear while
   * it was likely, and is looked for once more when the stay has ended.
   */
  readonly doubt?: 'open' | 'watched';
  /** Set once it was looked at again, after every request of other stays for the same person was over. */
  readonly lookedAgain?: true;
  /** Set while Seam's last word on it was that no phone has fetched it. */
  readonly awaitsPhone?: true;
  /** Since when that is so although its guest should hold it by now. */
  readonly unfetchedSince?: Instant;
  /** Since when confirming it has taken longer than the policy allows. */
  readonly delayedSince?: Instant;
}

/** Why a guest's key cannot be had for now; holds until what is asked for changes, `retry`, or `until`. */
export interface Refusal {
  readonly code: 'key-failed' | 'guest-has-other-stay';
  readonly fingerprint: string;
  readonly message: string;
  readonly at: Instant;
  readonly until?: Instant;
  /** The other stay's keys: once they have ended, the refusal has. */
  readonly acsCredentialIds?: readonly string[];
}

/** A key from outside the stay that may be joined: a desk card that staff named, or a key of another stay of the share group. */
export interface OutsideAnchor {
  readonly acsCredentialId: string;
  readonly generation: number;
  readonly rooms: readonly string[];
  /** Another stay's key of the same share group, as the rooms say; without it, a card that staff named. */
  readonly ofShareGroup?: true;
  /** Whose that key is at the access system. */
  readonly acsUserId?: string;
}

export interface Keyring {
  readonly keys: readonly Key[];
  readonly refusals: Readonly<Record<string, Refusal>>;
  readonly outsideAnchors: readonly OutsideAnchor[];
  /** Room to the newest generation that is no longer trusted there (lost phone, removal for cause). */
  readonly distrusted: Readonly<Record<string, number>>;
  readonly lastKey: number;
  readonly lastGeneration: number;
  /** Generations that began outside this stay: the credential id that began each. Its own begin with their overrides. */
  readonly lineages?: Readonly<Record<string, number>>;
  /** By room, the newest generation when the stay let it go: another stay may have had the room since. */
  readonly leftAt?: Readonly<Record<string, number>>;
  /** By room, the generation that counts where other stays of the share group open it, too. */
  readonly sharedGenerations?: Readonly<Record<string, number>>;
}

export const emptyKeyring: Keyring = {
  keys: [],
  refusals: {},
  outsideAnchors: [],
  distrusted: {},
  lastKey: 0,
  lastGeneration: 0,
};

/** What is asked of Seam for one key; also how an earlier attempt's key is recognised. */
export interface KeyAsk {
  readonly kind: 'override' | 'joiner';
  /** Joiner only: the anchor's id. */
  readonly joinTo?: string;
  readonly rooms: readonly string[];
  /** Guest rooms first, in the order of `rooms`, then common doors. */
  readonly acsEntranceIds: readonly string[];
  readonly window: Window;
}
