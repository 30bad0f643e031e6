/** Erasure of a guest's data: activities and result of the workflow `erase`. No names, no contacts. */
import type { GuestToErase } from './erasure-schema.js';
import type { StayView } from './stay-view.js';

export interface Erasure {
  readonly schema: 1;
  /** `unknown`: Seam has no such guest. */
  readonly atSeam: 'erased' | 'unknown';
  /** The stay at its end, ids only; absent if Temporal no longer has a history of it. */
  readonly audit?: StayView;
}

/** Stay that has ended. */
export interface PastStay {
  readonly view: StayView;
  readonly userIdentityIds: UserIdentityIds;
  /** Per guest, further ids under which the stay knew, or may have known, the same person. */
  readonly otherGuestIds: OtherGuestIds;
}

/** Seam's `user_identity_id` of each guest registered there, by `guestId`. */
export type UserIdentityIds = Readonly<Record<string, string>>;

/** Further `guestId`s of a person, by `guestId`. */
export type OtherGuestIds = Readonly<Record<string, readonly string[]>>;

export interface EraseGuestInput {
  readonly guest: GuestToErase;
  /** Absent: the activity finds the identity by the guest's `user_identity_key`. */
  readonly userIdentityId?: string;
}

export interface ErasureActivities {
  /** Reads an ended stay; null if Temporal has none. @throws `GuestNeeded` while the stay is open */
  lookBack(guest: GuestToErase): Promise<PastStay | null>;
  /**
   * Deletes the guest's identity at Seam, with users and keys.
   * @throws `GuestNeeded` while the guest has an open stay or a live key
   */
  eraseGuest(input: EraseGuestInput): Promise<Erasure['atSeam']>;
  /** Completes when Temporal has no history of the stay; until then every attempt fails and is retried. */
  eraseHistory(guest: GuestToErase): Promise<void>;
}
