/** One look at the whole stay: what to do now, what waits, what a person must know, and when to look again. Pure. */
import { applyDueRooms } from './desired/apply-message.js';
import { openAttention } from './plan/attention.js';
import type { OpenAttention } from '../model/stay-records.js';
import type { GroundStep } from '../model/preparation.js';
import { stayWindow, type StayBook } from './state.js';
import { anyKeyMayLive, forgetPastHindrances, planGroundwork } from './plan/preparations.js';
import { isBefore, later, plusMinutes, type Instant } from '../model/instants.js';
import { planKeys } from './plan/plan-keys.js';
import type { InFlight, KeyPlan } from '../model/key-plan.js';
import { recordExpired } from './known/record-keys.js';
import { recordPastLeases } from './known/record-leases.js';
import { lookAgain, looksAt } from './known/record-losses.js';
import { ENDS_SOON_MINUTES, wantedOf } from './desired/desired-keys.js';

export interface StayPlan {
  readonly groundwork: readonly GroundStep[];
  readonly keys: KeyPlan;
  readonly attention: readonly OpenAttention[];
  readonly wakeAt?: Instant;
  /** True once the stay is over, every key is dead, and nobody can expect to find it open any more. */
  readonly closed: boolean;
}

/** How long a stay waits for its first snapshot, or stays open while its property is not known. */
const UNKNOWN_GRACE_HOURS = 24;

/** Without the property's policy nothing can have been issued, and nothing can be. */
const noKeys: KeyPlan = { ready: [], waiting: [], unwanted: [], attention: [] };

/**
 * The turn of the loop: lets what time alone changes happen in the book, plans, and notes which attention is open.
 * `inFlight`: the key steps that activities are at work on.
 */
export function takeStock(book: StayBook, inFlight: readonly InFlight[], now: Instant): StayPlan {
  applyDueRooms(book, now);
  recordPastLeases(book, now);
  noteEnd(book);
  lookAgain(book, now);
  recordExpired(
    book,
    inFlight.map((step) => step.keyId),
    now,
  );
  forgetPastHindrances(book, wantedOf(book, now), now);
  const plan = planStay(book, inFlight, now);
  book.attention = plan.attention;
  return plan;
}

/** What there is to do, without changing anything. */
export function planStay(book: StayBook, inFlight: readonly InFlight[], now: Instant): StayPlan {
  const wanted = wantedOf(book, now);
  const policy = book.property?.policy;
  const keys = policy === undefined ? noKeys : planKeys(wanted, book.keyring, inFlight, now, policy);
  const quiet = inFlight.length === 0 && keys.ready.length === 0 && keys.waiting.every((step) => step.do !== 'revoke');
  const groundwork = planGroundwork(book, wanted, now, { quiet });
  const watch = openAttention(book, wanted, keys, now);
  const closesAt = closingTime(book);
  const wakeAt = earliest(now, [
    keys.wakeAt,
    watch.wakeAt,
    closesAt,
    ...book.wanted.scheduled.map((change) => change.from),
    ...looksAt(book),
    ...leasesBeginAt(book),
    ...leasesEndSoonAt(book),
    ...(book.leases?.unsettled ?? []).map(({ askAgainAt }) => askAgainAt),
  ]);
  return {
    groundwork,
    keys,
    attention: watch.attention,
    ...(wakeAt === undefined ? {} : { wakeAt }),
    closed: inFlight.length === 0 && !anyKeyMayLive(book) && !isBefore(now, closesAt),
  };
}

/** Runs that began before rooms had leases close as they always did. */
function noteEnd(book: StayBook): void {
  const window = stayWindow(book);
  if (book.leases === undefined || window === undefined) return;
  book.latestEnd = later(book.latestEnd ?? window.to, window.to);
}

/** When rooms become free that are granted from later on. */
function leasesBeginAt({ leases }: StayBook): readonly Instant[] {
  return (leases?.claims ?? []).flatMap(({ verdict }) => (verdict?.kind === 'granted' ? (verdict.from ?? []) : []));
}

/** When a room is about to end while others of the stay go on. */
function leasesEndSoonAt({ leases, wanted }: StayBook): readonly Instant[] {
  const now = (leases?.claims ?? []).filter(({ room }) => wanted.rooms.includes(room));
  const ends = new Set(now.flatMap(({ verdict }) => (verdict?.kind === 'granted' ? verdict.until : [])));
  return ends.size < 2 ? [] : [...ends].map((end) => plusMinutes(end, -ENDS_SOON_MINUTES));
}

/** When the stay may end: its window's end and the closing grace; without a window, a day after it was opened. */
function closingTime(book: StayBook): Instant {
  const window = stayWindow(book);
  const grace = (book.property?.policy.closingGraceHours ?? UNKNOWN_GRACE_HOURS) * 60;
  if (window === undefined) return plusMinutes(book.openedAt, UNKNOWN_GRACE_HOURS * 60);
  return plusMinutes(later(book.latestEnd ?? window.to, window.to), grace);
}

function earliest(now: Instant, instants: readonly (Instant | undefined)[]): Instant | undefined {
  return instants.filter((at) => at !== undefined && isBefore(now, at)).sort()[0];
}
