/**
 * Leases: what a stay asks of a room, and what the room answers. One writer per room (the workflow `room`) decides; types only,
 * shared by `stay`, `room` and the activity that carries claims between them.
 */
import type { Instant, Window } from './instants.js';

/** A stay's whole wish for one room: the latest counts. */
export interface Claim {
  /** Workflow id of the stay. */
  readonly stayId: string;
  /** First run id of the stay's chain of runs: tells a stay that goes on from one that was started again after its end. */
  readonly chain?: string;
  /** Place of the stay's latest snapshot in the order of revisions. */
  readonly revision?: number;
  /** Rises with everything that the stay says to rooms; what arrives late is ignored. */
  readonly seq?: number;
  /** A stay may want a room more than once (101, then 102, then 101 again): parts 0, 1, …; 0 if absent. */
  readonly part?: number;
  readonly window: Window;
  /** How long after `window.to` the lease may last if nobody follows. */
  readonly graceMinutes?: number;
  /** Stays of one share group hold one lease together. */
  readonly shareGroup?: string;
  /** In a share group: a guest could have the first key now, so the stay asks to be the one that opens the lease. */
  readonly ready?: boolean;
}

/** A live key that a later key of the same lease may join. */
export interface LeaseAnchor {
  readonly acsCredentialId: string;
  /** The override's credential id that began the generation: equal for all keys that open with each other. */
  readonly lineage: string;
  readonly stayId: string;
  readonly window: Window;
  /** Whose it is at the access system: two stays may know the same person. */
  readonly acsUserId?: string;
}

export type LeaseDecision =
  | {
      readonly kind: 'granted';
      /** No key before this: the end of the lease before. Absent if nobody is before it. */
      readonly from?: Instant;
      /** The lease's end: with grace, and never past the next lease's start. */
      readonly until: Instant;
      /** True for the stay that may issue the override, while the lease has no anchor. */
      readonly opener: boolean;
      /** The other stay of the share group that may issue it, while the lease has no anchor. */
      readonly openedBy?: string;
      /** Live keys of other stays of the share group, the newest first. */
      readonly anchors: readonly LeaseAnchor[];
      /** In a share group: the generation that counts now, if a key of this lease is or was live. */
      readonly lineage?: string;
      /** Whose lease keeps this one from beginning (until `from`, then that is over) or else from ending when it was asked to. */
      readonly heldUpBy?: string;
    }
  | {
      readonly kind: 'waiting';
      /** Whose leases stand in the way; nobody's, if the window that was asked for is over. */
      readonly behind: readonly string[];
      /** The front desk gave the room to another stay: keys to it end. */
      readonly displaced?: true;
    }
  /** A stay of this id has ended, and knew this revision or a newer one. */
  | { readonly kind: 'ended'; readonly revision: number };

/** What a room tells a stay, as answer to a claim or later by the signal `leaseChanged`; the highest version counts. */
export interface LeaseNews {
  readonly room: string;
  readonly part: number;
  /** Rises with every change of the room's state. */
  readonly version: number;
  readonly decision: LeaseDecision;
}

/** One key of a stay that opens the room, as the stay knows it. */
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
  /** Until when a phone that has not heard of its end may still open the door with it. */
  readonly residualUntil?: Instant;
}

/** What a stay says to its rooms in one go: what it knows of keys, then what it lets go, then what it wants. */
export interface SettleLeasesInput {
  readonly propertyId: string;
  readonly stayId: string;
  /** As in `Claim`: reports and releases carry it, too. */
  readonly chain: string;
  readonly seq: number;
  /** All keys of the stay to the room that may matter to it. */
  readonly reports: readonly { readonly room: string; readonly keys: readonly KeyReport[] }[];
  readonly releases: readonly { readonly room: string; readonly part: number; readonly revision: number }[];
  readonly claims: readonly { readonly room: string; readonly claim: Claim }[];
}

/** A room that did not take in what it was told: it refused it, or it does not answer. */
export interface UnsettledRoom {
  readonly room: string;
  readonly kind: 'refused' | 'silent';
  readonly why: string;
}

export interface SettleLeasesOutcome {
  /** One for each claim to a room that answered. */
  readonly news: readonly LeaseNews[];
  readonly unsettled?: readonly UnsettledRoom[];
}
