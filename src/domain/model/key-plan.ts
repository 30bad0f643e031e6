/** What the planner takes and answers. */
import type { Instant, Window } from './instants.js';
import type { DoorFacts } from './doors.js';

export type Gate = 'room' | 'lease' | 'phone' | 'window' | 'access-system' | 'hold';

/** One guest as he should be: which rooms, when, and what still stands before granting. Revoking has no gates. */
export interface DesiredGuest {
  readonly guestId: string;
  readonly primary: boolean;
  /** Empty: he should hold no key. */
  readonly rooms: readonly string[];
  /** Why he should hold no key. */
  readonly without?: string;
  readonly window: Window;
  /** The first thing that granting waits for; absent if he is ready. */
  readonly gate?: Gate;
  /** True while Seam is being asked about him: he may be ready in a moment. */
  readonly comingUp?: boolean;
  /** From when a key may be issued; absent while only a check-in opens that gate. */
  readonly opensAt?: Instant;
  /** Staff said to issue in spite of a key that someone else killed. */
  readonly forced?: boolean;
}

export interface Desired {
  readonly siteName: string;
  readonly doors: DoorFacts;
  /** Rooms of the stay, now or later, that the front desk gave to another stay. */
  readonly givenAway?: readonly string[];
  /** Rooms whose first key is for another stay of the share group to issue. */
  readonly openedByOthers?: readonly string[];
  readonly guests: readonly DesiredGuest[];
}

/** A step that an activity is at work on. */
export interface InFlight {
  readonly stepId: string;
  readonly guestId: string;
  readonly keyId: string;
  readonly do: 'issue' | 'revoke';
  readonly why: string;
  readonly startedAt: Instant;
}

/** What to do now. `keyId` is set where the step goes on with a key of the keyring. */
export type KeyStep =
  | {
      readonly do: 'override';
      readonly guestId: string;
      readonly keyId?: string;
      readonly rooms: readonly string[];
      readonly window: Window;
      readonly why: string;
    }
  | {
      readonly do: 'join';
      readonly guestId: string;
      readonly keyId?: string;
      readonly rooms: readonly string[];
      readonly window: Window;
      /** The anchor: its id at Seam, and the generation that the new key shares. */
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

/** What is desired, but has to wait. */
export interface WaitingStep {
  readonly do: KeyStep['do'];
  readonly guestId: string;
  readonly rooms: readonly string[];
  readonly window: Window;
  readonly why: string;
  readonly waitsFor: Gate;
}

export type AttentionCode =
  | 'room-missing'
  | 'room-taken'
  | 'phone-missing'
  | 'key-delayed'
  | 'key-failed'
  | 'key-invalidated'
  | 'revoke-unconfirmed'
  | 'access-system-down'
  | 'zone-mismatch'
  | 'impossible-plan'
  | 'ignored-message'
  | 'stale-booking'
  | 'shortening-unconfirmed'
  | 'guest-has-other-stay';

export interface Notice {
  readonly code: AttentionCode;
  readonly message: string;
  readonly guestId?: string;
  readonly room?: string;
}

export interface KeyPlan {
  readonly ready: readonly KeyStep[];
  readonly waiting: readonly WaitingStep[];
  /** Steps in flight whose result is no longer desired. */
  readonly unwanted: readonly string[];
  readonly attention: readonly Notice[];
  /** When time alone changes the plan. */
  readonly wakeAt?: Instant;
}
