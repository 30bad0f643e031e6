/**
 * Request of a booking system to the door lock system, in neutral terms: OPERA's key types and Mews's key cutter
 * both map to it. Ids, rooms and times only. Types only; workflows import them, too.
 */
import type { Window } from './instants.js';
import type { MessageInput } from './message-schema.js';
import type { StaySnapshotInput } from './snapshot-schema.js';
import type { StayPhase } from './stay-view.js';

/**
 * Kind of request. `new`: all earlier keys end. `duplicate`: one more key. `lost`: one key is lost, all others are
 * reissued. `re-encode`: the same key again, others stay. `move`: other rooms. `modify`: other dates.
 * `remove`: no more keys.
 */
export type KeyRequestKind = 'new' | 'duplicate' | 'lost' | 're-encode' | 'move' | 'modify' | 'remove';

export interface KeyRequest {
  /** Idempotency key: a repeated request is carried out once. */
  readonly requestId: string;
  readonly kind: KeyRequestKind;
  /** Empty if the request names none. */
  readonly rooms: readonly string[];
  /** Room that a move leaves, if the request names it. */
  readonly oldRoom?: string;
  readonly window?: Window;
  /** Time of the request: ISO 8601 with an offset. */
  readonly at: string;
  /** Name of the booking system that sends the request. */
  readonly by: string;
  /** Owner of a further key: another guest, or the same guest, whose key is on all their phones anyway. */
  readonly furtherKeys: 'another-guest' | 'same-guest';
  /** Group of reservations that share a room. */
  readonly shareGroup?: string;
}

/** Result of sending the orders to the stay. */
export type KeyRequestAnswer =
  /** The stay received the orders; `changes` is 0 if nothing had to change. */
  { readonly kind: 'told'; readonly changes: number } | { readonly kind: 'refused'; readonly why: string };

/** State of the stay when the request is decided. */
export interface StayLook {
  readonly phase: StayPhase;
  readonly revision?: StaySnapshotInput['revision'];
  readonly window?: Window;
  readonly rooms: readonly string[];
  /** True if keys are still pending, so the caller was asked to retry. Absent in results of older workers. */
  readonly isPending?: boolean;
  /** Guests in the order of the party, including removed guests. */
  readonly guests: readonly LookedAtGuest[];
}

export interface LookedAtGuest {
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
