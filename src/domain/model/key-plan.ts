/** Input and result of the planner. */
import type { Notice } from './attention.js';
import type { Instant, Window } from './instants.js';
import type { DoorFacts } from './doors.js';

/** Gates that granting a key may wait for. */
export const GATES = ['room', 'hold', 'lease', 'window', 'access-system', 'phone'] as const;

export type Gate = (typeof GATES)[number];

/** Desired keys of one guest: rooms and window, and whether granting can start. Revoking has no gates. */
interface GuestExtent {
  readonly guestId: string;
  readonly primary: boolean;
  /** Empty: the guest should hold no key. */
  readonly rooms: readonly string[];
  /** Reason why the guest should hold no key. */
  readonly without?: string;
  readonly window: Window;
  /** Earliest time to issue a key; absent while only a check-in opens that gate. */
  readonly opensAt?: Instant;
  /** Staff ordered a key although someone outside Stayline ended an earlier one. */
  readonly forced?: boolean;
}

/** Guest for whom a key can be issued at once. */
export interface ReadyGuest extends GuestExtent {
  readonly gate?: never;
  readonly comingUp?: never;
  /** The guest's user at the access system. */
  readonly acsUserId: string;
}

/** Guest whose key waits for a gate: the first one that is closed. */
export interface WaitingGuest extends GuestExtent {
  readonly gate: Gate;
  /** True while a request to Seam about the guest is running: they may be ready in a moment. */
  readonly comingUp?: boolean;
}

/** Desired state of one guest. */
export type DesiredGuest = ReadyGuest | WaitingGuest;

export interface Desired {
  readonly siteName: string;
  readonly doors: DoorFacts;
  /** Current or later rooms of the stay that the front desk gave to another stay. */
  readonly givenAway?: readonly string[];
  /** Rooms of keys that the stay has given up: no guest sleeps there, and another stay may have them. */
  readonly givenUp?: readonly string[];
  /** Rooms where another stay of the share group issues the first key. */
  readonly openedByOthers?: readonly string[];
  readonly guests: readonly DesiredGuest[];
}

/** Step whose activity is running. */
export interface InFlight {
  readonly stepId: string;
  readonly guestId: string;
  readonly keyId: string;
  readonly do: 'issue' | 'revoke';
  readonly why: string;
  readonly startedAt: Instant;
}

/** Step that can start now. `keyId` is set if the step continues a key of the keyring. */
export type KeyStep =
  | {
      readonly do: 'override';
      readonly guestId: string;
      readonly acsUserId: string;
      readonly keyId?: string;
      readonly rooms: readonly string[];
      readonly window: Window;
      readonly why: string;
      /** Set if other guests wait to join the new key. */
      readonly joinersWait?: true;
    }
  | {
      readonly do: 'join';
      readonly guestId: string;
      readonly acsUserId: string;
      readonly keyId?: string;
      readonly rooms: readonly string[];
      readonly window: Window;
      /** The anchor's id at Seam. The new key shares the anchor's `generation`. */
      readonly joinTo: string;
      readonly generation: number;
      readonly why: string;
    }
  | {
      readonly do: 'revoke';
      readonly guestId: string;
      readonly keyId: string;
      readonly rooms: readonly string[];
      readonly window: Window;
      readonly why: string;
    };

/** Desired step that waits for a gate. */
export interface WaitingStep {
  readonly do: KeyStep['do'];
  readonly guestId: string;
  readonly rooms: readonly string[];
  readonly window: Window;
  readonly why: string;
  readonly waitsFor: Gate;
}

export interface KeyPlan {
  readonly ready: readonly KeyStep[];
  readonly waiting: readonly WaitingStep[];
  /** Steps in flight to cancel: their result is no longer desired, or they wait although Seam has news of their key. */
  readonly undesired: readonly string[];
  readonly attention: readonly Notice[];
  /** Next instant at which time alone changes the plan. */
  readonly wakeAt?: Instant;
}
