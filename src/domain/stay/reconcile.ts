/** Reconcile: steps to start now, steps that wait, attention for people, and the next wake time. Pure. */
import { applyDueRooms } from './desired/apply-message.js';
import { settleDoubts } from './desired/guest-doubts.js';
import { openAttention } from './plan/attention.js';
import type { OpenAttention } from '../model/attention.js';
import type { Preparation } from '../model/preparation.js';
import { stayWindow, type StayState } from './state.js';
import {
  anyKeyMayLive,
  doorLookAt,
  dropPastBlockers,
  guestLooksAt,
  planPreparations,
  retriesAt,
} from './plan/preparations.js';
import { isBefore, later, normalInstant, plusMinutes, type Instant } from '../model/instants.js';
import { mismatchesChangeAt } from './plan/mismatches.js';
import { endPhoneAccess } from './plan/phone-access.js';
import { planKeys } from './plan/plan-keys.js';
import { defined } from '../model/defined.js';
import type { Desired, InFlight, KeyPlan } from '../model/key-plan.js';
import { recordExpired } from './known/record-keys.js';
import { endOf } from './known/lease-decisions.js';
import { recordPastLeases } from './known/record-leases.js';
import { lookAgain, looksAt } from './known/record-losses.js';
import { awaitsEarlierRun } from './desired/earlier-run.js';
import { ENDS_SOON_MINUTES, desiredKeys } from './desired/desired-keys.js';

export interface StayPlan {
  /** Desired keys that the plan leads to. */
  readonly desired: Desired;
  readonly preparations: readonly Preparation[];
  readonly keys: KeyPlan;
  readonly attention: readonly OpenAttention[];
  readonly wakeAt?: Instant;
  /** True once the stay is over, every key is dead, and no caller can still expect to find it open. */
  readonly closed: boolean;
}

/** Hours that a stay waits for its first snapshot, or stays open without a property that has been read. */
const UNKNOWN_GRACE_HOURS = 24;

/** Empty key plan. Without the property's policy no key exists, and none can be issued. */
const noKeys: KeyPlan = { ready: [], waiting: [], undesired: [], attention: [] };

/** Result of one turn of the loop: the state from now on, and its plan. */
export interface Turn {
  readonly state: StayState;
  readonly plan: StayPlan;
}

/**
 * Returns the next turn of the loop: applies changes that are due by time alone, plans, and records the open attention.
 * `inFlight` lists the key steps that activities are running.
 */
export function reconcile(state: StayState, inFlight: readonly InFlight[], now: Instant): Turn {
  const busy = inFlight.map((step) => step.keyId);
  const moved = noteEnd(recordPastLeases(applyDueRooms(settleDoubts(state, now), now), now));
  const current = endPhoneAccess(recordExpired(lookAgain(moved, now), busy, now), now);
  const desired = desiredKeys(current, now);
  const unblocked = dropPastBlockers(current, desired, now);
  const plan = planFor(unblocked, desired, inFlight, now);
  return { state: { ...unblocked, attention: plan.attention }, plan };
}

/** Returns the plan for the stay at `now`. */
export function planStay(state: StayState, inFlight: readonly InFlight[], now: Instant): StayPlan {
  return planFor(state, desiredKeys(state, now), inFlight, now);
}

function planFor(state: StayState, desired: Desired, inFlight: readonly InFlight[], now: Instant): StayPlan {
  const policy = state.property?.policy;
  const keys = policy === undefined ? noKeys : planKeys(desired, state.keyring, inFlight, now, policy);
  const quiet = inFlight.length === 0 && keys.ready.length === 0 && keys.waiting.every((step) => step.do !== 'revoke');
  const preparations = planPreparations(state, desired, now, { quiet });
  const watch = openAttention(state, desired, keys, now);
  const closesAt = closingTime(state);
  const wakeAt = earliest(now, [
    keys.wakeAt,
    watch.wakeAt,
    closesAt,
    ...endsOf(state),
    ...mismatchesChangeAt(state),
    ...state.desired.scheduled.map((change) => change.from),
    ...looksAt(state),
    ...retriesAt(state),
    doorLookAt(state, now),
    ...guestLooksAt(state, now),
    ...leasesBeginAt(state),
    ...leasesEndSoonAt(state),
    ...(state.phoneAccess ?? []).map(({ expiresAt }) => expiresAt),
    ...(state.leases.unsettled ?? []).map(({ askAgainAt }) => askAgainAt),
  ]);
  // A property that does not come back must not keep the stay open.
  const isSearched = state.propertyProblem !== undefined || !awaitsEarlierRun(state);
  const mayOpen = anyKeyMayLive(state) || (state.phoneAccess ?? []).length > 0;
  const closed = inFlight.length === 0 && !mayOpen && isSearched && !isBefore(now, closesAt);
  return {
    desired,
    preparations: closed ? preparations.filter((step) => step.do !== 'resolve-property') : preparations,
    keys,
    attention: watch.attention,
    ...defined({ wakeAt }),
    closed,
  };
}

/** Records the latest end that the stay's window ever had; the stay closes no earlier. */
function noteEnd(state: StayState): StayState {
  const window = stayWindow(state);
  if (window === undefined) return state;
  return { ...state, latestEnd: later(state.latestEnd ?? window.to, window.to) };
}

/** Returns the instants at which the stay, its guests and its claims to rooms end: attention about them ends then. */
function endsOf(state: StayState): readonly (Instant | undefined)[] {
  const claims = state.leases.claims.flatMap((held) => [held.window.to, endOf(held)]);
  const guests = state.desired.party.flatMap(({ guest: { window } }) =>
    window === undefined ? [] : normalInstant(window.to),
  );
  return [stayWindow(state)?.to, ...guests, ...claims];
}

/** Returns the instants at which rooms that are granted from a later time become free. */
function leasesBeginAt({ leases }: StayState): readonly Instant[] {
  return leases.claims.flatMap(({ decision }) => (decision?.kind === 'granted' ? (decision.from ?? []) : []));
}

/** Returns the instants shortly before a room's lease ends while other rooms of the stay continue. */
function leasesEndSoonAt({ leases, desired }: StayState): readonly Instant[] {
  const now = leases.claims.filter(({ room }) => desired.rooms.includes(room));
  const ends = new Set(now.flatMap(({ decision }) => (decision?.kind === 'granted' ? decision.until : [])));
  return ends.size < 2 ? [] : [...ends].map((end) => plusMinutes(end, -ENDS_SOON_MINUTES));
}

/**
 * Returns the instant at which the stay may close: window end and closing grace. Without a window, it is a day after
 * the stay was opened.
 */
function closingTime(state: StayState): Instant {
  const window = stayWindow(state);
  const grace = (state.property?.policy.closingGraceHours ?? UNKNOWN_GRACE_HOURS) * 60;
  if (window === undefined) return plusMinutes(state.openedAt, UNKNOWN_GRACE_HOURS * 60);
  return plusMinutes(later(state.latestEnd ?? window.to, window.to), grace);
}

function earliest(now: Instant, instants: readonly (Instant | undefined)[]): Instant | undefined {
  return instants.filter((at) => at !== undefined && isBefore(now, at)).sort()[0];
}
