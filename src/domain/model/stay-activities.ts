/**
 * What the workflow asks of the world, and what it is told back: the arguments and answers of the activities.
 * Types only. Fields carry Seam's own names where they hold Seam's own values.
 */
import type { DoorFacts } from './doors.js';
import type { KeyAsk } from './key.js';
import type { ErasureActivities } from './erasure.js';
import type { SettleLeasesInput, SettleLeasesOutcome } from './lease.js';
import type { Policy } from './property-schema.js';
import type { Guest, Instant, SnapshotWindow, Window } from './snapshot-schema.js';

export interface ResolvePropertyInput {
  readonly propertyId: string;
  /** The window as the snapshot has it; local dates are converted here, at the edge. */
  readonly window?: SnapshotWindow;
}

/** What a stay needs to know of its property. Seam's ids stay with the activities. */
export interface PropertyFacts {
  readonly propertyId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly policy: Policy;
  /** The snapshot's window as instants; absent if none was given. */
  readonly window?: Window;
}

export interface ResolveDoorsInput {
  readonly propertyId: string;
  readonly rooms: readonly string[];
}

export interface PrepareGuestInput {
  readonly propertyId: string;
  readonly reservationId: string;
  readonly guest: Guest;
}

/** A guest as Seam knows him: found or created, with what his user holds before we ask for a key. */
export interface PreparedGuest {
  readonly userIdentityId: string;
  readonly acsUserId: string;
  /** True if one of his phones has an active endpoint. */
  readonly phoneReady: boolean;
  /** His phones that are enrolled, ready or not. */
  readonly deviceIds?: readonly string[];
  /** Every credential id that his user at the access system had when we looked. */
  readonly seenCredentialIds: readonly string[];
}

export interface WaitForPhoneInput {
  readonly propertyId: string;
  readonly userIdentityId: string;
}

/** The guest's phones that are enrolled; histories from before phones were kept hold none. */
export interface PhonesFound {
  readonly deviceIds: readonly string[];
}

export interface IssueKeyInput {
  readonly propertyId: string;
  readonly guestId: string;
  readonly acsUserId: string;
  readonly ask: KeyAsk;
  /** Set once Seam has answered with an id: then nothing is created, only confirmed. */
  readonly acsCredentialId?: string;
  /** Ids that are ours already or were there before the first attempt: never adopted as this key. */
  readonly seenCredentialIds: readonly string[];
  /** Our own live keys of this guest (ids), which a new key may replace at Seam. */
  readonly ownCredentialIds: readonly string[];
  /** True if it is certain that no earlier attempt (also of an earlier activity) can have reached Seam. */
  readonly firstAsk: boolean;
  /** True if another stay may hold keys of this user, as the guest has a `personId`: then nothing is created without a look. */
  readonly sharedIdentity?: boolean;
  /** How long confirming may take before the outcome is `unconfirmed`. */
  readonly confirmWithinMinutes: number;
}

/** What was seen of the guest's credentials at the end of a step. */
export interface Observed {
  /** Credentials that look as if we had asked for them, but that no key in the keyring stands for. */
  readonly strayCredentialIds: readonly string[];
  /** Ids of `ownCredentialIds` that Seam no longer holds, or holds as not valid. */
  readonly goneCredentialIds: readonly string[];
  /** Those of them that Seam still holds, and is not ending: phones keep them, and common doors know nothing of it. */
  readonly lingeringCredentialIds?: readonly string[];
}

export type IssueOutcome = IssueEnd & {
  /** Set if a request for this key may have gone unanswered: Seam may still carry it out. */
  readonly ambiguous?: true;
};

type IssueEnd =
  /** Seam says that the key is synced with the provider (or has been issued). */
  | ({
      readonly kind: 'issued';
      readonly acsCredentialId: string;
      readonly issuedAt: Instant;
      readonly adopted: boolean;
      /** Set if Seam says that no phone has fetched it so far. */
      readonly unfetched?: true;
    } & Observed)
  /** It exists at Seam, but was not synced in time; ask again with its id to go on waiting. */
  | ({ readonly kind: 'unconfirmed'; readonly acsCredentialId: string } & Observed)
  /** The activity was cancelled; what is known of the key by then. */
  | ({ readonly kind: 'cancelled'; readonly acsCredentialId?: string } & Observed)
  /** The anchor is no longer there or no longer valid, so nothing was created. */
  | { readonly kind: 'anchor-gone'; readonly acsCredentialId: string }
  /** The key (an id that was given, or just created) is gone or invalid: somebody else ended it. */
  | ({ readonly kind: 'killed'; readonly acsCredentialId: string } & Observed)
  /** The person holds a live key that is not of this stay; a new one could end it at Seam. Nothing was created. */
  | { readonly kind: 'other-stay'; readonly acsCredentialIds: readonly string[]; readonly until?: Instant };

export interface RevokeKeyInput {
  readonly propertyId: string;
  readonly guestId: string;
  readonly acsUserId: string;
  /** The key's id; absent if an attempt's answer was lost: then every credential that matches `ask` and is not in `keepCredentialIds` goes. */
  readonly acsCredentialId?: string;
  readonly ask: KeyAsk;
  readonly keepCredentialIds: readonly string[];
}

export interface RevokeOutcome {
  /** Ids that Seam no longer holds: deleted now, or already gone. */
  readonly revokedCredentialIds: readonly string[];
  readonly confirmedAt: Instant;
}

export interface DeactivatePhoneInput {
  readonly propertyId: string;
  readonly userIdentityId: string;
  /** Absent: every phone of the guest. */
  readonly deviceId?: string;
}

export interface WatchForStraysInput {
  readonly propertyId: string;
  readonly guestId: string;
  readonly acsUserId: string;
  /** What the unanswered request asked for. */
  readonly ask: KeyAsk;
  /** Ids that are ours, or were there before the first attempt. */
  readonly claimedCredentialIds: readonly string[];
  /** The key that was issued for the ask in the end, while it is alive: a late one may end it. */
  readonly ownCredentialIds: readonly string[];
  /** How long to go on looking; 0 looks once. */
  readonly minutes: number;
}

export interface WaitForKeysToEndInput {
  readonly propertyId: string;
  readonly acsCredentialIds: readonly string[];
}

export interface WaitForKeyOnPhoneInput {
  readonly propertyId: string;
  readonly acsCredentialId: string;
}

export interface CheckKeysInput {
  readonly propertyId: string;
  readonly acsCredentialIds: readonly string[];
}

/** Re-read state of credentials: an event only says that something changed. */
export interface CheckKeysOutcome {
  readonly goneCredentialIds: readonly string[];
  /** Those of them that Seam still holds, and is not ending. */
  readonly lingeringCredentialIds?: readonly string[];
  /** Living keys that none of their guest's phones has fetched, as Seam says. */
  readonly unfetchedCredentialIds?: readonly string[];
}

/** Every activity, by the name it is registered under. */
export interface StayActivities extends ErasureActivities {
  /** Queue `stays`. Fails with the type `PropertyUnknown` if the property is not configured. */
  resolveProperty(input: ResolvePropertyInput): Promise<PropertyFacts>;
  /** Queue `stays`. Tells rooms what the stay's keys are, releases leases and claims others; starts rooms that nobody has claimed before. */
  settleLeases(input: SettleLeasesInput): Promise<SettleLeasesOutcome>;
  /** Queue `seam`, as all below. */
  resolveDoors(input: ResolveDoorsInput): Promise<DoorFacts>;
  prepareGuest(input: PrepareGuestInput): Promise<PreparedGuest>;
  /** Ends when a phone has an active endpoint; until then every attempt fails and is retried. */
  waitForPhone(input: WaitForPhoneInput): Promise<PhonesFound | undefined>;
  issueKey(input: IssueKeyInput): Promise<IssueOutcome>;
  revokeKey(input: RevokeKeyInput): Promise<RevokeOutcome>;
  /** Already deactivated is success. */
  deactivatePhone(input: DeactivatePhoneInput): Promise<void>;
  checkKeys(input: CheckKeysInput): Promise<CheckKeysOutcome>;
  /** Ends when none of the keys is alive at Seam; until then every attempt fails and is retried. */
  waitForKeysToEnd(input: WaitForKeysToEndInput): Promise<void>;
  /** Ends when a phone has fetched the key, or when it is gone; until then every attempt fails and is retried. */
  waitForKeyOnPhone(input: WaitForKeyOnPhoneInput): Promise<CheckKeysOutcome>;
  /** Ends when a late request's key has appeared (strays newest first), or when it has looked for long enough. */
  watchForStrays(input: WatchForStraysInput): Promise<Observed>;
}
