/** Keys of a stay: requests to Seam, Seam's reports, and which keys are live or dead. */
import type { Instant, Window } from './instants.js';
import type { SeamReport } from './seam-reports.js';

export type KeyState = 'issuing' | 'live' | 'revoking' | 'dead' | 'stray';

/** Reason why a key is no longer live. */
export type KeyEnd = 'revoked' | 'replaced' | 'expired' | 'killed' | 'failed';

/** Fields of a key in every state. */
export interface KeyCore {
  readonly keyId: string;
  readonly guestId: string;
  readonly acsUserId: string;
  readonly ask: KeyAsk;
  /** Display names of the requested common doors. */
  readonly commonDoors: readonly string[];
  /** Number that a lock compares: an override starts one, joiners share it. */
  readonly generation: number;
  readonly requestedAt: Instant;
  readonly why: string;
  /** `at-once`: revoked first (lost phone, removal for cause). `after-successor`: revoked once replaced (new phone). */
  readonly condemned?: 'at-once' | 'after-successor';
  /**
   * A request for the key got no answer. `open`: the key may still appear at Seam, and the stay watches for it.
   * `watched`: it did not appear while that was likely; the stay checks once more after its end.
   */
  readonly doubt?: 'open' | 'watched';
}

/** Next look at something that Seam reported as faulty at the looks since `since`. */
export interface NextLook {
  readonly since: Instant;
  readonly at: Instant;
}

/** Fields that exist in one state only; in all others they are absent. */
interface StateFields {
  readonly acsCredentialId: string;
  readonly issuedAt: Instant;
  readonly deadAt: Instant;
  readonly ended: KeyEnd;
  /** Latest time at which a phone that has not received the revocation can still open a door with the key. */
  readonly residualUntil: Instant;
  /** Start of the outage of Seam or the access system that delays this key. */
  readonly outageSince: Instant;
  /** Earliest time to retry a refused revoke. */
  readonly retryAt: Instant;
  /** Time of the first refusal of the revoke. */
  readonly refusedSince: Instant;
  /** Dead at guest rooms, but Seam may still hold it: a phone keeps it, and it opens common doors. */
  readonly lingers: boolean;
  /** Set after the second check, which runs when no other stay has an open request for the same person. */
  readonly lookedAgain: true;
  /** Set from the revoke of an anchor of its generation until Seam shows that the key has outlived the anchor. */
  readonly anchorRevoked: true;
  /** Set while Seam's latest report says that no phone has fetched the key. */
  readonly awaitsPhone: true;
  /** Start of the time in which no phone has the key although the guest should hold it. */
  readonly unfetchedSince: Instant;
  /** Time at which confirmation exceeded the limit of the policy. */
  readonly delayedSince: Instant;
  /** Start of the first attempt to make the key, in milliseconds since 1970. */
  readonly askedAtMs: number;
  /** Time of Seam's latest event about the key since it was made. */
  readonly newsAt: Instant;
  /** Others may join the key once Seam has made it, before the provider has it. */
  readonly joinable: true;
  /** Message of the outage's latest failure. */
  readonly outageWhy: string;
  /** Seam's reports of the key. */
  readonly reports: readonly SeamReport[];
  /** Next look at a live key of which Seam reports something. */
  readonly look: NextLook;
}

type KeyIn<S extends KeyState, Always extends keyof StateFields, Sometimes extends keyof StateFields> = KeyCore & {
  readonly state: S;
} & Pick<StateFields, Always> &
  Partial<Pick<StateFields, Sometimes>> & { readonly [K in Exclude<keyof StateFields, Always | Sometimes>]?: never };

/** Requested and not confirmed. The id is known once Seam has made the key. */
export type IssuingKey = KeyIn<
  'issuing',
  never,
  | 'acsCredentialId'
  | 'outageSince'
  | 'outageWhy'
  | 'delayedSince'
  | 'reports'
  | 'askedAtMs'
  | 'newsAt'
  | 'joinable'
  | 'anchorRevoked'
>;

/** Confirmed at Seam. */
export type LiveKey = KeyIn<
  'live',
  'acsCredentialId' | 'issuedAt',
  'lookedAgain' | 'anchorRevoked' | 'awaitsPhone' | 'unfetchedSince' | 'reports' | 'look'
>;

/** Found at Seam although no step requested it, or requested without a known result; it is revoked next. */
export type StrayKey = KeyIn<'stray', never, 'acsCredentialId'>;

/** Revoke sent and not confirmed. `ended` is set for a key that was already dead while a phone kept it. */
export type RevokingKey = KeyIn<
  'revoking',
  never,
  | 'acsCredentialId'
  | 'issuedAt'
  | 'outageSince'
  | 'outageWhy'
  | 'retryAt'
  | 'refusedSince'
  | 'deadAt'
  | 'ended'
  | 'residualUntil'
  | 'lingers'
>;

/** Opens no guest room any more, except through a phone that has not received the revocation. */
export type DeadKey = KeyIn<'dead', 'deadAt' | 'ended', 'acsCredentialId' | 'issuedAt' | 'residualUntil' | 'lingers'>;

/** Key of a stay; its state decides which fields exist. */
export type Key = IssuingKey | LiveKey | StrayKey | RevokingKey | DeadKey;

/** Returns true for a key that is confirmed at Seam. */
export function isConfirmed(key: Key): key is LiveKey {
  return key.state === 'live';
}

/**
 * Reason why a guest's key is not available; holds until the desired key changes, `retry`, or `until`. `at` is the time
 * of the first refusal, `until` that of the next retry.
 */
export interface Refusal {
  readonly code: 'key-failed' | 'guest-has-other-stay';
  readonly fingerprint: string;
  readonly message: string;
  readonly at: Instant;
  readonly until?: Instant;
  /** Keys of the other stay; the refusal ends when they have ended. */
  readonly acsCredentialIds?: readonly string[];
}

/** Key from outside the stay that a joiner may name: a desk card that staff named, or a key of the share group. */
export interface OutsideAnchor {
  readonly acsCredentialId: string;
  readonly generation: number;
  readonly rooms: readonly string[];
  /** Set for a key of another stay of the share group, as rooms report it; absent for a card that staff named. */
  readonly ofShareGroup?: true;
  /** The key's owner at the access system. */
  readonly acsUserId?: string;
}

export interface Keyring {
  readonly keys: readonly Key[];
  readonly refusals: Readonly<Record<string, Refusal>>;
  readonly outsideAnchors: readonly OutsideAnchor[];
  /** Newest generation per room that is no longer trusted there: after a lost phone, a removal for cause, a new lock. */
  readonly distrusted: Readonly<Record<string, number>>;
  readonly lastKey: number;
  readonly lastGeneration: number;
  /** Generations that began outside this stay, by first credential id. The stay's own begin with its overrides. */
  readonly lineages?: Readonly<Record<string, number>>;
  /** Newest generation per room at its release: another stay may have held the room since. */
  readonly leftAt?: Readonly<Record<string, number>>;
  /** Current generation per room that other stays of the share group also open. */
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

interface AskFields {
  readonly rooms: readonly string[];
  /** Guest rooms first, in the order of `rooms`, then common doors. */
  readonly acsEntranceIds: readonly string[];
  readonly window: Window;
}

/** Request for the first key of a lease. */
export interface OverrideAsk extends AskFields {
  readonly kind: 'override';
  readonly joinTo?: never;
}

/** Request for a key that opens beside its anchor, which `joinTo` names by its credential id. */
export interface JoinerAsk extends AskFields {
  readonly kind: 'joiner';
  readonly joinTo: string;
}

/** Request to Seam for one key; also identifies the key of an earlier attempt. */
export type KeyAsk = OverrideAsk | JoinerAsk;
