/**
 * State of a stay. The desired part is the latest snapshot and later changes by signals and staff. The observed part is
 * guests and doors at Seam, the keyring and the timeline. Plain JSON, so that it survives continue-as-new.
 */
import { isBefore, type Instant, type Window } from '../model/instants.js';
import { emptyKeyring, type Key, type Keyring, type NextLook } from '../model/key.js';
import type { SeamReport } from '../model/seam-reports.js';
import type { OpenAttention } from '../model/attention.js';
import type { PhoneAccess } from '../model/phone-access.js';
import type { TimelineLine } from '../model/timeline.js';
import { defined } from '../model/defined.js';
import { cutTo } from '../model/cut.js';
import type { Exchange, ExchangeOutcome } from '../model/exchange.js';
import type { Claim, UnsettledRoom, LeaseDecision } from '../model/lease.js';
import type { Policy } from '../model/property-schema.js';
import {
  isEndOf,
  type Guest,
  type SnapshotWindow,
  type StaySnapshot,
  type StayStatus,
} from '../model/snapshot-schema.js';
import type { DoorFacts } from '../model/doors.js';
import type { AtAccessSystem } from '../model/stay-activities.js';

export const STATE_SCHEMA = 1;
const TIMELINE_LINES = 200;
const REMEMBERED_REQUESTS = 1000;
const REMEMBERED_PHONES = 200;

/** Guest as desired by booking system, signals and staff; `guest` is the only place that holds contacts. */
export interface PartyMember {
  readonly guest: Guest;
  readonly removed?: 'left' | 'security';
  readonly hold?: string;
  readonly blocked?: string;
  readonly forced?: string;
  /** Set for a guest who is no longer listed and may be one of these guests (`desired/guest-doubts.ts`). */
  readonly mayBe?: readonly string[];
  /** Further ids of this person; staff decided that they are one. */
  readonly knownAs?: readonly string[];
  /** Guest whom staff barred or hold, and who may be this person; the hold ends with the release of this guest. */
  readonly suspectedOf?: string;
}

/** Room change that is desired from a later instant on. */
export interface ScheduledRooms {
  readonly from: Instant;
  readonly rooms: readonly string[];
  readonly guestId?: string;
  /** Set for a change from the reservation's segments; guests' own rooms do not move with it. */
  readonly booked?: true;
}

/**
 * Change that a message made to a field that the booking system also sets. It stands until a snapshot changes the
 * field, or another message does.
 */
export interface DeskAct {
  readonly at: Instant;
  readonly by?: string;
  /** Set once a later snapshot has left the field as the booking system had it. */
  readonly repeated?: true;
}

/** Acts of the desk by field: `status`, `window`, `rooms`, and by guest `left:<guestId>` and `rooms:<guestId>`. */
export type DeskActs = Readonly<Partial<Record<string, DeskAct>>>;

export interface DesiredStay {
  readonly status: StayStatus;
  /** Instant at which the stay ended; absent while it has not. */
  readonly endedAt?: Instant;
  readonly window?: Window;
  /** Window of the latest snapshot as instants, without the dates that messages changed. */
  readonly bookedWindow?: Window;
  readonly deskActs?: DeskActs;
  /** The snapshot's window, if it is in local dates: converted whenever the property is read. */
  readonly localWindow?: SnapshotWindow;
  /** Dates that a signal has changed since that snapshot; they override a conversion. */
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
  /** Access system of the hotel: keys can end there even if the property file no longer has the property. */
  readonly acsSystemId?: string;
}

/** Guest as registered at Seam. */
export interface GuestKnown {
  readonly userIdentityId: string;
  readonly acsUserId: string;
  readonly phoneReady: boolean;
  /** The guest's phones at the last read; absent in state from before the stay recorded them. */
  readonly deviceIds?: readonly string[];
  readonly seenCredentialIds: readonly string[];
  /** Contact that was last sent to Seam. */
  readonly contact?: Contact;
  /** Set while Seam may no longer have the guest under these ids: they are looked up, or registered, again. */
  readonly doubtful?: true;
  /** Set for a guest whom Seam had lost, until they have a phone again. */
  readonly registeredAgain?: true;
  /** Seam's reports of the guest; with them, `look` is the next look. */
  readonly reports?: readonly SeamReport[];
  readonly look?: NextLook;
}

/** Name and contact details of a guest, as sent to Seam. */
export type Contact = Pick<Guest, 'name' | 'email' | 'phone'>;

/** Reason why a preparation (not a key step) cannot proceed: Seam refused it, or an outage interrupts it. */
export type Blocker = BlockerCore &
  (
    | { readonly kind: 'outage' }
    | {
        readonly kind: 'refused';
        /** Instant of the next retry. */
        readonly retryAt: Instant;
      }
  );

interface BlockerCore {
  readonly message: string;
  readonly since: Instant;
  readonly guestId?: string;
}

/** Lost phone of a guest; without `deviceId` it may be any phone that they had at that time. */
export interface LostPhone {
  readonly guestId: string;
  readonly deviceId?: string;
  /** Set without a `deviceId`: a phone that was set up at this time or later is another one. To the millisecond. */
  readonly before?: string;
}

/** Claim of the stay to one room for one stretch of time, and the room's decision on it. */
export interface HeldClaim extends Pick<Claim, 'window' | 'shareGroup' | 'ready' | 'leaving'> {
  readonly room: string;
  readonly part: number;
  readonly graceMinutes: number;
  readonly revision: number;
  /** False until the room has answered this version of the claim; the decision on an earlier one holds meanwhile. */
  readonly answered: boolean;
  readonly version?: number;
  readonly decision?: LeaseDecision;
}

/** Messages that the stay sent to its rooms, and their answers. */
export interface LeaseState {
  /** First run id of the stay's chain of runs. */
  readonly chain: string;
  /** Sequence number; rises with every message to rooms. */
  readonly seq: number;
  readonly claims: readonly HeldClaim[];
  /** Per room, the keys and key states of the last report. */
  readonly reported: Readonly<Record<string, string>>;
  /** Rooms that receive no message for a while, so that they do not delay the others. */
  readonly unsettled?: readonly RoomToAskAgain[];
  /** Exchanges of rooms that the stay has voted on; absent before the first. */
  readonly exchanges?: ExchangeState;
  /** Rooms that the stay has agreed to hand over, and whose release it has not confirmed yet. */
  readonly handovers?: readonly Handover[];
}

/** Votes of the stay on exchanges of rooms. */
export interface ExchangeState {
  /** Number of votes that are settled. */
  readonly round: number;
  /** Exchange that the stay has agreed to: until its outcome arrives, it sends no claim and no release. */
  readonly promised?: Exchange;
  /** Rooms that the stay handed over in the last exchange: guests keep their keys there until the next ones work. */
  readonly left?: readonly string[];
  /** The last settled votes. */
  readonly past: readonly { readonly id: string; readonly outcome: ExchangeOutcome }[];
}

/** Claim that the stay gives up in an exchange, and the stays that get the room. */
export interface Handover {
  readonly room: string;
  readonly part: number;
  readonly to: readonly string[];
}

/** Room that did not accept the last message. */
export interface RoomToAskAgain extends UnsettledRoom {
  /** Instant since which it has accepted none. */
  readonly since: Instant;
  readonly askAgainAt: Instant;
}

/**
 * Search for what an earlier run of the stay left. `due`: it has not been made. `unseen`: Temporal knows of no earlier run.
 * `seen-at-seam`: Seam shows one nevertheless. `newer`: it had a newer snapshot than the one that started this run.
 */
export type EarlierRunKnown =
  { readonly kind: 'due' | 'unseen' | 'seen-at-seam' } | { readonly kind: 'newer'; readonly revision: number };

export interface StayState {
  readonly schema: typeof STATE_SCHEMA;
  readonly stayId: string;
  readonly propertyId: string;
  readonly reservationId: string;
  readonly openedAt: Instant;
  readonly snapshot?: StaySnapshot;
  readonly desired: DesiredStay;
  readonly property?: PropertyKnown;
  /** Why the property cannot be read, while it is not in the property file; no key is issued meanwhile. */
  readonly propertyProblem?: string;
  /** Why the booking system's latest state of the reservation could not be used; absent once a snapshot arrives. */
  readonly readingProblem?: string;
  /** True while the property must be read: at the start, at every snapshot, and on `policyChanged`. */
  readonly propertyDue: boolean;
  /** Number of times that a read of the property was requested. */
  readonly propertyAsks: number;
  readonly doors: DoorFacts;
  /** Set while something is wrong with a door or the access system, as Seam has them: the next look at the doors. */
  readonly doorLook?: NextLook;
  readonly guests: Readonly<Record<string, GuestKnown>>;
  readonly keyring: Keyring;
  readonly phonesToDeactivate: readonly LostPhone[];
  /** Phones that guests of the stay had, the latest 200: deactivated, or no longer listed at Seam. */
  readonly formerPhones?: readonly string[];
  /** Client sessions and instant keys that were made for guests and have not ended; absent before the first. */
  readonly phoneAccess?: readonly PhoneAccess[];
  readonly credentialsToCheck: readonly string[];
  readonly blockers: Readonly<Record<string, Blocker>>;
  readonly leases: LeaseState;
  /** Absent once the stay has taken over what an earlier run of it left. */
  readonly earlierRun?: EarlierRunKnown;
  /** Latest end that the stay's window ever had. Until then an old snapshot could pass for one of a future stay. */
  readonly latestEnd?: Instant;
  readonly ignored: readonly OpenAttention[];
  readonly attention: readonly OpenAttention[];
  readonly timeline: readonly TimelineLine[];
  readonly handledRequests: readonly string[];
  /** Change counter; rises with every change that a caller could see. */
  readonly changes: number;
}

/** Identity of a stay. */
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

/** Longest text of a line in the timeline: a line may list every guest or room of a group. */
const LINE_LENGTH = 500;

function cut(text: string): string {
  return text.length <= LINE_LENGTH ? text : `${cutTo(text, LINE_LENGTH)}…`;
}

/** Returns the state with one more line in the timeline, which keeps the last 200 lines, and one more change. */
export function withLine(state: StayState, line: TimelineLine): StayState {
  const { what, why } = line;
  const short = { ...line, what: cut(what), ...defined({ why: why === undefined ? why : cut(why) }) };
  const timeline = [...state.timeline, short].slice(-TIMELINE_LINES);
  return { ...state, timeline, changes: state.changes + 1 };
}

/** Returns the state with some fields of its desired part changed. */
export function withDesired(state: StayState, changed: Partial<DesiredStay>): StayState {
  return { ...state, desired: { ...state.desired, ...changed } };
}

/** Returns the state with this guest as registered at Seam. Phones that they no longer have become former ones. */
export function withGuest(state: StayState, guestId: string, known: GuestKnown): StayState {
  const gone = (state.guests[guestId]?.deviceIds ?? []).filter((id) => known.deviceIds?.includes(id) !== true);
  return withFormerPhones({ ...state, guests: { ...state.guests, [guestId]: known } }, gone);
}

/** Returns the state without what Seam said about these guests, so that each is found or registered again. */
export function withoutGuests(state: StayState, guestIds: readonly string[]): StayState {
  const others = Object.entries(state.guests).filter(([guestId]) => !guestIds.includes(guestId));
  const gone = guestIds.flatMap((guestId) => state.guests[guestId]?.deviceIds ?? []);
  return withFormerPhones({ ...state, guests: Object.fromEntries(others) }, gone);
}

function withFormerPhones(state: StayState, gone: readonly string[]): StayState {
  if (gone.length === 0) return state;
  const formerPhones = [...new Set([...(state.formerPhones ?? []), ...gone])].slice(-REMEMBERED_PHONES);
  return { ...state, formerPhones };
}

/** Returns the state in which this guest is looked up at Seam again before their next key. */
export function doubtGuest(state: StayState, guestId: string): StayState {
  const known = state.guests[guestId];
  return known === undefined ? state : withGuest(state, guestId, { ...known, doubtful: true });
}

/** Returns the state with the member of this `guestId` replaced. */
export function putMember(state: StayState, changed: PartyMember): StayState {
  const party = state.desired.party.map((one) => (one.guest.guestId === changed.guest.guestId ? changed : one));
  return withDesired(state, { party });
}

/** Returns the party member with this `guestId`, or undefined. */
export function member(state: StayState, guestId: string): PartyMember | undefined {
  return state.desired.party.find((candidate) => candidate.guest.guestId === guestId);
}

/** Returns the state with the credentials of these keys marked to be read again from Seam. */
export function askToCheck(state: StayState, keys: readonly Pick<Key, 'acsCredentialId'>[]): StayState {
  const ids = keys.flatMap((key) => key.acsCredentialId ?? []);
  return { ...state, credentialsToCheck: [...new Set([...state.credentialsToCheck, ...ids])] };
}

/**
 * Returns the state without blockers and unsettled rooms. After a change, a step that was refused or unanswered may
 * succeed.
 */
export function dropBlockers(state: StayState): StayState {
  return { ...state, blockers: {}, leases: { ...state.leases, unsettled: [] } };
}

/** Returns true if the stay has handled the request with this id. */
export function hasHandled({ handledRequests }: StayState, requestId: string): boolean {
  return handledRequests.includes(requestId);
}

/** Returns the state with a request marked as handled; it keeps the latest 1,000. */
export function withRequest(state: StayState, requestId: string): StayState {
  return { ...state, handledRequests: [...state.handledRequests, requestId].slice(-REMEMBERED_REQUESTS) };
}

/** Returns the state with a new read of the property requested. */
export function askForProperty(state: StayState): StayState {
  return { ...state, propertyDue: true, propertyAsks: state.propertyAsks + 1 };
}

/** Returns true if the stay has read the property, and the property file still has it. */
export function isConfigured({ property, propertyProblem }: StayState): boolean {
  return property !== undefined && propertyProblem === undefined;
}

/** Returns the property and its access system, for the steps that must work without the property file. */
export function placeOf({ propertyId, property }: StayState): AtAccessSystem {
  return defined({ propertyId, acsSystemId: property?.acsSystemId });
}

/** Returns true once no guest should hold a key any more: departed, cancelled, or a no-show. */
export function isEnded({ desired }: StayState): boolean {
  return isEndOf(desired.status);
}

/** Returns true while the stay may grant keys, now or later: it is certain, has not ended, and is not over. */
export function mayGrant(state: StayState, now: Instant): boolean {
  const window = stayWindow(state);
  if (isEnded(state) || state.desired.status === 'tentative') return false;
  return window === undefined || isBefore(now, window.to);
}

/** Returns the stay's window (UTC), or undefined before it is established. An early check-in starts it early. */
export function stayWindow(state: StayState): Window | undefined {
  const { window, checkedInAt } = state.desired;
  if (window === undefined) return undefined;
  return checkedInAt !== undefined && isBefore(checkedInAt, window.from) ? { ...window, from: checkedInAt } : window;
}
