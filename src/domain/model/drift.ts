/** Drift: differences between the keys that Seam has and the keys that stays have recorded. Types only. */
import type { Window } from './instants.js';
import type { KeyAsk, KeyState } from './key.js';

/** Key as an open stay has recorded it. */
export interface RecordedKey {
  readonly guestId: string;
  readonly acsUserId: string;
  /** Absent while Seam may or may not have made the key. */
  readonly acsCredentialId?: string;
  readonly state: KeyState;
  readonly ask: KeyAsk;
  /** Set for a dead key that Seam may rightly still have, because a phone keeps it. */
  readonly mayRemain?: true;
  /** Set while the key of a lost request may still appear at Seam. */
  readonly inDoubt?: true;
}

export interface RecordedStay {
  readonly stayId: string;
  readonly keys: readonly RecordedKey[];
}

/** Owner of a credential, by the name that Stayline gives to guests at Seam. */
export type KeyOwner = { readonly reservationId: string; readonly guestId: string } | { readonly personId: string };

/** Credential on phones, as Seam has it. */
export interface ObservedKey {
  readonly acsCredentialId: string;
  readonly acsUserId: string;
  /** Absent if the credential's owner is no guest of Stayline. */
  readonly owner?: KeyOwner;
  readonly kind: KeyAsk['kind'];
  /** Credential that a joiner names; absent for an override. */
  readonly joinTo?: string;
  /** Guest rooms among the doors, by the names that the booking system has for them. */
  readonly rooms: readonly string[];
  readonly acsEntranceIds: readonly string[];
  readonly window: Window;
  /** True if Seam has ended it. */
  readonly isDead: boolean;
}

/** Kinds of differences that a stay can repair; `docs/audit.md` says what each means and what follows. */
export const REPAIRABLE_KINDS = [
  'missing',
  'ended',
  'alive',
  'opens-longer',
  'opens-shorter',
  'opens-more',
  'opens-less',
  'other-owner',
  'other-kind',
  'unclaimed',
  'doubled',
] as const;

/** Kind of a difference; a `foreign` key concerns no stay. */
export type DriftKind = (typeof REPAIRABLE_KINDS)[number] | 'foreign';

/** One difference. */
export interface Difference {
  readonly kind: DriftKind;
  readonly acsCredentialId: string;
  /** Stay that has the key, or whose guest has it; absent for `foreign` and for keys of a person of no open stay. */
  readonly stayId?: string;
  readonly guestId?: string;
  /** The credential, for a key that no stay has recorded. */
  readonly observed?: ObservedKey;
}
