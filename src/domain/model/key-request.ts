/** Answer to a key request, and the stay that it concerns. Ids, rooms and times only. Types only. */
import type { Window } from './instants.js';
import type { MessageInput } from './message-schema.js';
import type { StaySnapshotInput } from './snapshot-schema.js';
import type { StayPhase } from './stay-view.js';

/** Result of sending the orders to the stay. */
export type KeyRequestAnswer =
  /** The stay received the orders; `changes` is 0 if nothing had to change. */
  { readonly kind: 'sent'; readonly changes: number } | { readonly kind: 'refused'; readonly why: string };

/** State of the stay when the request is decided. */
export interface StayReport {
  readonly phase: StayPhase;
  readonly revision?: StaySnapshotInput['revision'];
  readonly window?: Window;
  readonly rooms: readonly string[];
  /** True if keys are still pending, so the caller was asked to retry. Absent in results of older workers. */
  readonly isPending?: boolean;
  /** Guests in the order of the party, including removed guests. */
  readonly guests: readonly ReportedGuest[];
}

export interface ReportedGuest {
  readonly guestId: string;
  /** True if a key of the guest may open a door. */
  readonly hasKey: boolean;
  readonly isGone: boolean;
}

export type Order =
  | { readonly kind: 'snapshot'; readonly snapshot: StaySnapshotInput }
  | { readonly kind: 'replace-key'; readonly payload: MessageInput<'replaceKey'> }
  /** Waits until no key of the stay can open a door, up to a limit. */
  | { readonly kind: 'await-end-of-keys' };
