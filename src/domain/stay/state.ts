/**
 * The stay's state: what is desired (the latest snapshot, with what signals and staff said over it) and what is known
 * (guests and doors at Seam, the keyring, the timeline). Plain JSON, so that it survives continue-as-new.
 */
import { isBefore, type Instant, type Window } from '../model/instants.js';
import { emptyKeyring, type Key, type Keyring } from '../model/key.js';
import type { OpenAttention, TimelineLine } from '../model/stay-records.js';
import type { Claim, UnsettledRoom, LeaseDecision } from '../model/lease.js';
import type { Policy } from '../model/property-schema.js';
import type { Guest, SnapshotWindow, StaySnapshot, StayStatus } from '../model/snapshot-schema.js';
import type { DoorFacts } from '../model/doors.js';

export const STATE_SCHEMA = 1;
export const TIMELINE_LINES = 200;
export const REMEMBERED_REQUESTS = 1000;

/** A guest as booking system, signals and staff want him; `guest` is the only place that holds contacts. */
export interface PartyMember {
  readonly guest: Guest;
  readonly removed?: 'left' | 'security';
  readonly hold?: string;
  readonly blocked?: string;
  readonly forced?: string;
}

/** A room change that is desired from a later instant on. */
export interface ScheduledRooms {
  readonly from: Instant;
  readonly rooms: readonly string[];
  readonly guestId?: string;
  /** As the booking's segments say: guests' own rooms do not move with it. */
  readonly booked?: true;
}

export interface DesiredStay {
  readonly status: StayStatus;
  readonly window?: Window;
  /** The snapshot's window, if it is in local dates: converted whenever the property is read. */
  readonly localWindow?: SnapshotWindow;
  /** What a signal said of the dates since that snapshot; it holds over a conversion. */
  readonly otherDates?: { readonly from?: Instant; readonly to?: Instant };
  readonly rooms: readonly string[];
  readonly party: readonly PartyMember[];
  readonly checkedInAt?: Instant;
  readonly bookingHold?: string;
  readonly staffHold?: string;
  readonly forced?: string;
  readonly scheduled: readonly ScheduledRooms[];
  readonly shareGroup?: string;
}

export interface PropertyKnown {
  readonly name: string;
  readonly timeZone: string;
  readonly policy: Policy;
}

/** A guest as Seam knows him. */
export interface GuestKnown {
  readonly userIdentityId: string;
  readonly acsUserId: string;
  readonly phoneReady: boolean;
  /** His phones when we last looked; what a stay noted before it kept them has none. */
  readonly deviceIds?: readonly string[];
  readonly seenCredentialIds: readonly string[];
  /** As whom Seam was told of him last. */
  readonly contact?: Contact;
}

/** How a guest is named and reached: what Seam is told of him. */
export type Contact = Pick<Guest, 'name' | 'email' | 'phone'>;

/** A preparations step (not a key) that Seam refused, or that is cut off by an outage. */
export interface Blocker {
  readonly kind: 'refused' | 'outage';
  readonly message: string;
  readonly since: Instant;
  readonly guestId?: string;
}

/** Without `deviceId` it may be any phone of the guest. */
export interface LostPhone {
  readonly guestId: string;
  readonly deviceId?: string;
}

/** What the stay wants of one room for one stretch of time, and what the room said to it. */
export interface HeldClaim extends Pick<Claim, 'window' | 'shareGroup' | 'ready'> {
  readonly room: string;
  readonly part: number;
  readonly graceMinutes: number;
  readonly revision: number;
  /** False until the room has answered to this wish; the decision on an earlier one stands meanwhile. */
  readonly answered: boolean;
  readonly version?: number;
  readonly decision?: LeaseDecision;
}

/** What the stay said to its rooms, and heard from them. */
export interface LeaseState {
  /** First run id of the stay's chain of runs. */
  readonly chain: string;
  /** Rises with everything that is said to rooms. */
  readonly seq: number;
  readonly claims: readonly HeldClaim[];
  /** By room, which keys in which state it was told of. */
  readonly reported: Readonly<Record<string, string>>;
  /** Rooms that are told nothing for a while, so that the others are not held up. */
  readonly unsettled?: readonly RoomToAskAgain[];
}

/** A room that did not take in what it was told last. */
export interface RoomToAskAgain extends UnsettledRoom {
  readonly askAgainAt: Instant;
}

export interface StayState {
  readonly schema: typeof STATE_SCHEMA;
  readonly stayId: string;
  readonly propertyId: string;
  readonly reservationId: string;
  openedAt: Instant;
  snapshot?: StaySnapshot;
  desired: DesiredStay;
  property?: PropertyKnown;
  /** True while the property has to be read (again): at the start, at every snapshot, on `policyChanged`. */
  propertyDue: boolean;
  /** How often it was asked for. */
  propertyAsks: number;
  doors: DoorFacts;
  guests: Record<string, GuestKnown>;
  keyring: Keyring;
  phonesToDeactivate: readonly LostPhone[];
  credentialsToCheck: readonly string[];
  blockers: Record<string, Blocker>;
  leases: LeaseState;
  /** The latest end that the stay was ever to have: until then an old snapshot may be taken for one of a stay to come. */
  latestEnd?: Instant;
  ignored: readonly OpenAttention[];
  attention: readonly OpenAttention[];
  timeline: readonly TimelineLine[];
  handledRequests: readonly string[];
  /** Rises with every change that a caller could see. */
  changes: number;
}

/** The identity of a stay. */
export interface StayIdentity {
  /** Workflow id. */
  readonly stayId: string;
  readonly propertyId: string;
  readonly reservationId: string;
  /** First run id of the stay's chain of runs. */
  readonly chain: string;
}

/** Returns the state of a stay that has received nothing yet. */
export function newStayState({ stayId, propertyId, reservationId, chain }: StayIdentity, now: Instant): StayState {
  return {
    schema: STATE_SCHEMA,
    stayId,
    propertyId,
    reservationId,
    openedAt: now,
    desired: { status: 'tentative', rooms: [], party: [], scheduled: [] },
    propertyDue: false,
    propertyAsks: 0,
    doors: { rooms: [], commonDoors: [], unknownRooms: [] },
    guests: {},
    keyring: emptyKeyring,
    phonesToDeactivate: [],
    credentialsToCheck: [],
    blockers: {},
    leases: { chain, seq: 0, claims: [], reported: {} },
    ignored: [],
    attention: [],
    timeline: [],
    handledRequests: [],
    changes: 0,
  };
}

export function writeLine(state: StayState, line: TimelineLine): void {
  state.timeline = [...state.timeline, line].slice(-TIMELINE_LINES);
  state.changes += 1;
}

export function member(state: StayState, guestId: string): PartyMember | undefined {
  return state.desired.party.find((candidate) => candidate.guest.guestId === guestId);
}

/** What Seam holds of these has to be read again. */
export function askToCheck(state: StayState, keys: readonly Pick<Key, 'acsCredentialId'>[]): void {
  const ids = keys.flatMap((key) => key.acsCredentialId ?? []);
  state.credentialsToCheck = [...new Set([...state.credentialsToCheck, ...ids])];
}

/** Something has changed: what was refused, or went unanswered, may be taken now. */
export function dropBlockers(state: StayState): void {
  state.blockers = {};
  if (state.leases !== undefined) state.leases = { ...state.leases, unsettled: [] };
}

/** The property has to be read (again). */
export function askForProperty(state: StayState): void {
  state.propertyDue = true;
  state.propertyAsks += 1;
}

/** True once nobody should hold a key any more: departed, cancelled, or a no-show. */
export function isEnded(state: StayState): boolean {
  return ['departed', 'cancelled', 'no-show'].includes(state.desired.status);
}

/** The stay's window; an early check-in starts it early. Undefined while it is not known. */
export function stayWindow(state: StayState): Window | undefined {
  const { window, checkedInAt } = state.desired;
  if (window === undefined) return undefined;
  return checkedInAt !== undefined && isBefore(checkedInAt, window.from) ? { ...window, from: checkedInAt } : window;
}
