/** View of a stay: the answer of the query `stay` (`docs/messages.md`). It holds no names and no contacts. */
import type { Instant, Window } from './instants.js';
import type { KeyState } from './key.js';
import type { Gate, KeyStep } from './key-plan.js';
import type { OpenAttention } from './attention.js';
import type { PhoneAccess } from './phone-access.js';
import type { TimelineLine } from './timeline.js';
import type { StaySnapshot } from './snapshot-schema.js';

export type StayPhase = 'expected' | 'ready' | 'in-house' | 'leaving' | 'over' | 'cancelled' | 'no-show';

export type GuestKeyState = 'not-due' | 'waiting' | 'issuing' | 'issued' | 'failed' | 'revoking' | 'gone';

export interface GuestView {
  readonly guestId: string;
  readonly keyState: GuestKeyState;
  readonly waitingFor?: Gate;
  /** Staff removed the guest for cause, or blocked them: they get no key, even if the booking system lists them. */
  readonly barred?: true;
  /** Seam's id of the guest, for an app that asks Seam itself. Absent until the guest is registered. */
  readonly userIdentityId?: string;
  /** Newest client session or instant key of the guest; `ending` while it is being ended at Seam. */
  readonly phoneAccess?: Pick<PhoneAccess, 'kind' | 'madeAt' | 'ending'>;
  /** Reason why the guest gets no client session or instant key now; absent if they may. */
  readonly noPhoneAccess?: string;
}

export interface KeyView {
  readonly acsCredentialId?: string;
  readonly guestId: string;
  readonly kind: 'override' | 'joiner';
  readonly rooms: readonly string[];
  readonly commonDoors: readonly string[];
  readonly window: Window;
  readonly joinedTo?: string;
  readonly state: KeyState;
  readonly requestedAt: Instant;
  readonly issuedAt?: Instant;
  readonly deadAt?: Instant;
  readonly residualUntil?: Instant;
  readonly why: string;
}

export interface PlanLine {
  readonly do: KeyStep['do'];
  readonly guestId: string;
  readonly rooms: readonly string[];
  readonly window: Window;
  readonly why: string;
  readonly waitsFor?: Gate;
  /** In a dry run: the time of the step, if later than now. */
  readonly at?: Instant;
}

/** One room of the stay for one current or later stretch of time, with the room's decision. */
export interface LeaseView {
  readonly room: string;
  readonly window: Window;
  /** `asked`: the room has not answered yet. */
  readonly state: 'asked' | 'granted' | 'waiting' | 'displaced' | 'ended';
  /** Granted: no key begins before `from` or lasts beyond `until`. */
  readonly from?: Instant;
  readonly until?: Instant;
  /** Stays whose leases conflict. */
  readonly behind?: readonly string[];
  /** The guests are to leave the room, and keep it until another one is theirs. */
  readonly leaving?: true;
  /** Stays that wait for a room that the guests are to leave. */
  readonly wantedBy?: readonly string[];
}

/** Act of staff that holds until staff undo it, or a hold of the booking system. */
export interface StandingAct {
  readonly act: 'hold' | 'force' | 'block';
  readonly reason: string;
  /** Absent: the act is about the whole stay. */
  readonly guestId?: string;
}

export interface StayView {
  readonly schema: 1;
  readonly stay: string;
  readonly phase: StayPhase;
  readonly revision?: StaySnapshot['revision'];
  readonly window?: Window;
  readonly rooms: readonly string[];
  /** Absent in stays that began before rooms had leases. */
  readonly leases?: readonly LeaseView[];
  readonly guests: readonly GuestView[];
  readonly keys: readonly KeyView[];
  readonly plan: readonly PlanLine[];
  readonly attention: readonly OpenAttention[];
  /** Holds, forces and blocks in force, with their reasons. Absent in older stays. */
  readonly acts?: readonly StandingAct[];
  readonly timeline: readonly TimelineLine[];
  readonly nextDeadline?: Instant;
  /** True if nothing is left to do now; waiting for a guest's phone counts as settled. */
  readonly settled: boolean;
  /** Only in the answer to `applyReservation`: `known` if the stay had the snapshot already. Absent in older stays. */
  readonly taken?: 'new' | 'known';
}
