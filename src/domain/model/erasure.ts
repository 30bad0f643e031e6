/** A guest who asks to be forgotten: what the workflow `erase` is asked, what it asks of the world, and what it keeps. No names, no contacts. */
import type { GuestToErase } from './erasure-schema.js';
import type { StayView } from './stay-view.js';

export interface Erasure {
  readonly schema: 1;
  /** `unknown`: Seam knew of no such guest. */
  readonly atSeam: 'erased' | 'unknown';
  /** The stay as it ended, by ids alone; absent: Temporal knew of none any more. */
  readonly audit?: StayView;
}

/** A stay that has ended. */
export interface PastStay {
  readonly view: StayView;
  readonly userIdentityIds: UserIdentityIds;
}

/** Seam's `user_identity_id` of each guest who is known there, by `guestId`. */
export type UserIdentityIds = Readonly<Record<string, string>>;

export interface EraseGuestInput {
  readonly guest: GuestToErase;
  /** Absent: to be found by the guest's `user_identity_key`. */
  readonly userIdentityId?: string;
}

export interface ErasureActivities {
  /** null: Temporal knows of no such stay. Fails with the type `GuestNeeded` while it is open. */
  lookBack(guest: GuestToErase): Promise<PastStay | null>;
  /** Deletes the guest's identity at Seam, with users and keys. Fails with the type `GuestNeeded` while an open stay or a live key is his. */
  eraseGuest(input: EraseGuestInput): Promise<Erasure['atSeam']>;
  /** Ends when Temporal has no history of the stay; until then every attempt fails and is retried. */
  eraseHistory(guest: GuestToErase): Promise<void>;
}
