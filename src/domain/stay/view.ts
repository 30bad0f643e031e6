/** View of a stay: the answer of the query `stay` (`docs/messages.md`). Holds no names and no contacts. */
import type { Key } from '../model/key.js';
import type {
  StayPhase,
  GuestKeyState,
  GuestView,
  KeyView,
  PlanLine,
  LeaseView,
  StandingAct,
  StayView,
} from '../model/stay-view.js';
import { isEnded, type HeldClaim, type PartyMember, type StayState, stayWindow } from './state.js';
import { phoneAccessView } from './plan/phone-access.js';
import { isOpenEnded } from './plan/preparations.js';
import { isDue } from './plan/round.js';
import { defined } from '../model/defined.js';
import { isBefore, type Instant } from '../model/instants.js';
import { isLive, keysOf, mayLive, satisfies } from './known/keyring.js';
import type { Gate, InFlight, KeyStep, Desired, DesiredGuest } from '../model/key-plan.js';
import type { StayPlan } from './reconcile.js';
import { roomsFor, whyWithout } from './desired/guest-rooms.js';

/** Returns the view of a stay at `now`: state, plan and the key steps in flight. All instants are UTC. */
export function viewOf(state: StayState, plan: StayPlan, inFlight: readonly InFlight[], now: Instant): StayView {
  const { desired } = plan;
  const window = stayWindow(state);
  return {
    schema: 1,
    stay: state.stayId,
    phase: phaseOf(state, desired, now),
    ...defined({ revision: state.snapshot?.revision, window }),
    rooms: state.desired.rooms,
    leases: state.leases.claims.map(leaseView),
    guests: state.desired.party.map((one) => guestView(state, one, desired, inFlight, now)),
    keys: state.keyring.keys.map(keyView),
    plan: planLines(state, plan, inFlight),
    attention: plan.attention,
    acts: standingActs(state),
    timeline: state.timeline,
    ...defined({ nextDeadline: plan.wakeAt }),
    settled: isSettled(plan, inFlight),
  };
}

/** Numbers of a stay for operators. */
export interface KeyCounts {
  /** Guests whose key is due and not issued, unless it waits for their phone or a person holds it back. */
  readonly due: number;
  /** Dead keys that a phone may still open a door with. */
  readonly residual: number;
}

/** Returns the numbers that the view holds at `now`. */
export function countKeys({ guests, keys }: StayView, { desired }: StayPlan, now: Instant): KeyCounts {
  const dueIds = desired.guests.filter((guest) => isDue(guest, now)).map(({ guestId }) => guestId);
  const isWithout = ({ guestId, keyState, waitingFor }: GuestView): boolean =>
    dueIds.includes(guestId) && WITHOUT_KEY.includes(keyState) && waitingFor !== 'hold' && waitingFor !== 'phone';
  const isResidual = ({ state, residualUntil }: KeyView): boolean =>
    state === 'dead' && residualUntil !== undefined && isBefore(now, residualUntil);
  return { due: guests.filter(isWithout).length, residual: keys.filter(isResidual).length };
}

/** States of a guest who is to get a key and has none. */
const WITHOUT_KEY: readonly GuestKeyState[] = ['waiting', 'issuing', 'failed'];

function standingActs({ desired: { bookingHold, staffHold, forced, party } }: StayState): readonly StandingAct[] {
  const acts = (of: Readonly<Record<StandingAct['act'], string | undefined>>, guestId?: string): StandingAct[] =>
    (['hold', 'force', 'block'] as const).flatMap((act) => {
      const reason = of[act];
      return reason === undefined ? [] : [{ act, reason, ...defined({ guestId }) }];
    });
  return [
    ...acts({ hold: bookingHold, force: forced, block: undefined }),
    ...acts({ hold: staffHold, force: undefined, block: undefined }),
    ...party.flatMap(({ guest, hold, forced: force, blocked }) => acts({ hold, force, block: blocked }, guest.guestId)),
  ];
}

/** Returns the phase of the stay; `ready` means that everyone who should hold a key does. */
function phaseOf(state: StayState, desired: Desired, now: Instant): StayPhase {
  const keysLeft = state.keyring.keys.some(mayLive);
  const window = stayWindow(state);
  switch (state.desired.status) {
    case 'cancelled':
    case 'no-show':
      return state.desired.status;
    case 'departed':
      return keysLeft ? 'leaving' : 'over';
    case 'in-house':
    case 'confirmed':
    case 'tentative':
      if (window !== undefined && !isBefore(now, window.to)) return keysLeft ? 'leaving' : 'over';
      if (state.desired.status === 'in-house') return 'in-house';
      return everyoneHasKey(state, desired, now) ? 'ready' : 'expected';
    default:
      return state.desired.status satisfies never;
  }
}

function everyoneHasKey(state: StayState, desired: Desired, now: Instant): boolean {
  const due = desired.guests.filter((guest) => guest.rooms.length > 0);
  return due.length > 0 && due.every((guest) => holds(state, guest, now));
}

function holds(state: StayState, guest: DesiredGuest, now: Instant): boolean {
  return keysOf(state.keyring, guest.guestId).some((key) => isLive(key, now) && satisfies(key, guest));
}

function guestView(
  state: StayState,
  one: PartyMember,
  desired: Desired,
  inFlight: readonly InFlight[],
  now: Instant,
): GuestView {
  const { guestId } = one.guest;
  const own = keysOf(state.keyring, guestId);
  const guest = desired.guests.find((candidate) => candidate.guestId === guestId);
  const of = (keyState: GuestKeyState, waitingFor?: Gate): GuestView => ({
    guestId,
    keyState,
    ...defined({ waitingFor }),
    ...(one.removed === 'security' || one.blocked !== undefined ? { barred: true } : {}),
    ...defined({ userIdentityId: state.guests[guestId]?.userIdentityId }),
    ...phoneAccessView(state, guestId, now),
  });
  if (roomsFor(state, one).length === 0 || guest === undefined || !isBefore(now, guest.window.to)) {
    if (own.some(mayLive)) return of('revoking');
    const misses = guest !== undefined && isBefore(now, guest.window.to) && whyWithout(state, one) === undefined;
    if (misses) return of('waiting', 'room');
    return of(own.length > 0 || isEnded(state) || one.removed !== undefined ? 'gone' : 'not-due');
  }
  if (holds(state, guest, now)) return of('issued');
  if (inFlight.some((step) => step.guestId === guestId && step.do === 'issue')) return of('issuing');
  if (own.some((key) => key.state === 'issuing')) return of('issuing');
  const refusal = state.keyring.refusals[guestId];
  if (refusal !== undefined) {
    return refusal.code === 'key-failed' ? of('failed') : of('waiting', 'access-system');
  }
  if (guest.gate === 'window') return of('not-due', 'window');
  // A guest whose rooms all went to other stays waits for a lease, not for a phone.
  return of('waiting', guest.gate === 'phone' && guest.rooms.length === 0 ? 'lease' : (guest.gate ?? 'lease'));
}

function leaseView({ room, window, leaving, decision }: HeldClaim): LeaseView {
  switch (decision?.kind) {
    case undefined:
      return { room, window, state: 'asked' };
    case 'granted': {
      const { from, until, heldUpBy, wantedBy } = decision;
      const behind = heldUpBy === undefined ? undefined : [heldUpBy];
      return { room, window, state: 'granted', ...defined({ from }), until, ...defined({ behind, leaving, wantedBy }) };
    }
    case 'waiting':
      return { room, window, state: decision.displaced === true ? 'displaced' : 'waiting', behind: decision.behind };
    case 'ended':
      return { room, window, state: 'ended' };
    default:
      return decision satisfies never;
  }
}

function keyView(key: Key): KeyView {
  return {
    ...defined({ acsCredentialId: key.acsCredentialId }),
    guestId: key.guestId,
    kind: key.ask.kind,
    rooms: key.ask.rooms,
    commonDoors: key.commonDoors,
    window: key.ask.window,
    ...defined({ joinedTo: key.ask.joinTo }),
    state: key.state,
    requestedAt: key.requestedAt,
    ...defined({ issuedAt: key.issuedAt, deadAt: key.deadAt, residualUntil: key.residualUntil }),
    why: key.why,
  };
}

function planLines(state: StayState, plan: StayPlan, inFlight: readonly InFlight[]): readonly PlanLine[] {
  const running = inFlight.flatMap((step): PlanLine[] => {
    const key = state.keyring.keys.find((candidate) => candidate.keyId === step.keyId);
    if (key === undefined) return [];
    const grants = key.ask.kind === 'override' ? 'override' : 'join';
    const does = step.do === 'revoke' ? 'revoke' : grants;
    return [{ do: does, guestId: key.guestId, rooms: key.ask.rooms, window: key.ask.window, why: step.why }];
  });
  return [...running, ...plan.keys.ready.map(lineOf), ...plan.keys.waiting];
}

/** Returns a step as callers see it, without the fields that only its execution needs. */
export function lineOf({ do: does, guestId, rooms, window, why }: KeyStep): PlanLine {
  return { do: does, guestId, rooms, window, why };
}

/**
 * Returns true if nothing is left to do. A stay that waits for a phone to enrol, or for a late result of a lost
 * request, is settled.
 */
function isSettled(plan: StayPlan, inFlight: readonly InFlight[]): boolean {
  return (
    inFlight.length === 0 &&
    plan.keys.ready.length === 0 &&
    plan.preparations.every(isOpenEnded) &&
    !plan.keys.waiting.some((step) => step.do === 'revoke')
  );
}
