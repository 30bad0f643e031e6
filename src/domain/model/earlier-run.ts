/**
 * Traces that an earlier run of a stay left: keys at Seam and claims at rooms. Its workflow was terminated or deleted, or
 * Temporal's database was lost. Types only.
 */
import type { Instant, Window } from './instants.js';
import type { KeyAsk } from './key.js';
import type { Claim, KeyReport, LeaseDecision } from './lease.js';

export interface FindEarlierRunInput {
  readonly propertyId: string;
  readonly reservationId: string;
  readonly stayId: string;
  /** First run id of the stay's present chain of runs. */
  readonly chain: string;
  readonly openedAt: Instant;
  /** Rooms of the stay, now or later. */
  readonly rooms: readonly string[];
  readonly shareGroup?: string;
  /** True if no guest should hold a key any more. */
  readonly ended: boolean;
  /** Window of the stay; without it, keys of persons who may have other stays are left out. */
  readonly window?: Window;
  /** Guests whose identity at Seam may belong to several stays. */
  readonly persons: readonly { readonly guestId: string; readonly personId: string }[];
  /** Set if Seam has shown a trace: it is read, whatever Temporal knows. */
  readonly seenAtSeam?: true;
}

/** Key that an earlier run of the stay left at Seam. */
export interface EarlierKey {
  readonly guestId: string;
  readonly acsUserId: string;
  readonly acsCredentialId: string;
  readonly ask: KeyAsk;
  /** Display names of the common doors. */
  readonly commonDoors: readonly string[];
  readonly issuedAt: Instant;
  /** Set for a key that is dead at guest rooms and that a phone may keep: it opens common doors. */
  readonly lingers?: true;
}

/** Claim that an earlier run of the stay left at a room. */
export interface EarlierClaim extends Pick<Claim, 'window' | 'shareGroup' | 'leaving'> {
  readonly room: string;
  readonly part: number;
  readonly graceMinutes: number;
  readonly decision: LeaseDecision;
}

export interface EarlierRun {
  /** True if Seam was read; false if Temporal certainly would have a record of an earlier run, and has none. */
  readonly lookedAtSeam: boolean;
  /** Highest revision that a room has received from the stay. */
  readonly revision?: number;
  readonly keys: readonly EarlierKey[];
  readonly claims: readonly EarlierClaim[];
}

/** One stay in the record of a room. */
export interface StayRecord {
  readonly openedAt: Instant;
  /** First run id of the chain of runs that sent the latest message. */
  readonly chain?: string;
  readonly revision?: number;
  readonly claims: readonly Omit<EarlierClaim, 'room'>[];
  readonly keys: readonly (KeyReport & { readonly chain?: string })[];
  /** Credential ids of keys of other stays that may open the door. */
  readonly keysOfOthers: readonly string[];
  /** Set if another stay of the share group claimed the room first: it may have keys that the room does not know yet. */
  readonly sharedBefore?: true;
}
