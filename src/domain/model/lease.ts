/**
 * Leases: a stay's claims for a room and the room's decisions. One writer per room (the workflow `room`) decides.
 * Types only, shared by `stay`, `room` and the activity that carries claims between them.
 */
import type { Instant, Window } from './instants.js';

/** A stay's whole request for one room. A later claim replaces it. */
export interface Claim {
  /** Workflow id of the stay. */
  readonly stayId: string;
  /** First run id of the stay's chain of runs: separates a continued stay from one started again after its end. */
  readonly chain?: string;
  /** Position of the stay's latest snapshot in the order of revisions. */
  readonly revision?: number;
  /** Increases with every message of the stay to rooms; the room ignores late messages. */
  readonly seq?: number;
  /** A stay may claim a room more than once (101, then 102, then 101 again): parts 0, 1, …; 0 if absent. */
  readonly part?: number;
  readonly window: Window;
  /** Minutes after `window.to` that the lease may last if no other lease follows. */
  readonly graceMinutes?: number;
  /** Stays of one share group hold one lease together. */
  readonly shareGroup?: string;
  /** In a share group: a guest is ready for the first key, so the stay asks to open the lease. */
  readonly ready?: boolean;
  /** The guests still sleep here, and leave the room once another one is theirs. */
  readonly leaving?: true;
}

/** Live key that a later key of the same lease may join. */
export interface LeaseAnchor {
  readonly acsCredentialId: string;
  /** Credential id of the override that began the generation; equal for all keys that work side by side. */
  readonly lineage: string;
  readonly stayId: string;
  readonly window: Window;
  /** The key's owner at the access system: one person may be a guest of two stays. */
  readonly acsUserId?: string;
}

export type LeaseDecision =
  | {
      readonly kind: 'granted';
      /** Earliest time of a key: the end of the previous lease. Absent if there is no previous lease. */
      readonly from?: Instant;
      /** End of the lease: with grace, and never after the next lease's start. */
      readonly until: Instant;
      /** True for the stay that may issue the override while the lease has no anchor. */
      readonly opener: boolean;
      /** The other stay of the share group that may issue it while the lease has no anchor. */
      readonly openedBy?: string;
      /** Live keys of other stays of the share group, newest first. */
      readonly anchors: readonly LeaseAnchor[];
      /** In a share group: the current generation, if a key of this lease is or was live. */
      readonly lineage?: string;
      /** Stay whose lease delays this one's start (until `from`), or else makes it end earlier than requested. */
      readonly heldUpBy?: string;
      /** Stays whose leases delay the start, if all of them leave the room as soon as they have another one. */
      readonly leaving?: readonly string[];
      /** For a claim that is leaving: stays that wait for the room. */
      readonly wantedBy?: readonly string[];
    }
  | {
      readonly kind: 'waiting';
      /** Stays whose leases conflict; empty if the requested window is over. */
      readonly behind: readonly string[];
      /** Those of `behind` that leave the room as soon as they have another one. */
      readonly leaving?: readonly string[];
      /** The front desk gave the room to another stay: keys to it end. */
      readonly displaced?: true;
    }
  /** A stay with this id has ended, and had this revision or a newer one. */
  | { readonly kind: 'ended'; readonly revision: number };

/** Decision that a room sends, in answer to a claim or by the signal `leaseChanged`; the highest version counts. */
export interface LeaseNews {
  readonly room: string;
  readonly part: number;
  /** Increases with every change of the room's state. */
  readonly version: number;
  readonly decision: LeaseDecision;
}

/** One key of a stay that opens the room, as the stay records it. */
export interface KeyReport {
  readonly acsCredentialId: string;
  readonly acsUserId?: string;
  readonly guestId: string;
  readonly kind: 'override' | 'joiner';
  readonly lineage: string;
  readonly window: Window;
  readonly state: 'live' | 'revoking' | 'dead';
  readonly issuedAt: Instant;
  readonly deadAt?: Instant;
  /** Latest time at which a phone that has not received the revocation may still open the door with the key. */
  readonly residualUntil?: Instant;
}

/** End of a claim. `to`: stays that get the room in exchange for theirs, before all others that wait. */
export interface LeaseRelease {
  readonly room: string;
  readonly part: number;
  readonly revision: number;
  readonly to?: readonly string[];
}

/** Batch of a stay's messages to its rooms: key reports first, then releases, then claims. */
export interface SettleLeasesInput {
  readonly propertyId: string;
  readonly stayId: string;
  /** Same as in `Claim`; reports and releases carry it, too. */
  readonly chain: string;
  readonly seq: number;
  /** All keys of the stay that the room needs. */
  readonly reports: readonly { readonly room: string; readonly keys: readonly KeyReport[] }[];
  readonly releases: readonly LeaseRelease[];
  readonly claims: readonly { readonly room: string; readonly claim: Claim }[];
}

/** Room that did not accept its messages: it refused them, or it does not answer. */
export interface UnsettledRoom {
  readonly room: string;
  readonly kind: 'refused' | 'silent';
  readonly why: string;
}

export interface SettleLeasesOutcome {
  /** One decision for each claim to a room that answered. */
  readonly news: readonly LeaseNews[];
  readonly unsettled?: readonly UnsettledRoom[];
}
