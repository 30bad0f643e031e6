/**
 * What a booking system asks the door lock system for, in nobody's vocabulary: OPERA's key types and Mews's key cutter both come to it.
 * Ids, rooms and times only. Types; workflows know them, too.
 */
import type { Window } from './instants.js';
import type { MessageInput } from './message-schema.js';
import type { StaySnapshotInput } from './snapshot-schema.js';
import type { StayPhase } from './stay-view.js';

/**
 * `new`: whatever keys were there before end. `duplicate`: one more. `lost`: one is lost, all the others are made anew. `re-encode`: the
 * same once more, others stay. `move`: other rooms. `modify`: other dates. `remove`: no more keys.
 */
export type KeyRequestKind = 'new' | 'duplicate' | 'lost' | 're-encode' | 'move' | 'modify' | 'remove';

export interface KeyRequest {
  /** The same request twice is done once. */
  readonly requestId: string;
  readonly kind: KeyRequestKind;
  /** Empty if the request names none. */
  readonly rooms: readonly string[];
  /** Of a move: the room that is left, if the request says so. */
  readonly oldRoom?: string;
  readonly window?: Window;
  /** When it was asked for: ISO 8601 with an offset. */
  readonly at: string;
  /** Who asks: the name of the booking system. */
  readonly by: string;
  /** Whose a further key is: a guest's of its own, or the same guest's, whose key follows him to all his phones anyway. */
  readonly furtherKeys: 'another-guest' | 'same-guest';
  /** Reservations that share a room. */
  readonly shareGroup?: string;
}

/** What became of telling the stay. */
export type KeyRequestAnswer =
  /** The stay knows; `changes` is 0 where there was nothing to change. */
  { readonly kind: 'told'; readonly changes: number } | { readonly kind: 'refused'; readonly why: string };

/** What is known of the stay. */
export interface StayLook {
  readonly phase: StayPhase;
  readonly revision?: StaySnapshotInput['revision'];
  readonly window?: Window;
  readonly rooms: readonly string[];
  /** Whoever asked for keys was told that it takes longer. Absent from looks of older workers. */
  readonly isPending?: boolean;
  /** In the order of the party; whoever was removed is among them. */
  readonly guests: readonly LookedAtGuest[];
}

export interface LookedAtGuest {
  readonly guestId: string;
  /** A key of his may open a door. */
  readonly hasKey: boolean;
  readonly isGone: boolean;
}

export type Order =
  | { readonly kind: 'snapshot'; readonly snapshot: StaySnapshotInput }
  | { readonly kind: 'replace-key'; readonly payload: MessageInput<'replaceKey'> }
  /** Waits until no key of the stay can open a door, but not for ever. */
  | { readonly kind: 'await-end-of-keys' };
