/**
 * Inputs and outcomes of the activities of `stay`. Types only.
 * Fields with Seam's values carry Seam's names.
 */
import type { AuditActivities } from './audit-activities.js';
import type { DoorFacts } from './doors.js';
import type { KeyAsk } from './key.js';
import type { EarlierRun, FindEarlierRunInput } from './earlier-run.js';
import type { ErasureActivities } from './erasure.js';
import type { SettleLeasesInput, SettleLeasesOutcome } from './lease.js';
import type { SeamReport } from './seam-reports.js';
import type { Policy } from './property-schema.js';
import type { Guest, Instant, SnapshotWindow, Window } from './snapshot-schema.js';

export interface ResolvePropertyInput {
  readonly propertyId: string;
  /** Window of the snapshot; the activity converts local dates, at the edge. */
  readonly window?: SnapshotWindow;
}

/** Facts of the property that a stay needs. */
export interface PropertyFacts {
  readonly propertyId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly policy: Policy;
  /** Access system of the hotel; absent in histories from before it was recorded. */
  readonly acsSystemId?: string;
  /** Window of the snapshot as instants; absent if the input has none. */
  readonly window?: Window;
}

/** Part of the inputs of activities that must work without the property file: a hotel may be removed from it. */
export interface AtAccessSystem {
  readonly propertyId: string;
  /** Access system that the stay has recorded; used if the property is not in the file. */
  readonly acsSystemId?: string;
}

export interface ExchangeRoomsInput {
  /** Workflow id of the stay that leaves its rooms and waits for others. */
  readonly stayId: string;
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

/** Guest as registered at Seam, found or created, with the keys their user has before we request one. */
export interface PreparedGuest {
  readonly userIdentityId: string;
  readonly acsUserId: string;
  /** True if one of the guest's phones has an active endpoint. */
  readonly phoneReady: boolean;
  /** Enrolled phones of the guest, ready or not. */
  readonly deviceIds?: readonly string[];
  /** Every credential id that the guest's user at the access system had at the time of the read. */
  readonly seenCredentialIds: readonly string[];
  /** Seam's reports of the guest; absent if there are none. */
  readonly reports?: readonly SeamReport[];
}

export interface WaitForPhoneInput extends AtAccessSystem {
  readonly userIdentityId: string;
}

/** Enrolled phones of the guest; absent in histories from before phones were recorded. */
export interface PhonesFound {
  readonly deviceIds: readonly string[];
}

export interface IssueKeyInput {
  readonly propertyId: string;
  readonly guestId: string;
  readonly acsUserId: string;
  readonly ask: KeyAsk;
  /**
   * Set once Seam has answered with an id. The activity then creates nothing. Its first attempt looks for some seconds,
   * and each later one looks once: an attempt fails and is retried until the provider has the key.
   */
  readonly acsCredentialId?: string;
  /** Ids that are already ours or existed before the first attempt; never adopted as this key. */
  readonly seenCredentialIds: readonly string[];
  /** Ids of our own live keys of this guest, which a new key may replace at Seam. */
  readonly ownCredentialIds: readonly string[];
  /** True if certainly no earlier request for this key, also of an earlier activity, lacks its answer. */
  readonly firstAsk: boolean;
  /**
   * True if the guest has a `personId`: another stay may hold keys of this user, so the activity reads before it
   * creates.
   */
  readonly sharedIdentity?: boolean;
  /**
   * True if the activity may end with `made` as soon as Seam has made the key, because others wait to join it. Another
   * step confirms it then.
   */
  readonly returnOnceMade?: true;
  /** Start of the first attempt to make the key, in milliseconds since 1970, if an earlier activity made it. */
  readonly askedAtMs?: number;
  /** True if the outcome `made` needs to report no outage, because the stay knows of it. */
  readonly isOutageKnown?: true;
  /** Time limit of confirmation in minutes; after it, the outcome is `unconfirmed`. */
  readonly confirmWithinMinutes: number;
}

/** Observed credentials of the guest at the end of a step. */
export interface Observed {
  /** Credentials that match our request, but that belong to no key of the keyring. */
  readonly strayCredentialIds: readonly string[];
  /** Ids of `ownCredentialIds` that Seam no longer holds, or holds as invalid. */
  readonly goneCredentialIds: readonly string[];
  /** Gone ids that Seam still holds and is not ending: phones keep them, and they still open common doors. */
  readonly lingeringCredentialIds?: readonly string[];
}

/** Seam's reports of the key; absent if there are none. */
interface Reported {
  readonly reports?: readonly SeamReport[];
}

export type IssueOutcome = IssueEnd & {
  /** Set if a request for this key may lack an answer: Seam may still carry it out. */
  readonly ambiguous?: true;
};

type IssueEnd =
  /** Seam reports that the key is synced with the provider, or is issued. */
  | ({
      readonly kind: 'issued';
      readonly acsCredentialId: string;
      readonly issuedAt: Instant;
      readonly adopted: boolean;
      /** Set if Seam reports that no phone has fetched the key so far. */
      readonly unfetched?: true;
    } & Reported &
      Observed)
  /** The key exists at Seam, and the provider does not have it yet. Call again with its id to wait for it. */
  | ({
      readonly kind: 'made';
      readonly acsCredentialId: string;
      readonly askedAtMs?: number;
      /** Set if the access system has not been connected for as long as the policy allows: words for people. */
      readonly outage?: string;
    } & Reported &
      Observed)
  /** The key exists at Seam, but was not synced in time. Call again with its id to continue waiting. */
  | ({ readonly kind: 'unconfirmed'; readonly acsCredentialId: string; readonly askedAtMs?: number } & Reported &
      Observed)
  /** The activity was cancelled; holds the key's id if Seam had answered by then. */
  | ({ readonly kind: 'cancelled'; readonly acsCredentialId?: string } & Observed)
  /** The anchor no longer exists or is no longer valid, so nothing was created. */
  | { readonly kind: 'anchor-gone'; readonly acsCredentialId: string }
  /** Seam refuses to join the anchor before the provider has it, so nothing was created. */
  | { readonly kind: 'anchor-unsynced'; readonly acsCredentialId: string }
  /** The key (given by id, or just created) is gone or invalid: someone outside Stayline ended it. */
  | ({ readonly kind: 'killed'; readonly acsCredentialId: string } & Observed)
  /** The person holds a live key of another stay, and a new key could end it at Seam. Nothing was created. */
  | { readonly kind: 'other-stay'; readonly acsCredentialIds: readonly string[]; readonly until?: Instant };

export interface RevokeKeyInput extends AtAccessSystem {
  readonly guestId: string;
  readonly acsUserId: string;
  /**
   * The key's id; absent if an attempt's answer was lost. The activity then revokes every credential that matches
   * `ask` and is not in `keepCredentialIds`.
   */
  readonly acsCredentialId?: string;
  readonly ask: KeyAsk;
  readonly keepCredentialIds: readonly string[];
}

export interface RevokeOutcome {
  /** Ids that Seam no longer holds: deleted now, or gone before. */
  readonly revokedCredentialIds: readonly string[];
  readonly confirmedAt: Instant;
}

export interface DeactivatePhoneInput extends AtAccessSystem {
  readonly userIdentityId: string;
  /** Phone to deactivate; absent means every phone of the guest that was set up before `before`. */
  readonly deviceId?: string;
  /** ISO 8601, to the millisecond. */
  readonly before?: string;
}

export interface EndPhoneAccessInput extends AtAccessSystem {
  readonly clientSessionId: string;
  /** Only of an instant key. */
  readonly instantKeyId?: string;
}

export interface WatchForStraysInput extends AtAccessSystem {
  readonly guestId: string;
  readonly acsUserId: string;
  /** Content of the unanswered request. */
  readonly ask: KeyAsk;
  /** Ids that are ours, or existed before the first attempt. */
  readonly claimedCredentialIds: readonly string[];
  /** Key that was finally issued for the ask, while it is live: a late key may end it. */
  readonly ownCredentialIds: readonly string[];
  /** Duration of the watch in minutes; 0 checks once. */
  readonly minutes: number;
}

export interface WaitForKeysToEndInput extends AtAccessSystem {
  readonly acsCredentialIds: readonly string[];
}

export interface WaitForKeyOnPhoneInput extends AtAccessSystem {
  readonly acsCredentialId: string;
}

export interface CheckKeysInput extends AtAccessSystem {
  readonly acsCredentialIds: readonly string[];
}

/** State of credentials, read again from Seam: an event only reports that something changed. */
export interface CheckKeysOutcome {
  readonly goneCredentialIds: readonly string[];
  /** Gone ids that Seam still holds and is not ending. */
  readonly lingeringCredentialIds?: readonly string[];
  /** Live keys that no phone of their guest has fetched, as Seam reports. */
  readonly unfetchedCredentialIds?: readonly string[];
  /** Seam's reports of live keys, by credential id; keys without reports are left out. */
  readonly reports?: Readonly<Record<string, readonly SeamReport[]>>;
}

/** Every activity, by its registered name. */
export interface StayActivities extends ErasureActivities, AuditActivities {
  /** Reads the property. Queue `stays`. @throws `PropertyUnknown`, retryable, if it is not configured */
  resolveProperty(input: ResolvePropertyInput): Promise<PropertyFacts>;
  /** Reports keys to rooms, releases leases, claims others; starts rooms without a workflow. Queue `stays`. */
  settleLeases(input: SettleLeasesInput): Promise<SettleLeasesOutcome>;
  /**
   * Completes when a closed ring of stays that wait for each other's rooms has let go of them; until then every attempt
   * fails and is retried. Queue `stays`.
   */
  exchangeRooms(input: ExchangeRoomsInput): Promise<void>;
  /** Finds keys and claims that an earlier run of the stay left at Seam and at rooms. Queue `seam`. */
  findEarlierRun(input: FindEarlierRunInput): Promise<EarlierRun>;
  /** Finds the doors of rooms and the common doors. Queue `seam`, like all activities below. */
  resolveDoors(input: ResolveDoorsInput): Promise<DoorFacts>;
  /** Finds or creates the guest at Seam. */
  prepareGuest(input: PrepareGuestInput): Promise<PreparedGuest>;
  /** Completes when a phone has an active endpoint; until then every attempt fails and is retried. */
  waitForPhone(input: WaitForPhoneInput): Promise<PhonesFound | undefined>;
  /** Creates a key at Seam, or adopts an earlier attempt's, and waits for its confirmation. */
  issueKey(input: IssueKeyInput): Promise<IssueOutcome>;
  /** Revokes a key at Seam; a key that is already gone is success. */
  revokeKey(input: RevokeKeyInput): Promise<RevokeOutcome>;
  /** Deactivates one phone of the guest, or all; already deactivated is success. */
  deactivatePhone(input: DeactivatePhoneInput): Promise<void>;
  /** Ends a client session, with its instant key; already ended is success. */
  endPhoneAccess(input: EndPhoneAccessInput): Promise<void>;
  /** Reads the current state of credentials from Seam. */
  checkKeys(input: CheckKeysInput): Promise<CheckKeysOutcome>;
  /** Completes when none of the keys is live at Seam; until then every attempt fails and is retried. */
  waitForKeysToEnd(input: WaitForKeysToEndInput): Promise<void>;
  /** Completes when a phone has fetched the key or the key is gone; until then every attempt fails and is retried. */
  waitForKeyOnPhone(input: WaitForKeyOnPhoneInput): Promise<CheckKeysOutcome>;
  /** Completes when the key of a late request appears (strays newest first), or when the watch is over. */
  watchForStrays(input: WatchForStraysInput): Promise<Observed>;
}
